//! The texts of fields as values.

use super::dialect::{Delimiter, Dialect};
use crate::bytes::{digit_values, digits_of_word, joined_pairs, word_at};
use crate::calendar::{Day, Month};

/// Why a field is no value of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It has another form.
    Form,
    /// It has more decimals than the kind.
    Decimals,
    /// It is below zero.
    Negative,
    /// It is above the largest value.
    TooLarge,
}

/// A decimal number of at most `decimals` decimals as a whole number of its smallest unit, from 0 to `largest`.
pub(super) fn decimal(text: &[u8], decimals: usize, largest: i64, dialect: Dialect) -> Result<i64, Unread> {
    match plain_decimal(text, decimals, largest) {
        Err(Unread::Form) if dialect.delimiter == Delimiter::Semicolon => {
            plain_decimal(&without_french_marks(text, dialect).ok_or(Unread::Form)?, decimals, largest)
        }
        read => read,
    }
}

/// `1234.56`, the form of nearly all amounts, in the last `length` of the eight bytes of a word, the digit zero in front of them;
/// in its smallest unit. `None` of all else, which is left to [`short_decimal`].
#[inline]
pub(super) fn two_decimals(word: u64, length: usize) -> Option<i64> {
    if length < 4 || word >> 40 & 0xFF != u64::from(b'.') {
        return None;
    }
    // The digits in front of the point move to its place.
    digits_of_word((word & 0xFF_FFFF_FFFF) << 8 | word & 0xFFFF << 48 | 0x30).map(u64::cast_signed)
}

/// `2009-05`, what nearly every month is; `None` of all else, which is left to [`month`].
#[inline]
pub(super) fn iso_month(text: &[u8; 7]) -> Option<Month> {
    let [a, b, c, d, b'-', e, f] = *text else { return None };
    let pairs = joined_pairs(digit_values(u64::from_le_bytes([a, b, c, d, e, f, b'0', b'0']))?);
    let [century, year, month] = [0, 16, 32].map(|shift| (pairs >> shift & 0xFF) as u32);
    Month::new((century * 100 + year).cast_signed(), month)
}

/// What nearly every other field is: digits with a point among them or none, in the last `length` of the eight bytes of a word, the
/// digit zero in front of them. `None` of all else, which is left to [`decimal`].
#[inline]
pub(super) fn short_decimal(word: u64, length: usize, decimals: usize, largest: i64) -> Option<i64> {
    const POWERS: [i64; 10] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];
    const ONES: u64 = 0x0101_0101_0101_0101;
    let points = word ^ (ONES * 0x2E);
    // The lowest of these bits is that of the first point.
    let found = points.wrapping_sub(ONES) & !points & ONES << 7;
    let (digits, places) = if found == 0 {
        (word, 0)
    } else {
        let at = found.trailing_zeros() as usize / 8;
        let places = 7 - at;
        if places == 0 || at + length == 8 {
            return None;
        }
        // The digits in front of the point move to its place.
        let front = !(!0 << (8 * at));
        ((word & front) << 8 | word & !0 << (8 * at + 8) | 0x30, places)
    };
    let value = digits_of_word(digits)?.cast_signed() * *POWERS.get(decimals.checked_sub(places)?)?;
    (value <= largest).then_some(value)
}

#[cold]
fn plain_decimal(text: &[u8], decimals: usize, largest: i64) -> Result<i64, Unread> {
    let (text, negative) = text.strip_prefix(b"-").map_or((text, false), |rest| (rest, true));
    let mut value = 0_i64;
    let mut digits = 0;
    let mut behind_point = None;
    let mut overflown = false;
    for &byte in text {
        match byte {
            b'0'..=b'9' => {
                digits += 1;
                behind_point = behind_point.map(|count| count + 1);
                match value.checked_mul(10).and_then(|value| value.checked_add(i64::from(byte - b'0'))) {
                    Some(next) => value = next,
                    None => overflown = true,
                }
            }
            b'.' if behind_point.is_none() && digits > 0 => behind_point = Some(0),
            _ => return Err(Unread::Form),
        }
    }
    let places = behind_point.unwrap_or(0);
    if digits == 0 || behind_point == Some(0) {
        return Err(Unread::Form);
    }
    if negative {
        return Err(Unread::Negative);
    }
    if places > decimals {
        return Err(Unread::Decimals);
    }
    for _ in places..decimals {
        match value.checked_mul(10) {
            Some(next) => value = next,
            None => overflown = true,
        }
    }
    if overflown || value > largest { Err(Unread::TooLarge) } else { Ok(value) }
}

