//! The figures of the month, as `versement stats` counts them.

use std::collections::BTreeMap;

use maud::html;

use super::figures::Figures;
use super::{Said, Section};
use crate::page::scrolled;
use crate::results::amount;
use crate::stats::Figures as Counted;

pub(super) fn figures(figures: &Figures, said: Said) -> Option<Section> {
    let stats = figures.month.as_ref()?;
    let all = &stats.all;
    let money = |text: &str| amount(text).map_or_else(|| text.to_owned(), |cents| said.money(cents));
    let per_cent = |text: &str| format!("{}\u{a0}%", text.replace('.', said.word(".", ",")));
    let mut rows = vec![
        (said.word("entries", "entrées").to_owned(), said.count(all.entries)),
        (said.word("stock on the last day", "stock au dernier jour").to_owned(), said.count(all.stock)),
        (said.word("exits", "sorties").to_owned(), said.count(all.exits.values().sum())),
    ];
    rows.extend(all.exits.iter().map(|(end, number)| (format!("· {}", exit(end, said)), said.count(*number))));
    let spreads = [
        (said.word("S of the stock", "S du stock"), &all.sjr),
        (said.word("net daily ASR", "ASR nette par jour"), &all.net_daily_asr),
    ];
    for (name, spread) in spreads.iter().filter_map(|(name, spread)| Some((name, spread.as_ref()?))) {
        rows.push((format!("{name}, {}", said.word("mean", "moyenne")), money(&spread.mean)));
        rows.push((format!("{name}, {}", said.word("median", "médiane")), money(&spread.median)));
    }
    if let Some(after) = &all.after_term {
        rows.push((
            said.word("terms of the month before", "termes du mois précédent").to_owned(),
            said.count(after.cohort),
        ));
        let name = said.word("of them still without work", "dont encore sans emploi");
        rows.push((name.to_owned(), per_cent(&after.share)));
    }
    if let Some(take_up) = &stats.take_up {
        rows.push((said.word("proposals decided", "propositions tranchées").to_owned(), said.count(take_up.proposals)));
        rows.push((said.word("of them accepted", "dont acceptées").to_owned(), per_cent(&take_up.share)));
    }
    let title = said.word("Entries, stock, exits, wages", "Entrées, stock, sorties, salaires");
    let body = html! {
        p.note { (said.word(
            "Counted from the exports of the month alone; what was paid stands under Amounts.",
            "Compté sur les seuls exports du mois ; ce qui a été payé figure sous Montants.",
        )) }
        (scrolled(title, &html! { table {
            caption { (title) }
            thead { tr { th scope="col" { (said.word("figure", "indicateur")) } th.n scope="col" { (said.word("value", "valeur")) } } }
            tbody { @for (name, value) in &rows { tr { th scope="row" { (name) } td.n { (value) } } } }
        } }))
        (groups(said.word("By regime", "Par convention"), &stats.by_regime, |name| name.to_owned(), said))
        (groups(said.word("By first month in the CRP", "Par mois d'entrée en CRP"), &stats.by_cohort, |name| said.month(name), said))
    };
    Some(Section { id: "month", head: said.word("The month in figures", "Le mois en chiffres"), body })
}

fn groups(title: &str, groups: &BTreeMap<String, Counted>, name: impl Fn(&str) -> String, said: Said) -> maud::Markup {
    let median = |spread: &Option<crate::stats::Spread>| {
        let median = spread.as_ref().and_then(|spread| amount(&spread.median));
        median.map_or_else(String::new, |cents| said.money(cents))
    };
    let heads = [
        said.word("entries", "entrées"),
        said.word("stock", "stock"),
        said.word("exits", "sorties"),
        said.word("median S", "S médian"),
        said.word("net daily ASR, median", "ASR nette par jour, médiane"),
    ];
    html! {
        @if !groups.is_empty() { (scrolled(title, &html! { table {
            caption { (title) }
            thead { tr { th scope="col" { (title) } @for head in heads { th.n scope="col" { (head) } } } }
            tbody { @for (group, own) in groups { tr {
                th.nowrap scope="row" { (name(group)) }
                td.n { (said.count(own.entries)) } td.n { (said.count(own.stock)) } td.n { (said.count(own.exits.values().sum())) }
                td.n { (median(&own.sjr)) } td.n { (median(&own.net_daily_asr)) }
            } } }
        } })) }
    }
}

/// Why a CRP ended.
fn exit(end: &str, said: Said) -> String {
    let words = match end {
        "term" => ["term", "terme"],
        "job" => ["job", "emploi"],
        "business_creation" => ["business", "création d'entreprise"],
        "retirement" => ["retirement", "retraite"],
        "exclusion" => ["exclusion", "exclusion"],
        "ctp" => ["CTP", "CTP"],
        other => return other.to_owned(),
    };
    said.word(words[0], words[1]).to_owned()
}
