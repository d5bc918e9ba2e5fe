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
    pub fn new(text: &[u8]) -> Self {
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