/// `1 234,56` as `1234.56`: spaces between groups of three digits, one comma for the point.
#[cold]
fn without_french_marks(text: &[u8], dialect: Dialect) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    let mut group = None;
    let mut marks = 0;
    while let Some((&byte, behind)) = rest.split_first() {
        let wide = dialect.encoding.wide_spaces().iter().find_map(|space| rest.strip_prefix(*space));
        if let Some(behind) = wide.or((byte == b' ').then_some(behind)) {
            let first = group.is_none() && (1..=3).contains(&plain.iter().filter(|byte| **byte != b'-').count());
            if marks > 0 || !(first || group == Some(3)) {
                return None;
            }
            (group, rest) = (Some(0), behind);
            continue;
        }
        match byte {
            b',' | b'.' => {
                marks += 1;
                if group.is_some_and(|digits| digits != 3) {
                    return None;
                }
                plain.push(b'.');
            }
            _ => {
                if marks == 0 {
                    group = group.map(|digits| digits + 1);
                }
                plain.push(byte);
            }
        }
        rest = behind;
    }
    (group.is_none_or(|digits| digits == 3)).then_some(plain)
}

/// A whole number from 0 to `largest`.
pub(super) fn whole(text: &[u8], largest: u32) -> Result<u32, Unread> {
    let value = plain_decimal(text, 0, i64::from(largest))?;
    u32::try_from(value).map_err(|_| Unread::TooLarge)
}

/// `2009-05-31`, what nearly every field is; `None` of all else, which is left to [`date`].
#[inline]
pub(super) fn iso_date(text: &[u8; 10]) -> Option<Day> {
    const HYPHENS: u64 = 0xFF00_00FF_0000_0000;
    let (first, last) = (word_at(text, 0), word_at(text, 2) >> 48);
    if first & HYPHENS != u64::from_le_bytes(*b"0000-00-") & HYPHENS {
        return None;
    }
    day(first & 0xFFFF_FFFF | (first >> 40 & 0xFFFF) << 32 | last << 48)
}

/// `2009-05-31` or `31/05/2009`.
#[cold]
pub(super) fn date(text: &[u8]) -> Option<Day> {
    let text: &[u8; 10] = text.try_into().ok()?;
    let &[a, b, b'/', c, d, b'/', e, f, g, h] = text else { return iso_date(text) };
    day(u64::from_le_bytes([e, f, g, h, c, d, a, b]))
}

/// The day of a word with the digits of year, month and day.
#[inline]
fn day(digits: u64) -> Option<Day> {
    let pairs = joined_pairs(digit_values(digits)?);
    let [century, year, month, day] = [0, 16, 32, 48].map(|shift| (pairs >> shift & 0xFF) as u32);
    Day::from_ymd((century * 100 + year).cast_signed(), month, day)
}

/// `2009-05` or `05/2009`.
pub(super) fn month(text: &[u8]) -> Option<Month> {
    let (year, month) = match *text {
        [a, b, c, d, b'-', e, f] | [e, f, b'/', a, b, c, d] => (number([a, b, c, d])?, number([e, f])?),
        _ => return None,
    };
    Month::new(year.cast_signed(), month)
}

#[inline]
fn number<const N: usize>(digits: [u8; N]) -> Option<u32> {
    let mut value = 0;
    let mut valid = true;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        valid &= digit < 10;
        value = value * 10 + u32::from(digit);
    }
    valid.then_some(value)
}

#[cfg(test)]
mod tests {
    use super::super::dialect::Encoding;
    use super::*;

    fn amount(text: &str, delimiter: Delimiter) -> Result<i64, Unread> {
        decimal(text.as_bytes(), 2, 999_999_999, Dialect { delimiter, encoding: Encoding::Utf8 })
    }

