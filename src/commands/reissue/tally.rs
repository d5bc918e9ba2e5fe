//! What became of the failed transfers, for people.

use std::collections::BTreeMap;

use super::verdict::Left;
use crate::bank::store::Kept;
use crate::bank::transfers::Transfer;
use crate::commands::table::{grouped, text};
use crate::money::Cents;

/// The most rows of a kind that are told.
const ROWS: usize = 20;

/// Counts and sums by reason and outcome, and the first rows.
#[derive(Debug, Default)]
pub(super) struct Tally {
    sums: BTreeMap<(Option<Left>, String), (u64, Cents)>,
    again: Vec<String>,
    more_again: usize,
    /// Those that are not paid again, with why.
    pub(super) left: Vec<String>,
    more_left: usize,
}

impl Tally {
    pub(super) fn add(&mut self, kept: &Kept, judged: Result<&Transfer, Left>) {
        let reason = kept.reason.as_deref();
        let sum = self.sums.entry((judged.err(), reason.unwrap_or("-").to_owned())).or_insert((0, Cents::ZERO));
        *sum = (sum.0 + 1, sum.1 + kept.amount);
        let (rows, more, row) = match judged {
            Ok(transfer) => {
                let row = format!("{} pays {} again", transfer.end_to_end_id, kept.end_to_end_id);
                (&mut self.again, &mut self.more_again, row)
            }
            Err(left) => {
                let row = format!("{}: {}", kept.end_to_end_id, left.told(reason.unwrap_or("no reason given")));
                (&mut self.left, &mut self.more_left, row)
            }
        };
        if rows.len() < ROWS {
            rows.push(row);
        } else {
            *more += 1;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    /// Which transfer pays which.
    pub(super) fn pairs(&self) -> String {
        rows(&self.again, self.more_again)
    }

    /// Reasons with what was done, then the first rows of each kind.
    pub(super) fn table(&self) -> String {
        let lines: Vec<_> = self
            .sums
            .iter()
            .map(|((left, reason), (count, amount))| {
                let done = left.map_or("paid again", Left::short).to_owned();
                [reason.clone(), done, grouped(&count.to_string()), grouped(&amount.to_string())]
            })
            .collect();
        let heads = ["reason", "what was done", "number", "amount"];
        text(&heads, &lines) + &self.pairs() + &rows(&self.left, self.more_left)
    }
}

fn rows(rows: &[String], more: usize) -> String {
    let mut text: String = rows.iter().map(|row| format!("{row}\n")).collect();
    if more > 0 {
        text.push_str(&format!("and {} more; `versement outstanding` lists them\n", grouped(&more.to_string())));
    }
    text
}
