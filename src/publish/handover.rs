use super::piece::{self, Piece, WHOLE};
use super::rows::MonthText;
use crate::calendar::Day;
use crate::identity::BeneficiaryId;
use crate::law::handover::Handover;
use crate::law::regime::Population;
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
    let training = if ended.in_training { "yes" } else { "no" };
    let day_or_blank = |piece: &mut Piece<'_, 64>, day: Option<Day>| {
        piece.all(b",");
        if let Some(day) = day {
            piece.day(day);
        }
    };
    id.write(out);
    for word in [month.iso(), regime, population] {
        out.push(b',');
        out.extend_from_slice(word.as_bytes());
    }
    piece::append::<64>(out, |piece| {
        day_or_blank(piece, Some(ended.crp.first));
        day_or_blank(piece, Some(ended.last));
    });
    for word in [ended.end.name(), outcome.name()] {
        out.push(b',');
        out.extend_from_slice(word.as_bytes());
    }
    piece::append::<{ 3 * (1 + WHOLE) + 8 }>(out, |piece| {
        for days in [ended.asr_days, ended.are_days.map(i64::from), handover.are_days_left] {
            piece.all(b",");
            if let Some(days) = days {
                piece.whole(days.unsigned_abs());
            }
        }
    });
    for word in [training, handover.next.name()] {
        out.push(b',');
        out.extend_from_slice(word.as_bytes());
    }
    piece::append::<64>(out, |piece| {
        day_or_blank(piece, handover.register_on);
        day_or_blank(piece, handover.ctp.map(|ctp| ctp.last));
        piece.all(b"\n");
    });
}
