//! The temporary files of unsorted exports, which have no names. What a thread gathers for a partition goes to the thread's file in
//! pieces of one size, each at a multiple of it: the system then handles whole pages, and large ones, once. Many threads that write to
//! one file would wait for each other.

use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::pipeline;

/// What all threads together gather before it is written, about.
const GATHERED: usize = 32 << 20;
/// A page of the system, and the most of a piece beyond which nothing was gained.
const LEAST_PIECE: usize = 4 << 10;
const MOST_PIECE: usize = 64 << 10;
/// The most files: a process may not open as many as it may have threads.
const MOST_FILES: usize = 8;

/// Where threads put what they gathered.
#[derive(Debug)]
pub(super) struct Spill {
    files: Vec<Filling>,
    /// The file of the thread that starts next.
    next: AtomicUsize,
    piece: usize,
    partitions: usize,
}

/// A file and where its next piece goes.
#[derive(Debug)]
struct Filling {
    file: File,
    end: AtomicU64,
}

impl Filling {
    /// The place of a piece, which is nobody else's.
    fn place(&self, piece: usize) -> u64 {
        self.end.fetch_add(piece as u64, Ordering::Relaxed)
    }
}

/// What one thread gathered: a piece that fills for each partition, and the places of those that are full.
#[derive(Debug)]
pub(super) struct Gathering {
    /// One allocation, which goes back to the system as soon as all is scattered.
    bytes: Vec<u8>,
    piece: usize,
    /// The number of its file.
    file: usize,
    chains: Vec<Chain>,
}

/// What one thread gathered for a partition. A record may begin in a piece and go on in the next one.
#[derive(Clone, Debug, Default)]
struct Chain {
    places: Vec<u64>,
    /// The bytes of the last piece, if they are fewer than in the others.
    filled: usize,
}

/// The files once all is in them.
#[derive(Debug)]
pub(super) struct Spilled {
    files: Vec<File>,
    piece: usize,
    /// By thread, by partition; in front of them the number of the thread's file.
    chains: Vec<(usize, Vec<Chain>)>,
}

impl Spill {
    /// Files in a folder, one for each thread where these are few.
    pub(super) fn new(folder: &Path, threads: NonZeroUsize, partitions: usize) -> io::Result<Self> {
        let share = GATHERED / threads.get().saturating_mul(partitions).max(1);
        Self::with_pieces(folder, threads, partitions, share.clamp(LEAST_PIECE, MOST_PIECE))
    }

    fn with_pieces(folder: &Path, threads: NonZeroUsize, partitions: usize, most: usize) -> io::Result<Self> {
        let new = |_| tempfile::tempfile_in(folder).map(|file| Filling { file, end: AtomicU64::new(0) });
        let files = (0..threads.get().min(MOST_FILES)).map(new).collect::<io::Result<_>>()?;
        // A power of two: the system's larger pages begin at multiples of their size.
        Ok(Self { files, next: AtomicUsize::new(0), piece: 1 << most.ilog2(), partitions })
    }

    /// What a thread starts with.
    pub(super) fn gathering(&self) -> Gathering {
        let chains = vec![Chain::default(); self.partitions];
        let bytes = vec![0; self.piece * self.partitions];
        let file = self.next.fetch_add(1, Ordering::Relaxed) % self.files.len();
        Gathering { bytes, piece: self.piece, file, chains }
    }

    /// Writes what no piece was filled with.
    pub(super) fn finish(self, mut gathered: Vec<Gathering>) -> io::Result<Spilled> {
        gathered.iter_mut().for_each(|gathering| gathering.place_rests(&self.files[gathering.file]));
        pipeline::at_once(&gathered, |gathering| gathering.write_rests(&self.files[gathering.file].file))?;
        let chains = gathered.into_iter().map(|gathering| (gathering.file, gathering.chains)).collect();
        let files = self.files.into_iter().map(|filling| filling.file).collect();
        Ok(Spilled { files, piece: self.piece, chains })
    }
}

