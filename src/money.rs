//! Money in whole cents, exact rates, and the only roundings there are.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// An amount of euros in whole cents.
///
/// Amounts read from files are at most [`Cents::LARGEST`], so that sums over a fund's beneficiaries stay far
/// inside `i64` (30 million times the largest amount is 3 × 10¹⁶ of 9 × 10¹⁸).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cents(pub i64);

impl Cents {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount that a file may state: 9,999,999.99 euros.
    pub const LARGEST: Self = Self(999_999_999);

    /// This amount for `days` days.
    pub fn times_days(self, days: i64) -> Self {
        Self(self.0 * days)
    }

    /// Never below zero.
    pub fn or_zero(self) -> Self {
        self.max(Self::ZERO)
    }

    /// The amount in euros, exactly.
    pub fn euros(self) -> Decimal {
        Decimal::new(self.0, 2)
    }

    /// Appends `1234.56`, the form of every amount in every file.
    #[inline]
    pub fn write(self, out: &mut Vec<u8>) {
        match self.short_word() {
            Some((word, length)) => append_word(out, word, length),
            None => self.write_long(out),
        }
    }

    /// Appends a comma and the amount.
    #[inline]
    pub fn write_behind_comma(self, out: &mut Vec<u8>) {
        match self.short_word() {
            _ if self == Self::ZERO => out.extend_from_slice(b",0.00"),
            Some((word, length)) => append_word(out, word << 8 | u64::from(b','), length + 1),
            None => {
                out.push(b',');
                self.write_long(out);
            }
        }
    }

    /// Up to 9999.99: the text as a little-endian word of at most seven bytes, and its length.
    #[inline]
    pub(crate) fn short_word(self) -> Option<(u64, usize)> {
        let short = u32::try_from(self.0).ok().filter(|&short| short < 1_000_000)?;
        let (hundreds, rest) = (short / 10_000, short % 10_000);
        let digits = pair(hundreds) | pair(rest / 100) << 16 | pair(rest % 100) << 40;
        // Zeros in front are idle, but for the one in front of the point.
        let idle = (digits | 1 << 24).trailing_zeros() & !7;
        let word = digits | u64::from_le_bytes(*b"0000.00\0");
        Some((word >> idle, 7 - idle as usize / 8))
    }

    #[inline(never)]
    fn write_long(self, out: &mut Vec<u8>) {
        let (text, start) = self.long_text();
        out.extend_from_slice(text.get(start..).unwrap_or_default());
    }

    /// The text of any amount, at the end of the bytes, and where it begins.
    #[inline(never)]
    pub(crate) fn long_text(self) -> ([u8; 24], usize) {
        // From its end: the cents, the point, the euros, of which there is a digit at least, and the sign.
        let mut text = [b'0'; 24];
        let point = text.len() - 3;
        let mut rest = self.0.unsigned_abs();
        let mut at = text.len();
        while rest > 0 || at >= point {
            at -= 1;
            if at == point {
                text[at] = b'.';
            } else {
                text[at] = b'0' + (rest % 10) as u8;
                rest /= 10;
            }
        }
        if self.0 < 0 {
            at -= 1;
            text[at] = b'-';
        }
        (text, at)
    }
}

/// The two digits of a number below 100, as values, the first in the lowest byte.
#[inline]
fn pair(number: u32) -> u64 {
    // Longer than there are pairs, so that no place has to be checked.
    const PAIRS: [u16; 128] = {
        let mut pairs = [0; 128];
        let mut number = 0_u8;
        while number < 100 {
            pairs[number as usize] = u16::from_le_bytes([number / 10, number % 10]);
            number += 1;
        }
        pairs
    };
    u64::from(PAIRS[number as usize % PAIRS.len()])
}

/// The eight digits of a number below 100,000,000, as values, the first in the lowest byte: cut into fours, pairs, digits, the
/// quotients by multiplication.
#[inline]
fn spelt(number: u32) -> u64 {
    let fours = u64::from(number / 10_000) | u64::from(number % 10_000) << 32;
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007F_0000_007F;
    let pairs = hundreds | (fours - hundreds * 100) << 16;
    let tens = ((pairs * 103) >> 10) & 0x000F_000F_000F_000F;
    tens | (pairs - tens * 10) << 8
}

/// Appends the first bytes of a word; a copy of constant length costs less than one of the right length.
#[inline]
fn append_word(out: &mut Vec<u8>, word: u64, length: usize) {
    let end = out.len() + length;
    out.extend_from_slice(&word.to_le_bytes());
    out.truncate(end);
}

/// Of a number below 100,000,000 the text as a little-endian word, and its length.
#[inline]
pub(crate) fn whole_word(number: u64) -> Option<(u64, usize)> {
    let short = u32::try_from(number).ok()?;
    if short < 100 {
        let idle = usize::from(short < 10);
        return Some(((pair(short) | 0x3030) >> (8 * idle), 2 - idle));
    }
    if short >= 100_000_000 {
        return None;
    }
    let digits = spelt(short);
    let idle = (digits.trailing_zeros() as usize / 8).min(7);
    Some(((digits | 0x3030_3030_3030_3030) >> (8 * idle), 8 - idle))
}

