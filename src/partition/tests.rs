use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use super::cells::{self, Cell, Value};
use super::columns::{Gathered, Group};
use super::files::{self, Groups, RowFile};
use super::row::{self, PartRow};
use super::schema::{Field, PART, RESULT, TABLES};
use super::{Control, RESULT_COLUMNS, ResultRow, counts, digest, part_of};
use crate::anomaly::{Code, Finding, Place};
use crate::calendar::{Day, Month, Span};
use crate::columns::{Column, Export};
use crate::dossier::{Joined, RowFate};
use crate::facts::{
    Beneficiary, Dismissal, Earning, Event, EventKind, Followup, Pension, PensionCategory, Sourced, Wage, WeeklyHours,
};
use crate::identity::{BeneficiaryId, Iban, Nir, Siret};
use crate::law::contribution::Contribution;
use crate::money::{Cents, Rate};
use crate::publish::Table;
use crate::revision::{Kind, Line, Nature, Payment, Stated};
use crate::settle::{Amounts, NilReason, Outcome};
use crate::totals::Totals;

fn id(text: &str) -> BeneficiaryId {
    BeneficiaryId::new(text.as_bytes()).unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

/// Everything that can be known of somebody.
fn all_facts(id: BeneficiaryId) -> Joined<'static> {
    let fact = Beneficiary {
        id,
        nir: Nir::new(b"2-95-10,\"99").unwrap(),
        name: Cow::Borrowed("L'Été, \"Anne\""),
        iban: Iban::new(b"FR7630004001010000002026421"),
        procedure_date: day("2009-01-05"),
        contract_end: day("2009-02-28"),
        seniority_months: 60,
        wage: Wage::Earned { pay: Cents(2_190_000), days: 365 },
        weekly_hours: WeeklyHours(3_550),
        part_time: Rate::from_billionths(800_000_001),
        are_days: Some(700),
        notice_daily: Some(Cents(6_012)),
        pension: Some(Pension {
            category: PensionCategory::Foreign,
            monthly: Cents(34_567),
            span: Span::open(Some(day("2008-01-01")), None),
        }),
    };
    let event = |line, kind, first: &str, last: Option<&str>| Sourced {
        line,
        fact: Event { kind, span: Span::open(Some(day(first)), last.map(day)) },
    };
    let earning = Earning {
        employer: Siret::new(b"ACME & Co"),
        month: month("2009-04"),
        job_start: day("2009-03-10"),
        job_end: None,
        weekly_hours: WeeklyHours(1_750),
        base: Cents(-1),
        gross_paid: Cents(98_765),
        proof: Some(day("2009-05-02")),
    };
    let place = Place { export: Export::Earnings, line: 9, column: Some(Column::GrossPaid) };
    let mut joined = Joined {
        beneficiary: Some(Sourced { line: 5, fact }),
        opening: None,
        counts: [2, 3, 4, 1, 1],
        later: 1,
        first_followup: Some(Sourced {
            line: 3,
            fact: Followup {
                adviser: Cow::Borrowed(""),
                proposal: Some(day("2009-01-06")),
                last_contact: Some(day("2009-05-06")),
                ..Followup::default()
            },
        }),
        first_dismissal: Some(Sourced {
            line: 4,
            fact: Dismissal {
                employer: Siret::new(b"73282932000074"),
                notice_months: 250,
                monthly_pay: Cents(300_000),
                monthly_gross: Cents(250_000),
                dif_hours: 4_050,
                net_hourly: Cents(1_234),
                proposed: false,
            },
        }),
        contradicted: true,
        followed_twice: true,
        ..Joined::default()
    };
    joined.rows.extend([(5, RowFate::Settled), (6, RowFate::Copy), (7, RowFate::Contradiction), (8, RowFate::Refused)]);
    joined.events.push(event(2, EventKind::Sickness, "2009-05-03", Some("2009-05-02")));
    joined.events.push(event(1 << 40, EventKind::Work, "2009-05-20", None));
    joined.earnings.push(Sourced { line: 7, fact: earning });
    joined.findings.push(Finding::new(Code::Amount, place, Some(id), "12O,\n\"0"));
    joined.findings.push(Finding::with_detail(Code::SameBeneficiary, place, Some(id), "", "something else"));
    joined
}