impl Gathering {
    /// Appends a record to what is gathered for a partition.
    #[inline]
    pub(super) fn push(&mut self, spill: &Spill, partition: usize, head: &[u8], row: &[u8]) -> io::Result<()> {
        let Self { bytes, piece, chains, .. } = self;
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
                    let filling = &spill.files[self.file];
                    let place = filling.place(buffer.len());
                    filling.file.write_all_at(buffer, place)?;
                    places.push(place);
                    *filled = 0;
                }
            }
        }
        Ok(())
    }

    fn place_rests(&mut self, filling: &Filling) {
        for chain in self.chains.iter_mut().filter(|chain| chain.filled > 0) {
            chain.places.push(filling.place(self.piece));
        }
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
        self.chains.iter().flat_map(|(_, chains)| chains).map(|chain| chain.length(self.piece) as u64).sum()
    }

    /// Reads what was gathered for a partition: what a thread gathered stands in one piece, in the order in which it did.
    pub(super) fn read(&self, partition: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
        let chains = || self.chains.iter().map(|(file, of_thread)| (&self.files[*file], &of_thread[partition]));
        // Only what the buffer lacks is written before it is read into.
        bytes.resize(chains().map(|(_, chain)| chain.length(self.piece)).sum(), 0);
        let mut rest = &mut bytes[..];
        for (file, chain) in chains() {
            let (of_chain, behind) = rest.split_at_mut(chain.length(self.piece));
            for (part, &place) in of_chain.chunks_mut(self.piece).zip(&chain.places) {
                file.read_exact_at(part, place)?;
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

    fn spill(threads: usize, partitions: usize, most: Option<usize>) -> Spill {
        let folder = std::env::temp_dir();
        let threads = NonZeroUsize::new(threads).unwrap();
        match most {
            Some(most) => Spill::with_pieces(&folder, threads, partitions, most).unwrap(),
            None => Spill::new(&folder, threads, partitions).unwrap(),
        }
    }

    #[test]
    fn records_come_back_whole_by_thread_and_in_order_wherever_pieces_end() {
        let spill = spill(2, 4, Some(100));
        assert_eq!(spill.piece, 64);
        let mut threads = [spill.gathering(), spill.gathering()];
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
        for (_, chains) in &spilled.chains {
            let mut places: Vec<_> = chains.iter().flat_map(|chain| &chain.places).copied().collect();
            places.sort_unstable();
            assert!(places.iter().zip(0..).all(|(&place, number)| place == 64 * number), "{places:?}");
        }
    }

    #[test]
    fn threads_that_share_a_file_do_not_share_a_place() {
        let spill = spill(20, 3, Some(64));
        assert_eq!(spill.files.len(), MOST_FILES);
        let mut threads: Vec<_> = (0..20).map(|_| spill.gathering()).collect();
        let mut expected = [const { Vec::new() }; 3];
        for (thread, number) in threads.iter_mut().zip(0_u8..) {
            for (partition, expected) in expected.iter_mut().enumerate() {
                let row = vec![number; 50 * partition];
                thread.push(&spill, partition, b"head", &row).unwrap();
                expected.extend([&b"head"[..], &row].concat());
            }
        }
        let spilled = spill.finish(threads).unwrap();
        for (partition, expected) in expected.iter().enumerate() {
            let mut bytes = Vec::new();
            spilled.read(partition, &mut bytes).unwrap();
            assert_eq!(bytes, *expected);
        }
    }

    #[test]
    fn pieces_are_whole_pages_and_together_no_more_than_is_to_be_gathered() {
        for (threads, partitions, piece) in
            [(1, 1, 64 << 10), (2, 131, 64 << 10), (2, 1_024, 16 << 10), (3, 1_024, 8 << 10), (64, 1_024, 4 << 10)]
        {
            assert_eq!(spill(threads, partitions, None).piece, piece, "{threads} threads, {partitions} partitions");
        }
    }

    #[test]
    fn a_file_that_takes_nothing_is_told() {
        let full = tempfile::NamedTempFile::new().unwrap();
        let mut spill = spill(1, 1, Some(64));
        spill.files = vec![Filling { file: File::open(full.path()).unwrap(), end: AtomicU64::new(0) }];
        let mut gathering = spill.gathering();
        gathering.push(&spill, 0, b"head", b"row").unwrap();
        assert!(gathering.push(&spill, 0, b"head", &[b'x'; 64]).is_err());
        assert!(spill.finish(vec![gathering]).is_err());
    }
}
