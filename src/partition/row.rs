//! One beneficiary as a row of a part: all that a settlement needs, facts, findings, fates of rows, what the ledger keeps.

use std::borrow::Cow;

use super::cells::{Cell, Cells, ElementReader, RowReader, Value, bounds, code};
use super::columns::Gathered;
use crate::anomaly::{Code, Effect, Finding, Place};
use crate::calendar::{Day, Span};
use crate::columns::{Column, Export};
use crate::dossier::Joined;
use crate::facts::{Beneficiary, Dismissal, Earning, Event, Followup, Pension, Sourced, Wage};
use crate::identity::{BeneficiaryId, Iban, Nir, Siret};
use crate::revision::Stated;

/// All that is known of one beneficiary; its buffers are used again.
#[derive(Debug)]
pub struct PartRow<'b> {
    /// The beneficiary.
    pub id: BeneficiaryId,
    /// Its rows, joined.
    pub joined: Joined<'b>,
    /// What the ledger keeps of it, as it stands there.
    pub kept: Option<&'b [u8]>,
    /// What the months before the ledger were stated to come to.
    pub stated: Option<Stated>,
}

/// How many columns there are of a beneficiary's own row, behind its line; of those of `followup.csv` and of `employers.csv`.
const OF_BENEFICIARY: usize = 17;
const OF_FOLLOWUP: usize = 8;
const OF_DISMISSAL: usize = 8;
const OF_OPENING: usize = 4;

/// Writes a beneficiary behind the rows that were gathered.
pub(super) fn write(
    out: &mut Gathered,
    id: BeneficiaryId,
    joined: &Joined<'_>,
    kept: Option<&[u8]>,
    stated: Option<&Stated>,
) {
    let mut row = out.row();
    let mut text = Vec::with_capacity(BeneficiaryId::LENGTH);
    id.write(&mut text);
    row.put(Cell::Bytes(&text));
    for count in joined.counts {
        row.put(count.cell());
    }
    row.put(joined.later.cell());
    match &joined.beneficiary {
        Some(Sourced { line, fact }) => {
            row.put(line.cell());
            put_beneficiary(fact, |cell| row.put(cell));
        }
        None => row.skip(1 + OF_BENEFICIARY),
    }
    row.list(&joined.rows, |(line, fate), out| {
        out.put(line.cell());
        out.put(fate.cell());
    });
    row.list(&joined.events, |Sourced { line, fact: Event { kind, span } }, out| {
        let (start, end) = bounds(*span);
        [line.cell(), kind.cell(), start.cell(), end.cell()].into_iter().for_each(|cell| out.put(cell));
    });
    row.list(&joined.earnings, |Sourced { line, fact }, out| {
        let Earning { employer, month, job_start, job_end, weekly_hours, base, gross_paid, proof } = fact;
        let (number, is_valid) = (employer.number(), employer.is_valid());
        let cells = [line.cell(), number.cell(), is_valid.cell(), month.cell(), job_start.cell(), job_end.cell()];
        let amounts = [weekly_hours.cell(), base.cell(), gross_paid.cell(), proof.cell()];
        cells.into_iter().chain(amounts).for_each(|cell| out.put(cell));
    });
    row.put(joined.followed_twice.cell());
    match &joined.first_followup {
        Some(Sourced { line, fact }) => {
            row.put(line.cell());
            row.put(fact.adviser.cell());
            let Followup { proposal, acceptance, protected_decision, interview, plan, .. } = fact;
            let days = [proposal, acceptance, protected_decision, interview, plan];
            let days = days.into_iter().chain([&fact.reclassified_on, &fact.last_contact]);
            days.for_each(|day| row.put(day.cell()));
        }
        None => row.skip(1 + OF_FOLLOWUP),
    }
    row.put(joined.contradicted.cell());
    match &joined.first_dismissal {
        Some(Sourced { line, fact }) => {
            let Dismissal { employer, notice_months, monthly_pay, monthly_gross, dif_hours, net_hourly, proposed } =
                fact;
            let (number, is_valid) = (employer.number(), employer.is_valid());
            let cells = [line.cell(), number.cell(), is_valid.cell(), notice_months.cell(), monthly_pay.cell()];
            let more = [monthly_gross.cell(), dif_hours.cell(), net_hourly.cell(), proposed.cell()];
            cells.into_iter().chain(more).for_each(|cell| row.put(cell));
        }
        None => row.skip(1 + OF_DISMISSAL),
    }
    row.list(&joined.findings, |finding, out| {
        let Finding { code, place: Place { export, line, column }, beneficiary, found, detail } = finding;
        // Whose it is does not stand in a column of its own.
        debug_assert_eq!(*beneficiary, Some(id));
        let entry = code.entry();
        let remedy = Some(detail).filter(|detail| **detail != entry.remedy);
        out.put(Cell::Bytes(entry.code.as_bytes()));
        [entry.effect.cell(), export.cell(), line.cell(), column.cell()].into_iter().for_each(|cell| out.put(cell));
        out.put(Cell::Bytes(found.as_bytes()));
        out.put(remedy.map_or(Cell::Null, Value::cell));
    });
    row.put(kept.map_or(Cell::Null, Cell::Bytes));
    match stated {
        Some(Stated { asr_days, idr_paid, frozen }) => {
            let (cap, clock) = (frozen.map(|(cap, _)| cap), frozen.map(|(_, clock)| clock));
            let (first, last) = (clock.map(|clock| clock.first), clock.map(|clock| clock.last));
            let cells = [asr_days.cell(), idr_paid.cell(), cap.cell(), first.cell(), last.cell()];
            cells.into_iter().for_each(|cell| row.put(cell));
        }
        None => row.skip(1 + OF_OPENING),
    }
    row.end();
}

