//! The temporary file of unsorted exports, which has no name. What a thread gathers for a partition goes there in pieces of
//! one size, each at a multiple of it: the system then handles whole pages, and large ones, once.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::pipeline;

/// What all threads together gather before it is written, about.
const GATHERED: usize = 32 << 20;
/// A page of the system, and the most of a piece beyond which nothing was gained.
const LEAST_PIECE: usize = 4 << 10;
const MOST_PIECE: usize = 64 << 10;

/// Where threads put what they gathered.
#[derive(Debug)]
pub(super) struct Spill {
    file: File,
    piece: usize,
    /// The place of the next piece.
    next: AtomicU64,
}

/// What one thread gathered: a piece that fills for each partition, and the places of those that are full.
#[derive(Debug)]
pub(super) struct Gathering {
    /// One allocation, which goes back to the system as soon as all is scattered.
    bytes: Vec<u8>,
    piece: usize,
    chains: Vec<Chain>,
}

/// What one thread gathered for a partition. A record may begin in a piece and go on in the next one.
#[derive(Clone, Debug, Default)]
struct Chain {
    places: Vec<u64>,
    /// The bytes of the last piece, if they are fewer than in the others.
    filled: usize,
}

/// The file once all is in it.
#[derive(Debug)]
pub(super) struct Spilled {
    file: File,
    piece: usize,
    /// By thread, by partition.
    chains: Vec<Vec<Chain>>,
}

impl Spill {
    pub(super) fn new(file: File, threads: usize, partitions: usize) -> Self {
        let share = GATHERED / (threads * partitions).max(1);
        Self::with_piece(file, share.clamp(LEAST_PIECE, MOST_PIECE))
    }

    fn with_piece(file: File, most: usize) -> Self {
        // A power of two: the system's larger pages begin at multiples of their size.
        Self { file, piece: 1 << most.ilog2(), next: AtomicU64::new(0) }
    }

    /// What one thread starts with.
    pub(super) fn gathering(&self, partitions: usize) -> Gathering {
        let chains = vec![Chain::default(); partitions];
        Gathering { bytes: vec![0; self.piece * partitions], piece: self.piece, chains }
    }

    fn place(&self) -> u64 {
        self.next.fetch_add(self.piece as u64, Ordering::Relaxed)
    }

    /// Writes what no piece was filled with.
    pub(super) fn finish(self, mut gathered: Vec<Gathering>) -> io::Result<Spilled> {
        let rests = gathered.iter_mut().flat_map(|gathering| &mut gathering.chains).filter(|chain| chain.filled > 0);
        rests.for_each(|chain| chain.places.push(self.place()));
        pipeline::at_once(&gathered, |gathering| gathering.write_rests(&self.file))?;
        let chains = gathered.into_iter().map(|gathering| gathering.chains).collect();
        Ok(Spilled { file: self.file, piece: self.piece, chains })
    }
}

impl Gathering {
    /// Appends a record to what is gathered for a partition.
    #[inline]
    pub(super) fn push(&mut self, spill: &Spill, partition: usize, head: &[u8], row: &[u8]) -> io::Result<()> {
        let Self { bytes, piece, chains } = self;
        let filled = &mut chains[partition].filled;
        let buffer = &mut bytes[partition * *piece..][..*piece];
        let (behind_head, end) = (*filled + head.len(), *filled + head.len() + row.len());
        if end >= *piece {
            return self.push_over(spill, partition, [head, row]);
        }
        buffer[*filled..behind_head].copy_from_slice(head);
        buffer[behind_head..end].copy_from_slice(row);
        *filled = end;
        Ok(())
    }

    /// The same for a record that fills a piece, or several.
    fn push_over(&mut self, spill: &Spill, partition: usize, parts: [&[u8]; 2]) -> io::Result<()> {
        let Chain { places, filled } = &mut self.chains[partition];
        let buffer = &mut self.bytes[partition * self.piece..][..self.piece];
        for mut part in parts {
            while !part.is_empty() {
                let (now, then) = part.split_at(part.len().min(buffer.len() - *filled));
                buffer[*filled..][..now.len()].copy_from_slice(now);
                *filled += now.len();
                part = then;
                if *filled == buffer.len() {
                    let place = spill.place();
                    spill.file.write_all_at(buffer, place)?;
                    places.push(place);
                    *filled = 0;
                }
            }
        }
        Ok(())
    }

