//! Digests of files: SHA-256 of what is read and published, as everybody can take it again; BLAKE3 of the ledger's own books, which
//! are read and written whole every night and cost a quarter of it with SHA-256.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::summary::FileRecord;

/// How a file is known again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Of exports, results, law and summaries.
    Sha256,
    /// Of the ledger's books.
    Blake3,
}

/// A digest that is being taken.
#[derive(Clone, Debug)]
pub(super) enum Digester {
    Sha256(Sha256),
    Blake3(Box<blake3::Hasher>),
}

impl Digester {
    pub(super) fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::Sha256(Sha256::new()),
            Algorithm::Blake3 => Self::Blake3(Box::default()),
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(digest) => digest.update(bytes),
            Self::Blake3(digest) => {
                digest.update(bytes);
            }
        }
    }

    /// The record of a file with these bytes.
    pub(super) fn record(&self, name: &str, bytes: u64) -> FileRecord {
        let name = name.to_owned();
        match self {
            Self::Sha256(digest) => {
                let sha256 = Some(crate::hexadecimal(&digest.clone().finalize()));
                FileRecord { name, bytes, sha256, blake3: None }
            }
            Self::Blake3(digest) => {
                let blake3 = Some(digest.finalize().to_hex().to_string());
                FileRecord { name, bytes, sha256: None, blake3 }
            }
        }
    }
}

impl FileRecord {
    /// A file as it is now, with its SHA-256.
    ///
    /// # Errors
    /// It can't be read.
    pub fn of(path: &Path, name: &str) -> io::Result<Self> {
        read(path, name, Digester::new(Algorithm::Sha256))
    }

    /// Whether a file is the one that was recorded; never of one that was recorded without a digest.
    ///
    /// # Errors
    /// It can't be read.
    pub fn is_still(&self, path: &Path) -> io::Result<bool> {
        let algorithm = if self.blake3.is_some() { Algorithm::Blake3 } else { Algorithm::Sha256 };
        Ok(read(path, &self.name, Digester::new(algorithm))? == *self)
    }
}

fn read(path: &Path, name: &str, mut digester: Digester) -> io::Result<FileRecord> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 256 << 10];
    let mut length = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(digester.record(name, length)),
            Ok(read) => {
                digester.update(&buffer[..read]);
                length += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_digest_is_the_one_that_others_take_of_the_same_bytes() {
        // Both of `abc`: FIPS 180-4, appendix B.1; the BLAKE3 reference implementation.
        let known = [
            (Algorithm::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (Algorithm::Blake3, "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85"),
        ];
        for (algorithm, hex) in known {
            let mut digester = Digester::new(algorithm);
            digester.update(b"a");
            digester.update(b"bc");
            let FileRecord { bytes, sha256, blake3, .. } = digester.record("f", 3);
            assert_eq!((bytes, sha256.xor(blake3).as_deref()), (3, Some(hex)));
        }
    }

    #[test]
    fn a_file_is_known_again_by_the_digest_that_was_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        let bytes = vec![7; 600_000];
        for algorithm in [Algorithm::Sha256, Algorithm::Blake3] {
            std::fs::write(&path, &bytes).unwrap();
            let mut digester = Digester::new(algorithm);
            digester.update(&bytes);
            let record = digester.record("f", bytes.len() as u64);
            assert!(record.is_still(&path).unwrap());
            std::fs::write(&path, [&bytes[..599_999], &[8]].concat()).unwrap();
            assert!(!record.is_still(&path).unwrap());
            assert!(!FileRecord { sha256: None, blake3: None, ..record }.is_still(&path).unwrap());
        }
    }
}
