//! Every row of `fixtures/law/*.csv` against the program, and those of whole months against the oracle too.
//!
//! A row says: rule, day (or month), inputs, what is expected, where that comes from, why the row is here. A new row needs
//! no change here; `docs/LAW.md` has the rules. Inputs are `key=value`, one space between; spans are `first..last`, an
//! open end blank.
//!
//! | table | day | inputs (`[optional]`) | expected |
//! |---|---|---|---|
//! | `regime` | of the procedure | `-` | `regime=` an id or `none` |
//! | `term` | first of the CRP | `months` | `term` |
//! | `are` | paid | `sjr [part_time]` | `are`, or `are=unknown` |
//! | `daily` | paid | `regime start n sjr [part_time] [notice] [population=article-3] [pension=2:450.00]` | `gross offset participation net`, or `unknown` |
//! | `reference-wage` | the contract's last | `pay days`, or `sjr` | `sjr`, or `within`, `above`, `unknown` |
//! | `month`, `differential` | a month | `procedure contract_end seniority sjr hours [part_time] [are_days] [notice] [pension=2:450.00:SPAN]`, any number of `event=KIND:SPAN`, `job=A:SPAN:HOURS:BASE`, `row=A:MONTH:HOURS:BASE:proof` | `days gross offset participation asr idr net [idr_held=yes]`, or `held=` a code |
//! | `contribution` | of the procedure | `seniority` or `none`, `notice pay gross dif hourly [proposed=no] [law=CHOICE:WORD]` | `notice employee dif penalty due state` |
//! | `deadlines` | of the procedure | `on [start] [proposal] [decision] [acceptance] [interview] [plan] [reclassified] [contact]` | each known step as `step=DUE:STATUS:DAYS` |
//! | `handover` | the month of the end | as for `month` | `reason last asr_days left next register ctp`, or `none` |
//!
//! A `job` of an employer has a proved row for each month up to the one settled; `row` says otherwise of a month: other
//! hours or base pay, `noproof`, or `row=A:MONTH:none` for no row at all.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't read its table must fail"
)]

mod case;
mod oracle;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::str::FromStr;

use chrono::{Months, NaiveDate};
use rust_decimal::Decimal;

use case::{Answer, LAW, Rows, Typed, cents, oracle_in_words};
use versement::calendar::{Day, Span};
use versement::facts::{Dismissal, Followup, Pension, PensionCategory, Wage};
use versement::law::allowance::{InForce, RankedDay, Right};
use versement::law::contribution::Contribution;
use versement::law::regime::{Population, Regime};
use versement::law::{Law, UnknownLaw, duration};
use versement::money::{Cents, Rate};

/// A row and where it stands.
#[derive(Debug)]
struct LawRow {
    table: &'static str,
    line: u64,
    rule: String,
    day: String,
    inputs: String,
    expected: String,
    origin: String,
    why: String,
}

type Answers = Result<Vec<(&'static str, String)>, String>;

/// Answers a row's day and inputs.
type Voices = fn(&str, &mut Inputs) -> Answers;

/// Each table and who answers its rows: one answer of each voice that must say what is expected.
const TABLES: [(&str, Voices); 10] = [
    ("are", are),
    ("contribution", contribution),
    ("daily", daily),
    ("deadlines", deadlines),
    ("differential", month),
    ("handover", handover),
    ("month", month),
    ("reference-wage", reference_wage),
    ("regime", regime),
    ("term", term),
];

/// Rules that compute something; R3.5 and R5.2 say what is not computed here.
const COMPUTING_RULES: [&str; 33] = [
    "R0.1", "R0.2", "R0.3", "R1.1", "R1.2", "R1.3", "R1.4", "R1.5", "R1.6", "R2", "R3.1", "R3.2", "R3.3", "R3.4",
    "R4.1", "R5.1", "R6.1", "R6.2", "R6.3", "R6.4", "R6.5", "R6.6", "R6.7", "R6.8", "R7.1", "R7.2", "R7.3", "R7.4",
    "R8.1", "R8.2", "R8.3", "R8.4", "R8.5",
];

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/law")
}

