//! The sections about the month itself.

use maud::{Markup, html};

use super::charts::{self, Bar, Told};
use super::figures::{Figures, Kinds};
use super::{Said, Section};
use crate::explain::words::outcome;
use crate::money::Cents;
use crate::page::scrolled;

/// What is asked for first.
pub(super) fn tiles(figures: &Figures, said: Said) -> Markup {
    let outcomes = &figures.summary.outcomes;
    let rows = outcomes.sum();
    let of_rows = |number: u64| format!("{} {}", share(number, rows, said), said.word("of the rows", "des lignes"));
    let trouble = |number: u64, class: &'static str| if number == 0 { "good" } else { class };
    html! {
        dl.tiles {
            div.wide { dt { (said.word("Net to pay", "Net à payer")) } dd { (said.money(figures.all.net.amount)) "\u{a0}€" } }
            div { dt { (said.word("Payments", "Paiements")) } dd { (said.count(figures.all.net.number)) br; span.sub { (of_rows(outcomes.paid)) } } }
            div class=(trouble(outcomes.held, "warn")) {
                dt { (said.word("Held", "En attente")) } dd { (said.count(outcomes.held)) br; span.sub { (of_rows(outcomes.held)) } }
            }
            div class=(trouble(outcomes.refused, "bad")) {
                dt { (said.word("Refused", "Rejetées")) } dd { (said.count(outcomes.refused)) br; span.sub { (of_rows(outcomes.refused)) } }
            }
            div { dt { (said.word("Nothing owed", "Rien n'est dû")) } dd { (said.count(outcomes.nil)) br; span.sub { (of_rows(outcomes.nil)) } } }
        }
    }
}

/// A part of a whole, in tenths of a hundredth.
fn share(part: u64, whole: u64, said: Said) -> String {
    let permille = (part.saturating_mul(2000) / whole.max(1)).div_ceil(2);
    format!("{}{}{}\u{a0}%", permille / 10, said.word(".", ","), permille % 10)
}

pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn outcomes(figures: &Figures, said: Said) -> Section {
    let summary = &figures.summary;
    let all = &summary.outcomes;
    let rows = [("paid", all.paid, 2), ("nil", all.nil, 0), ("held", all.held, 1), ("refused", all.refused, 3)];
    let bar = |&(name, number, colour): &(&str, u64, usize)| Bar {
        label: outcome(name, said.lang).to_owned(),
        parts: vec![(signed(number), colour)],
        value: said.count(number),
    };
    let told = Told {
        id: "chart-outcomes",
        title: said.word("Rows by outcome", "Lignes par décision"),
        shows: said.word(
            "One bar an outcome; the table has the numbers.",
            "Une barre par décision ; le tableau donne les nombres.",
        ),
    };
    let body = html! {
        div.pair {
            (charts::bars(&told, &rows.iter().map(bar).collect::<Vec<_>>()))
            (scrolled(told.title, &html! { table {
                caption { (said.word("Every row of beneficiaries.csv has one outcome.", "Chaque ligne de beneficiaries.csv a une décision.")) }
                thead { tr { th scope="col" { (said.word("outcome", "décision")) } th.n scope="col" { (said.word("rows", "lignes")) } th.n scope="col" { (said.word("share", "part")) } } }
                tbody {
                    @for (name, number, _) in rows {
                        tr { th scope="row" { (outcome(name, said.lang)) } td.n { (said.count(number)) } td.n { (share(number, all.sum(), said)) } }
                        @if name == "nil" { @for (reason, number) in &summary.nil_reasons {
                            tr { th.note scope="row" { "· " (outcome(reason, said.lang)) } td.n.note { (said.count(*number)) } td.n.note { (share(*number, all.sum(), said)) } }
                        } }
                    }
                }
                tfoot { tr { th scope="row" { (said.word("rows read", "lignes lues")) } td.n { (said.count(all.sum())) } td.n { (share(all.sum(), all.sum(), said)) } } }
            } }))
        }
    };
    Section { id: "outcomes", head: said.word("Outcomes", "Décisions"), body }
}

