//! The frame of every page that the program writes: one file that opens anywhere, without a network and without a script.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::explain::words::Lang;

const STYLE: &str = include_str!("style.css");

/// Nothing but the page's own style may be loaded or run, whatever stands in it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// A whole page: what stands in its head line, and its body.
pub fn page(lang: Lang, title: &str, body: &Markup) -> String {
    let code = Lang::NAMES[lang as usize];
    let page = html! {
        (DOCTYPE)
        html lang=(code) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    };
    page.into_string() + "\n"
}

/// A table that is scrolled by itself where the screen is narrower than it; a keyboard can reach it too.
pub fn scrolled(label: &str, table: &Markup) -> Markup {
    html! { div.scroll role="region" aria-label=(label) tabindex="0" { (table) } }
}
