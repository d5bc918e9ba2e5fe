use super::cells::Cells;
use crate::anomaly::Code;
use crate::calendar::Month;
use crate::columns::Column;
use crate::facts::{Earning, Sourced};
use crate::identity::Siret;
use crate::money::Cents;

/// The row is for a month behind that of the run.
#[derive(Clone, Copy, Debug)]
pub(super) struct LaterMonth;

impl Cells<'_, '_> {
    /// The month of the row, unless it lies behind that of the run: such a row is ignored, whatever else stands in it.
    pub(super) fn month_up_to(&mut self, month: Month) -> Result<Option<Month>, LaterMonth> {
        let of_row = self.required_month(Column::Month);
        if of_row.is_some_and(|of_row| of_row > month) { Err(LaterMonth) } else { Ok(of_row) }
    }

    /// A row of `earnings.csv`, its month read already; `None` when it is refused, with every fault told.
    pub(super) fn earning(&mut self, month: Option<Month>) -> Option<Sourced<Earning>> {
        let employer = self.employer();
        let job_start = self.required_date(Column::JobStart);
        let job_end = self.date(Column::JobEnd);
        let weekly_hours = self.required_hours(Column::WeeklyHours);
        let base = self.base();
        let gross_paid = self.required_amount(Column::GrossPaid);
        let proof = self.date(Column::Proof);
        if let (Some(month), Some(start)) = (month, job_start) {
            if let Some(end) = job_end.filter(|&end| end < start) {
                let found = format!("{end} before {start}");
                self.find_text(Code::DatesOutOfOrder, Some(Column::JobEnd), found, None);
            } else if let Some(end) = job_end.filter(|&end| end < month.first_day()) {
                let found = format!("{month} after the job's end, {end}");
                self.find_text(Code::DatesOutOfOrder, Some(Column::Month), found, None);
            }
            if start > month.last_day() {
                let found = format!("{month} before the job's start, {start}");
                self.find_text(Code::DatesOutOfOrder, Some(Column::Month), found, None);
            }
        }
        if self.refused {
            return None;
        }
        let fact = Earning {
            employer: employer?,
            month: month?,
            job_start: job_start?,
            job_end,
            weekly_hours: weekly_hours?,
            base: base?,
            gross_paid: gross_paid?,
            proof,
        };
        Some(Sourced { line: self.row.line, fact })
    }

    pub(super) fn employer(&mut self) -> Option<Siret> {
        let siret = match self.field(Column::Employer).exactly().and_then(Siret::of_digits) {
            Some(siret) => siret,
            None => Siret::new(self.required(Column::Employer)?),
        };
        if !siret.is_valid() {
            self.find(Code::SiretKey, Column::Employer, None);
        }
        Some(siret)
    }

    /// R6.1 asks for a paid job: its base pay is above zero.
    fn base(&mut self) -> Option<Cents> {
        let base = self.required_amount(Column::BaseMonthlyGross)?;
        self.above_zero(Column::BaseMonthlyGross, base.0).map(Cents)
    }
}
