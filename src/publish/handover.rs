use super::rows::MonthText;
use crate::identity::BeneficiaryId;
use crate::law::handover::Handover;
use crate::law::regime::Population;
use crate::money::write_whole;
use crate::settle::Outcome;

/// Appends a row of `handover.csv` (R1.6); days that are not known are blank.
pub fn handover(
    out: &mut Vec<u8>,
    id: BeneficiaryId,
    month: &MonthText,
    (regime, outcome): (&str, Outcome),
    handover: &Handover,
) {
    let ended = &handover.ended;
    let population = match ended.population {
        Population::Ordinary => "ordinary",
        Population::Article3 => "article-3",
    };
    let crp_start = ended.crp.first.to_string();
    let last = ended.last.to_string();
    let until = |day: Option<crate::calendar::Day>| day.map(|day| day.to_string()).unwrap_or_default();
    let training = if ended.in_training { "yes" } else { "no" };
    id.write(out);
    for word in [month.iso(), regime, population, &crp_start, &last, ended.end.name(), outcome.name()] {
        out.push(b',');
        out.extend_from_slice(word.as_bytes());
    }
    for days in [ended.asr_days, ended.are_days.map(i64::from), handover.are_days_left] {
        out.push(b',');
        if let Some(days) = days {
            write_whole(out, days.unsigned_abs());
        }
    }
    let ctp_until = until(handover.ctp.map(|ctp| ctp.last));
    for word in [training, handover.next.name(), &until(handover.register_on), &ctp_until] {
        out.push(b',');
        out.extend_from_slice(word.as_bytes());
    }
    out.push(b'\n');
}