fn put_beneficiary(fact: &Beneficiary<'_>, mut put: impl FnMut(Cell<'_>)) {
    put(Cell::Bytes(fact.nir.as_bytes()));
    put(fact.name.cell());
    put(fact.iban.as_ref().map_or(Cell::Null, |iban| Cell::Bytes(iban.as_bytes())));
    put(fact.procedure_date.cell());
    put(fact.contract_end.cell());
    put(fact.seniority_months.cell());
    let (sjr, pay, days) = match fact.wage {
        Wage::Stated(sjr) => (Some(sjr), None, None),
        Wage::Earned { pay, days } => (None, Some(pay), Some(days)),
    };
    [sjr.cell(), pay.cell(), days.cell()].into_iter().for_each(&mut put);
    [fact.weekly_hours.cell(), fact.part_time.cell()].into_iter().for_each(&mut put);
    [fact.are_days.cell(), fact.notice_daily.cell()].into_iter().for_each(&mut put);
    let pension = fact.pension.as_ref();
    put(pension.map_or(Cell::Null, |pension| pension.category.cell()));
    put(pension.map_or(Cell::Null, |pension| pension.monthly.cell()));
    let (start, end) = pension.map_or((None, None), |pension| bounds(pension.span));
    [start.cell(), end.cell()].into_iter().for_each(&mut put);
}

impl<'b> PartRow<'b> {
    /// A row of some columns, which are those of [`PART`](super::schema::PART); `None` if they hold no such row.
    pub fn read(cells: &'b impl Cells, row: usize) -> Option<Self> {
        let mut all = Self { id: BeneficiaryId::new(b"0")?, joined: Joined::default(), kept: None, stated: None };
        all.read_again(cells, row)?;
        Some(all)
    }

    /// The same, written over the row before.
    pub fn read_again(&mut self, cells: &'b impl Cells, row: usize) -> Option<()> {
        let joined = &mut self.joined;
        joined.clear();
        let mut from = RowReader::new(cells, row);
        let id = BeneficiaryId::new(from.take()?)?;
        self.id = id;
        for export in Export::ALL {
            joined.counts[export as usize] = from.take()?;
        }
        joined.later = from.take()?;
        joined.beneficiary = beneficiary(&mut from, id)?;
        from.list(&mut joined.rows, |from| Some((from.take()?, from.take()?)))?;
        from.list(&mut joined.events, |from| {
            let (line, kind) = (from.take()?, from.take()?);
            Some(Sourced { line, fact: Event { kind, span: Span::open(from.take()?, from.take()?) } })
        })?;
        from.list(&mut joined.earnings, earning)?;
        joined.followed_twice = from.take()?;
        joined.first_followup = followup(&mut from)?;
        joined.contradicted = from.take()?;
        joined.first_dismissal = dismissal(&mut from)?;
        from.list(&mut joined.findings, |from| finding(from, id))?;
        self.kept = from.take()?;
        let asr_days: Option<i64> = from.take()?;
        let (idr_paid, cap): (Option<_>, Option<_>) = (from.take()?, from.take()?);
        let (first, last): (Option<Day>, Option<Day>) = (from.take()?, from.take()?);
        self.stated = match asr_days {
            None => None,
            Some(asr_days) => {
                let frozen = cap.zip(first).zip(last).map(|((cap, first), last)| (cap, Span::new(first, last)));
                Some(Stated { asr_days, idr_paid: idr_paid?, frozen })
            }
        };
        Some(())
    }
}