pub(super) fn amounts(figures: &Figures, said: Said) -> Section {
    let totals = &figures.summary.totals;
    let kinds = [(said.word("ASR net", "ASR nette"), 0), ("IDR", 1), (said.word("arrears", "rappels"), 2)];
    let told = Told {
        id: "chart-regimes",
        title: said.word("Payments by regime and kind", "Paiements par convention et nature"),
        shows: said.word(
            "One bar a regime, made of ASR, IDR and arrears; the table has the amounts.",
            "Une barre par convention, composée de l'ASR, de l'IDR et des rappels ; le tableau donne les montants.",
        ),
    };
    let bars = figures.by_regime.iter().map(|(regime, own)| Bar {
        label: regime.clone(),
        parts: [own.asr, own.idr, own.arrears].iter().zip(0..).map(|(sum, colour)| (sum.amount.0, colour)).collect(),
        value: said.money(own.net.amount),
    });
    let steps = [
        (said.word("ASR gross", "ASR brute"), &totals.asr_gross, ""),
        (said.word("pension offset", "déduction des pensions"), &totals.pension_offset, "−"),
        (said.word("participation", "participation"), &totals.participation, "−"),
        (said.word("ASR net", "ASR nette"), &totals.asr_net, ""),
        (said.word("IDR", "IDR"), &totals.idr, "+"),
        (said.word("arrears", "rappels"), &totals.arrears, "+"),
        (said.word("recovered", "récupéré"), &totals.recovered, "−"),
    ];
    let text =
        |amount: &str| crate::results::amount(amount).map_or_else(|| amount.to_owned(), |cents| said.money(cents));
    let cells = |own: &Kinds| {
        html! {
            @for sum in [own.asr, own.idr, own.arrears, own.recovered, own.net] {
                td.n { (said.money(sum.amount)) br; span.sub { (said.count(sum.number)) } }
            }
        }
    };
    let body = html! {
        div.pair {
            div {
                (charts::bars(&told, &bars.collect::<Vec<_>>()))
                (charts::legend(&kinds))
            }
            (scrolled(said.word("From gross to net", "Du brut au net"), &html! { table {
                caption { (said.word("From gross to net, all payments", "Du brut au net, tous les paiements")) }
                thead { tr { th scope="col" { (said.word("step", "étape")) } th.n scope="col" { (said.word("amount (€)", "montant (€)")) } } }
                tbody {
                    @for (name, amount, sign) in steps {
                        tr { th scope="row" { (name) } td.n { @if amount != "0.00" { (sign) } (text(amount)) } }
                    }
                }
                tfoot { tr { th scope="row" { (said.word("net to pay", "net à payer")) } td.n { (said.money(figures.all.net.amount)) } } }
            } }))
        }
        h3 { (told.title) }
        (scrolled(told.title, &html! { table {
            caption { (said.word(
                "Euros, and the number of payments below; a payment may count under several kinds.",
                "Euros, et le nombre de paiements au-dessous ; un paiement peut compter dans plusieurs natures.",
            )) }
            thead { tr {
                th scope="col" { (said.word("regime", "convention")) }
                @for name in [said.word("ASR net", "ASR nette"), "IDR", said.word("arrears", "rappels"), said.word("recovered", "récupéré"), said.word("net", "net")] {
                    th.n scope="col" { (name) }
                }
            } }
            tbody { @for (regime, own) in &figures.by_regime { tr { th.nowrap scope="row" { (regime) } (cells(own)) } } }
            tfoot { tr { th scope="row" { (said.word("all", "toutes")) } (cells(&figures.all)) } }
        } }))
    };
    Section { id: "amounts", head: said.word("Amounts", "Montants"), body }
}

pub(super) fn spread(figures: &Figures, said: Said) -> Option<Section> {
    let spread = &figures.spread;
    let (least, most) = (spread.least?, spread.most?);
    let (width, columns) = spread.bars();
    let told = Told {
        id: "chart-spread",
        title: said.word("Distribution of net amounts", "Répartition des montants nets"),
        shows: said.word(
            "Payments by net amount, in steps of equal width; the table has the numbers.",
            "Paiements par montant net, par tranches égales ; le tableau donne les nombres.",
        ),
    };
    let mean = Cents(figures.all.net.amount.0 / signed(figures.all.net.number).max(1));
    let euros = |hundredths| spread.quantile(hundredths).map_or_else(String::new, |euro| said.count(euro));
    let last = columns.len().saturating_sub(1);
    let step = |at: usize, from: usize| {
        let (from, to) = (said.count(from as u64), said.count((from + width) as u64));
        if at == last { format!("{from} {}", said.word("and more", "et plus")) } else { format!("{from} – {to}") }
    };
    let facts = [
        (said.word("smallest", "le plus petit"), said.money(least)),
        (said.word("a quarter is below", "un quart est au-dessous de"), euros(25)),
        (said.word("half is below (median)", "la moitié est au-dessous de (médiane)"), euros(50)),
        (said.word("three quarters are below", "trois quarts sont au-dessous de"), euros(75)),
        (said.word("largest", "le plus grand"), said.money(most)),
        (said.word("mean", "moyenne"), said.money(mean)),
    ];
    let axes = (said.word("net amount (€)", "montant net (€)"), said.word("payments", "paiements"));
    let body = html! {
        div.pair {
            (charts::columns(&told, width, &columns, axes))
            (scrolled(said.word("Net amounts", "Montants nets"), &html! { table {
                caption { (said.word("Net amounts; quarters and median to the whole euro", "Montants nets ; quartiles et médiane à l'euro près")) }
                thead { tr { th scope="col" { (said.word("measure", "mesure")) } th.n scope="col" { "€" } } }
                tbody { @for (name, value) in facts { tr { th scope="row" { (name) } td.n { (value) } } } }
            } }))
        }
        details {
            summary { span.name { (said.word("The chart as a table", "Le graphique en tableau")) } }
            div { (scrolled(told.title, &html! { table {
                caption { (told.title) }
                thead { tr { th scope="col" { (axes.0) } th.n scope="col" { (axes.1) } } }
                tbody { @for (at, (from, number)) in columns.iter().enumerate() {
                    tr { th scope="row" { (step(at, *from)) } td.n { (said.count(*number)) } }
                } }
            } })) }
        }
    };
    Some(Section { id: "spread", head: said.word("Distribution", "Répartition"), body })
}
