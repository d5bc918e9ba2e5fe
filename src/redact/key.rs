//! Pseudonyms: the same value gets the same one under the same key, and nobody finds the way back without it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The secret behind the pseudonyms. Whoever has it can try numbers until one fits, so it never goes with a sample.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

impl Key {
    /// The fewest bytes of a key: as many as the digest has, so that trying keys is hopeless.
    pub const LENGTH: usize = 32;

    /// The key, if it has enough bytes.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let keyed = Hmac::new_from_slice(bytes).ok()?;
        (bytes.len() >= Self::LENGTH).then_some(Self(keyed))
    }

    /// Bytes that hang on the key, a kind of value, the value, and how many tries there were before.
    pub(super) fn stream(&self, kind: &str, value: &[u8], tries: u8) -> Stream {
        let mut keyed = self.0.clone();
        for part in [kind.as_bytes(), &[0], value, &[tries]] {
            keyed.update(part);
        }
        Stream { keyed, block: [0; 32], number: 0, used: 32 }
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<key>")
    }
}

/// HMAC-SHA-256 in counter mode.
pub(super) struct Stream {
    keyed: Hmac<Sha256>,
    block: [u8; 32],
    number: u32,
    used: usize,
}

impl Stream {
    pub(super) fn byte(&mut self) -> u8 {
        if self.used == self.block.len() {
            let mut keyed = self.keyed.clone();
            keyed.update(&self.number.to_be_bytes());
            self.block = keyed.finalize().into_bytes().into();
            self.number += 1;
            self.used = 0;
        }
        self.used += 1;
        self.block[self.used - 1]
    }

    /// One of `count` numbers from 0, each as likely; at most 128 of them.
    pub(super) fn below(&mut self, count: u8) -> u8 {
        let fair = u8::MAX - u8::MAX % count;
        loop {
            let byte = self.byte();
            if byte < fair {
                return byte % count;
            }
        }
    }

    /// A letter or digit of the kind of another; all else stays.
    pub(super) fn like(&mut self, byte: u8) -> u8 {
        match byte {
            b'0'..=b'9' => b'0' + self.below(10),
            b'A'..=b'Z' => b'A' + self.below(26),
            b'a'..=b'z' => b'a' + self.below(26),
            _ => byte,
        }
    }

    /// The same, but 0 stays 0 and no other digit becomes it: what is zero, or has so many digits, stays so.
    pub(super) fn like_number(&mut self, byte: u8) -> u8 {
        match byte {
            b'0' => b'0',
            b'1'..=b'9' => b'1' + self.below(9),
            _ => self.like(byte),
        }
    }

    pub(super) fn digits(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| b'0' + self.below(10)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_hmac_sha_256_of_its_parts() {
        // RFC 4231, test case 6 and 7 use keys of 131 bytes; here the parts are put together by hand.
        let secret = [0xAA; 131];
        let key = Key::new(&secret).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
        mac.update(b"nir\x00151\x07\x00\x00\x00\x00");
        let expected: [u8; 32] = mac.finalize().into_bytes().into();
        let mut stream = key.stream("nir", b"151", 7);
        assert_eq!((0..32).map(|_| stream.byte()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_short_key_is_none_and_no_key_is_shown() {
        assert!(Key::new(&[7; 31]).is_none());
        assert_eq!(format!("{:?}", Key::new(&[7; 32]).unwrap()), "<key>");
    }

    #[test]
    fn kinds_values_keys_and_tries_have_streams_of_their_own() {
        let key = |byte| Key::new(&[byte; 32]).unwrap();
        let of = |key: &Key, kind, value, tries| key.stream(kind, value, tries).digits(20);
        let one = of(&key(1), "nir", b"1", 0);
        assert_eq!(of(&key(1), "nir", b"1", 0), one);
        for other in [
            of(&key(2), "nir", b"1", 0),
            of(&key(1), "iban", b"1", 0),
            of(&key(1), "nir", b"2", 0),
            of(&key(1), "nir", b"1", 1),
        ] {
            assert_ne!(other, one);
        }
    }
}