    fn write_rests(&self, file: &File) -> io::Result<()> {
        for (chain, buffer) in self.chains.iter().zip(self.bytes.chunks(self.piece)) {
            if let (Some(&place), 1..) = (chain.places.last(), chain.filled) {
                file.write_all_at(&buffer[..chain.filled], place)?;
            }
        }
        Ok(())
    }
}

impl Spilled {
    /// How many bytes were gathered for all partitions.
    pub(super) fn bytes(&self) -> u64 {
        self.chains.iter().flatten().map(|chain| chain.length(self.piece) as u64).sum()
    }

    /// Reads what was gathered for a partition: what a thread gathered stands in one piece, in the order in which it did.
    pub(super) fn read(&self, partition: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
        let chains = || self.chains.iter().map(|of_thread| &of_thread[partition]);
        // Only what the buffer lacks is written before it is read into.
        bytes.resize(chains().map(|chain| chain.length(self.piece)).sum(), 0);
        let mut rest = &mut bytes[..];
        for chain in chains() {
            let (of_chain, behind) = rest.split_at_mut(chain.length(self.piece));
            for (part, &place) in of_chain.chunks_mut(self.piece).zip(&chain.places) {
                self.file.read_exact_at(part, place)?;
            }
            rest = behind;
        }
        Ok(())
    }
}

impl Chain {
    fn length(&self, piece: usize) -> usize {
        let full = self.places.len() - usize::from(self.filled > 0);
        full * piece + self.filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_whole_by_thread_and_in_order_wherever_pieces_end() {
        let file = tempfile::tempfile().unwrap();
        let spill = Spill::with_piece(file, 100);
        assert_eq!(spill.piece, 64);
        let mut threads = [spill.gathering(4), spill.gathering(4)];
        let mut expected = [const { [const { Vec::new() }; 4] }; 2];
        // Partition 0 gets all lengths, those of several pieces too; 1 a piece exactly; 2 a few bytes; 3 nothing.
        for number in 0..200_u8 {
            let thread = usize::from(number % 3 == 0);
            let row = vec![number; usize::from(number)];
            threads[thread].push(&spill, 0, b"head", &row).unwrap();
            expected[thread][0].extend([&b"head"[..], &row].concat());
        }
        for (partition, row) in [(1, vec![b'x'; 60]), (2, vec![b'y'; 3])] {
            threads[1].push(&spill, partition, b"HEAD", &row).unwrap();
            expected[1][partition].extend([&b"HEAD"[..], &row].concat());
        }
        assert_eq!(threads[1].chains[1].filled, 0);
        let spilled = spill.finish(threads.into()).unwrap();
        assert_eq!(spilled.bytes(), expected.iter().flatten().map(|bytes: &Vec<u8>| bytes.len() as u64).sum::<u64>());
        let mut bytes = b"of the partition before".to_vec();
        for partition in [0, 3, 1, 2] {
            spilled.read(partition, &mut bytes).unwrap();
            assert_eq!(bytes, [&expected[0][partition][..], &expected[1][partition]].concat());
        }
        let places = spilled.chains.iter().flatten().flat_map(|chain| &chain.places);
        let mut places: Vec<_> = places.copied().collect();
        places.sort_unstable();
        assert!(places.iter().zip(0..).all(|(&place, number)| place == 64 * number), "{places:?}");
    }

    #[test]
    fn pieces_are_whole_pages_and_together_no_more_than_is_to_be_gathered() {
        for (threads, partitions, piece) in
            [(1, 1, 64 << 10), (2, 131, 64 << 10), (2, 1_024, 16 << 10), (3, 1_024, 8 << 10), (64, 1_024, 4 << 10)]
        {
            let spill = Spill::new(tempfile::tempfile().unwrap(), threads, partitions);
            assert_eq!(spill.piece, piece, "{threads} threads, {partitions} partitions");
        }
    }

    #[test]
    fn a_file_that_takes_nothing_is_told() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let spill = Spill::with_piece(File::open(file.path()).unwrap(), 64);
        let mut gathering = spill.gathering(1);
        gathering.push(&spill, 0, b"head", b"row").unwrap();
        assert!(gathering.push(&spill, 0, b"head", &[b'x'; 64]).is_err());
        assert!(spill.finish(vec![gathering]).is_err());
    }
}
