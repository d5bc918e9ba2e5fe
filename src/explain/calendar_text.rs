use super::rows::Style;
use super::simulation::Calendar;
use super::words::{Lang, Word};

/// The calendar as a person reads it.
pub fn calendar_text(calendar: &Calendar, lang: Lang) -> String {
    let style = Style(lang);
    let population = if calendar.population == "ordinary" { Word::Ordinary } else { Word::Article3 };
    let mut out = format!(
        "{} · {} · {}\n{} {}\n",
        style.word(Word::Calendar),
        calendar.regime,
        style.word(population),
        style.word(Word::Crp),
        style.span(calendar.crp),
    );
    if let (Some(cap), Some(clock)) = (calendar.cap, calendar.clock) {
        let (cap, clock) = (style.number(cap), style.span(clock));
        out += &format!(
            "{}{}{} {cap}, {} {clock}\n",
            style.word(Word::Idr),
            style.colon(),
            style.word(Word::Cap),
            style.word(Word::Clock)
        );
    }
    let heads = [Word::Month, Word::Days, Word::AsrNet, Word::Idr, Word::Net, Word::CapLeft, Word::Codes];
    let mut table = vec![heads.map(|head| style.word(head).to_owned())];
    for row in &calendar.months {
        let left = row.cap_left.map_or_else(String::new, |left| style.number(left));
        let amounts = [row.asr_net, row.idr, row.net].map(|amount| style.number(amount));
        let [asr_net, idr, net] = amounts;
        table.push([row.month.to_string(), row.asr_days.to_string(), asr_net, idr, net, left, row.codes.join(" ")]);
    }
    let [asr_net, idr, net] = [calendar.asr_net, calendar.idr, calendar.net].map(|amount| style.number(amount));
    let total = style.word(Word::Total).to_owned();
    table.push([total, calendar.asr_days.to_string(), asr_net, idr, net, String::new(), String::new()]);
    out.push('\n');
    out += &right_aligned(&table);
    if let Some(day) = calendar.cut_at {
        out += &format!("\n{} {}\n", style.word(Word::UnknownBehind), style.day(day));
    }
    out
}

/// The first and the last column to the left, the others to the right.
fn right_aligned<const N: usize>(table: &[[String; N]]) -> String {
    let width = |at: usize| table.iter().map(|row| row[at].chars().count()).max().unwrap_or_default();
    let widths: [usize; N] = std::array::from_fn(width);
    let mut out = String::new();
    for row in table {
        let cells = row.iter().zip(widths).enumerate().map(|(at, (cell, width))| {
            if at == 0 || at == N - 1 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        out += cells.collect::<Vec<_>>().join("  ").trim_end();
        out.push('\n');
    }
    out
}