/// What is written of a beneficiary.
type Known<'k> = (BeneficiaryId, Joined<'k>, Option<&'k [u8]>, Option<Stated>);

/// The rows of a file in a folder, some of them in each row group.
fn written(folder: &Path, rows: &[Known<'_>]) -> Vec<Group> {
    let layout = files::layout("part", PART).unwrap();
    let path = folder.join("part");
    let mut file = RowFile::new(&path, std::fs::File::create(&path).unwrap(), &layout).unwrap();
    let mut gathered = Gathered::new(PART);
    for rows in rows.chunks(2) {
        // As a thread gathers rows, and they are put behind those of others.
        for (id, joined, kept, stated) in rows {
            let mut own = Gathered::new(PART);
            row::write(&mut own, *id, joined, *kept, stated.as_ref());
            gathered.append(&mut own);
        }
        file.append(files::encode(&mut gathered, PART, &layout).unwrap()).unwrap();
    }
    file.finish("part", &[]).unwrap();
    let mut groups = Groups::open(std::fs::File::open(&path).unwrap(), PART).unwrap();
    std::iter::from_fn(|| groups.next_group().unwrap()).collect()
}

#[test]
fn everything_that_is_known_of_somebody_comes_back() {
    let stated = Stated {
        asr_days: 31,
        idr_paid: Cents(12_345),
        frozen: Some((Cents(99), Span::new(day("2009-01-01"), day("2009-06-30")))),
    };
    let rows = [
        (id("A"), Joined::default(), None, None),
        (id("B-20"), all_facts(id("B-20")), Some(&b"kept\0"[..]), Some(stated)),
        (id("C"), Joined { counts: [0, 1, 0, 0, 0], ..Joined::default() }, Some(&b""[..]), None),
        (id("D"), all_facts(id("D")), None, Some(Stated { frozen: None, ..stated })),
        (id("E"), Joined::default(), None, None),
    ];
    let folder = tempfile::tempdir().unwrap();
    let groups = written(folder.path(), &rows);
    assert_eq!(groups.iter().map(Group::rows).collect::<Vec<_>>(), [2, 2, 1]);
    let mut expected = rows.iter();
    for group in &groups {
        // The row is used again: nothing of the one before may stay.
        let mut row = PartRow::read(group, 0).unwrap();
        for at in 0..group.rows() {
            row.read_again(group, at).unwrap();
            let (id, joined, kept, stated) = expected.next().unwrap();
            assert_eq!((row.id, row.kept, row.stated), (*id, *kept, *stated));
            assert_eq!(format!("{:?}", row.joined), format!("{joined:?}"));
            assert_eq!(Control::of(&row), Control::of_facts(*id, joined, *kept, stated.as_ref()));
        }
    }
    assert!(expected.next().is_none());
}

#[test]
fn words_in_cells_name_one_thing_each() {
    let mut known = BTreeSet::new();
    for &code in Code::ALL {
        let entry = code.entry();
        assert!(known.insert((entry.code, entry.effect)), "{} with one effect twice", entry.code);
        assert_eq!(cells::code(entry.code.as_bytes(), entry.effect), Some(code));
    }
    for export in Export::ALL {
        assert_eq!(Export::of(export.cell()), Some(export));
        for &column in export.columns() {
            assert_eq!(Column::of(column.cell()), Some(column));
        }
    }
    for category in [PensionCategory::First, PensionCategory::Second, PensionCategory::Third, PensionCategory::Foreign]
    {
        assert_eq!(PensionCategory::of(category.cell()), Some(category));
    }
    assert_eq!(day("1970-01-02").cell(), Cell::Number(1));
    assert_eq!(month("2009-05").cell(), Cell::Number(200_905));
    assert_eq!(Option::<Day>::of(Cell::Null), Some(None));
    assert_eq!(Day::of(Cell::Bytes(b"2009")), None);
    assert_eq!(Month::of(Cell::Number(200_913)), None);
    assert_eq!(EventKind::of(Cell::Bytes(b"holiday")), None);
}

#[test]
fn the_schema_has_the_columns_of_rows_and_results() {
    assert_eq!(RESULT.len(), RESULT_COLUMNS);
    assert!(RESULT.iter().all(|field| matches!(field, Field::One(column) if !column.nullable)));
    for (field, table) in RESULT[2..].iter().zip(TABLES) {
        assert_eq!(field.columns()[0].name.replace('_', "-") + ".csv", table.file_name());
    }
    assert!(Table::of_run(true).iter().all(|table| TABLES.contains(table)));
    let names: BTreeSet<_> = PART
        .iter()
        .map(|field| match field {
            Field::One(column) => column.name,
            Field::List(name, _) => name,
        })
        .collect();
    assert_eq!(names.len(), PART.len());
    let row = ResultRow { part: 7, beneficiary: b"B1".to_vec(), totals: vec![1], ..ResultRow::default() };
    let cells = row.cells();
    assert_eq!((cells[0], cells[1]), (Cell::Number(7), Cell::Bytes(b"B1")));
    assert_eq!(cells[RESULT_COLUMNS - 1], Cell::Bytes(&[1]));
}

#[test]
fn totals_and_lines_come_back_from_bytes_and_other_bytes_are_none() {
    let amounts = Amounts {
        asr_days: -3,
        asr_gross: Cents(-1),
        pension_offset: Cents(2),
        participation: Cents(i64::MAX),
        idr: Cents(i64::MIN),
    };
    let mut totals = Totals { rows: [1, 0, 300, 4, u64::MAX], later: 2, ..Totals::default() };
    let reasons = [
        NilReason::NotStarted,
        NilReason::TermPassed,
        NilReason::Interrupted,
        NilReason::AreDaysUsed,
        NilReason::PensionCovers,
        NilReason::PaidBefore,
    ];
    reasons.into_iter().for_each(|reason| totals.count_outcome(Outcome::Nil(reason)));
    [Outcome::Paid, Outcome::Held, Outcome::Refused].into_iter().for_each(|outcome| totals.count_outcome(outcome));
    let current = Amounts { participation: Cents(5), idr: Cents(6), ..amounts };
    totals.add_payment(Some("crp-2006"), &Payment { current, arrears: Cents(7), recovered: Cents(8) });
    totals.claims.opening = Cents(1);
    totals.claims.closing = Cents(-1);
    totals.contributions = (3, Contribution { state: Cents(9), ..Contribution::default() });
    totals.anomalies.extend(Code::ALL.iter().zip(1..).map(|(&code, count)| (code, count)));
    let control = Control::of_facts(id("B1"), &all_facts(id("B1")), Some(b"123"), None);

    let mut bytes = Vec::new();
    counts::put(&mut bytes, &totals, &control);
    let read = |bytes: &[u8]| {
        let (mut totals, mut control) = (Totals::default(), Control::default());
        counts::add(bytes, id("B1"), &mut totals, &mut control).map(|()| (totals, control))
    };
    assert_eq!(read(&bytes), Some((totals, control)));
    assert!((0..bytes.len()).all(|length| read(&bytes[..length]).is_none()));
    assert_eq!(read(&[&bytes[..], &[0]].concat()), None);

    let natures = Nature::ALL.into_iter().zip(Kind::ALL.into_iter().cycle());
    let line = |(nature, kind)| Line { month: month("2009-05"), kind, nature, amounts, claim: None };
    let lines: Vec<_> = natures.map(line).collect();
    let mut bytes = Vec::new();
    counts::put_lines(&mut bytes, lines.iter());
    assert_eq!(counts::lines(&bytes), Some(lines));
    assert!((0..bytes.len()).all(|length| counts::lines(&bytes[..length]).is_none()));
    assert_eq!(counts::lines(&[0xFF; 9]), None);
}

#[test]
fn a_beneficiarys_part_hangs_on_its_number_alone() {
    // FNV-1a as its authors publish it, of "a" and of "foobar"; anybody can tell the part of a number from FORMATS.md.
    assert_eq!(digest(id("a")), 0xAF63_DC4C_8601_EC8C);
    assert_eq!(digest(id("foobar")), 0x8594_4171_F739_67E8);
    for parts in [1, 3, 64] {
        let mut counts = vec![0_u32; parts as usize];
        (0..6_400).for_each(|number| counts[part_of(id(&format!("B{number:010}")), parts) as usize] += 1);
        let mean = 6_400 / parts;
        assert!(counts.iter().all(|&count| count > mean / 2 && count < mean * 2), "{counts:?}");
    }
}
