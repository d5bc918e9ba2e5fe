//! What each target does with its bytes. Apart, as `tests/fuzz_corpus.rs` does the same with the committed corpora
//! in every `cargo test`, without a fuzzer.

mod ledger;
mod month;
mod settle;

use std::io::Read;

use versement::bank::answers;
use versement::bank::fund::Fund;
use versement::bank::xml::XmlFault;
use versement::calendar::Month;
use versement::columns::Export;
use versement::doctor;
use versement::exports::{Batch, BlockReader, Encoding};
use versement::law::Law;
use versement::ledger::{decode_kept, encode_kept};
use versement::redact::{Key, Wanted, redact};

/// A target: what it is called, and what it does.
pub const TARGETS: [(&str, fn(&[u8])); 12] = [
    ("exports", exports),
    ("rows", rows),
    ("sample", sample),
    ("law", law),
    ("fund", fund),
    ("kept", kept),
    ("answers", bank_answers),
    ("month", month::month),
    ("settle", settle::settle),
    ("dossiers", ledger::dossiers),
    ("opening", ledger::opening),
    ("record", ledger::record),
];

/// The first byte says which export, in which encoding; the others are the file.
fn opened(data: &[u8]) -> Option<(Export, Encoding, &[u8])> {
    let (&first, file) = data.split_first()?;
    let export = Export::ALL[usize::from(first >> 1) % Export::COUNT];
    let encoding = if first & 1 == 0 { Encoding::Utf8 } else { Encoding::Windows1252 };
    Some((export, encoding, file))
}

/// A whole export: header, rows, fields, facts, findings. Every row is accounted for, and each finding has a line within the file.
pub fn exports(data: &[u8]) {
    let Some((export, encoding, file)) = opened(data) else { return };
    let Some(month) = Month::new(2009, 5) else { return };
    let Ok(look) = doctor::look(export, file, encoding, month) else { return };
    let lines = 1 + file.iter().filter(|byte| **byte == b'\n').count() as u64;
    assert!(look.rows <= lines);
    let mut places = look.faults.values().flat_map(|faults| &faults.places);
    assert!(
        places.all(|(line, column)| *line >= 2 && *line <= lines && column.is_none_or(|at| at <= look.header.count))
    );
}

/// Gives as many bytes at a time as the data says.
struct Trickle<'d>(&'d [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(buffer.len()).min(self.0.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

/// The reader in chunks and the csv crate find the same fields, or ours refuses. The first byte is the size of the chunks.
pub fn rows(data: &[u8]) {
    let Some((&chunk, rest)) = data.split_first() else { return };
    // Told that rows end with \n, the csv crate leaves the return in front of it in the last field; whether it stood between
    // quotes, or behind an empty pair of them, can't be told any more.
    if rest.windows(2).any(|pair| pair == b"\r\"" || pair == b"\r\r") || rest.windows(3).any(|three| three == b"\"\"\r")
    {
        return;
    }
    let file = [b"beneficiary_id,kind,start,end\n", rest].concat();
    let Some(ours) = our_fields(&file, usize::from(chunk) + 1) else { return };
    assert_eq!(Some(&ours), our_fields(&file, usize::MAX).as_ref(), "the size of the chunks tells");
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).terminator(csv::Terminator::Any(b'\n')).from_reader(file.as_slice());
    let mut theirs: Vec<Vec<Vec<u8>>> = Vec::new();
    for record in reader.byte_records() {
        let Ok(record) = record else { panic!("the csv crate refuses what ours reads") };
        let mut fields: Vec<Vec<u8>> = record.iter().map(<[u8]>::to_vec).collect();
        if let Some(last) = fields.last_mut()
            && last.last() == Some(&b'\r')
        {
            last.pop();
            if fields == [b""] {
                continue;
            }
        }
        theirs.push(fields);
    }
    assert_eq!(ours, theirs);
}

fn our_fields(file: &[u8], chunk: usize) -> Option<Vec<Vec<Vec<u8>>>> {
    let mut reader = BlockReader::open(Export::Events, Trickle(file, chunk), Encoding::Utf8, false).ok()?;
    let header = reader.header().clone();
    let (mut batch, mut fields) = (Batch::default(), Vec::new());
    loop {
        reader.fill(64).ok()?;
        let count = reader.buffered().len();
        if count == 0 {
            return Some(fields);
        }
        batch.clear();
        reader.take(count, &mut batch);
        let rows = &batch.rows[Export::Events as usize];
        let bytes = batch.bytes_of(Export::Events);
        fields.extend(rows.iter().map(|row| header.fields(row.of(bytes))));
    }
}

/// A sample can be read, has no more rows than the original, and no beneficiary number of eight characters or more of it.
pub fn sample(data: &[u8]) {
    let Some((export, encoding, file)) = opened(data) else { return };
    // Of the data: a fuzzer that sees the pseudonyms of a fixed key puts them into the original.
    let mixed = data
        .iter()
        .fold(0xCBF2_9CE4_8422_2325_u64, |mixed, &byte| (mixed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3));
    let Some(key) = Key::new(&[mixed.to_le_bytes(); 4].concat()) else { return };
    let lines = file.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    let wanted = Wanted { lines: (1..=lines).map(|line| (export, line)).collect(), ..Wanted::default() };
    let Ok(reader) = BlockReader::open(export, file, encoding, false) else { return };
    let mut out = Vec::new();
    let Ok(sampled) = redact(reader, &wanted, &key, true, &mut out) else { return };
    let Some(month) = Month::new(2009, 5) else { return };
    let Ok(look) = doctor::look(export, out.as_slice(), encoding, month) else { panic!("the sample is refused") };
    assert_eq!((look.rows, sampled.read >= sampled.written), (sampled.written, true));
    // One of digits, or of letters, may be a part of a date or a word that another row rightly has.
    let is_telling = |id: &String| {
        let has = |kind: fn(u8) -> bool| id.bytes().any(kind);
        id.len() >= 8 && has(|byte| byte.is_ascii_digit()) && has(|byte| byte.is_ascii_alphabetic())
    };
    for id in sampled.found.iter().map(ToString::to_string).filter(is_telling) {
        let is_there = out.windows(id.len()).any(|text| text == id.as_bytes());
        assert!(!is_there, "a number of the original, {id}, in {}", out.escape_ascii());
    }
}

/// Exports in which every field has its largest value, to be settled by any law.
const EXTREMES: &[u8] = include_bytes!("extremes.txt");

/// A law file: read, and then any month can be settled by it, or refused with faults that have a text.
pub fn law(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    match Law::read(text) {
        Ok(law) => month::by(&law, EXTREMES),
        Err(faults) => assert!(!faults.is_empty() && faults.iter().all(|fault| !fault.to_string().is_empty())),
    }
}

/// fund.toml: read, or refused with a text.
pub fn fund(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Err(fault) = Fund::read(text) {
        assert!(!fault.to_string().is_empty());
    }
}

/// What the ledger keeps of a beneficiary: what is read is what would be written again.
pub fn kept(data: &[u8]) {
    let Some(first) = decode_kept(data) else { return };
    let mut written = Vec::new();
    encode_kept(&mut written, &first);
    let again = decode_kept(&written);
    assert_eq!(again.as_ref(), Some(&first));
}

/// What a bank answers: read, or refused; as many answers as are counted.
pub fn bank_answers(data: &[u8]) {
    let mut taken = 0;
    let heard = answers::read::<XmlFault>(data, |_| {
        taken += 1;
        Ok(())
    });
    if let Ok(heard) = heard {
        assert_eq!(heard.answers, taken);
    }
}
