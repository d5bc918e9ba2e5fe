use std::cmp::Ordering;
use std::fmt;

use crate::bytes::{all_letters_digits_hyphens, padded_words};

/// The fund's number of a beneficiary: 1-20 of `A-Z a-z 0-9 -`.
///
/// Kept as three big-endian words, so that comparing numbers is comparing bytes.
#[derive(Clone, Copy, Debug, Eq)]
pub struct BeneficiaryId([u64; 3]);

impl BeneficiaryId {
    /// The longest number, in characters.
    pub const LENGTH: usize = 20;

    /// The number, if the text is one.
    #[inline]
    pub fn new(text: &[u8]) -> Option<Self> {
        if text.is_empty() || text.len() > Self::LENGTH {
            return None;
        }
        let [first, second, third] = padded_words(text);
        let rest = text.get(16..).unwrap_or_default();
        if !all_letters_digits_hyphens([first, second], text.len())
            || !rest.iter().all(|&byte| byte.is_ascii_alphanumeric() || byte == b'-')
        {
            return None;
        }
        Some(Self([first.swap_bytes(), second.swap_bytes(), third.swap_bytes()]))
    }

    /// The number as words that compare like it.
    #[inline]
    pub(crate) fn words(self) -> [u64; 3] {
        self.0
    }

    /// The words of the number that is known to stand in a text, which is not looked at again.
    #[inline]
    pub(crate) fn words_of(text: &[u8]) -> [u64; 3] {
        padded_words(text).map(u64::swap_bytes)
    }

    /// Whether it comes before another one or is the same, told without a branch: where nobody can foretell it, a wrong guess costs
    /// more than all words.
    #[inline]
    pub(crate) fn is_at_most(self, other: Self) -> bool {
        let ((upper, lower), (other_upper, other_lower)) = (self.halves(), other.halves());
        (upper < other_upper) | ((upper == other_upper) & (lower <= other_lower))
    }

    /// The first sixteen characters, and those behind them.
    #[inline]
    fn halves(self) -> (u128, u64) {
        let [first, second, third] = self.0;
        (u128::from(first) << 64 | u128::from(second), third)
    }

    /// The number as it was read, zeros behind it, and its length.
    #[inline]
    pub(crate) fn padded(self) -> ([u8; 24], usize) {
        let (upper, lower) = self.halves();
        let mut text = [0; 24];
        text[..16].copy_from_slice(&upper.to_be_bytes());
        text[16..].copy_from_slice(&lower.to_be_bytes());
        (text, self.length())
    }

    /// How many characters it has, if bytes begin with it; otherwise 0.
    #[inline]
    pub(crate) fn length_in_front_of(self, bytes: &[u8]) -> usize {
        let length = self.length();
        if bytes.get(..length).is_some_and(|text| Self(Self::words_of(text)) == self) { length } else { 0 }
    }

    /// How many characters it has.
    #[inline]
    fn length(self) -> usize {
        let (upper, lower) = self.halves();
        // No byte of a number is zero, so that zeros stand behind it only.
        let unused = if lower == 0 { 64 + upper.trailing_zeros() } else { lower.trailing_zeros() };
        24 - unused as usize / 8
    }

    /// Appends the number as it was read.
    #[inline]
    pub fn write(self, out: &mut Vec<u8>) {
        let (text, length) = self.padded();
        let end = out.len() + length;
        out.extend_from_slice(&text);
        out.truncate(end);
    }
}

/// Word by word: the derived comparisons read the words as one block, and wait for them where they were just written.
impl PartialEq for BeneficiaryId {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        (self.0[0] ^ other.0[0]) | (self.0[1] ^ other.0[1]) | (self.0[2] ^ other.0[2]) == 0
    }
}

impl Ord for BeneficiaryId {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        let ([a, b, c], [x, y, z]) = (self.0, other.0);
        if a != x {
            a.cmp(&x)
        } else if b != y {
            b.cmp(&y)
        } else {
            c.cmp(&z)
        }
    }
}

impl PartialOrd for BeneficiaryId {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for BeneficiaryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::with_capacity(Self::LENGTH);
        self.write(&mut text);
        f.pad(&String::from_utf8_lossy(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_text_and_their_bytewise_order() {
        let mut texts =
            ["A", "A-", "A0", "AB", "B0000001", "B00000010", "B0000002", "a", "12345678901234567890", "12345678"];
        texts.sort_unstable();
        let numbers: Vec<_> = texts.iter().map(|text| BeneficiaryId::new(text.as_bytes()).expect(text)).collect();
        assert!(numbers.is_sorted());
        for (a, b) in numbers.iter().flat_map(|a| numbers.iter().map(move |b| (*a, *b))) {
            assert_eq!(a.is_at_most(b), a <= b, "{a} {b}");
        }
        assert!(numbers.iter().zip(texts).all(|(number, text)| number.to_string() == text));
        for (number, text) in numbers.iter().zip(texts) {
            assert_eq!(BeneficiaryId::words_of(text.as_bytes()), number.words());
            assert_eq!(number.length_in_front_of(format!("{text},x").as_bytes()), text.len());
            assert_eq!(number.length_in_front_of(&text.as_bytes()[1..]), 0);
        }
    }

    #[test]
    fn every_byte_is_judged_at_every_place() {
        for length in [1, 2, 7, 8, 9, 11, 15, 16, 17, 20] {
            for at in 0..length {
                for byte in 0..=255_u8 {
                    let mut text = vec![b'A'; length];
                    text[at] = byte;
                    let expected = byte.is_ascii_alphanumeric() || byte == b'-';
                    assert_eq!(BeneficiaryId::new(&text).is_some(), expected, "{byte} at {at} of {length}");
                }
            }
        }
    }

    #[test]
    fn other_texts_are_no_numbers() {
        for text in ["", "123456789012345678901", "A B", "é", "A_1", "=1"] {
            assert_eq!(BeneficiaryId::new(text.as_bytes()), None, "{text}");
        }
    }
}
