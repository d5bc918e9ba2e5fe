//! The report as its readers meet it: what it says, that it is whole in itself, and how it shows in a browser.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, missing_docs)]

mod browser;
mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::{EVENTS, Night, Ran, beneficiary, fixtures, table, versement};
use scraper::{Html, Selector};
use tempfile::TempDir;

/// The demonstration exports, settled into a folder.
fn demonstration(folder: &Path) -> PathBuf {
    let out = folder.join("out");
    let mut command = versement();
    command
        .args(["run", "--no-ledger", "--quiet", "--month", "2009-05", "--exports"])
        .arg(fixtures().join("exports/2009-05"));
    Ran::of(command.arg("--out").arg(&out).output().unwrap()).has_status(1);
    out
}

fn report(results: &Path, options: &[&str]) -> String {
    let page = results.parent().unwrap().join("report.html");
    let mut command = versement();
    command.arg("report").arg("--results").arg(results).args(options).arg("--out").arg(&page);
    Ran::of(command.output().unwrap()).has_status(0);
    fs::read_to_string(page).unwrap()
}

fn select(page: &Html, selector: &str) -> Vec<String> {
    let found = Selector::parse(selector).unwrap();
    page.select(&found).map(|element| element.text().collect::<String>()).collect()
}

fn count(page: &Html, selector: &str) -> usize {
    page.select(&Selector::parse(selector).unwrap()).count()
}

/// What a page must be for a browser, a screen reader and a machine without a network.
pub fn is_sound(text: &str) {
    let page = Html::parse_document(text);
    assert!(page.errors.is_empty(), "{:?}", page.errors);
    for outside in ["http:", "https:", "src=", "url(", "@import", "<script", "<link", "<iframe", "javascript:"] {
        assert!(!text.contains(outside), "{outside}");
    }
    assert!(text.contains("default-src 'none'"));
    assert_eq!((count(&page, "html[lang]"), count(&page, "h1"), count(&page, "main")), (1, 1, 1));
    // Every table says what it is, and which cells are heads.
    assert_eq!(count(&page, "table"), count(&page, "table > caption"));
    assert!(select(&page, "caption").iter().all(|caption| !caption.trim().is_empty()));
    assert_eq!(count(&page, "th"), count(&page, "th[scope]"));
    assert_eq!(count(&page, "div.scroll"), count(&page, "div.scroll[tabindex][role=region][aria-label]"));
    // Every drawing says what it shows.
    let drawings = count(&page, "svg");
    assert_eq!(drawings, count(&page, "svg[role=img][aria-labelledby]"));
    assert_eq!((drawings, drawings), (count(&page, "svg > title"), count(&page, "svg > desc")));
    // Names are unique, and links and labels lead to them.
    let named = Selector::parse("[id]").unwrap();
    let names: Vec<_> = page.select(&named).map(|element| element.attr("id").unwrap()).collect();
    let unique: BTreeSet<_> = names.iter().copied().collect();
    assert_eq!(names.len(), unique.len(), "{names:?}");
    for (selector, attribute) in [("a[href]", "href"), ("[aria-labelledby]", "aria-labelledby")] {
        for element in page.select(&Selector::parse(selector).unwrap()) {
            for target in element.attr(attribute).unwrap().split(' ') {
                assert!(unique.contains(target.trim_start_matches('#')), "{target}");
            }
        }
    }
}

