//! A few ASCII bytes kept in place: an identifier costs no allocation.

use crate::bytes::all_capitals_or_digits;

/// Of each byte the capital or digit that it stands for; a space for a space, 0 for all others.
const CAPITAL: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        if byte.is_ascii_alphanumeric() || byte == b' ' {
            table[byte as usize] = byte.to_ascii_uppercase();
        }
        byte += 1;
    }
    table
};

/// At most `N` bytes of ASCII, in place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShortText<const N: usize> {
    bytes: [u8; N],
    length: u8,
}

impl<const N: usize> ShortText<N> {
    /// The letters and digits of a text in capitals, its spaces left out; `None` when anything else stands in it,
    /// or more than `N` of them, or none.
    pub fn compact(text: &[u8]) -> Option<Self> {
        let mut bytes = [0; N];
        if (1..=N).contains(&text.len()) && all_capitals_or_digits(text) {
            bytes[..text.len()].copy_from_slice(text);
            return u8::try_from(text.len()).ok().map(|length| Self { bytes, length });
        }
        let mut length = 0;
        for &byte in text {
            match CAPITAL[usize::from(byte)] {
                b' ' => {}
                0 => return None,
                capital => {
                    *bytes.get_mut(length)? = capital;
                    length += 1;
                }
            }
        }
        let length = u8::try_from(length).ok().filter(|&length| length > 0)?;
        Some(Self { bytes, length })
    }

    /// Digits and capitals that were looked at already.
    #[inline]
    pub(super) fn checked<const M: usize>(text: &[u8; M]) -> Self {
        const { assert!(M <= N && N <= 255) }
        let mut bytes = [0; N];
        bytes[..M].copy_from_slice(text);
        #[allow(clippy::cast_possible_truncation, reason = "at most 255: see above")]
        let length = M as u8;
        Self { bytes, length }
    }

    /// The printable characters of a text, its spaces left out; `None` when anything else stands in it, or more than `N` of
    /// them, or none.
    pub fn printable(text: &[u8]) -> Option<Self> {
        let mut bytes = [0; N];
        let mut length = 0;
        for &byte in text.iter().filter(|&&byte| byte != b' ') {
            *bytes.get_mut(length)? = Some(byte).filter(u8::is_ascii_graphic)?;
            length += 1;
        }
        let length = u8::try_from(length).ok().filter(|&length| length > 0)?;
        Some(Self { bytes, length })
    }

    /// Appends the bytes; a copy of constant length costs less than one of the right length.
    #[inline]
    pub fn write(&self, out: &mut Vec<u8>) {
        let end = out.len() + usize::from(self.length);
        out.extend_from_slice(&self.bytes);
        out.truncate(end);
    }

    /// The bytes with those behind them, and how many they are.
    #[inline]
    pub(crate) fn padded(&self) -> (&[u8; N], usize) {
        (&self.bytes, usize::from(self.length))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

impl<const N: usize> std::fmt::Debug for ShortText<N> {
    /// Identifiers are personal: their length is all that a log may show.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{} characters>", self.length)
    }
}
