use std::borrow::Cow;

use super::cells::Cells;
use crate::anomaly::Code;
use crate::bytes::has_control;
use crate::calendar::Span;
use crate::columns::Column;
use crate::facts::{Beneficiary, Pension, PensionCategory, Sourced, Wage};
use crate::identity::{Iban, Nir};
use crate::money::{Cents, Rate};

/// The longest name, in characters.
const LONGEST_NAME: usize = 70;
/// More months or days than any life has.
const MOST_MONTHS: u32 = 1_200;
const MOST_DAYS: u32 = 36_600;

impl<'r> Cells<'r, '_> {
    /// A row of `beneficiaries.csv`; `None` when it is refused, with every fault told.
    pub(super) fn beneficiary(&mut self) -> Option<Sourced<Beneficiary<'r>>> {
        let mut row = None;
        self.read_beneficiary(&mut row);
        row
    }

    /// The same, read to its place, which is blank: so large a fact is not moved while its parts are still on their way to memory.
    pub(super) fn read_beneficiary(&mut self, place: &mut Option<Sourced<Beneficiary<'r>>>) {
        let nir = self.nir();
        let name = self.name();
        let iban = self.iban();
        let procedure_date = self.required_date(Column::ProcedureDate);
        let contract_end = self.required_date(Column::ContractEnd);
        let seniority_months = self.required_whole(Column::SeniorityMonths, MOST_MONTHS);
        let wage = self.wage();
        let weekly_hours = self.required_hours(Column::WeeklyHours);
        let part_time = self.ratio(Column::PartTimeRatio).unwrap_or(Rate::ONE);
        let are_days = self.whole(Column::AreDays, MOST_DAYS);
        let notice_daily = self.amount(Column::NoticeDaily);
        let pension = self.pension();
        if let (Some(procedure), Some(end)) = (procedure_date, contract_end)
            && end < procedure
        {
            let found = format!("contract ended on {end}, procedure engaged on {procedure}");
            self.find_text(Code::DatesOutOfOrder, Some(Column::ContractEnd), found, None);
        }
        if self.refused {
            return;
        }
        if let (Some(id), Some(nir)) = (*self.id, nir)
            && let (Some(procedure_date), Some(contract_end)) = (procedure_date, contract_end)
            && let (Some(seniority_months), Some(wage), Some(weekly_hours)) = (seniority_months, wage, weekly_hours)
        {
            let fact = Beneficiary {
                id,
                nir,
                name,
                iban,
                procedure_date,
                contract_end,
                seniority_months,
                wage,
                weekly_hours,
                part_time,
                are_days,
                notice_daily,
                pension,
            };
            *place = Some(Sourced { line: self.row.line, fact });
        }
    }

    fn nir(&mut self) -> Option<Nir> {
        if let Some(nir) = self.field(Column::Nir).exactly().and_then(Nir::of_digits)
            && nir.is_valid()
        {
            return Some(nir);
        }
        self.nir_of_other_form()
    }

    #[inline(never)]
    fn nir_of_other_form(&mut self) -> Option<Nir> {
        let nir = Nir::new(self.required(Column::Nir)?);
        match nir {
            None => self.find(Code::Number, Column::Nir, Some("write the 13 characters and the 2 digits of the key")),
            Some(nir) if !nir.is_valid() => self.find(Code::NirKey, Column::Nir, None),
            Some(_) => {}
        }
        nir
    }

    fn name(&mut self) -> Cow<'r, str> {
        let name = self.text(Column::Name);
        if name.is_empty() {
            self.required(Column::Name);
            return name;
        }
        if name.len() > LONGEST_NAME && name.chars().count() > LONGEST_NAME {
            self.find(Code::OutOfRange, Column::Name, Some("a name has at most 70 characters; shorten it"));
        }
        let is_control = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
        if has_control(name.as_bytes()) && name.bytes().any(is_control) {
            self.find(Code::NotText, Column::Name, Some("control characters stand in it; export the name again"));
        }
        name
    }

    fn iban(&mut self) -> Option<Iban> {
        if let Some(iban) = self.field(Column::Iban).exactly().and_then(Iban::of_french_digits) {
            return Some(iban);
        }
        self.iban_of_other_form()
    }

    #[inline(never)]
    fn iban_of_other_form(&mut self) -> Option<Iban> {
        let iban = Iban::new(self.required(Column::Iban)?);
        if iban.is_none() {
            self.find(Code::Iban, Column::Iban, None);
        }
        iban
    }

    /// `sjr`, or pay over days (R3.4); `sjr` wins where all stand.
    fn wage(&mut self) -> Option<Wage> {
        let stated = self.amount(Column::Sjr);
        let pay = self.amount(Column::ReferencePay);
        let days = self.whole(Column::ReferenceDays, MOST_DAYS);
        if stated.is_some() || !self.raw(Column::Sjr).is_empty() {
            let sjr = stated?;
            return self.above_zero(Column::Sjr, sjr.0).map(|_| Wage::Stated(sjr));
        }
        let complete = [Column::ReferencePay, Column::ReferenceDays].map(|column| !self.raw(column).is_empty());
        match complete {
            [true, true] => {
                let (pay, days) = (pay?, days?);
                self.above_zero(Column::ReferenceDays, i64::from(days))?;
                if pay < Cents(i64::from(days)) {
                    self.find(
                        Code::OutOfRange,
                        Column::ReferencePay,
                        Some("less than a cent a day; correct the value"),
                    );
                    return None;
                }
                Some(Wage::Earned { pay, days })
            }
            [true, false] => {
                self.required(Column::ReferenceDays);
                None
            }
            [false, true] => {
                self.required(Column::ReferencePay);
                None
            }
            [false, false] => {
                let detail = "fill in sjr, or reference_pay and reference_days";
                self.find(Code::MissingValue, Column::Sjr, Some(detail));
                None
            }
        }
    }

    /// R4: a category, an amount, and the days that it covers.
    fn pension(&mut self) -> Option<Pension> {
        let monthly = self.amount(Column::PensionMonthly);
        let start = self.date(Column::PensionStart);
        let end = self.date(Column::PensionEnd);
        let category = match self.raw(Column::PensionCategory) {
            b"" => {
                if monthly.is_some_and(|monthly| monthly > Cents::ZERO) {
                    let detail = "a pension stands here without its category; write 1, 2, 3 or F, or clear the amount";
                    self.find(Code::MissingValue, Column::PensionCategory, Some(detail));
                }
                return None;
            }
            b"1" => PensionCategory::First,
            b"2" => PensionCategory::Second,
            b"3" => PensionCategory::Third,
            b"F" | b"f" => PensionCategory::Foreign,
            _ => {
                self.find(Code::UnknownKind, Column::PensionCategory, Some("write 1, 2, 3 or F, or leave it blank"));
                return None;
            }
        };
        if let (Some(start), Some(end)) = (start, end)
            && end < start
        {
            let found = format!("{end} before {start}");
            self.find_text(Code::DatesOutOfOrder, Some(Column::PensionEnd), found, None);
        }
        self.required(Column::PensionMonthly)?;
        Some(Pension { category, monthly: monthly?, span: Span::open(start, end) })
    }
}
