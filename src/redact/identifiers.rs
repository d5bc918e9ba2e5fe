//! Identifiers that nobody has: of the form of the real ones, with right keys where those have them, wrong ones where not.

use super::key::{Key, Stream};
use crate::exports::Encoding;
use crate::identity::{BeneficiaryId, Iban, Nir, Siret};

/// How often another text is tried before a value is given up: each try for a wrong key fails once in 97 at most.
const TRIES: u8 = 32;

impl Key {
    /// A beneficiary number; numbers that are none stay none.
    pub(super) fn beneficiary_id(&self, text: &[u8], encoding: Encoding) -> Vec<u8> {
        if BeneficiaryId::new(text).is_none() {
            return self.masked("beneficiary", text, encoding, 0);
        }
        [b"R", &self.stream("beneficiary", text, 0).digits(18)[..]].concat()
    }

    /// A NIR; a wrong one stays wrong.
    pub(super) fn nir(&self, text: &[u8], encoding: Encoding) -> Option<Vec<u8>> {
        let Some(nir) = Nir::new(text) else { return Some(self.masked("nir", text, encoding, 0)) };
        if !nir.is_valid() {
            let wrong = |text: &Vec<u8>| Nir::new(text).is_some_and(|nir| !nir.is_valid());
            return self.still(text, nir.as_bytes(), "nir", wrong);
        }
        let mut stream = self.stream("nir", nir.as_bytes(), 0);
        let (sex, month, place) = (1 + stream.below(2), 1 + stream.below(12), 1 + stream.below(95));
        let year = stream.below(100);
        let mut number = format!("{sex}{year:02}{month:02}{place:02}").into_bytes();
        number.extend(stream.digits(6));
        let key = Nir::key(number.as_slice().try_into().ok()?)?;
        number.extend(format!("{key:02}").bytes());
        Some(in_shape(text, &number))
    }

    /// An account of the same country; a wrong one stays wrong. National keys within it are not worked out.
    pub(super) fn iban(&self, text: &[u8]) -> Option<Vec<u8>> {
        let Some(iban) = Iban::new(text) else {
            let compact: Vec<u8> = text.iter().copied().filter(|byte| *byte != b' ').collect();
            return self.still(text, &compact, "iban", |text| Iban::new(text).is_none());
        };
        let (country, rest) = iban.as_bytes().split_first_chunk::<2>()?;
        let mut stream = self.stream("iban", iban.as_bytes(), 0);
        let account: Vec<u8> = rest.get(2..)?.iter().map(|&byte| stream.like(byte)).collect();
        let check = Iban::check_digits(country, &account);
        let whole = [&country[..], format!("{check:02}").as_bytes(), &account].concat();
        Some(in_shape(text, &whole))
    }

    /// An establishment; a wrong one stays wrong.
    pub(super) fn siret(&self, text: &[u8]) -> Option<Vec<u8>> {
        let compact: Vec<u8> = text.iter().copied().filter(|byte| *byte != b' ').collect();
        if !Siret::new(text).is_valid() {
            return self.still(text, &compact, "siret", |text| !Siret::new(text).is_valid());
        }
        let first = self.stream("siret", &compact, 0).digits(13);
        let with_key = (b'0'..=b'9').map(|key| [&first[..], &[key]].concat()).find(|text| Siret::new(text).is_valid());
        Some(in_shape(text, &with_key?))
    }

    /// A name of nobody: syllables. A letter outside of ASCII is there if one was, as encodings go wrong there.
    pub(super) fn name(&self, text: &[u8], encoding: Encoding) -> Vec<u8> {
        let mut stream = self.stream("name", text, 0);
        let mut name = Vec::new();
        for length in [3, 2, 3] {
            let start = name.len() + usize::from(!name.is_empty());
            name.extend(if name.is_empty() { &b""[..] } else { b" " });
            for _ in 0..length {
                name.push(b"bdfgklmnprstvz"[usize::from(stream.below(14))]);
                name.push(b"aeiou"[usize::from(stream.below(5))]);
            }
            name[start].make_ascii_uppercase();
        }
        if !text.is_ascii() {
            name.extend_from_slice(accented(encoding));
        }
        name
    }

    /// Other letters for letters, digits for digits, all else as it stands. What is no text stays none.
    pub(super) fn masked(&self, kind: &str, text: &[u8], encoding: Encoding, tries: u8) -> Vec<u8> {
        let mut stream = self.stream(kind, text, tries);
        masked_by(text, encoding, |byte| stream.like(byte))
    }

    /// The same for a number, see [`Stream::like_number`].
    pub(super) fn masked_number(&self, kind: &str, text: &[u8], encoding: Encoding, tries: u8) -> Vec<u8> {
        let mut stream: Stream = self.stream(kind, text, tries);
        masked_by(text, encoding, |byte| stream.like_number(byte))
    }

    /// A masked identifier that `holds`; what makes two texts the same identifier is `same`.
    fn still(&self, text: &[u8], same: &[u8], kind: &str, holds: impl Fn(&Vec<u8>) -> bool) -> Option<Vec<u8>> {
        (0..TRIES)
            .map(|tries| {
                let mut stream = self.stream(kind, same, tries);
                masked_by(text, Encoding::Utf8, |byte| stream.like(byte))
            })
            .find(holds)
    }
}

