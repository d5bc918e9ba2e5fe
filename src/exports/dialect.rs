use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

/// What stands between two fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delimiter {
    /// A comma; decimals have a point.
    Comma,
    /// A semicolon; decimals have a point or a comma, thousands may be set apart by spaces.
    Semicolon,
}

impl Delimiter {
    /// The byte.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
        }
    }
}

/// How bytes are letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8; other bytes refuse their row.
    #[default]
    Utf8,
    /// Windows-1252; the five bytes that it leaves undefined refuse their row.
    Windows1252,
}

impl Encoding {
    /// Whether bytes are text in this encoding.
    pub fn is_text(self, bytes: &[u8]) -> bool {
        match self {
            Self::Utf8 => bytes.is_ascii() || str::from_utf8(bytes).is_ok(),
            Self::Windows1252 => !bytes.iter().any(|byte| matches!(byte, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D)),
        }
    }

    /// The text of bytes; what is no text shows as the replacement character, for messages only.
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Utf8 => str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed),
            Self::Windows1252 => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        }
    }

    /// The text of the thousands separators that are not ASCII: the no-break and the narrow no-break space.
    pub(super) const fn wide_spaces(self) -> &'static [&'static [u8]] {
        match self {
            Self::Utf8 => &[b"\xC2\xA0", b"\xE2\x80\xAF"],
            Self::Windows1252 => &[b"\xA0"],
        }
    }
}

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Told from the header.
    pub delimiter: Delimiter,
    /// Told by the operator.
    pub encoding: Encoding,
}
