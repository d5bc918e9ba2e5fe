//! The statement as a page, for the file and for the post: the rows of the text, as tables.

use maud::{Markup, html};

use super::rows::{Row, Style};
use super::statement::Statement;
use super::text::Text;
use super::words::{Lang, Word};
use crate::page::{page, scrolled};

/// The statement as a page of its own.
pub fn html(statement: &Statement, lang: Lang) -> String {
    let text = Text(Style(lang));
    let word = |word: Word| word.in_lang(lang);
    let title = format!("{} · {} · {}", word(Word::Statement), statement.beneficiary_id, text.0.month(statement.month));
    let sums = text.sums(statement);
    let net = text.net(statement);
    let tile = match statement.outcome {
        "paid" => "good",
        "nil" => "",
        "held" => "warn",
        _ => "bad",
    };
    let body = html! {
        header.top {
            h1 { (title) }
            p.lead { (word(Word::Law)) " " (statement.law.name) ", " (word(Word::VerifiedUntil)) " " (text.0.day(statement.law.verified_until)) }
            dl.tiles { div.wide.(tile) { dt { (word(Word::Net)) } dd { (net) "\u{a0}€" br; span.sub { (text.outcome(statement)) } } } }
        }
        main {
            (section("result", word(Word::Result), &html! { (table(word(Word::Result), &sums, true)) }))
            @if let Some(payment) = &statement.payment {
                (section("payment", word(Word::Payment), &html! { (table(word(Word::Payment), &text.payment(payment), true)) }))
                @if !payment.claims.is_empty() {
                    (section("claims", word(Word::Claims), &html! { (table(word(Word::Claims), &text.claims(payment), false)) }))
                }
            }
            @if let Some(facts) = &statement.facts {
                (section("facts", word(Word::Facts), &html! { (table(word(Word::Facts), &text.facts(facts), false)) }))
                @if !statement.asr.is_empty() {
                    (section("asr", word(Word::Asr), &html! { @for step in &statement.asr { (step_table(text.asr(step, facts))) } }))
                }
            }
            @if !statement.unpaid.is_empty() {
                (section("unpaid", word(Word::Unpaid), &html! { (table(word(Word::Unpaid), &text.unpaid(statement), false)) }))
            }
            @if !statement.idr.is_empty() {
                (section("idr", word(Word::Idr), &html! { @for step in &statement.idr { (step_table(text.idr(step, statement))) } }))
            }
            @if !statement.findings.is_empty() { (section("findings", word(Word::Findings), &findings(statement, text))) }
            @if !statement.rules.is_empty() { (section("rules", word(Word::Rules), &rules(statement, text))) }
        }
        footer { p { "SHA-256 (" (word(Word::Law)) ")" (text.0.colon()) (statement.law.sha256) } }
    };
    page(lang, &title, &body)
}

fn section(id: &str, head: &str, body: &Markup) -> Markup {
    html! { section id=(id) aria-labelledby={ (id) "-h" } { h2 id={ (id) "-h" } { (head) } (body) } }
}

fn step_table((head, rows): (String, Vec<Row>)) -> Markup {
    html! { h3 { (head) } (table(&head, &rows, false)) }
}

/// Rows as a table, said to be one also where the page lays it out otherwise, on narrow screens; the last one may be their sum. The caption repeats the heading for those who go from table to table.
fn table(caption: &str, rows: &[Row], has_sum: bool) -> Markup {
    let last = rows.len().saturating_sub(1);
    scrolled(
        caption,
        &html! { table.statement role="table" {
            caption.unseen { (caption) }
            tbody role="rowgroup" { @for (at, row) in rows.iter().enumerate() {
                tr.sum[has_sum && at == last] role="row" {
                    th scope="row" role="rowheader" { (row.label) }
                    td.n role="cell" { (row.value) }
                    td role="cell" { (row.note) @if !row.rules.is_empty() { " " span.rule { (row.rules) } } }
                }
            } }
        } },
    )
}

fn findings(statement: &Statement, text: Text) -> Markup {
    let word = |word: Word| word.in_lang(text.0.0);
    html! {
        ul.plain { @for told in &statement.findings {
            li {
                p { strong { span.code { (told.code) } " " (told.meaning) } " " span.note { "(" (told.place) ") " (told.article) } }
                @if let Some(found) = &told.found { p { (word(Word::Found)) (text.0.colon()) (found) } }
                p { (word(Word::ToDo)) (text.0.colon()) (told.remedy) }
            }
        } }
    }
}

fn rules(statement: &Statement, text: Text) -> Markup {
    html! {
        dl.rules { @for rule in &statement.rules {
            dt { span.rule { (rule.rule) } " " (rule.text) }
            dd {
                p { (rule.sentence) }
                @if !rule.values.is_empty() {
                    ul { @for value in &rule.values {
                        li { (value.name) " (" (text.since(value.from)) ")" (text.0.colon()) strong { (value.value) } span.note { " — " (value.source) } }
                    } }
                }
            }
        } }
    }
}
