//! Positions as bytes: most are carried from run to run as they are, with one more behind them.

use std::borrow::Cow;

use super::Position;
use crate::calendar::Month;
use crate::money::Cents;
use crate::settle::Amounts;

/// What was paid for each month so far, in order of months; read only where an earlier month is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Positions<'a> {
    /// The month of the last one.
    last: Option<Month>,
    /// Each as the months since the one before (the first since year 0), and its five amounts.
    bytes: Cow<'a, [u8]>,
}

impl<'a> Positions<'a> {
    /// From bytes that [`Positions::bytes`] gave, the last month being known.
    pub(crate) fn from_bytes(last: Option<Month>, bytes: &'a [u8]) -> Self {
        Self { last, bytes: Cow::Borrowed(bytes) }
    }

    /// The month of the last one.
    pub fn last(&self) -> Option<Month> {
        self.last
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