/// `letters` for the letters and digits of a text, whose spaces stay where they are.
fn in_shape(text: &[u8], letters: &[u8]) -> Vec<u8> {
    let mut letters = letters.iter().copied();
    text.iter().map(|&byte| if byte == b' ' { byte } else { letters.next().unwrap_or(byte) }).collect()
}

fn accented(encoding: Encoding) -> &'static [u8] {
    match encoding {
        Encoding::Utf8 => "é".as_bytes(),
        Encoding::Windows1252 => b"\xE9",
    }
}

fn masked_by(text: &[u8], encoding: Encoding, mut like: impl FnMut(u8) -> u8) -> Vec<u8> {
    let mut masked = Vec::with_capacity(text.len());
    if encoding == Encoding::Windows1252 {
        // From 0xC0 on nearly all are letters; those before it are signs, or undefined and so at fault.
        masked.extend(text.iter().map(|&byte| if byte >= 0xC0 { 0xE9 } else { like(byte) }));
        return masked;
    }
    for chunk in text.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match u8::try_from(letter) {
                Ok(byte) if letter.is_ascii() => masked.push(like(byte)),
                _ if letter.is_alphanumeric() => masked.extend_from_slice(accented(encoding)),
                _ => masked.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        // No text has this byte, and nobody's letter is behind it any more.
        masked.extend(chunk.invalid().iter().map(|_| 0xFF));
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key::new(b"a key of thirty-two bytes or more").unwrap()
    }

    #[test]
    fn right_keys_stay_right_in_the_shape_of_the_text() {
        for text in ["2 95 10 99 126 111 93", "253072B07300470", "295109912611193"] {
            let other = key().nir(text.as_bytes(), Encoding::Utf8).unwrap();
            assert!(Nir::new(&other).unwrap().is_valid(), "{text}");
            assert_eq!(other.len(), text.len());
            assert_ne!(other, text.as_bytes());
        }
        for text in [
            "FR76 3000 4001 0100 0000 2026 421",
            "FR7630004001010000002026421",
            "NL91ABNA0417164300",
            "GB29NWBK60161331926819",
            "MT84MALT011000012345MTLCAST001S",
        ] {
            let other = key().iban(text.as_bytes()).unwrap();
            assert!(Iban::new(&other).is_some(), "{text}: {}", String::from_utf8_lossy(&other));
            assert_eq!((&other[..2], other.len()), (&text.as_bytes()[..2], text.len()));
            assert_ne!(other, text.as_bytes());
        }
        for text in ["73282932000074", "732 829 320 00074", "35600000049837"] {
            let other = key().siret(text.as_bytes()).unwrap();
            assert!(Siret::new(&other).is_valid() && other != text.as_bytes(), "{text}");
        }
    }

    #[test]
    fn a_text_with_and_without_spaces_has_one_pseudonym() {
        let plain = |text: Option<Vec<u8>>| text.unwrap().into_iter().filter(|byte| *byte != b' ').collect::<Vec<_>>();
        let nir = |text: &str| plain(key().nir(text.as_bytes(), Encoding::Utf8));
        assert_eq!(nir("2 95 10 99 126 111 93"), nir("295109912611193"));
        assert_eq!(nir("2 95 10 99 126 111 94"), nir("295109912611194"));
        let iban = |text: &str| plain(key().iban(text.as_bytes()));
        assert_eq!(iban("FR76 3000 4001 0100 0000 2026 421"), iban("FR7630004001010000002026421"));
        let siret = |text: &str| plain(key().siret(text.as_bytes()));
        assert_eq!(siret("732 829 320 00074"), siret("73282932000074"));
    }

    #[test]
    fn wrong_ones_stay_wrong() {
        for at in 0..300 {
            let nir = format!("{:015}", 295_109_912_611_100_u64 + at);
            let right = Nir::new(nir.as_bytes()).unwrap().is_valid();
            let other = key().nir(nir.as_bytes(), Encoding::Utf8).unwrap();
            assert_eq!(Nir::new(&other).unwrap().is_valid(), right, "{nir}");
            let siret = format!("{:014}", 73_282_932_000_000_u64 + at);
            let right = Siret::new(siret.as_bytes()).is_valid();
            assert_eq!(Siret::new(&key().siret(siret.as_bytes()).unwrap()).is_valid(), right, "{siret}");
            let iban = format!("FR{at:02}30004001010000002026421");
            let right = Iban::new(iban.as_bytes()).is_some();
            assert_eq!(Iban::new(&key().iban(iban.as_bytes()).unwrap()).is_some(), right, "{iban}");
        }
        assert_eq!(Nir::new(&key().nir("Élise Martin".as_bytes(), Encoding::Utf8).unwrap()), None);
        assert!(BeneficiaryId::new(&key().beneficiary_id(b"B 12", Encoding::Utf8)).is_none());
    }

    #[test]
    fn masks_keep_the_form_and_what_is_no_text() {
        let masked = key().masked("field", b"Ab-12 \xC3\xA9 \xE9.", Encoding::Utf8, 0);
        assert_eq!(&masked[2..3], b"-");
        assert_eq!(&masked[5..], b" \xC3\xA9 \xFF.");
        assert!(masked[0].is_ascii_uppercase() && masked[1].is_ascii_lowercase() && masked[3].is_ascii_digit());
        let number = key().masked_number("field", b"-0.0509", Encoding::Utf8, 0);
        assert_eq!((&number[..4], number[5]), (&b"-0.0"[..], b'0'));
        assert!(number[4] != b'0' && number[6] != b'0');
    }
}
