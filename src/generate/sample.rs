//! A made-up beneficiary: everything that their rows say.

use super::cases::Case;
use super::damage::Damage;
use super::employers::{self, Dismissal};
use super::events::{self, Event};
use super::faults::{self, Fault};
use super::followup::{self, Followup};
use super::jobs::{self, Earning};
use super::random::{Random, Topic};
use super::rows::Export;
use crate::calendar::Span;

/// What a beneficiary's numbers are drawn from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    pub(super) month: Span,
    pub(super) seed: u64,
    /// Faulty beneficiaries in ten thousand.
    pub(super) faults: u32,
    /// Follow-up, employers and contrats de transition professionnelle too.
    pub(super) complete: bool,
}

/// The second row of a beneficiary who stands twice in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Copy {
    Identical,
    Different,
}

/// One beneficiary with all rows. Drawn again and again in the same place: nothing is allocated for each.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) seed: u64,
    pub(super) index: u64,
    pub(super) case: Case,
    pub(super) copy: Option<Copy>,
    pub(super) damage: Option<Damage>,
    pub(super) events: Vec<Event>,
    pub(super) earnings: Vec<Earning>,
    pub(super) followup: Vec<Followup>,
    pub(super) dismissals: Vec<Dismissal>,
}

impl Source {
    fn random(&self, index: u64, topic: Topic) -> Random {
        Random::new(self.seed, index, topic)
    }

    /// A beneficiary.
    pub(super) fn sample(&self, index: u64) -> Sample {
        let mut sample = Sample {
            seed: self.seed,
            index,
            case: Case::draw(&mut self.random(index, Topic::Case), self.month, None),
            copy: None,
            damage: None,
            events: Vec::new(),
            earnings: Vec::new(),
            followup: Vec::new(),
            dismissals: Vec::new(),
        };
        self.draw(index, &mut sample);
        sample
    }

    /// A beneficiary, in the place of an earlier one.
    pub(super) fn draw(&self, index: u64, sample: &mut Sample) {
        let faults = self.faults(index);
        let wish = faults::wish(faults);
        let case = Case::draw(&mut self.random(index, Topic::Case), self.month, wish.band);
        (sample.index, sample.case, sample.copy, sample.damage) = (index, case, None, None);
        sample.events.clear();
        sample.earnings.clear();
        sample.followup.clear();
        sample.dismissals.clear();
        events::draw(&mut self.random(index, Topic::Events), &case, self.month, &mut sample.events);
        jobs::draw(&mut self.random(index, Topic::Jobs), &case, self.month, wish.job, &mut sample.earnings);
        if self.complete {
            events::draw_ctp(&mut self.random(index, Topic::Transition), &case, self.month, &mut sample.events);
            let faulty = self.faults;
            followup::draw(&mut self.random(index, Topic::Followup), faulty, self.month, sample);
            employers::draw(&mut self.random(index, Topic::Employers), faulty, sample);
        }
        if faults[0].is_none() {
            return;
        }
        let mut random = self.random(index, Topic::FaultDetails);
        for fault in faults.into_iter().flatten() {
            faults::commit(fault, sample, self.month, &mut random);
        }
        sample.events.sort_by_key(|event| event.orphan);
        sample.earnings.sort_by_key(|row| row.orphan);
    }

    fn faults(&self, index: u64) -> [Option<Fault>; 2] {
        faults::drawn(&mut self.random(index, Topic::Faults), self.faults)
    }

    /// Whether a beneficiary may have a row at this place of a file; told from a few numbers, so that a shuffle
    /// passes quickly over places that stay empty.
    pub(super) fn may_have(&self, export: Export, index: u64, place: u64) -> bool {
        let faulty = || self.faults(index)[0].is_some();
        match export {
            Export::Beneficiaries => place == 0 || faulty(),
            Export::Events => {
                place < events::count(&mut self.random(index, Topic::Events)) || self.complete || faulty()
            }
            Export::Followup | Export::Employers => true,
            Export::Earnings => {
                let band = Case::band(&mut self.random(index, Topic::Case));
                place < jobs::at_most(&mut self.random(index, Topic::Jobs), band) || faulty()
            }
        }
    }
}

impl Sample {
    /// How many rows it has in a file.
    pub(super) fn rows(&self, export: Export) -> usize {
        match export {
            Export::Beneficiaries => 1 + usize::from(self.copy.is_some()),
            Export::Events => self.events.len(),
            Export::Earnings => self.earnings.len(),
            Export::Followup => self.followup.len(),
            Export::Employers => self.dismissals.len(),
        }
    }

    /// The most rows that any beneficiary has in a file: what is drawn, and what faults add to it.
    pub(super) fn most_rows(export: Export) -> u64 {
        match export {
            Export::Beneficiaries => 2,
            Export::Events => events::MOST + 3,
            Export::Earnings => jobs::MOST + 2,
            Export::Followup => followup::MOST,
            Export::Employers => employers::MOST,
        }
    }
}
