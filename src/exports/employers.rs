use super::cells::Cells;
use crate::anomaly::Code;
use crate::columns::Column;
use crate::facts::{Dismissal, Sourced};

impl Cells<'_, '_> {
    /// A row of `employers.csv`; `None` when it is refused, with every fault told.
    pub(super) fn dismissal(&mut self) -> Option<Sourced<Dismissal>> {
        let employer = self.employer();
        let notice_months = self.required_hundredths(Column::NoticeMonths, MOST_NOTICE);
        let monthly_pay = self.required_amount(Column::MonthlyPayWithCharges);
        let monthly_gross = self.required_amount(Column::MonthlyGrossAverage);
        let dif_hours = self.required_hundredths(Column::DifHours, MOST_HOURS);
        let net_hourly = self.required_amount(Column::NetHourlyPay);
        let proposed = self.proposed();
        if self.refused {
            return None;
        }
        let fact = Dismissal {
            employer: employer?,
            notice_months: notice_months?,
            monthly_pay: monthly_pay?,
            monthly_gross: monthly_gross?,
            dif_hours: dif_hours?,
            net_hourly: net_hourly?,
            proposed: proposed?,
        };
        Some(Sourced { line: self.row.line, fact })
    }

    fn proposed(&mut self) -> Option<bool> {
        let said = match self.required(Column::Proposed)? {
            word if [&b"yes"[..], b"oui"].iter().any(|yes| word.eq_ignore_ascii_case(yes)) => Some(true),
            word if [&b"no"[..], b"non"].iter().any(|no| word.eq_ignore_ascii_case(no)) => Some(false),
            _ => None,
        };
        if said.is_none() {
            self.find(Code::UnknownKind, Column::Proposed, Some("write yes or no"));
        }
        said
    }
}

/// Two years of notice, and more hours than anybody gathers; in hundredths.
const MOST_NOTICE: i64 = 24_00;
const MOST_HOURS: i64 = 999_999;
