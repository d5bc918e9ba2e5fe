//! The sections about the run itself: its time, its files.

use maud::html;

use super::charts::{self, Bar, Told};
use super::figures::Figures;
use super::sections::signed;
use super::{Said, Section};
use crate::page::scrolled;

pub(super) fn time(figures: &Figures, said: Said) -> Option<Section> {
    let stages = figures.summary.stages.as_ref()?;
    let name = |stage: &str| match stage {
        "reading" => said.word("reading", "lecture"),
        "scattering" => said.word("sorting unsorted exports", "tri des exports"),
        "settling" => said.word("settling", "calcul"),
        "placing" => said.word("placing", "mise en ordre"),
        "writing" => said.word("writing", "écriture"),
        _ => "",
    };
    let order = ["reading", "scattering", "settling", "placing", "writing"];
    let own =
        order.iter().filter_map(|stage| stages.get_key_value(*stage)).filter(|(_, milliseconds)| **milliseconds > 0);
    let seconds = |milliseconds: u64| {
        format!("{}{}{:03} s", said.count(milliseconds / 1000), said.word(".", ","), milliseconds % 1000)
    };
    let bars: Vec<Bar> = own
        .map(|(stage, milliseconds)| Bar {
            label: if name(stage).is_empty() { stage.clone() } else { name(stage).to_owned() },
            parts: vec![(signed(*milliseconds), 4)],
            value: seconds(*milliseconds),
        })
        .collect();
    let told = Told {
        id: "chart-time",
        title: said.word("Time by stage", "Temps par étape"),
        shows: said.word(
            "One bar a stage with its seconds, over all threads.",
            "Une barre par étape et ses secondes, tous fils confondus.",
        ),
    };
    let summary = &figures.summary;
    let body = html! {
        div.pair {
            (charts::bars(&told, &bars))
            (scrolled(told.title, &html! { table {
                caption { (said.word("Time by stage, over all threads", "Temps par étape, tous fils confondus")) }
                thead { tr { th scope="col" { (said.word("stage", "étape")) } th.n scope="col" { (said.word("time", "temps")) } } }
                tbody { @for bar in &bars { tr { th scope="row" { (bar.label) } td.n { (bar.value) } } } }
                tfoot {
                    tr { th scope="row" { (said.word("started", "début")) } td.n { (said.time(&summary.started)) } }
                    tr { th scope="row" { (said.word("finished", "fin")) } td.n { (said.time(&summary.finished)) } }
                }
            } }))
        }
    };
    (!bars.is_empty()).then_some(Section { id: "time", head: said.word("Time", "Temps"), body })
}

pub(super) fn files(figures: &Figures, said: Said) -> Section {
    let summary = &figures.summary;
    let digest = |sha256: &Option<String>| sha256.clone().unwrap_or_else(|| "—".to_owned());
    let rows = |name: &str| summary.rows.get(name).map_or_else(String::new, |rows| said.count(rows.read));
    let title = said.word("Files that were read and written", "Fichiers lus et écrits");
    let body = html! {
        (scrolled(title, &html! { table {
            caption { (title) }
            thead { tr {
                th scope="col" { (said.word("file", "fichier")) } th.n scope="col" { (said.word("rows", "lignes")) }
                th.n scope="col" { (said.word("bytes", "octets")) } th scope="col" { "SHA-256" }
            } }
            tbody {
                @for file in summary.identity.inputs.iter().chain(&summary.outputs) {
                    tr { th.code scope="row" { (file.name) } td.n { (rows(&file.name)) } td.n { (said.count(file.bytes)) } td.code.wrap { (digest(&file.sha256)) } }
                }
                tr { th.code scope="row" { (summary.identity.law.name) } td {} td {} td.code.wrap { (summary.identity.law.sha256) } }
            }
        } }))
        p.note { (said.word("The law is verified until ", "Le droit est vérifié jusqu'au ")) (summary.identity.law.verified_until) "." }
    };
    Section { id: "files", head: said.word("Files", "Fichiers"), body }
}
