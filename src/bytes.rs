//! Looks at bytes sixteen or eight at a time: where delimiters stand, whether a text needs quotes, what digits spell.

use wide::u8x16;

const LANES: usize = 16;

/// Sixteen bytes from `at` on; zeros behind the end.
#[inline]
fn lanes(bytes: &[u8], at: usize) -> u8x16 {
    if let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<LANES>()) {
        return u8x16::new(*chunk);
    }
    let mut chunk = [0; LANES];
    let rest = &bytes[at..];
    chunk[..rest.len()].copy_from_slice(rest);
    u8x16::new(chunk)
}

/// Appends the places of `wanted`, which is not zero, and tells whether all bytes are ASCII.
#[inline]
pub(crate) fn places_of(wanted: u8, bytes: &[u8], places: &mut Vec<u32>) -> bool {
    let wanted = u8x16::splat(wanted);
    let mut seen = u8x16::splat(0);
    let mut base = 0;
    while (base as usize) < bytes.len() {
        let chunk = lanes(bytes, base as usize);
        seen |= chunk;
        let mut found = chunk.simd_eq(wanted).to_bitmask();
        while found != 0 {
            places.push(base + found.trailing_zeros());
            found &= found - 1;
        }
        base += LANES as u32;
    }
    // The upper bit of a byte is its lane's bit in the mask.
    seen.to_bitmask() == 0
}

/// Whether any of four bytes, none of them zero, stands in a text.
#[inline]
pub(crate) fn has_any(wanted: [u8; 4], text: &[u8]) -> bool {
    let wanted = wanted.map(u8x16::splat);
    let mut at = 0;
    while at < text.len() {
        let chunk = lanes(text, at);
        let found = wanted.map(|wanted| chunk.simd_eq(wanted));
        if (found[0] | found[1] | found[2] | found[3]).to_bitmask() != 0 {
            return true;
        }
        at += LANES;
    }
    false
}

/// Goes through the places of two bytes, neither of them zero, from some place on.
#[derive(Debug)]
pub(crate) struct Marks<'b> {
    bytes: &'b [u8],
    wanted: [u8; 2],
    base: usize,
    found: u32,
}

impl<'b> Marks<'b> {
    pub(crate) fn new(wanted: [u8; 2], bytes: &'b [u8], from: usize) -> Self {
        let mut marks = Self { bytes, wanted, base: from, found: 0 };
        marks.look();
        marks
    }

    #[inline]
    fn look(&mut self) {
        self.found = if self.base < self.bytes.len() {
            let chunk = lanes(self.bytes, self.base);
            let [first, second] = self.wanted.map(|wanted| chunk.simd_eq(u8x16::splat(wanted)));
            (first | second).to_bitmask()
        } else {
            0
        };
    }
}

impl Iterator for Marks<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            self.base += LANES;
            if self.base >= self.bytes.len() {
                return None;
            }
            self.look();
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
    let word = u64::from_le_bytes(digits);
    let values = word ^ 0x3030_3030_3030_3030;
    // A digit's value is below 10: its upper four bits are clear, and stay so when 6 is added.
    let beyond = (values | ((values & 0x0F0F_0F0F_0F0F_0F0F) + 0x0606_0606_0606_0606)) & 0xF0F0_F0F0_F0F0_F0F0;
    if beyond != 0 {
        return None;
    }
    let pairs = (values & 0x000F_000F_000F_000F) * 10 + (values >> 8 & 0x000F_000F_000F_000F);
    let fours = (pairs & 0x0000_00FF_0000_00FF) * 100 + (pairs >> 16 & 0x0000_00FF_0000_00FF);
    Some((fours & 0xFFFF) * 10_000 + (fours >> 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_marks_are_those_of_a_plain_loop() {
        for length in 0..70_usize {
            let bytes: Vec<u8> = (0..length).map(|at| b"a,b\"c\nd;"[at * at % 8]).collect();
            let plain =
                |wanted: &[u8]| -> Vec<usize> { (0..length).filter(|&at| wanted.contains(&bytes[at])).collect() };
            let mut places = Vec::new();
            assert!(places_of(b',', &bytes, &mut places));
            assert_eq!(places.iter().map(|&at| at as usize).collect::<Vec<_>>(), plain(b","));
            for from in [0, 1, 15, 16, 17, 40] {
                let marks: Vec<_> = Marks::new([b'"', b'\n'], &bytes, from).collect();
                assert_eq!(marks, plain(b"\"\n").into_iter().filter(|&at| at >= from).collect::<Vec<_>>());
            }
            assert_eq!(has_any(*b"\"\"\n\n", &bytes), !plain(b"\"\n").is_empty());
        }
    }

    #[test]
    fn a_byte_beyond_ascii_is_seen_wherever_it_stands() {
        for at in 0..40 {
            let mut bytes = vec![b'x'; 40];
            bytes[at] = 0xE9;
            assert!(!places_of(b',', &bytes, &mut Vec::new()), "{at}");
        }
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
