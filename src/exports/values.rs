//! The texts of fields as values.

use super::dialect::{Delimiter, Dialect};
use crate::bytes::digits_of_word;
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
    if let Some(value) = short_decimal(text, decimals, largest) {
        return Ok(value);
    }
    match plain_decimal(text, decimals, largest) {
        Err(Unread::Form) if dialect.delimiter == Delimiter::Semicolon => {
            plain_decimal(&without_french_marks(text, dialect).ok_or(Unread::Form)?, decimals, largest)
        }
        read => read,
    }
}

/// What nearly every field is: few enough digits that nothing can overflow; all else is left to the careful way.
#[inline]
fn short_decimal(text: &[u8], decimals: usize, largest: i64) -> Option<i64> {
    const POWERS: [i64; 10] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];
    if text.len() > 10 {
        return None;
    }
    let mut value = 0;
    let mut point = None;
    for (at, &byte) in text.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            value = value * 10 + i64::from(digit);
        } else if byte == b'.' && point.is_none() && at > 0 {
            point = Some(at);
        } else {
            return None;
        }
    }
    let places = match point {
        Some(point) => Some(text.len() - 1 - point).filter(|&places| places > 0)?,
        None => 0,
    };
    let value = value.checked_mul(*POWERS.get(decimals.checked_sub(places)?)?)?;
    (value <= largest && !text.is_empty()).then_some(value)
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
    let value = match short_decimal(text, 0, i64::from(largest)) {
        Some(value) => value,
        None => plain_decimal(text, 0, i64::from(largest))?,
    };
    u32::try_from(value).map_err(|_| Unread::TooLarge)
}

/// `2009-05-31` or `31/05/2009`.
#[inline]
pub(super) fn date(text: &[u8]) -> Option<Day> {
    let text: &[u8; 10] = text.try_into().ok()?;
    let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<4>()) else { return None };
    let (first, last) = (u64::from_le_bytes(*first), u64::from(u32::from_le_bytes(*last)));
    // The digits of year, month and day are put together as one word: through memory it would have to be waited for.
    let digits = if text[4] == b'-' && text[7] == b'-' {
        first & 0xFFFF_FFFF | (first >> 40 & 0xFFFF) << 32 | (last >> 16) << 48
    } else if text[2] == b'/' && text[5] == b'/' {
        last | (first >> 24 & 0xFFFF) << 32 | (first & 0xFFFF) << 48
    } else {
        return None;
    };
    let number = u32::try_from(digits_of_word(digits)?).ok()?;
    Day::from_ymd((number / 10_000).cast_signed(), number / 100 % 100, number % 100)
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
            assert_eq!(amount(text, Delimiter::Comma), expected, "{text}");
            assert_eq!(amount(text, Delimiter::Semicolon), expected, "{text}");
        }
        for text in
            ["12O0.00", "1e3", "NaN", "", ".", "5.", ".5", "+5", "--5", "−0.00", "1,234", "1 234", "inf", "0x10"]
        {
            assert_eq!(amount(text, Delimiter::Comma), Err(Unread::Form), "{text}");
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
        for text in ["2009-13", "13/2009", "2009", "2009/05", "05-2009"] {
            assert_eq!(month(text.as_bytes()), None, "{text}");
        }
    }
}
