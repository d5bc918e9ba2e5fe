//! The rows of a partition in the order of their numbers, and of their lines.

use crate::exports::Row;

/// Rows of one export with the words of their numbers; its buffers are used again.
#[derive(Debug, Default)]
pub(super) struct Numbered {
    rows: Vec<([u64; 3], Row)>,
    keys: Vec<u64>,
}

impl Numbered {
    #[inline]
    pub(super) fn push(&mut self, number: [u64; 3], row: Row) {
        self.rows.push((number, row));
    }

    /// Moves all rows to `sorted`, in order.
    ///
    /// What is sorted is one word of each row: as many bits of its number as there is room for, from the first one on in which
    /// any two differ, and the row's index. The numbers of a partition lie close to each other, so that nearly always only rows
    /// of one beneficiary are left to be told apart.
    pub(super) fn sort_into(&mut self, sorted: &mut Vec<Row>) {
        let Self { rows, keys } = self;
        sorted.clear();
        keys.clear();
        let Some(first) = first_difference(rows.iter().map(|(number, _)| *number)) else { return };
        // All ones where the index stands.
        let index = rows.len().next_power_of_two() as u64 - 1;
        let numbers = rows.iter().map(|(number, _)| window(*number, first) & !index);
        keys.extend(numbers.zip(0..).map(|(number, at)| number | at));
        keys.sort_unstable();
        #[expect(clippy::cast_possible_truncation, reason = "an index of a slice")]
        let row_of = |key: u64| rows[(key & index) as usize];
        for alike in keys.chunk_by_mut(|one, other| (one ^ other) & !index == 0) {
            if alike.len() > 1 {
                alike.sort_unstable_by_key(|&key| {
                    let (number, row) = row_of(key);
                    (number, row.line)
                });
            }
            sorted.extend(alike.iter().map(|&key| row_of(key).1));
        }
        rows.clear();
    }
}

/// The first bit in which any two numbers differ, counted from the highest one; at most 128, so that a word follows.
fn first_difference(mut numbers: impl Iterator<Item = [u64; 3]>) -> Option<u32> {
    let one = numbers.next()?;
    let differ =
        numbers.fold([0; 3], |differ: [u64; 3], number| [0, 1, 2].map(|word| differ[word] | number[word] ^ one[word]));
    let word = differ.iter().position(|&word| word != 0).unwrap_or(0);
    Some((64 * u32::try_from(word).ok()? + differ[word].leading_zeros()).min(128))
}

/// The 64 bits of a number from a bit on.
#[inline]
fn window([upper, middle, lower]: [u64; 3], first: u32) -> u64 {
    let (high, low, skipped) = if first <= 64 { (upper, middle, first) } else { (middle, lower, first - 64) };
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is the window")]
    let bits = ((u128::from(high) << 64 | u128::from(low)) >> (64 - skipped)) as u64;
    bits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::BeneficiaryId;

    #[test]
    fn rows_stand_in_the_order_of_their_numbers_wherever_these_differ() {
        let near: Vec<_> = (0..300).map(|number| format!("B{:010}", 4_000_000 + number * 7919 % 300)).collect();
        let of_all_lengths =
            (1..=20).flat_map(|length| ["A", "Z"].map(|end| format!("{}{end}", "M".repeat(length - 1))));
        let at_the_end = (0..50).map(|number| format!("12345678901234567{:03}", number * 37 % 50));
        // One that differs at once hides from the others' keys in what these differ.
        let far_from_one = (0..50).map(|number| format!("B{:013}", number * 37 % 50)).chain(["A".to_owned()]);
        let lists: [Vec<String>; 7] = [
            near,
            of_all_lengths.collect(),
            at_the_end.collect(),
            far_from_one.collect(),
            vec!["SAME".to_owned(); 9],
            vec!["-".to_owned()],
            Vec::new(),
        ];
        let mut numbered = Numbered::default();
        let mut rows = Vec::new();
        for list in lists {
            // Each number on two lines, in no order.
            let twice = list.iter().chain(&list).zip(0..);
            let row = |at: u64| Row { line: at * 31 % 997, start: 0, length: 0, quoted: false };
            let mut expected: Vec<_> = twice.map(|(text, at)| (text, row(at))).collect();
            for (text, row) in &expected {
                numbered.push(BeneficiaryId::new(text.as_bytes()).unwrap().words(), *row);
            }
            expected.sort_by_key(|(text, row)| (*text, row.line));
            numbered.sort_into(&mut rows);
            assert_eq!(rows, expected.into_iter().map(|(_, row)| row).collect::<Vec<_>>(), "{list:?}");
        }
    }

    #[test]
    fn a_window_begins_where_numbers_differ() {
        let words = |text: &str| BeneficiaryId::new(text.as_bytes()).unwrap().words();
        let first = |texts: &[&str]| first_difference(texts.iter().map(|text| words(text)));
        assert_eq!(first(&[]), None);
        assert_eq!(first(&["B1", "A1", "B2"]), Some(6));
        assert_eq!(first(&["B0000000001", "B0000000002"]), Some(8 * 10 + 6));
        assert_eq!(first(&["12345678901234567890", "12345678901234567891"]), Some(128));
        let word = |text: &[u8; 8]| u64::from_be_bytes(*text);
        for (at, expected) in [(0, b"12345678"), (8, b"23456789"), (64, b"90ABCDEF"), (72, b"0ABCDEFG")] {
            assert_eq!(window(words("1234567890ABCDEFGHIJ"), at), word(expected), "{at}");
        }
        assert_eq!(window(words("1234567890ABCDEFGHIJ"), 128), word(b"GHIJ\0\0\0\0"));
    }
}