fn beneficiary<'b>(
    from: &mut RowReader<'b, impl Cells>,
    id: BeneficiaryId,
) -> Option<Option<Sourced<Beneficiary<'b>>>> {
    let line: Option<u64> = from.take()?;
    let (nir, name): (Option<&[u8]>, Option<Cow<'b, str>>) = (from.take()?, from.take()?);
    let iban: Option<&[u8]> = from.take()?;
    let (procedure_date, contract_end): (Option<_>, Option<_>) = (from.take()?, from.take()?);
    let seniority_months: Option<_> = from.take()?;
    let (sjr, pay, days): (Option<_>, Option<_>, Option<_>) = (from.take()?, from.take()?, from.take()?);
    let (weekly_hours, part_time): (Option<_>, Option<_>) = (from.take()?, from.take()?);
    let (are_days, notice_daily) = (from.take()?, from.take()?);
    let (category, monthly): (Option<_>, Option<_>) = (from.take()?, from.take()?);
    let span = Span::open(from.take()?, from.take()?);
    let Some(line) = line else { return Some(None) };
    let iban = match iban {
        None => None,
        Some(text) => Some(Iban::new(text)?),
    };
    let wage = match (sjr, pay, days) {
        (Some(sjr), None, None) => Wage::Stated(sjr),
        (None, Some(pay), Some(days)) => Wage::Earned { pay, days },
        _ => return None,
    };
    let pension = match (category, monthly) {
        (None, None) => None,
        (category, monthly) => Some(Pension { category: category?, monthly: monthly?, span }),
    };
    let fact = Beneficiary {
        id,
        nir: Nir::new(nir?)?,
        name: name?,
        iban,
        procedure_date: procedure_date?,
        contract_end: contract_end?,
        seniority_months: seniority_months?,
        wage,
        weekly_hours: weekly_hours?,
        part_time: part_time?,
        are_days,
        notice_daily,
        pension,
    };
    Some(Some(Sourced { line, fact }))
}

fn earning(from: &mut ElementReader<'_, impl Cells>) -> Option<Sourced<Earning>> {
    let line = from.take()?;
    let employer = Siret::kept(from.take()?, from.take()?);
    let (month, job_start, job_end) = (from.take()?, from.take()?, from.take()?);
    let (weekly_hours, base, gross_paid) = (from.take()?, from.take()?, from.take()?);
    let proof = from.take()?;
    Some(Sourced { line, fact: Earning { employer, month, job_start, job_end, weekly_hours, base, gross_paid, proof } })
}

fn followup<'b>(from: &mut RowReader<'b, impl Cells>) -> Option<Option<Sourced<Followup<'b>>>> {
    let (line, adviser): (Option<u64>, Option<Cow<'b, str>>) = (from.take()?, from.take()?);
    let fact = Followup {
        adviser: adviser.unwrap_or_default(),
        proposal: from.take()?,
        acceptance: from.take()?,
        protected_decision: from.take()?,
        interview: from.take()?,
        plan: from.take()?,
        reclassified_on: from.take()?,
        last_contact: from.take()?,
    };
    Some(line.map(|line| Sourced { line, fact }))
}

fn dismissal(from: &mut RowReader<'_, impl Cells>) -> Option<Option<Sourced<Dismissal>>> {
    let line: Option<u64> = from.take()?;
    let (number, is_valid): (Option<_>, Option<_>) = (from.take()?, from.take()?);
    let (notice_months, monthly_pay): (Option<_>, Option<_>) = (from.take()?, from.take()?);
    let (monthly_gross, dif_hours): (Option<_>, Option<_>) = (from.take()?, from.take()?);
    let (net_hourly, proposed): (Option<_>, Option<_>) = (from.take()?, from.take()?);
    let Some(line) = line else { return Some(None) };
    let fact = Dismissal {
        employer: Siret::kept(number?, is_valid?),
        notice_months: notice_months?,
        monthly_pay: monthly_pay?,
        monthly_gross: monthly_gross?,
        dif_hours: dif_hours?,
        net_hourly: net_hourly?,
        proposed: proposed?,
    };
    Some(Some(Sourced { line, fact }))
}

fn finding(from: &mut ElementReader<'_, impl Cells>, id: BeneficiaryId) -> Option<Finding> {
    let (word, effect): (&[u8], Effect) = (from.take()?, from.take()?);
    let code: Code = code(word, effect)?;
    let (export, line): (Export, u64) = (from.take()?, from.take()?);
    let column: Option<Column> = from.take()?;
    let found: Cow<'_, str> = from.take()?;
    let remedy: Option<Cow<'_, str>> = from.take()?;
    let detail = remedy.map_or(Cow::Borrowed(code.entry().remedy), |remedy| Cow::Owned(remedy.into_owned()));
    let place = Place { export, line, column };
    Some(Finding { code, place, beneficiary: Some(id), found: found.into_owned(), detail })
}
