use super::ShortText;
use crate::bytes::{digits_of_word, eight_digits, word_at};

/// A social security number as it was read, without its spaces, and whether its key agrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nir {
    text: ShortText<20>,
    valid: bool,
}

impl Nir {
    /// The number, if the text has at most 20 printable characters of ASCII, spaces apart.
    ///
    /// A number with a wrong form, length or key is kept, and told by [`Nir::is_valid`]: the allowance does not hang on it.
    #[inline]
    pub fn new(text: &[u8]) -> Option<Self> {
        let digits = match <&[u8; 15]>::try_from(text) {
            Ok(text) => Self::of_digits(text),
            Err(_) => without_spaces(text).and_then(|text| Self::of_digits(&text)),
        };
        match digits {
            None => Self::of_other_form(text),
            digits => digits,
        }
    }

    /// What nearly every field is, taken at once.
    #[inline]
    pub(crate) fn of_digits(digits: &[u8; 15]) -> Option<Self> {
        let upper = digits_of_word(word_at(digits, 0))?;
        let lower = digits_of_word(word_at(digits, 7) & !0xFF | 0x30)?;
        let number = upper * 100_000 + lower / 100;
        Some(Self { text: ShortText::checked(digits), valid: 97 - number % 97 == lower % 100 })
    }

    fn of_other_form(text: &[u8]) -> Option<Self> {
        let Some(text) = ShortText::compact(text) else {
            return ShortText::printable(text).map(|text| Self { text, valid: false });
        };
        let valid = text.as_bytes().split_last_chunk::<2>().is_some_and(|(number, key)| {
            <&[u8; 13]>::try_from(number)
                .ok()
                .and_then(Self::key)
                .is_some_and(|expected| [b'0' + expected / 10, b'0' + expected % 10] == *key)
        });
        Some(Self { text, valid })
    }

    /// Whether it has 13 characters and the key that they call for.
    pub fn is_valid(&self) -> bool {
        self.valid
    }

    /// The number and its key, without spaces.
    pub fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// The number and its key without spaces, and what stands behind them, and their length.
    #[inline]
    pub(crate) fn padded(&self) -> (&[u8; 20], usize) {
        self.text.padded()
    }

    /// Appends it without spaces.
    #[inline]
    pub fn write(&self, out: &mut Vec<u8>) {
        self.text.write(out);
    }

    /// The key, 1 to 97, of 13 characters: 97 less the remainder of the number by 97. Corsica's departments 2A and 2B
    /// count as 19 and 18. `None` when the characters are no number.
    pub fn key(number: &[u8; 13]) -> Option<u8> {
        let (first, rest) = number.split_first_chunk::<8>()?;
        if let Some(value) = eight_digits(*first) {
            let (mut value, mut valid) = (value, true);
            for &byte in rest {
                valid &= byte.is_ascii_digit();
                value = value * 10 + u64::from(byte.wrapping_sub(b'0'));
            }
            return u8::try_from(97 - value % 97).ok().filter(|_| valid);
        }
        Self::key_of_corsica(number)
    }

    #[cold]
    fn key_of_corsica(number: &[u8; 13]) -> Option<u8> {
        let mut value = 0_u64;
        for (place, &byte) in number.iter().enumerate() {
            let digit = match byte {
                b'0'..=b'9' => byte - b'0',
                b'A' if place == 6 && number[5] == b'2' => 9,
                b'B' if place == 6 && number[5] == b'2' => 8,
                _ => return None,
            };
            // 2A is 19 and 2B is 18: the 2 before the letter counts as 1.
            let corsica = place == 5 && byte == b'2' && matches!(number[6], b'A' | b'B');
            value = value * 10 + u64::from(digit) - u64::from(corsica);
        }
        u8::try_from(97 - value % 97).ok()
    }
}

/// `1 51 02 49 174 346 03`, the other usual form.
#[inline]
fn without_spaces(text: &[u8]) -> Option<[u8; 15]> {
    match *text {
        [a, b' ', b, c, b' ', d, e, b' ', f, g, b' ', h, i, j, b' ', k, l, m, b' ', n, o] => {
            Some([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o])
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_published_by_others_agree() {
        // python-stdnum's documentation; Wikipedia's example; a Corsican number computed by hand (18 for 2B).
        for text in ["2 95 10 99 126 111 93", "2 55 08 14 168 025 38", "253072B07300470"] {
            assert!(Nir::new(text.as_bytes()).expect(text).is_valid(), "{text}");
        }
    }

    #[test]
    fn a_department_of_letters_behind_zeros_is_no_number() {
        for text in ["000000A08147580", "000000B00000000", "253071B07300470", "25307AB07300470"] {
            assert!(!Nir::new(text.as_bytes()).expect(text).is_valid(), "{text}");
        }
    }

    #[test]
    fn digits_taken_at_once_have_the_key_of_those_taken_one_by_one() {
        for number in (0..2_000_u64).map(|at| at * 4_999_999_999 + at) {
            let text = format!("{number:013}");
            let key = Nir::key(text.as_bytes().try_into().unwrap()).unwrap();
            for tried in [key, key % 97 + 1, 0, 99] {
                let nir = Nir::new(format!("{text}{tried:02}").as_bytes()).unwrap();
                assert_eq!(nir.is_valid(), tried == key, "{text} {tried}");
                assert_eq!(nir.as_bytes(), format!("{text}{tried:02}").as_bytes());
            }
        }
    }

    #[test]
    fn a_wrong_key_length_or_letter_is_told() {
        for text in ["295109912611194", "29510991261119", "2951099126111930", "2C5109912611193", "A", "2-95,\""] {
            assert!(!Nir::new(text.as_bytes()).expect(text).is_valid(), "{text}");
        }
        assert!(!Nir::new(b"2-95-10-99-126-111").expect("kept").is_valid());
        assert_eq!(Nir::new(b"295109912611193295109"), None);
        assert_eq!(Nir::new("2é".as_bytes()), None);
    }
}