/// Appends a whole number in digits.
#[inline]
pub fn write_whole(out: &mut Vec<u8>, number: u64) {
    match whole_word(number) {
        Some((word, length)) => append_word(out, word, length),
        None => out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
    }
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, at) = self.long_text();
        f.pad(str::from_utf8(text.get(at..).unwrap_or_default()).unwrap_or_default())
    }
}

impl Add for Cents {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Cents {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Cents {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl AddAssign for Cents {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl SubAssign for Cents {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl Sum for Cents {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// A rate, exact to nine decimals: 0.80, 0.574, a part-time ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate {
    billionths: i64,
}

impl Rate {
    const SCALE: i64 = 1_000_000_000;
    /// 1, the part-time ratio of a full-time job.
    pub const ONE: Self = Self { billionths: Self::SCALE };

    /// A rate of so many billionths.
    pub const fn from_billionths(billionths: i64) -> Self {
        Self { billionths }
    }

    /// The rate, if it has at most nine decimals and lies between 0 and 1, as every rate of the law and every part-time
    /// ratio does.
    pub fn from_decimal(value: Decimal) -> Option<Self> {
        let scaled = value.checked_mul(Decimal::from(Self::SCALE))?;
        let within = scaled.is_integer() && !scaled.is_sign_negative() && value <= Decimal::ONE;
        let billionths = scaled.to_i64().filter(|_| within)?;
        Some(Self { billionths })
    }

    /// The rate in billionths.
    pub const fn billionths(self) -> i64 {
        self.billionths
    }

    /// The rate as an exact decimal, without idle zeros.
    pub fn decimal(self) -> Decimal {
        Decimal::new(self.billionths, 9).normalize()
    }

    /// The rate of an amount of any size, rounded once; [`Rate::of`] takes amounts of a day or a month.
    pub fn rounded(self, amount: Cents, rounding: Rounding) -> Cents {
        let exact = i128::from(amount.0) * i128::from(self.billionths);
        Cents(rounding.wide_quotient(exact, i128::from(Self::SCALE)))
    }

    /// The rate of an amount, exact: nothing is rounded yet. The amount is at most nine billion cents.
    pub fn of(self, amount: Cents) -> Exact {
        Exact { billionth_cents: amount.0 * self.billionths }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.decimal().fmt(f)
    }
}

/// An amount that no rounding has touched yet, in billionths of a cent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exact {
    billionth_cents: i64,
}

impl Exact {
    /// To the cent, once, in the law's mode.
    #[inline]
    pub fn round(self, rounding: Rounding) -> Cents {
        Cents(rounding.quotient(self.billionth_cents, Rate::SCALE))
    }
}

impl Add for Exact {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { billionth_cents: self.billionth_cents + other.billionth_cents }
    }
}

/// How an exact amount becomes cents: the `r(x)` of the rules. No text says which mode; the law data does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Half a cent goes up.
    HalfUp,
    /// Half a cent goes to the even cent.
    HalfEven,
    /// Parts of a cent are dropped.
    Down,
}

impl Rounding {
    /// `numerator / denominator` to the whole; the denominator is above zero.
    #[inline]
    pub fn quotient(self, numerator: i64, denominator: i64) -> i64 {
        if self == Self::HalfUp && numerator >= 0 {
            // Nearly always: a division without signs and without a look at its rest.
            let (numerator, denominator) = (numerator.cast_unsigned(), denominator.cast_unsigned());
            return ((numerator + denominator / 2) / denominator).cast_signed();
        }
        self.any_quotient(numerator, denominator)
    }

    #[inline(never)]
    fn any_quotient(self, numerator: i64, denominator: i64) -> i64 {
        let floor = numerator.div_euclid(denominator);
        let rest = numerator.rem_euclid(denominator);
        let up = match self {
            Self::HalfUp => rest >= denominator - rest,
            Self::HalfEven => rest > denominator - rest || (rest == denominator - rest && floor % 2 != 0),
            Self::Down => false,
        };
        floor + i64::from(up)
    }

    /// The same for numbers beyond 64 bits whose quotient has fewer.
    pub fn wide_quotient(self, numerator: i128, denominator: i128) -> i64 {
        let (floor, rest) = (numerator.div_euclid(denominator), numerator.rem_euclid(denominator));
        let half = rest.cmp(&(denominator - rest));
        let up = match self {
            Self::HalfUp => half.is_ge(),
            Self::HalfEven => half.is_gt() || (half.is_eq() && floor % 2 != 0),
            Self::Down => false,
        };
        i64::try_from(floor + i128::from(up)).unwrap_or(i64::MAX)
    }

