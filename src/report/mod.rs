//! The report of a run: one page for people who look at what happened. Pure: files in, a page out.

mod charts;
mod figures;
mod format;
mod found;
mod later;
mod month;
mod run;
mod sections;

pub use figures::{Claims, Figures, Files, Found, Kinds, SAMPLES, Sample, Spread, Sum};

use maud::{Markup, html};

use crate::explain::words::Lang;
use crate::page::page;

/// What the sections need beside the figures.
#[derive(Clone, Copy)]
struct Said {
    lang: Lang,
}

impl Said {
    /// One of two wordings.
    fn word(self, english: &'static str, french: &'static str) -> &'static str {
        match self.lang {
            Lang::En => english,
            Lang::Fr => french,
        }
    }

    fn money(self, amount: crate::money::Cents) -> String {
        format::money(amount, self.lang)
    }

    fn count(self, number: u64) -> String {
        format::count(number, self.lang)
    }

    fn month(self, month: &str) -> String {
        format::month(month, self.lang)
    }

    fn time(self, time: &str) -> String {
        format::time(time, self.lang)
    }

    fn colon(self) -> &'static str {
        self.word(": ", "\u{a0}: ")
    }
}

/// A section: its anchor, its heading, what stands in it.
struct Section {
    id: &'static str,
    head: &'static str,
    body: Markup,
}

/// The report as a page; `run` is its number in the ledger, where it has one.
pub fn html(figures: &Figures, run: Option<u32>, lang: Lang) -> String {
    let said = Said { lang };
    let identity = &figures.summary.identity;
    let month = said.month(&identity.month);
    let title = format!("{} {month}", said.word("Payments of", "Paiements de"));
    let number = run.map(|run| format!("{} {run} · ", said.word("run", "passage")));
    let provisional = identity
        .provisional
        .then(|| said.word("provisional: the month was not over", "provisoire : le mois n'était pas fini"));
    let sections: Vec<Section> = [
        Some(sections::outcomes(figures, said)),
        Some(sections::amounts(figures, said)),
        sections::spread(figures, said),
        Some(found::anomalies(figures, said)),
        month::figures(figures, said),
        later::before(figures, said),
        later::arrears(figures, said),
        later::claims(figures, said),
        run::time(figures, said),
        Some(run::files(figures, said)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let body = html! {
        a.skip href="#outcomes" { (said.word("Skip to the figures", "Aller aux chiffres")) }
        header.top {
            h1 { (title) }
            p.lead {
                (number.unwrap_or_default()) (said.word("law", "droit")) " " (identity.law.name) " · "
                (said.word("finished", "terminé le")) " " (said.time(&figures.summary.finished))
                @if let Some(provisional) = provisional { " · " strong { (provisional) } }
            }
            (sections::tiles(figures, said))
            nav aria-label=(said.word("Sections", "Rubriques")) {
                ul { @for section in &sections { li { a href={ "#" (section.id) } { (section.head) } } } }
            }
        }
        main {
            @for section in &sections {
                section id=(section.id) aria-labelledby={ (section.id) "-h" } {
                    h2 id={ (section.id) "-h" } { (section.head) }
                    (section.body)
                }
            }
        }
        footer {
            p {
                (identity.program) " · " (said.word("amounts in euros", "montants en euros")) " · "
                (said.word("no name, NIR or account stands in this report", "ce rapport ne contient ni nom, ni NIR, ni compte"))
            }
        }
    };
    page(lang, &title, &body)
}
