//! Looks at bytes 64, sixteen or eight at a time: where delimiters stand, whether a text needs quotes, what digits spell.

use std::ops::Range;

use wide::u8x16;

const LANES: usize = 16;
const STEP: u32 = 16;
const BLOCK: usize = 64;
const BLOCK_STEP: u32 = 64;

/// Sixteen bytes at most, as lanes; zeros behind their end. Words are put together from loads that overlap: a copy of
/// variable length into a buffer would make the load behind it wait.
#[inline]
fn short_lanes(bytes: &[u8]) -> u8x16 {
    let [low, high, _] = padded_words(bytes);
    u8x16::new((u128::from(low) | u128::from(high) << 64).to_le_bytes())
}

/// Up to 24 bytes as little-endian words; zeros behind their end.
#[inline]
pub(crate) fn padded_words(bytes: &[u8]) -> [u64; 3] {
    let length = bytes.len();
    let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) else {
        return [short_word(bytes), 0, 0];
    };
    let first = u64::from_le_bytes(*first);
    let last = u64::from_le_bytes(*last);
    match length {
        8 => [first, 0, 0],
        9..=16 => [first, last >> (8 * (16 - length)), 0],
        _ => {
            let middle = bytes.get(8..).and_then(|rest| rest.first_chunk::<8>());
            let middle = middle.map_or(0, |middle| u64::from_le_bytes(*middle));
            [first, middle, last >> (8 * 24_usize.saturating_sub(length))]
        }
    }
}

/// Up to seven bytes as a little-endian word.
#[inline]
fn short_word(bytes: &[u8]) -> u64 {
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let last = u64::from(u32::from_le_bytes(*last));
        return u64::from(u32::from_le_bytes(*first)) | last << (8 * (bytes.len() - 4));
    }
    bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte))
}

/// Looks at a text sixteen bytes at a time: `look` gets the lanes, where the first of them stands, and the mask of those
/// lanes that were not seen before and belong to the text; it says whether to go on.
#[inline]
fn look_through(text: &[u8], mut look: impl FnMut(u8x16, u32, u32) -> bool) {
    let (chunks, rest) = text.as_chunks::<LANES>();
    let mut base = 0;
    for chunk in chunks {
        if !look(u8x16::new(*chunk), base, 0xFFFF) {
            return;
        }
        base += STEP;
    }
    let Ok(unseen @ 1..STEP) = u32::try_from(rest.len()) else { return };
    match text.last_chunk::<LANES>() {
        Some(last) => {
            // The last sixteen bytes, of which the first were seen.
            let seen = STEP - unseen;
            look(u8x16::new(*last), base - seen, 0xFFFF << seen & 0xFFFF);
        }
        None => _ = look(short_lanes(rest), base, (1 << unseen) - 1),
    }
}

/// Where wanted lanes stand in the 64 bytes from a place on: one bit for each. Behind the end stand zeros.
#[inline]
fn mask_of(bytes: &[u8], from: usize, wanted: impl Fn(u8x16) -> u8x16) -> u64 {
    let rest = bytes.get(from..).unwrap_or_default();
    let padded;
    let block = match rest.first_chunk::<BLOCK>() {
        Some(block) => block,
        None => {
            padded = padded_block(rest);
            &padded
        }
    };
    let (parts, _) = block.as_chunks::<LANES>();
    let found = |at: usize| u64::from(wanted(u8x16::new(parts[at])).to_bitmask()) << (LANES * at);
    found(0) | found(1) | found(2) | found(3)
}

#[inline(never)]
fn padded_block(rest: &[u8]) -> [u8; BLOCK] {
    let mut padded = [0; BLOCK];
    padded[..rest.len()].copy_from_slice(rest);
    padded
}

/// Writes the stretches between the places at which `wanted`, which is not zero, stands among `bytes` within a range, counted
/// from its beginning: the first one to the place that `places` names first, and so on. `false` when there are more or fewer of
/// them than `places`; some may have been written then.
#[inline]
pub(crate) fn stretches_between<const N: usize>(
    wanted: u8,
    bytes: &[u8],
    within: Range<usize>,
    places: &[u8],
    stretches: &mut [[u32; 2]; N],
) -> bool {
    let wanted = u8x16::splat(wanted);
    let mut places = places.iter();
    let (mut from, mut base, mut start) = (within.start, 0, 0);
    while from < within.end {
        let mut found = mask_of(bytes, from, |part| part.simd_eq(wanted));
        let left = within.end - from;
        if left < BLOCK {
            found &= !(!0 << left);
        }
        while found != 0 {
            // `base` is a multiple of 64, and no row comes near the largest place.
            let end = base | found.trailing_zeros();
            let Some(&place) = places.next() else { return false };
            stretches[usize::from(place) % N] = [start, end];
            start = end.wrapping_add(1);
            found &= found - 1;
        }
        from += BLOCK;
        base += BLOCK_STEP;
    }
    let (Some(&place), Ok(end)) = (places.next(), u32::try_from(within.len())) else { return false };
    stretches[usize::from(place) % N] = [start, end];
    places.as_slice().is_empty()
}

