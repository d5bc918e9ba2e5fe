//! Files of a ledger but what is kept of one beneficiary, and but statements.parquet: it is read only if its digest is that of its
//! run, as the crate that reads it panics on altered bytes.

use std::io::Write;

use tempfile::NamedTempFile;
use versement::ledger::{KeptBatch, KeptStream, OpeningFile, RunRecord};

/// The bytes as a file.
fn file(data: &[u8]) -> Option<NamedTempFile> {
    let mut file = NamedTempFile::new().ok()?;
    file.write_all(data).ok()?;
    Some(file)
}

/// dossiers.bin: refused, or read to its end in ascending order.
pub fn dossiers(data: &[u8]) {
    let Some(file) = file(data) else { return };
    let Ok(mut stream) = KeptStream::open(file.path()) else { return };
    assert!(stream.samples().count() <= data.len());
    let mut batch = KeptBatch::default();
    if stream.take(|_| true, &mut batch).is_ok() {
        let numbers: Vec<_> = batch.iter().map(|kept| kept.id).collect();
        assert!(numbers.is_sorted());
        batch.iter().for_each(|kept| _ = kept.decode().is_ok());
        let (Some(&last), Ok(mut again)) = (numbers.last(), KeptStream::open(file.path())) else { return };
        _ = again.skip_before(last);
    }
}

/// opening.csv: refused with a line of the file, or read in ascending order.
pub fn opening(data: &[u8]) {
    let Some(file) = file(data) else { return };
    let Ok(mut opening) = OpeningFile::open(file.path()) else { return };
    let mut rows = Vec::new();
    if opening.take(|_| true, &mut rows).is_ok() {
        assert!(rows.is_sorted_by_key(|(id, _)| *id));
    }
}

/// A record of the catalogue: what is read is what would be written again.
pub fn record(data: &[u8]) {
    let Ok(record) = serde_json::from_slice::<RunRecord>(data) else { return };
    let Ok(text) = serde_json::to_string(&record) else { panic!("a record can't be written") };
    assert_eq!(serde_json::from_str::<RunRecord>(&text).ok(), Some(record));
}
