//! The section about what was found.

use maud::{Markup, html};

use super::charts::{self, Bar, Told};
use super::figures::{Figures, Found};
use super::sections::signed;
use super::{Said, Section};
use crate::anomaly::{Code, Effect};
use crate::explain::words::told;
use crate::page::scrolled;

/// The entry of the catalogue for a code and an effect; two entries may share a code.
fn entry(code: &str, effect: &str) -> Option<Code> {
    let mut own = Code::ALL.iter().copied().filter(|own| own.entry().code == code);
    let first = own.clone().next();
    own.find(|own| own.entry().effect.name() == effect).or(first)
}

fn effect_words(effect: &str, said: Said) -> (&'static str, &'static str) {
    if effect == Effect::RowRefused.name() {
        ("bad", said.word("row refused", "ligne rejetée"))
    } else if effect == Effect::PaymentHeld.name() {
        ("bad", said.word("payment held", "paiement en attente"))
    } else if effect == Effect::IdrHeld.name() {
        ("warn", said.word("IDR held", "IDR en attente"))
    } else {
        ("good", said.word("no effect", "sans effet"))
    }
}

/// The worst effect first, as the catalogue orders them, then the most frequent code.
fn ordered(figures: &Figures) -> Vec<(&String, &Found)> {
    let effects = [Effect::RowRefused, Effect::PaymentHeld, Effect::IdrHeld, Effect::None].map(Effect::name);
    let worst = |found: &Found| effects.iter().position(|effect| found.effects.contains_key(*effect)).unwrap_or(4);
    let mut codes: Vec<_> = figures.anomalies.iter().collect();
    codes.sort_by_key(|(code, found)| (worst(found), u64::MAX - found.number, (*code).clone()));
    codes
}

pub(super) fn anomalies(figures: &Figures, said: Said) -> Section {
    let codes = ordered(figures);
    let meaning = |code: &str, found: &Found| {
        let entries = found.effects.keys().filter_map(|effect| entry(code, effect));
        let (means, remedies): (Vec<_>, Vec<_>) = entries.map(|code| told(code, said.lang)).unzip();
        (means.join(" / "), remedies.join(" / "))
    };
    let colour = |found: &Found| match found.effects.keys().map(|effect| effect_words(effect, said).0).min() {
        Some("bad") => 3,
        Some("warn") => 1,
        _ => 0,
    };
    let chart = Told {
        id: "chart-anomalies",
        title: said.word("Findings by code", "Constats par code"),
        shows: said.word(
            "The twelve most frequent codes; all stand below with their numbers.",
            "Les douze codes les plus fréquents ; tous figurent plus bas avec leurs nombres.",
        ),
    };
    let mut frequent = codes.clone();
    frequent.sort_by_key(|(_, found)| u64::MAX - found.number);
    let bars = frequent.iter().take(12).map(|(code, found)| Bar {
        label: (*code).clone(),
        parts: vec![(signed(found.number), colour(found))],
        value: said.count(found.number),
    });
    let body = html! {
        @if codes.is_empty() { p { (said.word("Nothing was found.", "Rien n'a été constaté.")) } } @else {
            div.pair.lean {
                div {
                    (charts::bars(&chart, &bars.collect::<Vec<_>>()))
                    (charts::legend(&[
                        (said.word("refused or held", "rejet ou attente"), 3),
                        (said.word("IDR held", "IDR en attente"), 1),
                        (said.word("no effect", "sans effet"), 0),
                    ]))
                }
                div {
                    h3 { (said.word("Each code, the worst effects first", "Chaque code, les effets les plus graves d'abord")) }
                    p.note { (said.word(
                        "Open a code for what to do and where it was found. What stood there is in anomalies.csv.",
                        "Ouvrir un code pour savoir que faire et où le constat est fait. Ce qui s'y trouvait est dans anomalies.csv.",
                    )) }
                    @for (code, found) in &codes { (one(code, found, meaning(code, found), said)) }
                }
            }
        }
    };
    Section { id: "anomalies", head: said.word("Findings", "Constats"), body }
}

fn one(code: &str, found: &Found, (means, remedy): (String, String), said: Said) -> Markup {
    html! {
        details {
            summary {
                span.name { span.code { (code) } " " (means) } " "
                span.count { "× " (said.count(found.number)) } " "
                @for effect in found.effects.keys() {
                    @let (class, words) = effect_words(effect, said);
                    span.effect.(class) { (words) } " "
                }
            }
            div {
                p { strong { (said.word("To do", "À faire")) (said.colon()) } (remedy) "." }
                p.note { (found.article) }
                (scrolled(code, &html! { table {
                    caption { (code) (said.colon()) (said.word("the first ones, of ", "les premiers, sur ")) (said.count(found.number)) }
                    thead { tr { th scope="col" { (said.word("beneficiary", "bénéficiaire")) } th scope="col" { (said.word("file, line and column", "fichier, ligne et colonne")) } } }
                    tbody { @for sample in &found.samples {
                        tr { td.code { @if sample.beneficiary.is_empty() { "—" } @else { (sample.beneficiary) } } td.code { (sample.place) } }
                    } }
                } }))
            }
        }
    }
}