/// Where a byte stands first in a text; made for those that stand near its beginning.
#[inline]
pub(crate) fn first_place(wanted: u8, text: &[u8]) -> Option<usize> {
    let wanted = u8x16::splat(wanted);
    let mut place = None;
    look_through(text, |chunk, base, mask| {
        let found = chunk.simd_eq(wanted).to_bitmask() & mask;
        place = (found != 0).then(|| (base + found.trailing_zeros()) as usize);
        place.is_none()
    });
    place
}

/// Whether any of four bytes stands in a text.
#[inline]
pub(crate) fn has_any(wanted: [u8; 4], text: &[u8]) -> bool {
    let wanted = wanted.map(u8x16::splat);
    let mut any = false;
    look_through(text, |chunk, _, mask| {
        let found = wanted.map(|wanted| chunk.simd_eq(wanted));
        any = (found[0] | found[1] | found[2] | found[3]).to_bitmask() & mask != 0;
        !any
    });
    any
}

/// Whether a control character stands in a text: a byte below the space.
#[inline]
pub(crate) fn has_control(text: &[u8]) -> bool {
    let space = u8x16::splat(b' ');
    let mut any = false;
    look_through(text, |chunk, _, mask| {
        any = chunk.max(space).simd_ne(chunk).to_bitmask() & mask != 0;
        !any
    });
    any
}

/// The lanes that lie outside a run of `distance` bytes behind `first`. Bytes below the first wrap around to large distances,
/// so that one comparison tells the run.
#[inline]
fn beyond(chunk: u8x16, first: u8, distance: u8) -> u8x16 {
    let distance = u8x16::splat(distance);
    (chunk - u8x16::splat(first)).max(distance).simd_ne(distance)
}

/// Whether the first `length` of sixteen bytes, given as two words, are letters, digits or hyphens.
#[inline]
pub(crate) fn all_letters_digits_hyphens([low, high]: [u64; 2], length: usize) -> bool {
    let chunk = u8x16::new((u128::from(low) | u128::from(high) << 64).to_le_bytes());
    let small = chunk | u8x16::splat(b'a' - b'A');
    let other = beyond(chunk, b'0', 9) & beyond(small, b'a', 25) & chunk.simd_ne(u8x16::splat(b'-'));
    other.to_bitmask() & !(!0 << length.min(LANES)) == 0
}

/// Whether all bytes are digits or capitals.
#[inline]
pub(crate) fn all_capitals_or_digits(text: &[u8]) -> bool {
    let mut all = true;
    look_through(text, |chunk, _, mask| {
        all = (beyond(chunk, b'0', 9) & beyond(chunk, b'A', 25)).to_bitmask() & mask == 0;
        all
    });
    all
}

/// Goes through the places of two bytes, neither of them zero, from some place on.
#[derive(Debug)]
pub(crate) struct Marks<'b> {
    bytes: &'b [u8],
    wanted: [u8x16; 2],
    base: usize,
    found: u64,
}

impl<'b> Marks<'b> {
    #[inline]
    pub(crate) fn new(wanted: [u8; 2], bytes: &'b [u8], from: usize) -> Self {
        let wanted = wanted.map(u8x16::splat);
        let mut marks = Self { bytes, wanted, base: from, found: 0 };
        marks.found = marks.mask();
        marks
    }

    #[inline]
    fn mask(&self) -> u64 {
        let [first, second] = self.wanted;
        mask_of(self.bytes, self.base, |part| part.simd_eq(first) | part.simd_eq(second))
    }
}

impl Iterator for Marks<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            self.base += BLOCK;
            if self.base >= self.bytes.len() {
                return None;
            }
            self.found = self.mask();
        }
        let place = self.base + self.found.trailing_zeros() as usize;
        self.found &= self.found - 1;
        Some(place)
    }
}

/// The number that eight digits spell; `None` when one of the bytes is no digit.
///
/// The digits of a word are joined to pairs, to fours, to eight, each by one multiplication.
#[inline]
pub(crate) fn eight_digits(digits: [u8; 8]) -> Option<u64> {
    digits_of_word(u64::from_le_bytes(digits))
}

/// The same of the little-endian word of the digits.
#[inline]
pub(crate) fn digits_of_word(word: u64) -> Option<u64> {
    digit_values(word).map(joined)
}

/// The values of eight digits, each in its byte; `None` when one of the bytes is no digit.
#[inline]
pub(crate) fn digit_values(word: u64) -> Option<u64> {
    let values = word ^ 0x3030_3030_3030_3030;
    // A digit's value is below 10: its highest bit is clear, and stays so when 118 is added. What is carried to the byte above
    // comes from a byte whose own highest bit is set.
    let beyond = (values | values.wrapping_add(0x7676_7676_7676_7676)) & 0x8080_8080_8080_8080;
    (beyond == 0).then_some(values)
}

