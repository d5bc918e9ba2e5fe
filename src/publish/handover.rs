use super::piece::{self, Piece, WHOLE};
use super::rows::{MonthText, Spelt};
use crate::calendar::Day;
use crate::law::handover::Handover;
use crate::law::regime::Population;
use crate::settle::Outcome;

/// The room behind the regime: five words, four days, three numbers.
const REST: usize = 5 * (1 + 20) + 4 * (1 + 10) + 3 * (1 + WHOLE) + 1;

/// Appends a row of `handover.csv` (R1.6); days that are not known are blank.
pub fn handover(
    out: &mut Vec<u8>,
    spelt: &Spelt,
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
    let day_or_blank = |piece: &mut Piece<'_, REST>, day: Option<Day>| {
        piece.all(b",");
        if let Some(day) = day {
            piece.day(day);
        }
    };
    piece::append::<{ 24 + 9 }>(out, |piece| {
        spelt.put_id(piece);
        piece.all(month.between_commas());
    });
    out.extend_from_slice(regime.as_bytes());
    piece::append::<REST>(out, |piece| {
        piece.all(b",");
        piece.text(population);
        day_or_blank(piece, Some(ended.crp.first));
        day_or_blank(piece, Some(ended.last));
        for word in [ended.end.name(), outcome.name()] {
            piece.all(b",");
            piece.text(word);
        }
        for days in [ended.asr_days, ended.are_days.map(i64::from), handover.are_days_left] {
            piece.all(b",");
            if let Some(days) = days {
                piece.whole(days.unsigned_abs());
            }
        }
        for word in [training, handover.next.name()] {
            piece.all(b",");
            piece.text(word);
        }
        day_or_blank(piece, handover.register_on);
        day_or_blank(piece, handover.ctp.map(|ctp| ctp.last));
        piece.all(b"\n");
    });
}
