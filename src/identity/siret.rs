/// An employer's establishment: a SIREN of 9 digits, 5 of the establishment, the last one a Luhn key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Siret {
    number: u64,
    valid: bool,
}

impl Siret {
    /// La Poste's SIREN: the digits of its establishments add up to a multiple of 5 instead.
    const LA_POSTE: u64 = 356_000_000;

    /// The number, if the text has 1 to 14 digits and else only spaces.
    ///
    /// A wrong key, or fewer digits (spreadsheets drop leading zeros), is kept and told by [`Siret::is_valid`].
    pub fn new(text: &[u8]) -> Option<Self> {
        let (mut number, mut digits) = (0_u64, 0);
        for &byte in text.iter().filter(|&&byte| byte != b' ') {
            if !byte.is_ascii_digit() || digits == 14 {
                return None;
            }
            number = number * 10 + u64::from(byte - b'0');
            digits += 1;
        }
        let valid = digits == 14 && Self::key_agrees(number);
        (digits > 0).then_some(Self { number, valid })
    }

    /// Whether it has 14 digits and their key agrees.
    pub fn is_valid(self) -> bool {
        self.valid
    }

    /// The number.
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_known_establishments_agree() {
        // python-stdnum's documentation; La Poste's head office (Luhn) and an establishment (multiple of 5).
        for text in ["73282932000074", "732 829 320 00074", "35600000000048", "35600000049837"] {
            assert!(Siret::new(text.as_bytes()).expect(text).is_valid(), "{text}");
        }
    }

    #[test]
    fn a_wrong_key_or_length_is_told() {
        for text in ["73282932000079", "7328293200007", "35600000049838"] {
            assert!(!Siret::new(text.as_bytes()).expect(text).is_valid(), "{text}");
        }
        for text in ["", "7328293200007A", "732829320000740", "73282932-00074"] {
            assert_eq!(Siret::new(text.as_bytes()), None, "{text}");
        }
    }
}