/// The numbers that the values of eight digits spell two by two, each in its sixteen bits.
#[inline]
pub(crate) fn joined_pairs(values: u64) -> u64 {
    (values & 0x000F_000F_000F_000F) * 10 + (values >> 8 & 0x000F_000F_000F_000F)
}

/// The number that the values of eight digits spell.
#[inline]
pub(crate) fn joined(values: u64) -> u64 {
    let pairs = joined_pairs(values);
    let fours = (pairs & 0x0000_00FF_0000_00FF) * 100 + (pairs >> 16 & 0x0000_00FF_0000_00FF);
    (fours & 0xFFFF) * 10_000 + (fours >> 32)
}

/// The last bytes of a text, one to eight of them, as a little-endian word, with the digit zero in place of those in front: what
/// digits spell does not change. `None` of none, of more, and of a text of less than eight.
#[inline]
pub(crate) fn last_digits(text: &[u8], length: usize) -> Option<u64> {
    let lacking = 8_usize.checked_sub(length).filter(|&lacking| lacking < 8)?;
    let last = text.last_chunk::<8>()?;
    let kept = !0 << (8 * lacking);
    Some(u64::from_le_bytes(*last) & kept | 0x3030_3030_3030_3030 & !kept)
}

/// Eight bytes of a text from a place on, as a little-endian word.
#[inline]
pub(crate) fn word_at<const N: usize>(text: &[u8; N], at: usize) -> u64 {
    text.get(at..).and_then(|rest| rest.first_chunk::<8>()).map_or(0, |word| u64::from_le_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_marks_are_those_of_a_plain_loop() {
        for length in 0..150_usize {
            let bytes: Vec<u8> = (0..length).map(|at| b"a,b\"c\nd;"[at * at % 8]).collect();
            let plain =
                |wanted: &[u8]| -> Vec<usize> { (0..length).filter(|&at| wanted.contains(&bytes[at])).collect() };
            for within in [0..length, 0..length / 2, length / 3..length, length / 3..length / 2] {
                let row = &bytes[within.clone()];
                let expected: Vec<_> = row.split(|&byte| byte == b',').collect();
                let places: Vec<u8> = (0..=255).rev().take(expected.len()).collect();
                let mut stretches = [[0; 2]; 256];
                assert!(stretches_between(b',', &bytes, within.clone(), &places, &mut stretches));
                let read = stretches.iter().rev().map(|&[a, b]| &row[a as usize..b as usize]);
                assert_eq!(read.take(expected.len()).collect::<Vec<_>>(), expected);
                for other in [&places[1..], &[&places[..], &[7]].concat()] {
                    assert!(!stretches_between(b',', &bytes, within.clone(), other, &mut stretches));
                }
            }
            for from in [0, 1, 15, 16, 17, 40, 64, 65, 100] {
                let marks: Vec<_> = Marks::new([b'"', b'\n'], &bytes, from).collect();
                assert_eq!(marks, plain(b"\"\n").into_iter().filter(|&at| at >= from).collect::<Vec<_>>());
            }
            assert_eq!(has_any(*b"\"\"\n\n", &bytes), !plain(b"\"\n").is_empty());
        }
    }

    #[test]
    fn a_control_character_is_seen_wherever_it_stands() {
        for length in 1..40 {
            let mut text = vec![b' '; length];
            assert!(!has_control(&text), "{length}");
            for at in 0..length {
                text[at] = 0x1F;
                assert!(has_control(&text), "{at} of {length}");
                text[at] = 0xE9;
            }
        }
    }

    #[test]
    fn words_are_padded_with_zeros() {
        for length in 0..=24_usize {
            let bytes: Vec<u8> = (1..=24_u8).take(length).collect();
            let mut padded = [0; 24];
            padded[..length].copy_from_slice(&bytes);
            let (words, _) = padded.as_chunks::<8>();
            assert_eq!(
                padded_words(&bytes).as_slice(),
                words.iter().map(|word| u64::from_le_bytes(*word)).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn capitals_and_digits_are_told_from_all_other_bytes() {
        for length in [1, 15, 16, 17, 27, 34] {
            let mut text = vec![b'A'; length];
            for byte in 0..=255_u8 {
                text[length - 1] = byte;
                let expected = byte.is_ascii_uppercase() || byte.is_ascii_digit();
                assert_eq!(all_capitals_or_digits(&text), expected, "{byte} {length}");
            }
        }
        assert!(all_capitals_or_digits(b""));
    }

    #[test]
    fn eight_digits_are_read_as_the_library_reads_them() {
        for number in [0, 1, 12_345_678, 99_999_999, 90_000_009, 20_090_531] {
            let text = format!("{number:08}");
            assert_eq!(eight_digits(text.as_bytes().try_into().unwrap()), text.parse().ok());
        }
        for at in 0..8 {
            for byte in (0..=255_u8).filter(|byte| !byte.is_ascii_digit()) {
                let mut digits = *b"12345678";
                digits[at] = byte;
                assert_eq!(eight_digits(digits), None, "{at} {byte}");
            }
        }
    }
}