fn rows() -> Vec<LawRow> {
    let mut rows = Vec::new();
    for (table, _) in TABLES {
        let mut reader = csv::Reader::from_path(folder().join(format!("{table}.csv"))).expect(table);
        let header = ["rule", "day", "inputs", "expected", "origin", "why"];
        assert_eq!(reader.headers().expect(table), &header[..], "{table}.csv");
        for record in reader.records() {
            let record = record.expect(table);
            let field = |at: usize| record[at].to_owned();
            rows.push(LawRow {
                table,
                line: record.position().expect("a read record has a place").line(),
                rule: field(0),
                day: field(1),
                inputs: field(2),
                expected: field(3),
                origin: field(4),
                why: field(5),
            });
        }
    }
    rows
}

/// The `key=value` inputs of a row; every key must be asked for.
struct Inputs(Vec<(String, String)>);

impl Inputs {
    fn read(text: &str) -> Result<Self, String> {
        if text == "-" {
            return Ok(Self(Vec::new()));
        }
        let pair = |pair: &str| {
            let (key, value) = pair.split_once('=').ok_or_else(|| format!("input `{pair}` is no key=value"))?;
            Ok((key.to_owned(), value.to_owned()))
        };
        text.split(' ').map(pair).collect::<Result<_, String>>().map(Self)
    }

    fn all(&mut self, key: &str) -> Vec<String> {
        self.0.extract_if(.., |(found, _)| found == key).map(|(_, value)| value).collect()
    }

    fn one(&mut self, key: &str) -> Result<Option<String>, String> {
        let mut values = self.all(key);
        let value = values.pop();
        if values.is_empty() { Ok(value) } else { Err(format!("input `{key}` stands twice")) }
    }

    fn maybe<T: FromStr>(&mut self, key: &str) -> Result<Option<T>, String> {
        self.one(key)?.map(|value| parse(key, &value)).transpose()
    }

    fn needed<T: FromStr>(&mut self, key: &str) -> Result<T, String> {
        self.maybe(key)?.ok_or_else(|| format!("input `{key}` is missing"))
    }

    fn check_all_read(&self) -> Result<(), String> {
        let left: Vec<_> = self.0.iter().map(|(key, _)| key.as_str()).collect();
        if left.is_empty() { Ok(()) } else { Err(format!("inputs not known here: {}", left.join(", "))) }
    }
}

