//! A month as a whole, from the bytes of all exports: read, joined, settled, written; and the same beneficiaries in a ledger, run
//! after run.

use versement::calendar::Month;
use versement::columns::Export;
use versement::dossier::Joined;
use versement::exports::{self, Anonymous, Batch, BlockReader, Cursor, CursorBuffers, Encoding, Header};
use versement::identity::BeneficiaryId;
use versement::law::Law;
use versement::ledger::{decode_kept, encode_kept};
use versement::night::{BatchSettler, Bounds, Output, Purpose, Recalled, Task};
use versement::revision::{Line, Payment, Period, Revised, Reviser};
use versement::settle::Settlement;

use crate::case::LAW;

/// What stands between two exports.
const BETWEEN: u8 = 0x1E;

/// The exports of a month, read into one batch.
struct Exports {
    headers: [Header; Export::COUNT],
    batch: Batch,
}

impl Exports {
    /// One file after the other; those that are not there have their header.
    fn read(files: &[u8], encoding: Encoding) -> Option<Self> {
        let mut files = files.split(|byte| *byte == BETWEEN);
        let mut batch = Batch::default();
        let mut headers = Vec::new();
        for export in Export::ALL {
            let file = files.next().filter(|file| !file.is_empty());
            let file = file.map_or_else(|| export.empty(), <[u8]>::to_vec);
            let mut reader = BlockReader::open(export, file.as_slice(), encoding, false).ok()?;
            headers.push(reader.header().clone());
            loop {
                reader.fill(1 << 16).ok()?;
                let count = reader.buffered().len();
                if count == 0 {
                    break;
                }
                reader.take(count, &mut batch);
            }
        }
        Some(Self { headers: headers.try_into().ok()?, batch })
    }

    fn rows(&self) -> [u64; Export::COUNT] {
        Export::ALL.map(|export| self.batch.rows[export as usize].len() as u64)
    }
}

/// The first byte says for which month, the second in which encoding.
pub fn month(data: &[u8]) {
    let Some((&[month, encoding], files)) = data.split_first_chunk::<2>() else { return };
    let Some(first) = Month::new(2005, 6) else { return };
    let encoding = if encoding & 1 == 0 { Encoding::Utf8 } else { Encoding::Windows1252 };
    let Some(exports) = Exports::read(files, encoding) else { return };
    go_through(&LAW, &exports, first.minus(-i32::from(month % 96)));
}

/// What any law that is read makes of a few exports.
pub fn by(law: &Law, files: &[u8]) {
    let Some(exports) = Exports::read(files, Encoding::Utf8) else { return };
    let months = [(2009, 5), (2009, 11), (2010, 7), (2199, 12)];
    for month in months.into_iter().filter_map(|(year, month)| Month::new(year, month)) {
        go_through(law, &exports, month);
    }
}

fn go_through(law: &Law, exports: &Exports, month: Month) {
    for purpose in [Purpose::Run, Purpose::Deadlines(month.last_day()), Purpose::Stats] {
        let task = Task { law, month, purpose, headers: &exports.headers, ledger: None };
        let (mut settler, mut output) = (BatchSettler::new(&task), Output::default());
        if settler.settle(&exports.batch, &Recalled::default(), Bounds::default(), &mut output).is_err() {
            return;
        }
        let totals = settler.totals;
        assert_eq!(totals.rows, exports.rows(), "a row vanished");
        assert_eq!(totals.outcomes.sum(), totals.rows[Export::Beneficiaries as usize]);
        assert_eq!(totals.outcomes.paid, totals.paid.count);
    }
    let fast = history(law, exports, month, false);
    let full = history(law, exports, month, true);
    assert_eq!(fast, full, "settling only what was touched posts something else");
}

/// What a run posted for somebody.
type Posted = (u32, BeneficiaryId, Vec<Line>, Payment);

/// The same exports in the month, in it again, and in the two that follow.
fn history(law: &Law, exports: &Exports, first: Month, settle_all: bool) -> Vec<Posted> {
    let mut kept: std::collections::BTreeMap<BeneficiaryId, Vec<u8>> = Default::default();
    let mut posted = Vec::new();
    for (run, month) in (1..).zip([first, first, first.next(), first.next().next()]) {
        if month.last_day().year() != month.year() {
            break;
        }
        let rules = law.claim_rules(month.last_day()).ok();
        let mut reviser = Reviser::new(law, Period { month, run, first_month: first, settle_all, rules });
        let mut anonymous = |_: Export, _: Anonymous<'_>| {};
        let mut buffers: [CursorBuffers; Export::COUNT] = Default::default();
        let is_utf8 = exports.headers[0].dialect.encoding == Encoding::Utf8;
        let texts = if is_utf8 { exports.batch.texts() } else { [None; Export::COUNT] };
        let mut cursors = exports::cursors(&exports.headers, &exports.batch, texts, &mut buffers, &mut anonymous);
        let mut next = kept.clone();
        let before = kept;
        let mut joined = Joined::default();
        while let Some(id) = cursors.iter().filter_map(Cursor::id).min() {
            joined.gather(id, month, &mut cursors, &mut anonymous);
            let Some(then) = before.get(&id).map(|bytes| decode_kept(bytes)) else {
                let mut settlement = Settlement::default();
                let mut revised = Revised::default();
                reviser.revise(&mut joined, None, None, &mut settlement, &mut revised);
                remember(&mut next, id, revised.keep.as_ref());
                posted.push((run, id, reviser.posting.lines.clone(), reviser.posting.payment));
                continue;
            };
            let Some(then) = then else { panic!("what was written can't be read") };
            let mut settlement = Settlement::default();
            let mut revised = Revised::default();
            match joined.rows.is_empty() {
                true => revised.keep = reviser.miss(id, &then, &mut joined.findings, &mut settlement),
                false => reviser.revise(&mut joined, Some(&then), None, &mut settlement, &mut revised),
            }
            remember(&mut next, id, revised.keep.as_ref());
            if run == 2 {
                assert!(
                    reviser.posting.lines.is_empty(),
                    "the same exports are paid again: {:?}",
                    reviser.posting.lines
                );
            }
            posted.push((run, id, reviser.posting.lines.clone(), reviser.posting.payment));
        }
        kept = next;
    }
    posted
}

fn remember(
    kept: &mut std::collections::BTreeMap<BeneficiaryId, Vec<u8>>,
    id: BeneficiaryId,
    keep: Option<&versement::revision::Kept<'_>>,
) {
    match keep {
        Some(keep) => {
            let mut bytes = Vec::new();
            encode_kept(&mut bytes, keep);
            assert_eq!(decode_kept(&bytes).as_ref(), Some(keep), "read back otherwise");
            kept.insert(id, bytes);
        }
        None => _ = kept.remove(&id),
    }
}
