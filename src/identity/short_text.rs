//! A few ASCII bytes kept in place: an identifier costs no allocation.

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
        let mut length = 0;
        for &byte in text {
            if byte == b' ' {
                continue;
            }
            if !byte.is_ascii_alphanumeric() {
                return None;
            }
            *bytes.get_mut(length)? = byte.to_ascii_uppercase();
            length += 1;
        }
        let length = u8::try_from(length).ok().filter(|&length| length > 0)?;
        Some(Self { bytes, length })
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
