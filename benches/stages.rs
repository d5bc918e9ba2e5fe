//! The stages of a night on one thread, each alone: `cargo bench --bench stages`.
//!
//! 20,000 generated beneficiaries of May 2009; a figure is the time for all of them.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench stops at the first thing that is wrong"
)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use versement::columns::Export;
use versement::dossier::Joined;
use versement::exports::{Batch, BlockReader, Cursor, CursorBuffers, Encoding, Header};
use versement::facts::Sourced;
use versement::generate::{Plan, Share, write_to};
use versement::law::Law;
use versement::law::allowance::{InForce, RankedDay, Right};
use versement::law::duration;
use versement::law::regime::Population;
use versement::money::{Cents, Rate};
use versement::night::{BatchSettler, Bounds, Output, Purpose, Recalled, Task};
use versement::publish::rows::{MonthText, Spelt, payment};
use versement::revision::Payment;
use versement::settle::{Outcome, Settlement, Settler};

const BENEFICIARIES: u64 = 20_000;

fn exports() -> [Vec<u8>; 3] {
    let plan = Plan {
        month: "2009-05".parse().unwrap(),
        beneficiaries: BENEFICIARIES,
        seed: 1,
        faults: Share::default(),
        complete: false,
        shuffled: false,
    };
    let mut files = <[Vec<u8>; 3]>::default();
    let [beneficiaries, events, earnings] = &mut files;
    write_to(&plan, [beneficiaries, events, earnings], |_| {}).unwrap();
    files
}

/// Cuts the exports into rows, all in one batch.
fn cut(files: &[Vec<u8>; 3], batch: &mut Batch) -> [Header; Export::COUNT] {
    batch.clear();
    Export::ALL.map(|export| {
        let header = export.empty();
        let bytes = files.get(export as usize).unwrap_or(&header);
        let mut reader = BlockReader::open(export, &bytes[..], Encoding::Utf8, false).unwrap();
        reader.fill(bytes.len() + 1).unwrap();
        reader.take(reader.buffered().len(), batch);
        reader.header().clone()
    })
}

fn cursors<'b, 's>(
    headers: &'s [Header; Export::COUNT],
    batch: &'b Batch,
    texts: [Option<&'b str>; Export::COUNT],
    buffers: &'s mut [CursorBuffers; Export::COUNT],
) -> [Cursor<'b, 's>; Export::COUNT] {
    versement::exports::cursors(headers, batch, texts, buffers, &mut |_, _| {})
}

fn stages(criterion: &mut Criterion) {
    let files = exports();
    let law = Law::read(Law::BUILT_IN).unwrap();
    let month = "2009-05".parse().unwrap();
    let mut batch = Batch::default();
    let headers = cut(&files, &mut batch);
    let texts = batch.texts();
    let task = Task { law: &law, month, purpose: Purpose::Run, headers: &headers, ledger: None };
    let mut group = criterion.benchmark_group("stages");
    group.throughput(Throughput::Elements(BENEFICIARIES)).sample_size(20);

    group.bench_function("yardstick: csv byte records", |bencher| {
        bencher.iter(|| {
            let mut fields = 0;
            for file in &files {
                let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(&file[..]);
                let mut record = csv::ByteRecord::new();
                while reader.read_byte_record(&mut record).unwrap() {
                    fields += record.len();
                }
            }
            fields
        });
    });
    group.bench_function("cut rows", |bencher| {
        let mut batch = Batch::default();
        bencher.iter(|| black_box(cut(&files, &mut batch)));
    });
    group.bench_function("split and parse", |bencher| {
        let mut buffers = <[CursorBuffers; Export::COUNT]>::default();
        let mut findings = Vec::new();
        bencher.iter(|| {
            let [mut beneficiaries, mut events, mut earnings, ..] = cursors(&headers, &batch, texts, &mut buffers);
            while beneficiaries.id().is_some() {
                black_box(beneficiaries.beneficiary(&mut findings));
                beneficiaries.advance(&mut |_| {});
            }
            while events.id().is_some() {
                black_box(events.event(&mut findings));
                events.advance(&mut |_| {});
            }
            while earnings.id().is_some() {
                black_box(earnings.earning(month, &mut findings));
                earnings.advance(&mut |_| {});
            }
            findings.clear();
        });
    });
    group.bench_function("split, parse and join", |bencher| {
        let mut buffers = <[CursorBuffers; Export::COUNT]>::default();
        bencher.iter(|| {
            let mut cursors = cursors(&headers, &batch, texts, &mut buffers);
            let mut joined = Joined::default();
            while let Some(id) = cursors.iter().filter_map(Cursor::id).min() {
                joined.gather(id, month, &mut cursors, &mut |_, _| {});
                black_box(&joined);
            }
        });
    });
    let mut buffers = <[CursorBuffers; Export::COUNT]>::default();
    let dossiers = dossiers(cursors(&headers, &batch, texts, &mut buffers), month);
    group.bench_function("settle", |bencher| {
        let (mut settler, mut settlement, mut findings) =
            (Settler::new(&law, month), Settlement::default(), Vec::new());
        bencher.iter(|| {
            for dossier in &dossiers {
                findings.clear();
                settler.settle(dossier.as_ref(), &mut findings, &mut settlement);
                black_box(&settlement);
            }
        });
    });
    group.bench_function("format payments", |bencher| {
        let (mut settler, mut findings) = (Settler::new(&law, month), Vec::new());
        let text = MonthText::new(month, 1);
        let mut paid = Vec::new();
        for dossier in &dossiers {
            let mut settlement = Settlement::default();
            settler.settle(dossier.as_ref(), &mut findings, &mut settlement);
            findings.clear();
            if settlement.outcome == Outcome::Paid {
                paid.push((&dossier.beneficiary.fact, settlement));
            }
        }
        let mut out = Vec::new();
        bencher.iter(|| {
            out.clear();
            for (beneficiary, settlement) in &paid {
                let paid = Payment { current: settlement.amounts, ..Payment::default() };
                let spelt = Spelt::new(beneficiary.id, &paid);
                payment(&mut out, &spelt, beneficiary, &text, settlement.regime, &paid);
            }
            black_box(out.len())
        });
    });
    group.bench_function("all but reading and writing", |bencher| {
        let mut settler = BatchSettler::new(&task);
        let mut output = Output::default();
        bencher.iter(|| {
            settler.settle(&batch, &Recalled::default(), Bounds::default(), &mut output).unwrap();
            black_box(output.tables[0].len())
        });
    });
    group.finish();
}

/// The facts of one beneficiary, kept.
struct Kept<'b> {
    beneficiary: Sourced<versement::facts::Beneficiary<'b>>,
    events: Vec<Sourced<versement::facts::Event>>,
    earnings: Vec<Sourced<versement::facts::Earning>>,
}

