//! Stretches of rows that are put together in place: one look at the room for all of a stretch, and copies of constant length.

use crate::calendar::Day;
use crate::identity::BeneficiaryId;
use crate::money::{Cents, whole_word};

/// A stretch of a row of at most `SIZE` bytes, what is copied behind its end included.
pub(super) struct Piece<'o, const SIZE: usize> {
    bytes: &'o mut [u8; SIZE],
    at: usize,
}

/// The room that an amount takes: a comma, a sign, seventeen digits, a point and two more.
pub(super) const AMOUNT: usize = 22;
/// The room that a whole number takes.
pub(super) const WHOLE: usize = 20;

/// A comma and an amount, spelt to be put as often as it is needed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spelling {
    amount: Cents,
    /// As [`Cents::short_word`] has it, behind a comma; the length is zero where it has none.
    word: u64,
    length: usize,
}

impl Spelling {
    #[inline]
    pub(super) fn of(amount: Cents) -> Self {
        let (word, length) = spelt(amount);
        Self { amount, word, length }
    }
}

/// Out of line, and with a result that two registers hold: rows have many amounts.
#[inline(never)]
fn spelt(amount: Cents) -> (u64, usize) {
    amount.short_word().map_or((0, 0), |(word, length)| (word << 8 | u64::from(b','), length + 1))
}

/// Writes a comma and any amount to the beginning of a place, and tells their length. Not a method of [`Piece`]: only what is
/// never referred to is kept in registers.
#[cold]
fn long_amount(place: &mut [u8], amount: Cents) -> usize {
    let (text, start) = amount.long_text();
    let text = text.get(start..).unwrap_or_default();
    place[0] = b',';
    place[1..=text.len()].copy_from_slice(text);
    1 + text.len()
}

/// Appends a stretch of a row.
#[inline]
pub(super) fn append<const SIZE: usize>(out: &mut Vec<u8>, put: impl FnOnce(&mut Piece<'_, SIZE>)) {
    let start = out.len();
    out.extend_from_slice(&[0; SIZE]);
    let mut length = 0;
    if let Some(bytes) = out.last_chunk_mut::<SIZE>() {
        let mut piece = Piece { bytes, at: 0 };
        put(&mut piece);
        length = piece.at;
    }
    out.truncate(start + length);
}

impl<const SIZE: usize> Piece<'_, SIZE> {
    /// Puts the first `length` bytes; a copy of constant length costs less than one of the right length.
    #[inline]
    pub(super) fn put<const N: usize>(&mut self, bytes: &[u8; N], length: usize) {
        // One comparison tells that both ends of the place lie within.
        assert!(self.at <= const { SIZE - N }, "a stretch of a row is longer than {SIZE} bytes");
        self.bytes[self.at..self.at + N].copy_from_slice(bytes);
        self.at += length;
    }

    /// Puts all of them.
    #[inline]
    pub(super) fn all<const N: usize>(&mut self, bytes: &[u8; N]) {
        self.put(bytes, N);
    }

    /// Puts a short text.
    #[inline]
    pub(super) fn text(&mut self, text: &str) {
        self.bytes[self.at..self.at + text.len()].copy_from_slice(text.as_bytes());
        self.at += text.len();
    }

    #[inline]
    pub(super) fn word(&mut self, word: u64, length: usize) {
        self.put(&word.to_le_bytes(), length);
    }

    #[inline]
    pub(super) fn id(&mut self, id: BeneficiaryId) {
        let (text, length) = id.padded();
        self.put(&text, length);
    }

    #[inline]
    pub(super) fn day(&mut self, day: Day) {
        self.all(&day.text());
    }

    #[inline]
    pub(super) fn whole(&mut self, number: u64) {
        match whole_word(number) {
            Some((word, length)) => self.word(word, length),
            None => self.text(itoa::Buffer::new().format(number)),
        }
    }

    /// Puts a comma and an amount.
    #[inline]
    pub(super) fn amount(&mut self, amount: Cents) {
        if amount == Cents::ZERO {
            self.all(b",0.00");
        } else {
            self.spelling(Spelling::of(amount));
        }
    }

    /// Puts a comma and an amount that was spelt before.
    #[inline]
    pub(super) fn spelling(&mut self, Spelling { amount, word, length }: Spelling) {
        if length > 0 {
            self.word(word, length);
        } else {
            self.at += long_amount(&mut self.bytes[self.at..], amount);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_what_their_parts_spell() {
        let id = BeneficiaryId::new(b"B0000000001234567890").unwrap();
        let day: Day = "2009-05-31".parse().unwrap();
        for number in [0, 9, 10, 99, 100, 12_345, 99_999_999, 100_000_000, u64::MAX] {
            for cents in [0, 1, -1, 99_999, 999_999, 1_000_000, 99_999_999_999, i64::MAX, i64::MIN] {
                let mut out = b"before,".to_vec();
                append::<128>(&mut out, |piece| {
                    piece.id(id);
                    piece.all(b",");
                    piece.whole(number);
                    piece.amount(Cents(cents));
                    piece.put(b"|----", 1);
                    piece.day(day);
                    piece.text(",paid\n");
                });
                let expected = format!("before,{id},{number},{}|{day},paid\n", Cents(cents));
                assert_eq!(String::from_utf8_lossy(&out), expected);
            }
        }
    }
}