fn parse<T: FromStr>(key: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{key}` can't be read: `{text}`"))
}

/// `2005-08-01..2005-08-10`, either end open.
fn span(text: &str) -> Result<(Option<NaiveDate>, Option<NaiveDate>), String> {
    let (start, end) = text.split_once("..").ok_or_else(|| format!("`{text}` is no span"))?;
    let date = |text: &str| if text.is_empty() { Ok(None) } else { parse("date", text).map(Some) };
    Ok((date(start)?, date(end)?))
}

fn first_of_month(text: &str) -> Result<NaiveDate, String> {
    parse("month", &format!("{text}-01"))
}

fn parts<const N: usize>(text: &str) -> Result<[&str; N], String> {
    let parts: Vec<_> = text.split(':').collect();
    parts.try_into().map_err(|_| format!("`{text}` has not {N} parts"))
}

// ---- The voices ----

fn program(answer: String) -> Answers {
    Ok(vec![("the program", answer)])
}

fn regime(day: &str, _: &mut Inputs) -> Answers {
    let regime = LAW.regime(parse("day", day)?);
    program(format!("regime={}", regime.map_or("none", |regime| &regime.id)))
}

fn term(day: &str, inputs: &mut Inputs) -> Answers {
    let (start, months): (Day, u32) = (parse("day", day)?, inputs.needed("months")?);
    let of_months = ("months from the start", format!("term={}", duration::months_from(start, months).last));
    let lasting = |regime: &&Regime| regime.months == months;
    let of_regimes = LAW.regimes().iter().filter(lasting).map(|regime| {
        let crp = duration::crp(start.eve(), regime);
        ("the CRP from the contract's end", format!("term={}", crp.last))
    });
    Ok([of_months].into_iter().chain(of_regimes).collect())
}

fn ratio(inputs: &mut Inputs) -> Result<Rate, String> {
    let ratio: Option<Decimal> = inputs.maybe("part_time")?;
    ratio.map_or(Ok(Rate::ONE), |ratio| Rate::from_decimal(ratio).ok_or_else(|| format!("{ratio} is no ratio")))
}

fn are(day: &str, inputs: &mut Inputs) -> Answers {
    let are = LAW.are(cents(inputs.needed("sjr")?), ratio(inputs)?, parse("day", day)?);
    program(are.map_or_else(|_| "are=unknown".to_owned(), |are| format!("are={are}")))
}

fn category(text: &str) -> Result<oracle::Category, String> {
    match text {
        "1" => Ok(oracle::Category::One),
        "2" => Ok(oracle::Category::Two),
        "3" => Ok(oracle::Category::Three),
        "F" => Ok(oracle::Category::Foreign),
        other => Err(format!("no pension category {other}")),
    }
}

fn daily(day: &str, inputs: &mut Inputs) -> Answers {
    let day: Day = parse("day", day)?;
    let id: String = inputs.needed("regime")?;
    let regime = LAW.regimes().iter().find(|regime| regime.id == id).ok_or_else(|| format!("no regime {id}"))?;
    let population = match inputs.one("population")?.as_deref() {
        None => Population::Ordinary,
        Some("article-3") => Population::Article3,
        Some(other) => return Err(format!("no population {other}")),
    };
    let right = Right {
        regime,
        population,
        crp: duration::months_from(inputs.needed("start")?, regime.months),
        sjr: cents(inputs.needed("sjr")?),
        part_time: ratio(inputs)?,
        notice_daily: inputs.maybe("notice")?.map(cents),
    };
    let ranked = RankedDay { day, rank: inputs.needed("n")?, by: InForce::ThatDay };
    if !right.crp.contains(day) || ranked.rank > Span::new(right.crp.first, day).days() {
        return Err("no such day in the CRP".to_owned());
    }
    let pension = inputs.one("pension")?.map(|pension| {
        let [kind, monthly] = parts(&pension)?;
        let category = match category(kind)? {
            oracle::Category::One => PensionCategory::First,
            oracle::Category::Two => PensionCategory::Second,
            oracle::Category::Three => PensionCategory::Third,
            oracle::Category::Foreign => PensionCategory::Foreign,
        };
        Ok::<_, String>(Pension { category, monthly: cents(parse("pension", monthly)?), span: Span::open(None, None) })
    });
    let pension = pension.transpose()?;
    let amounts = || {
        let gross = LAW.gross(&right, ranked)?.amount;
        let offset = pension.map_or(Cents::ZERO, |pension| LAW.pension_offset(gross, &pension, day));
        Ok::<_, UnknownLaw>((gross, offset, LAW.participation(&right, gross - offset, day)?))
    };
    program(amounts().map_or_else(
        |_| "unknown".to_owned(),
        |(gross, offset, participation)| {
            let net = gross - offset - participation;
            format!("gross={gross} offset={offset} participation={participation} net={net}")
        },
    ))
}

fn reference_wage(day: &str, inputs: &mut Inputs) -> Answers {
    if let Some(sjr) = inputs.maybe("sjr")? {
        let above = LAW.wage_is_above_ceiling(cents(sjr), parse("day", day)?);
        let word = above.map_or("unknown", |above| if above { "above" } else { "within" });
        return program(word.to_owned());
    }
    let wage = Wage::Earned { pay: cents(inputs.needed("pay")?), days: inputs.needed("days")? };
    program(format!("sjr={}", LAW.reference_wage(wage)))
}

fn month(month: &str, inputs: &mut Inputs) -> Answers {
    let run = first_of_month(month)?;
    let facts = facts(run, inputs)?;
    let from_rows = Rows::new(&facts).settle(run);
    let mut answers = vec![("the program, from rows of exports", checked(&from_rows)?)];
    let held = from_rows.held();
    // Dates out of order are told of rows, before any dossier; the oracle takes neither these nor more than 48 hours.
    if !held.contains(&"A302") {
        answers.push(("the program, from a dossier", checked(&Typed::new(&facts, run).settle(run))?));
        if !held.contains(&"A306") {
            answers.push(("the oracle", oracle_in_words(&facts, run)));
        }
    }
    Ok(answers)
}

fn deadlines(day: &str, inputs: &mut Inputs) -> Answers {
    let followup = Followup {
        proposal: inputs.maybe("proposal")?,
        acceptance: inputs.maybe("acceptance")?,
        protected_decision: inputs.maybe("decision")?,
        interview: inputs.maybe("interview")?,
        plan: inputs.maybe("plan")?,
        reclassified_on: inputs.maybe("reclassified")?,
        last_contact: inputs.maybe("contact")?,
        ..Followup::default()
    };
    let on: Day = inputs.needed("on")?;
    let steps = LAW.deadlines(parse("day", day)?, inputs.maybe("start")?, &followup);
    let Ok(steps) = steps else { return program("unknown".to_owned()) };
    let told = steps.into_iter().flatten().map(|step| {
        let standing = step.on(on);
        format!("{}={}:{}:{}", step.step.name(), step.due, standing.name(), standing.late_days())
    });
    program(told.collect::<Vec<_>>().join(" "))
}

fn contribution(day: &str, inputs: &mut Inputs) -> Answers {
    let hundredths = |value: Decimal| u32::try_from(cents(value).0).expect("a small number");
    let seniority = inputs.needed::<String>("seniority")?;
    let dismissal = Dismissal {
        employer: case::siret("A"),
        notice_months: hundredths(inputs.needed("notice")?),
        monthly_pay: cents(inputs.needed("pay")?),
        monthly_gross: cents(inputs.needed("gross")?),
        dif_hours: hundredths(inputs.needed("dif")?),
        net_hourly: cents(inputs.needed("hourly")?),
        proposed: inputs.one("proposed")?.is_none_or(|word| word != "no"),
    };
    let seniority = if seniority == "none" { None } else { Some(parse("seniority", &seniority)?) };
    let mut text = Law::BUILT_IN.to_owned();
    for other in inputs.all("law") {
        let [choice, word] = parts(&other)?;
        let start = text.find(&format!("[choice.{choice}]")).ok_or("no such choice")?;
        let value = start + text[start..].find("value = ").ok_or("no value")?;
        let end = value + text[value..].find('\n').ok_or("no line end")?;
        text.replace_range(value..end, &format!("value = \"{word}\""));
    }
    let law = Law::read(&text).map_err(|faults| format!("{faults:?}"))?;
    let due = law.contribution(&dismissal, parse("day", day)?, seniority);
    program(due.map_or_else(
        |_| "unknown".to_owned(),
        |due| {
            let Contribution { notice, employee_notice, dif, penalty, state } = due;
            let sum = due.due();
            format!("notice={notice} employee={employee_notice} dif={dif} penalty={penalty} due={sum} state={state}")
        },
    ))
}

fn handover(month: &str, inputs: &mut Inputs) -> Answers {
    let run = first_of_month(month)?;
    let facts = facts(run, inputs)?;
    let from_rows = Rows::new(&facts).settle(run);
    let mut answers = vec![("the program, from rows of exports", from_rows.handover_in_words())];
    if from_rows.held().is_empty() {
        answers.push(("the oracle", oracle::handover(&facts, run).map_err(|reason| format!("{reason:?}"))?));
    }
    Ok(answers)
}

fn checked(answer: &Answer) -> Result<String, String> {
    answer.check_payment().map(|()| answer.in_words())
}

fn facts(run: NaiveDate, inputs: &mut Inputs) -> Result<oracle::Facts, String> {
    let pension = inputs.one("pension")?.map(|pension| {
        let [kind, monthly, days] = parts(&pension)?;
        let (start, end) = span(days)?;
        Ok::<_, String>(oracle::Pension { category: category(kind)?, monthly: parse("pension", monthly)?, start, end })
    });
    Ok(oracle::Facts {
        procedure_date: inputs.needed("procedure")?,
        contract_end: inputs.needed("contract_end")?,
        seniority_months: inputs.needed("seniority")?,
        sjr: inputs.needed("sjr")?,
        weekly_hours: inputs.needed("hours")?,
        part_time_ratio: inputs.maybe("part_time")?.unwrap_or(Decimal::ONE),
        are_days: inputs.maybe("are_days")?,
        notice_daily: inputs.maybe("notice")?,
        pension: pension.transpose()?,
        events: inputs.all("event").iter().map(|text| event(text)).collect::<Result<_, _>>()?,
        rows: job_rows(run, inputs)?,
    })
}

fn event(text: &str) -> Result<oracle::Event, String> {
    use oracle::EventKind::*;
    const KINDS: [oracle::EventKind; 12] = [
        Sickness,
        Maternity,
        Accident,
        Parental,
        Presence,
        Abroad,
        CivicService,
        BusinessCreation,
        Retirement,
        Exclusion,
        Training,
        Ctp,
    ];
    let [name, days] = parts(text)?;
    let kind = KINDS.into_iter().find(|&kind| case::kind(kind).name() == name);
    let (start, end) = span(days)?;
    Ok(oracle::Event {
        kind: kind.ok_or_else(|| format!("no kind of event {name}"))?,
        start: start.ok_or("an event needs its first day")?,
        end,
    })
}

/// A proved row for each month of each job up to the run, then the exceptions.
fn job_rows(run: NaiveDate, inputs: &mut Inputs) -> Result<Vec<oracle::JobRow>, String> {
    let mut rows = Vec::new();
    for job in inputs.all("job") {
        let [employer, days, hours, base] = parts(&job)?;
        let (start, job_end) = span(days)?;
        let job_start = start.ok_or("a job needs its first day")?;
        let last = job_end.map_or(run, |end| end.min(run));
        let mut month = job_start - chrono::Days::new(u64::from(chrono::Datelike::day0(&job_start)));
        while month <= last {
            rows.push(oracle::JobRow {
                employer: employer.to_owned(),
                month,
                job_start,
                job_end,
                weekly_hours: parse("hours", hours)?,
                base_monthly_gross: parse("base", base)?,
                proof: true,
            });
            month = month + Months::new(1);
        }
    }
    for exception in inputs.all("row") {
        let (employer, rest) = exception.split_once(':').ok_or("a row needs its employer")?;
        let (month, rest) = rest.split_once(':').ok_or("a row needs its month")?;
        let month = first_of_month(month)?;
        let mut places = (0..rows.len()).filter(|&at| rows[at].employer == employer && rows[at].month == month);
        let place = places.next();
        if places.next().is_some() {
            return Err(format!("row `{exception}` is that of two jobs"));
        }
        let Some(place) = place else {
            if month > run { continue } else { return Err(format!("row `{exception}` is that of no job")) }
        };
        if rest == "none" {
            rows.remove(place);
            continue;
        }
        let [hours, base, proof] = parts(rest)?;
        let row = &mut rows[place];
        (row.weekly_hours, row.base_monthly_gross) = (parse("hours", hours)?, parse("base", base)?);
        row.proof = match proof {
            "proof" => true,
            "noproof" => false,
            other => return Err(format!("`{other}` is neither proof nor noproof")),
        };
    }
    Ok(rows)
}

// ---- The tests ----

#[test]
fn every_row_of_the_law_tables_holds() {
    let mut told = String::new();
    let mut failed = 0;
    for row in rows() {
        let (_, voices) = TABLES.into_iter().find(|(table, _)| *table == row.table).expect("read by this list");
        let answers = Inputs::read(&row.inputs).and_then(|mut inputs| {
            let answers = voices(&row.day, &mut inputs)?;
            inputs.check_all_read().map(|()| answers)
        });
        let wrong = match answers {
            Err(fault) => vec![("the row", fault)],
            Ok(answers) => answers.into_iter().filter(|(_, answer)| *answer != row.expected).collect(),
        };
        if wrong.is_empty() {
            continue;
        }
        failed += 1;
        let LawRow { table, line, rule, day, inputs, expected, origin, why } = row;
        writeln!(told, "fixtures/law/{table}.csv:{line}: {rule} on {day}: {why}").unwrap();
        writeln!(told, "  inputs   {inputs}\n  origin   {origin}\n  expected {expected}").unwrap();
        for (voice, answer) in wrong {
            writeln!(told, "  got      {answer} ({voice})").unwrap();
        }
    }
    assert!(failed == 0, "{failed} rows of the law tables don't hold:\n{told}");
}

#[test]
fn every_rule_that_computes_something_has_rows() {
    let rows = rows();
    assert!(rows.len() >= 120, "{} rows only", rows.len());
    let mut by_rule = BTreeMap::new();
    for row in &rows {
        *by_rule.entry(row.rule.as_str()).or_insert(0) += 1;
    }
    for rule in COMPUTING_RULES {
        assert!(by_rule.remove(rule) >= Some(2), "{rule} has fewer than two rows");
    }
    assert!(by_rule.is_empty(), "rows of rules that compute nothing: {by_rule:?}");
}

#[test]
fn every_row_says_where_it_comes_from_and_why_it_is_here() {
    let mut seen = BTreeMap::new();
    for row in rows() {
        let place = format!("fixtures/law/{}.csv:{}", row.table, row.line);
        for (name, text) in [("origin", &row.origin), ("why", &row.why)] {
            assert!(!text.trim().is_empty(), "{place}: {name} is blank");
            let foreign = [".py", ".rs", ".md", ".csv", "script", "decision ", "oracle"];
            let found = foreign.into_iter().find(|word| text.contains(word));
            assert_eq!(found, None, "{place}: {name} must speak for itself: {text}");
        }
        let first = seen.insert((row.table, row.day, row.inputs), place.clone());
        assert_eq!(first, None, "{place} asks what was asked before");
    }
}

#[test]
fn every_file_of_the_folder_is_read() {
    let entries = std::fs::read_dir(folder()).expect("fixtures/law");
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, TABLES.map(|(table, _)| format!("{table}.csv")));
}

#[test]
fn a_row_that_can_not_be_read_fails() {
    let answer = |table: &str, day: &str, inputs: &str| {
        let (_, voices) = TABLES.into_iter().find(|(name, _)| *name == table).expect(table);
        let mut inputs = Inputs::read(inputs)?;
        voices(day, &mut inputs)?;
        inputs.check_all_read()
    };
    for (table, day, inputs) in [
        ("regime", "2005-05-31", "regime=crp-2005"),
        ("term", "2005-02-30", "months=8"),
        ("are", "2005-07-01", "sjr=40.00 sjr=50.00"),
        ("are", "2005-07-01", "sjr=40.00 parttime=0.5"),
        ("daily", "2005-07-01", "regime=crp-2005 start=2005-07-01 n=2 sjr=60.00"),
        ("month", "2005-07", "procedure=2005-06-10 contract_end=2005-06-30 seniority=30 sjr=60.00"),
        ("reference-wage", "2005-06-30", "pay=1.00"),
    ] {
        assert!(answer(table, day, inputs).is_err(), "{table} {day} {inputs}");
    }
}
