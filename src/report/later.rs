//! The sections about other months: the one before, arrears, overpayments.

use maud::html;

use super::figures::{Figures, Sum};
use super::format::change;
use super::{Said, Section};
use crate::money::Cents;
use crate::page::scrolled;
use crate::publish::summary::Summary;
use crate::results::amount;

pub(super) fn before(figures: &Figures, said: Said) -> Option<Section> {
    let before = figures.before.as_ref()?;
    let now = &figures.summary;
    let counts = [
        said.word("rows read", "lignes lues"),
        said.word("paid", "payées"),
        said.word("nothing owed", "rien n'est dû"),
        said.word("held", "en attente"),
        said.word("refused", "rejetées"),
    ];
    let amounts = [
        said.word("ASR gross", "ASR brute"),
        said.word("pension offset", "déduction des pensions"),
        said.word("participation", "participation"),
        "IDR",
        said.word("arrears", "rappels"),
        said.word("recovered", "récupéré"),
        said.word("net to pay", "net à payer"),
    ];
    let months = [&before.identity.month, &now.identity.month].map(|month| said.month(month));
    let head = |name: &'static str| {
        html! { thead { tr {
            th scope="col" { (name) }
            @for month in &months { th.n scope="col" { (month) } }
            th.n scope="col" { (said.word("change", "écart")) } th.n scope="col" { "%" }
        } } }
    };
    let difference = |number: i64| {
        let size = said.count(number.unsigned_abs());
        match number {
            0 => size,
            below if below < 0 => format!("−{size}"),
            _ => format!("+{size}"),
        }
    };
    let body = html! {
        div.pair {
            (scrolled(said.word("Rows", "Lignes"), &html! { table {
                caption { (said.word("Rows by outcome", "Lignes par décision")) }
                (head(said.word("rows", "lignes")))
                tbody { @for ((name, then), now) in counts.iter().zip(rows(before)).zip(rows(now)) {
                    tr { th scope="row" { (name) } td.n { (said.count(then.unsigned_abs())) } td.n { (said.count(now.unsigned_abs())) }
                        td.n { (difference(now - then)) } td.n { (change(now, then, said.lang)) } }
                } }
            } }))
            (scrolled(said.word("Amounts", "Montants"), &html! { table {
                caption { (said.word("Amounts in euros", "Montants en euros")) }
                (head(said.word("amount", "montant")))
                tbody { @for ((name, then), now) in amounts.iter().zip(sums(before)).zip(sums(now)) {
                    tr { th scope="row" { (name) } td.n { (said.money(then)) } td.n { (said.money(now)) }
                        td.n { @if now > then { "+" } (said.money(now - then)) } td.n { (change(now.0, then.0, said.lang)) } }
                } }
            } }))
        }
    };
    Some(Section { id: "before", head: said.word("The month before", "Le mois précédent"), body })
}

/// The rows by outcome, all of them first.
fn rows(of: &Summary) -> [i64; 5] {
    let all = &of.outcomes;
    [all.sum(), all.paid, all.nil, all.held, all.refused].map(super::sections::signed)
}

/// The amounts of all payments, the net last.
fn sums(of: &Summary) -> [Cents; 7] {
    let all = &of.totals;
    [&all.asr_gross, &all.pension_offset, &all.participation, &all.idr, &all.arrears, &all.recovered, &all.net]
        .map(|text| amount(text).unwrap_or_default())
}

fn kind(kind: &str) -> String {
    kind.to_uppercase()
}

pub(super) fn arrears(figures: &Figures, said: Said) -> Option<Section> {
    let by_month = figures.arrears.as_ref()?;
    let all = by_month.values().fold(Sum::default(), |mut all, sum| {
        all.number += sum.number;
        all.amount += sum.amount;
        all
    });
    let title = said.word("Arrears by month of entitlement", "Rappels par mois d'ouverture du droit");
    let body = html! {
        @if by_month.is_empty() { p { (said.word("No arrears in this run.", "Aucun rappel dans ce passage.")) } } @else {
            (scrolled(title, &html! { table {
                caption { (title) }
                thead { tr { th scope="col" { (said.word("month", "mois")) } th scope="col" { (said.word("kind", "nature")) }
                    th.n scope="col" { (said.word("number", "nombre")) } th.n scope="col" { (said.word("amount (€)", "montant (€)")) } } }
                tbody { @for ((month, of), sum) in by_month {
                    tr { th scope="row" { (said.month(month)) } td { (kind(of)) } td.n { (said.count(sum.number)) } td.n { (said.money(sum.amount)) } }
                } }
                tfoot { tr { th scope="row" colspan="2" { (said.word("all", "ensemble")) } td.n { (said.count(all.number)) } td.n { (said.money(all.amount)) } } }
            } }))
        }
    };
    Some(Section { id: "arrears", head: said.word("Arrears", "Rappels"), body })
}

pub(super) fn claims(figures: &Figures, said: Said) -> Option<Section> {
    let claims = figures.claims.as_ref()?;
    let lines = [
        (said.word("raised in this run", "constatés dans ce passage"), claims.raised),
        (said.word("recovered in this run", "récupérés dans ce passage"), claims.recovered),
        (said.word("left of those concerned", "restant dû sur ceux-ci"), claims.left),
    ];
    let whole = figures.summary.claims.as_ref();
    let open = |text: &str| Sum { number: 0, amount: amount(text).unwrap_or_default() };
    let lines: Vec<_> = match whole {
        None => lines.to_vec(),
        Some(all) => [
            vec![(said.word("of the ledger before this run", "du registre avant ce passage"), open(&all.opening))],
            lines[..2].to_vec(),
            vec![(said.word("of the ledger after this run", "du registre après ce passage"), open(&all.closing))],
        ]
        .concat(),
    };
    let nothing = lines.iter().all(|(_, sum)| sum.amount == Cents::ZERO);
    let title = said.word("Overpayments", "Trop-perçus");
    let by_month = said.word(
        "Raised in this run, by month of entitlement",
        "Constatés dans ce passage, par mois d'ouverture du droit",
    );
    let head = |names: &[&str]| {
        html! { thead { tr { @for name in names { th scope="col" { (name) } }
        th.n scope="col" { (said.word("number", "nombre")) } th.n scope="col" { (said.word("amount (€)", "montant (€)")) } } } }
    };
    let body = html! {
        @if nothing { p { (said.word("No overpayment was raised or recovered in this run.", "Aucun trop-perçu constaté ni récupéré dans ce passage.")) } } @else {
            div.pair {
                (scrolled(title, &html! { table {
                    caption { (said.word("Overpayments that this run raised or recovered from", "Trop-perçus constatés ou récupérés dans ce passage")) }
                    (head(&[said.word("overpayments", "trop-perçus")]))
                    tbody { @for (name, sum) in lines { tr { th scope="row" { (name) } td.n { @if sum.number > 0 { (said.count(sum.number)) } } td.n { (said.money(sum.amount)) } } } }
                } }))
                @if !claims.by_month.is_empty() { (scrolled(by_month, &html! { table {
                    caption { (by_month) }
                    (head(&[said.word("month", "mois"), said.word("kind", "nature")]))
                    tbody { @for ((month, of), sum) in &claims.by_month {
                        tr { th scope="row" { (said.month(month)) } td { (kind(of)) } td.n { (said.count(sum.number)) } td.n { (said.money(sum.amount)) } }
                    } }
                } })) }
            }
        }
    };
    Some(Section { id: "claims", head: title, body })
}