#[test]
fn the_report_is_sound_and_says_what_the_summary_says() {
    let folder = TempDir::new().unwrap();
    let out = demonstration(folder.path());
    let summary: serde_json::Value = serde_json::from_slice(&fs::read(out.join("summary.json")).unwrap()).unwrap();
    for (lang, thousands, point, net) in [("en", ",", ".", "net to pay"), ("fr", "\u{202f}", ",", "net à payer")] {
        let text = report(&out, &["--lang", lang]);
        is_sound(&text);
        let page = Html::parse_document(&text);
        let (euros, cents) = summary["totals"]["net"].as_str().unwrap().split_once('.').unwrap();
        let (thousand, rest) = euros.split_at(euros.len() - 3);
        let shown = format!("{thousand}{thousands}{rest}{point}{cents}");
        assert!(select(&page, "#amounts tfoot tr").contains(&format!("{net}{shown}")), "{shown}");
        assert!(select(&page, ".tiles .wide dd")[0].starts_with(&shown));
        let codes = summary["anomalies"].as_object().unwrap();
        let told = select(&page, "#anomalies details summary");
        assert_eq!(told.len(), codes.len());
        for (code, number) in codes {
            assert!(told.iter().any(|line| line.contains(code) && line.contains(&format!("× {number} "))), "{code}");
        }
        // Samples are few, and say where.
        for found in select(&page, "#anomalies details tbody tr") {
            assert!(found.contains(".csv:"), "{found}");
        }
        assert!(count(&page, "#anomalies details tbody tr") <= 5 * codes.len());
        assert_eq!(
            select(&page, "#outcomes tfoot td")[0],
            summary["outcomes"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum::<u64>().to_string()
        );
        // Neither a ledger nor a month before.
        assert_eq!(count(&page, "#arrears, #claims, #before"), 0);
    }
}

#[test]
fn the_report_names_nobody_and_repeats_no_field() {
    let folder = TempDir::new().unwrap();
    let out = demonstration(folder.path());
    let text = report(&out, &[]);
    let mut payments = csv::Reader::from_path(out.join("payments.csv")).unwrap();
    for row in payments.records().map(Result::unwrap) {
        for personal in [&row[1], &row[2], &row[3]] {
            assert!(!text.contains(personal), "{personal}");
        }
    }
    let mut anomalies = csv::Reader::from_path(out.join("anomalies.csv")).unwrap();
    for row in anomalies.records().map(Result::unwrap).filter(|row| row[7].len() > 12) {
        assert!(!text.contains(&row[7]), "{}", &row[7]);
    }
}

#[test]
fn the_month_before_is_compared() {
    let folder = TempDir::new().unwrap();
    let out = demonstration(folder.path());
    let before = Night::new().month("2009-04");
    before.run().has_status(0);
    let text = report(&out, &["--before", before.out().to_str().unwrap()]);
    is_sound(&text);
    let rows = select(&Html::parse_document(&text), "#before tbody tr");
    // One beneficiary, 30 days of 46.20.
    assert!(rows.iter().any(|row| row.starts_with("net to pay1,386.00")), "{rows:?}");
    assert!(rows.iter().any(|row| row.starts_with("rows read1")), "{rows:?}");
}

#[test]
fn the_figures_of_the_month_are_those_of_stats() {
    let folder = TempDir::new().unwrap();
    let out = demonstration(folder.path());
    let exports = fixtures().join("exports/2009-05");
    let mut command = versement();
    command.args(["stats", "--format", "json", "--month", "2009-05", "--exports"]).arg(&exports);
    let stats = Ran::of(command.output().unwrap()).has_status(0).stdout;
    let stats: serde_json::Value = serde_json::from_str(&stats).unwrap();
    for (lang, entries, stock) in
        [("en", "entries", "stock on the last day"), ("fr", "entrées", "stock au dernier jour")]
    {
        let text = report(&out, &["--lang", lang, "--exports", exports.to_str().unwrap()]);
        is_sound(&text);
        let rows = select(&Html::parse_document(&text), "#month tbody tr");
        for (name, key) in [(entries, "entries"), (stock, "stock")] {
            assert!(rows.contains(&format!("{name}{}", stats["all"][key])), "{name}: {rows:?}");
        }
        for regime in stats["by_regime"].as_object().unwrap().keys() {
            assert!(rows.iter().any(|row| row.starts_with(regime.as_str())), "{regime}: {rows:?}");
        }
    }
    // Neither other exports nor another law than those of the run.
    let law = folder.path().join("law.toml");
    fs::write(&law, format!("{}\n# other\n", versement::law::Law::BUILT_IN)).unwrap();
    let (other, law) = (Night::new(), law.to_str().unwrap());
    let (other, own) = (other.exports(), exports.to_str().unwrap());
    for (options, told) in [
        (&["--exports", other.to_str().unwrap()][..], "not the exports that the run read"),
        (&["--exports", own, "--law", law], "other law data"),
    ] {
        let page = folder.path().join("other.html");
        let mut command = versement();
        command.arg("report").arg("--results").arg(&out).args(options).arg("--out").arg(&page);
        Ran::of(command.output().unwrap()).has_status(2).tells(&[told]);
        assert!(!page.exists());
    }
}

/// A ledger with April and May of 2009. In May it is known that B001 was sick for ten days of April, and B002 comes late.
fn ledger(folder: &Path) -> PathBuf {
    let ledger = folder.join("ledger");
    let settle = |night: &Night, month: &str| {
        let mut command = versement();
        command.args(["run", "--quiet", "--month", month, "--exports"]).arg(night.exports());
        command.arg("--ledger").arg(&ledger).arg("--out").arg(folder.join(month));
        Ran::of(command.output().unwrap()).has_status(0);
    };
    settle(&Night::new(), "2009-04");
    let events = table(EVENTS, ["B001,sickness,2009-04-21,2009-04-30"]);
    settle(&Night::new().of(["B001", "B002"].map(beneficiary)).with("events.csv", events), "2009-05");
    ledger
}

fn of_run(ledger: &Path, number: &str) -> (Ran, String) {
    let page = ledger.parent().unwrap().join("report.html");
    let mut command = versement();
    command.args(["report", "--lang", "fr", "--run", number, "--ledger"]).arg(ledger).arg("--out").arg(&page);
    let ran = Ran::of(command.output().unwrap());
    (ran, fs::read_to_string(page).unwrap_or_default())
}

#[test]
fn a_run_of_a_ledger_shows_its_arrears_its_overpayments_and_the_month_before() {
    let folder = TempDir::new().unwrap();
    let ledger = ledger(folder.path());
    let (ran, text) = of_run(&ledger, "2");
    ran.has_status(0);
    is_sound(&text);
    let page = Html::parse_document(&text);
    // April: 30 days of 46.20 for the one, ten of them too many for the other.
    assert_eq!(select(&page, "#arrears tbody tr"), ["04/2009ASR11\u{202f}386,00"]);
    let told = [
        "du registre avant ce passage0,00",
        "constatés dans ce passage1462,00",
        "récupérés dans ce passage00,00",
        "du registre après ce passage462,00",
    ];
    let shown = select(&page, "#claims table:first-of-type tbody tr");
    for (shown, told) in shown.iter().zip(told) {
        assert_eq!(shown.replace("passage00,", "passage0,"), told.replace("passage00,", "passage0,"));
    }
    assert!(select(&page, "h1 + p")[0].contains("passage 2"));
    assert!(select(&page, "#before tbody tr").iter().any(|row| row.starts_with("net à payer1\u{202f}386,00")));
    let (ran, _) = of_run(&ledger, "3");
    ran.has_status(2).tells(&["there is no run 3"]);
}

#[test]
fn what_the_ledger_tells_of_no_line_is_in_the_report() {
    let folder = TempDir::new().unwrap();
    let ledger = ledger(folder.path());
    let mut command = versement();
    let night = Night::new();
    command.args(["run", "--quiet", "--month", "2009-06", "--exports"]).arg(night.exports());
    command.arg("--ledger").arg(&ledger).arg("--out").arg(folder.path().join("2009-06"));
    Ran::of(command.output().unwrap()).has_status(1);
    let (ran, text) = of_run(&ledger, "3");
    ran.has_status(0);
    // B002 has no row any more.
    let found = select(&Html::parse_document(&text), "#anomalies details tbody tr");
    assert!(found.iter().any(|row| row.contains("B002") && row.contains("beneficiaries.csv")), "{found:?}");
}

#[test]
fn files_that_do_not_add_up_give_no_report() {
    for (file, from, to) in [
        ("payments.csv", "2812.20,", "2812.21,"),
        ("payments.csv", "B002-200905", "B002-200905,x"),
        ("arrears.csv", ",1386.00,", ",1387.00,"),
        ("claims.csv", ",462.00,", ",x,"),
    ] {
        let folder = TempDir::new().unwrap();
        ledger(folder.path());
        let out = folder.path().join("2009-05");
        let text = fs::read_to_string(out.join(file)).unwrap();
        let changed = text.replace(from, to);
        assert_ne!(text, changed, "{file}");
        fs::write(out.join(file), changed).unwrap();
        let page = folder.path().join("report.html");
        let mut command = versement();
        command.arg("report").arg("--results").arg(&out).arg("--out").arg(&page);
        Ran::of(command.output().unwrap()).has_status(2).tells(&[file, "were they changed since?"]);
        assert!(!page.exists());
    }
}

#[test]
fn a_month_without_payments_or_findings_has_a_report() {
    let night = Night::new().of(Vec::<String>::new());
    night.run().has_status(0);
    is_sound(&report(&night.out(), &[]));
    let night = Night::new().of([beneficiary("B001").replace(",60.00,", ",,")]);
    night.run().has_status(1);
    is_sound(&report(&night.out(), &["--lang", "fr"]));
}

/// The statement of a beneficiary as a page.
fn statement(id: &str, lang: &str) -> String {
    let mut command = versement();
    command.args(["explain", id, "--month", "2009-05", "--format", "html", "--lang", lang, "--exports"]);
    let ran = Ran::of(command.arg(fixtures().join("exports/2009-05")).output().unwrap());
    assert!(matches!(ran.status, Some(0 | 2)), "{ran:?}");
    ran.stdout
}

#[test]
fn statements_are_sound_pages_whose_net_is_the_payment() {
    let folder = TempDir::new().unwrap();
    let out = demonstration(folder.path());
    let mut decisions = csv::Reader::from_path(out.join("decisions.csv")).unwrap();
    let mut outcomes = BTreeSet::new();
    for row in decisions.records().map(Result::unwrap) {
        let (id, outcome, net) = (&row[0], &row[2], &row[4]);
        // One of each outcome and reason is enough.
        if id.is_empty() || !outcomes.insert((outcome.to_owned(), row[3].to_owned())) {
            continue;
        }
        for lang in ["en", "fr"] {
            let text = statement(id, lang);
            is_sound(&text);
            let page = Html::parse_document(&text);
            let shown = if lang == "fr" { net.replace('.', ",") } else { net.to_owned() };
            // A copy that was dropped is refused, while the first row of the same number is paid.
            let is_copy = outcome == "refused" && &row[3] == "A204";
            assert!(is_copy || select(&page, "#result tr.sum td")[0] == shown, "{id} {outcome}: {net}");
        }
    }
    assert!(outcomes.len() > 10, "{outcomes:?}");
}

#[test]
fn a_browser_shows_it_without_scrolling_sideways_in_both_themes() {
    let Some(browser) = browser::find() else { return };
    let folder = TempDir::new().unwrap();
    let out = demonstration(folder.path());
    let text = report(&out, &["--lang", "fr"]);
    let idr = statement("B0000000005", "fr");
    for (width, text) in [(320, &text), (768, &text), (1200, &text), (320, &idr)] {
        let seen = browser::width_seen(browser, folder.path(), text, width);
        assert_eq!(seen, width, "the page is wider than {width} pixels");
    }
    let page = folder.path().join("report.html");
    let themes = [false, true].map(|dark| browser::screenshot(browser, folder.path(), &page, dark));
    assert_ne!(themes[0], themes[1], "light and dark look the same");
}