    #[test]
    fn amounts_have_a_point_and_two_decimals_at_most() {
        let cases = [
            ("1234.56", Ok(123_456)),
            ("60", Ok(6_000)),
            ("60.5", Ok(6_050)),
            ("007.00", Ok(700)),
            ("9999999.99", Ok(999_999_999)),
            ("10000000.00", Err(Unread::TooLarge)),
            ("99999999999999999999", Err(Unread::TooLarge)),
            ("1.234", Err(Unread::Decimals)),
            ("-5.00", Err(Unread::Negative)),
            ("-0.00", Err(Unread::Negative)),
        ];
        for (text, expected) in cases {
            assert_eq!(short(text, 2, 999_999_999), expected.ok().filter(|_| text.len() <= 8), "{text}");
            assert_eq!(amount(text, Delimiter::Comma), expected, "{text}");
            assert_eq!(amount(text, Delimiter::Semicolon), expected, "{text}");
        }
        for text in
            ["12O0.00", "1e3", "NaN", "", ".", "5.", ".5", "+5", "--5", "−0.00", "1,234", "1 234", "inf", "0x10"]
        {
            assert_eq!(short(text, 2, 999_999_999), None, "{text}");
            assert_eq!(amount(text, Delimiter::Comma), Err(Unread::Form), "{text}");
        }
    }

    fn short(text: &str, decimals: usize, largest: i64) -> Option<i64> {
        let row = format!("9.9,9.99,{text}");
        let word = crate::bytes::last_digits(row.as_bytes(), text.len())?;
        let value = short_decimal(word, text.len(), decimals, largest);
        if decimals == 2
            && let Some(at_once) = two_decimals(word, text.len()).filter(|&at_once| at_once <= largest)
        {
            assert_eq!(Some(at_once), value, "{text}");
        }
        value
    }

    #[test]
    fn numbers_taken_at_once_are_those_taken_digit_by_digit() {
        const BYTES: [u8; 8] = *b"0159.,- ";
        for at in 0..8_usize.pow(5) {
            for length in 1..=8 {
                let text: Vec<u8> = (0..length).map(|place| BYTES[at >> (3 * (place % 5)) & 7]).collect();
                let text = String::from_utf8(text).unwrap();
                for (decimals, largest) in [(0, 1_200), (2, 999_999), (2, 999_999_999), (9, 1_000_000_000)] {
                    let expected = plain_decimal(text.as_bytes(), decimals, largest).ok();
                    assert_eq!(short(&text, decimals, largest), expected, "{text} {decimals}");
                }
            }
        }
    }

    #[test]
    fn semicolon_files_may_write_amounts_in_french() {
        let cases = ["1234,56", "1 234,56", "1\u{202f}234,56", "1\u{a0}234,56", "1 234.56"];
        for text in cases {
            assert_eq!(amount(text, Delimiter::Semicolon), Ok(123_456), "{text}");
        }
        assert_eq!(amount("1 234 567", Delimiter::Semicolon), Ok(123_456_700));
        for text in
            ["1.234,56", "12 34,56", "1 23", " 1", "1 ", "1,5,6", "1 234 56,00", "1234 567", "1, 5", "1\u{2009}234"]
        {
            assert_eq!(amount(text, Delimiter::Semicolon), Err(Unread::Form), "{text}");
        }
    }

    #[test]
    fn windows_1252_has_one_no_break_space() {
        let dialect = Dialect { delimiter: Delimiter::Semicolon, encoding: Encoding::Windows1252 };
        assert_eq!(decimal(b"1\xA0234,56", 2, 999_999_999, dialect), Ok(123_456));
    }

    #[test]
    fn dates_and_months_come_in_two_forms() {
        assert_eq!(date(b"2009-05-31"), date(b"31/05/2009"));
        assert_eq!(date(b"2009-05-31"), "2009-05-31".parse().ok());
        assert_eq!(month(b"05/2009"), "2009-05".parse().ok());
        assert_eq!(month(b"2009-05"), "2009-05".parse().ok());
        for text in ["2009-02-30", "31/02/2009", "2009/05/31", "31-05-2009", "2009-5-31", "20O9-05-31", "0000-01-01"] {
            assert_eq!(date(text.as_bytes()), None, "{text}");
        }
        assert_eq!(iso_month(b"2009-05"), "2009-05".parse().ok());
        for text in ["2009-13", "2009-00", "13/2009", "   2009", "2009/05", "05-2009", "2009-0x", "x009-05"] {
            assert_eq!(month(text.as_bytes()), None, "{text}");
            assert_eq!(iso_month(text.as_bytes().try_into().unwrap()), None);
        }
    }
}
