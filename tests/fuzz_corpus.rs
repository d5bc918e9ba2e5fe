//! The committed corpora of the fuzz targets, and a few thousand texts made from them, without a fuzzer: what a target found once
//! stays found.
#![allow(
    clippy::inconsistent_digit_grouping,
    clippy::type_complexity,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    missing_docs
)]

#[path = "../fuzz/bodies/mod.rs"]
mod bodies;
mod case;
mod oracle;

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use versement::calendar::{Day, Month, Span};
use versement::columns::Export;
use versement::facts::{
    Beneficiary, Earning, Event, EventKind, Facts, KeptList, KeptRow, Opening, Pension, PensionCategory, Wage,
    WeeklyHours,
};
use versement::identity::{BeneficiaryId, Iban, Nir, Siret};
use versement::ledger::encode_kept;
use versement::money::{Cents, Rate};
use versement::revision::{Claim, Kept, Kind, Position, Positions, Unread};
use versement::settle::Amounts;

/// How many texts are made from each corpus; `FUZZ_ROUNDS` says another number.
const ROUNDS: u64 = 300;

/// A step of a xorshift generator.
fn next(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state >> 32).unwrap()
}

/// A seed with some bytes changed, taken away, doubled, or put in from another one.
fn altered(seeds: &[Vec<u8>], state: &mut u64) -> Vec<u8> {
    const TELLING: &[u8] = b"\"\"\r\n,;-. 0129AFZ\xEF\xBB\xBF\xE9\0=<>[]";
    let mut text = seeds[next(state) % seeds.len()].clone();
    for _ in 0..=next(state) % 4 {
        let at = next(state) % (text.len() + 1);
        match next(state) % 5 {
            0 if at < text.len() => text[at] = TELLING[next(state) % TELLING.len()],
            1 if at < text.len() => text[at] ^= 1 << (next(state) % 8),
            2 => text.truncate(at),
            3 => {
                let other = &seeds[next(state) % seeds.len()];
                let from = next(state) % (other.len() + 1);
                let piece = other[from..(from + next(state) % 64).min(other.len())].to_vec();
                text.splice(at..at, piece);
            }
            _ => _ = text.drain(at..(at + next(state) % 16).min(text.len())),
        }
    }
    text
}

#[test]
fn no_target_fails_on_its_corpus_or_on_texts_made_from_it() {
    let rounds = std::env::var("FUZZ_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS);
    for (name, target) in bodies::TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
        let mut paths: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let seeds: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
        assert!(!seeds.is_empty(), "{name} has no corpus");
        for (path, seed) in paths.iter().zip(&seeds) {
            println!("{}", path.display());
            target(seed);
        }
        let mut state = 0x9E37_79B9_7F4A_7C15;
        for round in 0..rounds {
            let text = altered(&seeds, &mut state);
            let told = std::panic::catch_unwind(|| target(&text));
            assert!(told.is_ok(), "{name}, round {round}: {}", text.escape_ascii());
        }
        println!("{name}: {} seeds, {rounds} texts made from them", seeds.len());
    }
}

#[test]
fn a_row_of_an_empty_text_stays_a_row_in_a_sample() {
    let (_, sample) = bodies::TARGETS.into_iter().find(|(name, _)| *name == "sample").unwrap();
    sample(b"\0beneficiary_id,nir,name,iban,procedure_date,contract_end,seniority_months,sjr,weekly_hours\nB1,2\n\"\"\nB2\n");
}

fn with(bytes: &[u8], text: &[u8], other: &[u8]) -> Vec<u8> {
    let at = bytes.windows(text.len()).position(|window| window == text).unwrap();
    [&bytes[..at], other, &bytes[at + text.len()..]].concat()
}

/// Writes the seeds of `kept` anew; for the day on which their form changes.
#[test]
#[ignore = "writes to fuzz/corpus/kept"]
fn record_what_is_kept() {
    let day = |text: &str| {
        let part = |at: std::ops::Range<usize>| text[at].parse::<u32>().unwrap();
        Day::from_ymd(part(0..4).cast_signed(), part(5..7), part(8..10)).unwrap()
    };
    let month = |text: &str| text.parse::<Month>().unwrap();
    let beneficiary = Beneficiary {
        id: BeneficiaryId::new(b"B0001").unwrap(),
        nir: Nir::new(b"295109912611193").unwrap(),
        name: Cow::Borrowed("Vorela Tib\u{E9}"),
        iban: Iban::new(b"FR7630006000011234567890189"),
        procedure_date: day("2009-04-05"),
        contract_end: day("2009-05-31"),
        seniority_months: 60,
        wage: Wage::Stated(Cents(60_00)),
        weekly_hours: WeeklyHours(35_00),
        part_time: Rate::ONE,
        are_days: None,
        notice_daily: None,
        pension: None,
    };
    let plain = Kept {
        facts: Facts { row: KeptRow::of(&beneficiary), events: KeptList::default(), earnings: KeptList::default() },
        opening: None,
        positions: Positions::default(),
        claims: Vec::new(),
        opened: false,
        unsettled: false,
        unread: Vec::new(),
        paid: None,
        over_since: None,
    };
    let pension = Pension {
        category: PensionCategory::Second,
        monthly: Cents(450_00),
        span: Span::open(Some(day("2009-06-10")), None),
    };
    let wage = Wage::Earned { pay: Cents(21_900_00), days: 365 };
    let earning = Earning {
        employer: Siret::new(b"73282932000074"),
        month: month("2009-08"),
        job_start: day("2009-08-01"),
        job_end: None,
        weekly_hours: WeeklyHours(35_00),
        base: Cents(1_200_00),
        gross_paid: Cents(1_200_00),
        proof: Some(day("2009-09-02")),
    };
    let amounts =
        Amounts { asr_days: 30, asr_gross: Cents(1_440_00), participation: Cents(54_00), ..Amounts::default() };
    let raised = (3, month("2009-09"));
    let full = Kept {
        facts: Facts {
            row: KeptRow::of(&Beneficiary { wage, pension: Some(pension), are_days: Some(700), ..beneficiary }),
            events: [Event { kind: EventKind::Sickness, span: Span::new(day("2009-07-01"), day("2009-07-09")) }]
                .into_iter()
                .collect(),
            earnings: [earning].into_iter().collect(),
        },
        opening: Some(Opening {
            first: day("2009-06-01"),
            asr_days: 12,
            idr_paid: Cents(300_00),
            frozen: Some((Cents(2_520_00), Span::new(day("2009-08-01"), day("2010-07-31")))),
        }),
        positions: [Position { month: month("2009-06"), amounts }].into_iter().collect(),
        claims: vec![Claim {
            month: month("2009-07"),
            kind: Kind::Asr,
            raised,
            amount: Cents(90_00),
            balance: Cents(40_00),
        }],
        opened: true,
        unsettled: true,
        unread: vec![Unread { export: Export::Earnings, month: month("2009-08") }],
        paid: Some((month("2009-09"), Cents(1_386_00))),
        over_since: Some(month("2010-06")),
    };
    let [plain, full] = [plain, full].map(|kept| {
        let mut bytes = Vec::new();
        encode_kept(&mut bytes, &kept);
        bytes
    });
    // What fuzzing found: identifiers of their length that are none.
    let greek = with(&plain, b"FR7630006000011234567890189", b"GR7630006000jjjjjjjjjjjjjjj");
    let zeros = with(&full, b"295109912611193", b"000000A08147580");
    for (name, bytes) in [("plain", plain), ("full", full), ("greek-letters", greek), ("letter-behind-zeros", zeros)] {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/kept").join(name), bytes).unwrap();
    }
}
