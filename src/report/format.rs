//! Numbers as people read them in a language.

use crate::explain::words::Lang;
use crate::money::Cents;

/// Between thousands in French: a narrow space that no line breaks at.
const NARROW: &str = "\u{202f}";

/// `1 234,56` or `1,234.56`.
pub(super) fn money(amount: Cents, lang: Lang) -> String {
    let text = amount.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("−", digits));
    let (euros, cents) = digits.split_once('.').unwrap_or((digits, "00"));
    let point = if lang == Lang::Fr { "," } else { "." };
    format!("{sign}{}{point}{cents}", grouped(euros, lang))
}

/// `1 234 567` or `1,234,567`.
pub(super) fn count(number: u64, lang: Lang) -> String {
    grouped(&number.to_string(), lang)
}

fn grouped(digits: &str, lang: Lang) -> String {
    let separator = if lang == Lang::Fr { NARROW } else { "," };
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push_str(separator);
        }
        out.push(digit);
    }
    out
}

/// What became of a number since before, in hundredths: `+1.2 %`; a dash where nothing stood before.
pub(super) fn change(now: i64, before: i64, lang: Lang) -> String {
    if before == 0 {
        return if now == 0 { "0 %".to_owned() } else { "—".to_owned() };
    }
    let (now, before) = (i128::from(now), i128::from(before));
    let doubled = 2 * (now - before) * 1000 / before.abs();
    let permille = (doubled + doubled.signum()) / 2;
    let sign = match permille {
        0 => "",
        below if below < 0 => "−",
        _ => "+",
    };
    let point = if lang == Lang::Fr { "," } else { "." };
    let size = permille.unsigned_abs();
    format!("{sign}{}{point}{}\u{a0}%", size / 10, size % 10)
}

/// `05/2009` in French, as it stands in English; what is no month as it stands.
pub(super) fn month(month: &str, lang: Lang) -> String {
    match (lang, month.split_once('-')) {
        (Lang::Fr, Some((year, month))) => format!("{month}/{year}"),
        _ => month.to_owned(),
    }
}

/// `2026-11-22T01:10:58Z` as `22/11/2026 01:10:58 UTC`; what is no time as it stands.
pub(super) fn time(time: &str, lang: Lang) -> String {
    let parts = time.strip_suffix('Z').and_then(|time| time.split_once('T'));
    let Some((day, clock)) = parts else { return time.to_owned() };
    match day.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] if lang == Lang::Fr => format!("{day}/{month}/{year} {clock} UTC"),
        _ => format!("{day} {clock} UTC"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_form_of_their_language() {
        for (cents, french, english) in [
            (0, "0,00", "0.00"),
            (123_456, "1\u{202f}234,56", "1,234.56"),
            (-100_000_000, "−1\u{202f}000\u{202f}000,00", "−1,000,000.00"),
        ] {
            assert_eq!(money(Cents(cents), Lang::Fr), french);
            assert_eq!(money(Cents(cents), Lang::En), english);
        }
        assert_eq!(count(999, Lang::En), "999");
        assert_eq!(month("2009-05", Lang::Fr), "05/2009");
        assert_eq!(time("2026-11-22T01:10:58Z", Lang::Fr), "22/11/2026 01:10:58 UTC");
        assert_eq!(time("2026-11-22T01:10:58Z", Lang::En), "2026-11-22 01:10:58 UTC");
    }

    #[test]
    fn changes_are_rounded_half_away_from_nothing() {
        for (now, before, told) in [
            (0, 0, "0 %"),
            (5, 0, "—"),
            (100, 100, "0.0\u{a0}%"),
            (2003, 2000, "+0.2\u{a0}%"),
            (1997, 2000, "−0.2\u{a0}%"),
            (0, 7, "−100.0\u{a0}%"),
        ] {
            assert_eq!(change(now, before, Lang::En), told, "{now} {before}");
        }
    }
}