    /// An amount times a fraction, rounded once: a part of a month, a rescaled wage.
    pub fn fraction(self, amount: Cents, numerator: i64, denominator: i64) -> Cents {
        Cents(self.quotient(amount.0 * numerator, denominator))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_cent_goes_where_the_mode_says() {
        let cases = [(5, 1, 0, 0), (15, 2, 2, 1), (14, 1, 1, 1), (25, 3, 2, 2), (26, 3, 3, 2)];
        for (tenths, half_up, half_even, down) in cases {
            assert_eq!(Rounding::HalfUp.quotient(tenths, 10), half_up, "{tenths}");
            assert_eq!(Rounding::HalfEven.quotient(tenths, 10), half_even, "{tenths}");
            assert_eq!(Rounding::Down.quotient(tenths, 10), down, "{tenths}");
        }
    }

    #[test]
    fn quotients_of_any_size_and_sign_are_those_of_wide_numbers() {
        let ends = [0, 1, 499_999_999, 500_000_000, 999_999_999, 12_345_678_901, i64::MAX / 3, i64::MAX - 1, i64::MAX];
        let numerators = (-2_000..2_000).chain(ends).chain(ends.map(|end| -end));
        for numerator in numerators {
            for denominator in [1, 2, 3, 7, 10, 30, 365, 366, 1_000_000_000] {
                for rounding in [Rounding::HalfUp, Rounding::HalfEven, Rounding::Down] {
                    let wide = rounding.wide_quotient(i128::from(numerator), i128::from(denominator));
                    assert_eq!(
                        rounding.quotient(numerator, denominator),
                        wide,
                        "{rounding:?} {numerator} / {denominator}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_largest_amount_at_any_rate_of_the_law_stays_inside() {
        let rate = Rate::ONE;
        let twice = rate.of(Cents::LARGEST) + rate.of(Cents::LARGEST);
        assert_eq!(twice.round(Rounding::HalfUp), Cents(2 * Cents::LARGEST.0));
    }

    #[test]
    fn the_rate_of_any_amount_is_that_of_its_parts() {
        let rate = Rate::from_billionths(574_000_000);
        for cents in [0, 1, -1, 12_345, Cents::LARGEST.0] {
            assert_eq!(rate.rounded(Cents(cents), Rounding::HalfUp), rate.of(Cents(cents)).round(Rounding::HalfUp));
        }
        assert_eq!(Rate::ONE.rounded(Cents(i64::MAX), Rounding::Down), Cents(i64::MAX));
    }

    #[test]
    fn amounts_are_written_with_two_decimals() {
        let cases = [
            (0, "0.00"),
            (5, "0.05"),
            (-5, "-0.05"),
            (143_220, "1432.20"),
            (-100, "-1.00"),
            (99, "0.99"),
            (100, "1.00"),
            (999, "9.99"),
            (1_000, "10.00"),
            (9_999, "99.99"),
            (10_000, "100.00"),
            (99_999, "999.99"),
            (100_000, "1000.00"),
            (999_999, "9999.99"),
            (1_000_000, "10000.00"),
            (Cents::LARGEST.0, "9999999.99"),
        ];
        for (cents, text) in cases {
            let mut out = Vec::new();
            Cents(cents).write(&mut out);
            Cents(cents).write_behind_comma(&mut out);
            assert_eq!(String::from_utf8_lossy(&out), format!("{text},{text}"));
            assert_eq!(Cents(cents).to_string(), text);
        }
    }

    #[test]
    fn numbers_are_written_as_the_library_writes_them() {
        let spread = |at: u64| (at * at * 7_919) % 20_000_000_000;
        for number in (0..20_000).chain((0..50_000).map(spread)).chain([99_999_999, 100_000_000, u64::MAX]) {
            let mut out = Vec::new();
            write_whole(&mut out, number);
            assert_eq!(String::from_utf8_lossy(&out), number.to_string());
            let cents = Cents(i64::try_from(number).unwrap_or(i64::MIN));
            for cents in [cents, Cents(cents.0.saturating_neg())] {
                let (sign, whole) = (if cents.0 < 0 { "-" } else { "" }, cents.0.unsigned_abs());
                let text = format!("{sign}{}.{:02}", whole / 100, whole % 100);
                out.clear();
                cents.write(&mut out);
                cents.write_behind_comma(&mut out);
                assert_eq!(String::from_utf8_lossy(&out), format!("{text},{text}"));
                assert_eq!(cents.to_string(), text);
            }
        }
    }

    #[test]
    fn a_rate_has_at_most_nine_decimals() {
        assert_eq!(Rate::from_decimal(Decimal::new(574, 3)), Some(Rate::from_billionths(574_000_000)));
        assert_eq!(Rate::from_decimal(Decimal::new(1, 10)), None);
        assert_eq!(Rate::from_decimal(Decimal::new(-1, 1)), None);
    }
}
