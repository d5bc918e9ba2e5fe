use std::io::Write;

use super::rows;
use crate::calendar::Day;
use crate::identity::BeneficiaryId;
use crate::law::deadlines::{Deadline, Standing, Step};

/// Who is followed, and how far.
#[derive(Clone, Copy, Debug)]
pub struct Followed<'f> {
    /// Whose steps these are.
    pub id: BeneficiaryId,
    /// Who follows.
    pub adviser: &'f str,
    /// Whether the person has no row among the beneficiaries: silence is a refusal then.
    pub is_proposal: bool,
}

/// Appends a row of `deadlines.csv` for each step, and returns how each stands on the day.
pub fn deadlines(
    out: &mut Vec<u8>,
    followed: Followed<'_>,
    steps: &[Option<Deadline>; 4],
    on: Day,
) -> [Option<Standing>; 4] {
    let standings = steps.map(|step| step.map(|deadline| deadline.on(on)));
    let is_refusal = |step: Step, standing| {
        followed.is_proposal && step == Step::Answer && matches!(standing, Standing::Overdue(_) | Standing::DoneLate(_))
    };
    let is_undone = |standing: &Standing| matches!(standing, Standing::Open | Standing::Overdue(_));
    let pairs = || steps.iter().flatten().zip(standings.iter().flatten());
    let refused = pairs().any(|(deadline, standing)| is_refusal(deadline.step, *standing));
    let next = pairs().find(|(_, standing)| is_undone(standing)).filter(|_| !refused);
    let next = next.map_or("none", |(deadline, _)| deadline.step.name());
    for (deadline, &standing) in pairs() {
        let status = if is_refusal(deadline.step, standing) { "refused" } else { standing.name() };
        let done = deadline.done.filter(|&done| done <= on).map(|day| day.to_string()).unwrap_or_default();
        followed.id.write(out);
        out.push(b',');
        rows::text(out, followed.adviser);
        let (step, due, late) = (deadline.step, deadline.due, standing.late_days());
        // Writing to memory can't fail.
        _ = writeln!(out, ",{},{},{due},{done},{status},{late},{next}", step.name(), step.rule());
    }
    standings
}

/// The header of `advisers.csv`.
pub const ADVISERS_HEADER: &str = "adviser,load,over_norm,late_answer,late_interview,late_services,late_follow_up\n";

/// Appends a row of `advisers.csv`.
pub fn adviser(out: &mut Vec<u8>, name: &str, load: u64, over_norm: bool, late: &[u64; 4]) {
    let [answer, interview, services, follow_up] = late;
    rows::text(out, name);
    let over = if over_norm { "yes" } else { "no" };
    _ = writeln!(out, ",{load},{over},{answer},{interview},{services},{follow_up}");
}
