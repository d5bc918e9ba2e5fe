use crate::bytes::{digit_values, joined, word_at};

/// An employer's establishment: a SIREN of 9 digits, 5 of the establishment, the last one a Luhn key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Siret {
    number: u64,
    valid: bool,
}

impl Siret {
    /// La Poste's SIREN: the digits of its establishments add up to a multiple of 5 instead.
    const LA_POSTE: u64 = 356_000_000;

    /// The establishment that a text names; spaces don't count.
    ///
    /// What is no number of 14 digits with its key is kept, and told by [`Siret::is_valid`]: the allowance does not hang on
    /// it. It only has to tell jobs apart, so a text that is no number gets the digest of its bytes, above all numbers.
    #[inline]
    pub fn new(text: &[u8]) -> Self {
        let digits = match <&[u8; 14]>::try_from(text) {
            Ok(text) => Self::of_digits(text),
            Err(_) => without_spaces(text).and_then(|text| Self::of_digits(&text)),
        };
        match digits {
            Some(siret) => siret,
            None => Self::of_any_text(text),
        }
    }

    /// What nearly every field is: the key is told from all digits at once.
    #[inline]
    pub(crate) fn of_digits(digits: &[u8; 14]) -> Option<Self> {
        let (upper, lower) = (word_at(digits, 0) << 16 | 0x3030, word_at(digits, 6));
        let (upper, lower) = (digit_values(upper)?, digit_values(lower)?);
        let number = joined(upper) * 100_000_000 + joined(lower);
        let valid = luhn(upper, lower).is_multiple_of(10) || Self::key_agrees_at_la_poste(number);
        Some(Self { number, valid })
    }

    #[inline(never)]
    fn of_any_text(text: &[u8]) -> Self {
        let (mut number, mut digits, mut foreign) = (0_u64, 0, false);
        for &byte in text.iter().filter(|&&byte| byte != b' ') {
            if !byte.is_ascii_digit() || digits == 14 {
                foreign = true;
                break;
            }
            number = number * 10 + u64::from(byte - b'0');
            digits += 1;
        }
        if foreign {
            return Self { number: digest(text), valid: false };
        }
        Self { number, valid: digits == 14 && Self::key_agrees(number) }
    }

    /// The establishment as [`Siret::number`] and [`Siret::is_valid`] told it.
    pub(crate) fn kept(number: u64, valid: bool) -> Self {
        Self { number, valid }
    }

    /// Whether it has 14 digits and their key agrees.
    pub fn is_valid(self) -> bool {
        self.valid
    }

    /// The number, or what stands for it.
    pub fn number(self) -> u64 {
        self.number
    }

    /// Whether the Luhn key of 14 digits agrees, or La Poste's rule.
    pub fn key_agrees(number: u64) -> bool {
        let (mut rest, mut luhn, mut plain) = (number, 0, 0);
        for place in 0..14 {
            let digit = rest % 10;
            rest /= 10;
            plain += digit;
            luhn += if place % 2 == 0 { digit } else { digit * 2 % 10 + digit / 5 };
        }
        luhn % 10 == 0 || (number / 100_000 == Self::LA_POSTE && plain % 5 == 0)
    }

    fn key_agrees_at_la_poste(number: u64) -> bool {
        number / 100_000 == Self::LA_POSTE && Self::key_agrees(number)
    }
}

/// `732 829 320 00074`, the other usual form.
#[inline]
fn without_spaces(text: &[u8]) -> Option<[u8; 14]> {
    match *text {
        [a, b, c, b' ', d, e, f, b' ', g, h, i, b' ', j, k, l, m, n] => {
            Some([a, b, c, d, e, f, g, h, i, j, k, l, m, n])
        }
        _ => None,
    }
}

/// The sum of Luhn's key over the values of sixteen digits, as two words.
#[inline]
fn luhn(upper: u64, lower: u64) -> u64 {
    const DOUBLED: u64 = 0x00FF_00FF_00FF_00FF;
    const ONES: u64 = 0x0001_0001_0001_0001;
    let adjusted = |values: u64| {
        let doubled = values & DOUBLED;
        // Of 5 and more the double has two digits, which add up to nine less.
        let with_two = (doubled + 0x7B * ONES) >> 7 & ONES;
        (values & !DOUBLED) + doubled * 2 - with_two * 9
    };
    (adjusted(upper) + adjusted(lower)).wrapping_mul(0x0101_0101_0101_0101) >> 56
}

/// FNV-1a of the bytes, above all numbers of 14 digits.
fn digest(text: &[u8]) -> u64 {
    let digest = text.iter().filter(|&&byte| byte != b' ').fold(0xCBF2_9CE4_8422_2325, |digest: u64, &byte| {
        (digest ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    });
    digest | 1 << 63
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_known_establishments_agree() {
        // python-stdnum's documentation; La Poste's head office (Luhn) and an establishment (multiple of 5).
        for text in ["73282932000074", "732 829 320 00074", "35600000000048", "35600000049837"] {
            assert!(Siret::new(text.as_bytes()).is_valid(), "{text}");
        }
    }

    #[test]
    fn digits_taken_at_once_are_those_taken_one_by_one() {
        let numbers = (0..2_000_u64).map(|at| at * 49_999_999_999 + at);
        for number in numbers.chain((0..1_000).map(|at| 35_600_000_000_000 + at)) {
            let siret = Siret::new(format!("{number:014}").as_bytes());
            assert_eq!((siret.number(), siret.is_valid()), (number, Siret::key_agrees(number)), "{number}");
        }
    }

    #[test]
    fn a_wrong_key_or_length_is_told() {
        for text in ["73282932000079", "7328293200007", "35600000049838"] {
            assert!(!Siret::new(text.as_bytes()).is_valid(), "{text}");
        }
        let named =
            ["7328293200007A", "732829320000740", "73282932-00074", "ACME"].map(|text| Siret::new(text.as_bytes()));
        for (at, siret) in named.iter().enumerate() {
            assert!(!siret.is_valid() && siret.number() > 99_999_999_999_999);
            assert!(named[..at].iter().all(|other| other.number() != siret.number()));
        }
    }
}
