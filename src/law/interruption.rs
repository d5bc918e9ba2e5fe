//! R2: which events interrupt the ASR, and whether it is paid again after them.

use super::Law;
use super::regime::Regime;
use super::timeline::{Missing, Timeline, UnknownLaw};
use crate::calendar::{Day, Span};
use crate::facts::EventKind;

/// What an event does to the ASR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interruption {
    /// Unpaid from the first day of the event to its last; paid again the day after.
    Resumes,
    /// Unpaid from the first day on, for good.
    Ends,
    /// The ASR goes on.
    None,
}

impl Interruption {
    /// The days that the event leaves unpaid: the day of the event is the first, the eve is the last paid one.
    #[inline]
    pub fn unpaid(self, event: Span) -> Option<Span> {
        match self {
            Self::Resumes => Some(event),
            Self::Ends => Some(Span::new(event.first, Day::AFTER_ALL)),
            Self::None => None,
        }
    }
}

/// The effect of each kind, in the order of [`EventKind::ALL`].
pub(super) type Interruptions = Vec<Timeline<KindRule>>;

/// What the law data says of a kind.
#[derive(Clone, Debug)]
pub(super) struct KindRule {
    pub(super) effect: Interruption,
    /// Ids of regimes that do not know the kind.
    pub(super) not_in: Vec<String>,
}

impl KindRule {
    #[inline(never)]
    fn is_unknown_to(&self, regime: &Regime) -> bool {
        self.not_in.contains(&regime.id)
    }
}

impl Law {
    /// R2: what an event of a kind does under a regime.
    ///
    /// # Errors
    /// The regime or the event's first day does not know the kind.
    #[inline]
    pub fn interruption(&self, kind: EventKind, regime: &Regime, first: Day) -> Result<Interruption, UnknownLaw> {
        let timeline = &self.interruptions[kind as usize];
        let rule = timeline.on(first.min(self.verified_until))?;
        if !rule.not_in.is_empty() && rule.is_unknown_to(regime) {
            return Err(Missing::NotInRegime { name: kind.to_string(), regime: regime.id.clone() }.into());
        }
        Ok(rule.effect)
    }
}