impl Kept<'_> {
    fn as_ref(&self) -> versement::facts::Dossier<'_> {
        versement::facts::Dossier {
            beneficiary: &self.beneficiary,
            events: &self.events,
            earnings: &self.earnings,
            opening: None,
            followup: None,
            dismissal: None,
        }
    }
}

fn dossiers<'b>(mut cursors: [Cursor<'b, '_>; Export::COUNT], month: versement::calendar::Month) -> Vec<Kept<'b>> {
    let mut joined = Joined::default();
    let mut kept = Vec::new();
    while let Some(id) = cursors.iter().filter_map(Cursor::id).min() {
        joined.gather(id, month, &mut cursors, &mut |_, _| {});
        let (dossier, _) = joined.dossier();
        let (events, earnings) = dossier.map(|dossier| (dossier.events.to_vec(), dossier.earnings.to_vec())).unwrap();
        kept.push(Kept { beneficiary: joined.beneficiary.take().unwrap(), events, earnings });
    }
    kept
}

/// The law's arithmetic of a day alone.
fn arithmetic(criterion: &mut Criterion) {
    let law = Law::read(Law::BUILT_IN).unwrap();
    let regime = law.regime("2008-12-01".parse().unwrap()).unwrap();
    let right = Right {
        regime,
        population: Population::Ordinary,
        crp: duration::crp("2008-12-31".parse().unwrap(), regime),
        sjr: Cents(6_000),
        part_time: Rate::ONE,
        notice_daily: None,
    };
    let day = RankedDay { day: "2009-05-01".parse().unwrap(), rank: 121, by: InForce::ThatDay };
    criterion.bench_function("arithmetic: gross and participation of a day", |bencher| {
        bencher.iter(|| {
            let gross = law.gross(black_box(&right), black_box(day)).unwrap();
            law.participation(&right, gross.amount, day.day).unwrap()
        });
    });
    criterion.bench_function("arithmetic: ARE of a day", |bencher| {
        bencher.iter(|| law.are(black_box(Cents(6_000)), Rate::ONE, black_box(day.day)).unwrap());
    });
}

criterion_group!(benches, stages, arithmetic);
criterion_main!(benches);
