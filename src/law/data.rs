//! Reads the law data, and tells every fault of it with its line and column.

mod reader;
mod scheme;

use std::ops::Range;

use sha2::{Digest, Sha256};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use reader::LawFault;

use super::Law;
use super::allowance::{Allowance, AreRates, Formula};
use super::claims::ClaimRules;
use super::contribution::ContributionChoices;
use super::deadlines::Silence;
use super::differential::{DifferentialRates, RescaledHours};
use super::interruption::{Interruption, KindRule};
use super::listing::{Listed, Listing};
use super::pension::PensionDaily;
use super::reference_wage::Limits;
use super::regime::Regime;
use super::timeline::{Entry, Timeline};
use crate::calendar::Day;
use crate::facts::EventKind;
use crate::money::{Cents, Rate, Rounding};
use reader::{Reader, Row};

pub(super) fn read(text: &str) -> Result<Law, Vec<LawFault>> {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { text, faults: Vec::new(), listing: Vec::new(), verified_until: Day::AFTER_ALL };
    for error in errors {
        reader.fault(error.span().unwrap_or(0..0), error.message().to_owned());
    }
    let law = reader.law(&root);
    let Reader { mut faults, .. } = reader;
    faults.sort_by_key(|fault| (fault.line, fault.column));
    match law {
        Some(law) if faults.is_empty() => Ok(law),
        _ => Err(faults),
    }
}

/// The tables that the program knows, in the order in which `versement law` lists them.
const TABLES: [&str; 19] = [
    "regime",
    "eligibility",
    "interruption",
    "transition",
    "handover",
    "allowance",
    "are_rates",
    "are_fixed_part",
    "minimum_are",
    "minimum_aref",
    "social_security_ceiling",
    "participation",
    "differential",
    "reflexion",
    "follow_up",
    "contribution",
    "limits",
    "claims",
    "choice",
];

/// An entry whose value is read and whose name is told from others of its table.
struct Dated<T> {
    name: String,
    span: Range<usize>,
    entry: Entry<T>,
}

impl Reader<'_> {
    fn law(&mut self, root: &Spanned<DeTable<'_>>) -> Option<Law> {
        let whole = Row { table: root.get_ref(), span: 0..0 };
        for (key, _) in whole.table {
            let name: &str = key.get_ref();
            if !TABLES.contains(&name) && !matches!(name, "name" | "verified_until") {
                self.fault(key.span(), format!("unknown table or key `{name}`; known are {}", TABLES.join(", ")));
            }
        }
        let name = self.text(&whole, "name");
        self.verified_until = self.day(&whole, "verified_until").unwrap_or(Day::AFTER_ALL);

        let regimes = self.regimes(&whole);
        let mut by_id: Vec<Regime> = regimes.iter().filter_map(|dated| dated.entry.value.clone()).collect();
        let regime_by_day = self.regime_by_day(regimes);
        let ordinary_seniority = self.timeline(&whole, "eligibility", &["ordinary_seniority_months"], |reader, row| {
            reader.whole(row, "ordinary_seniority_months").map(Some)
        });
        let interruptions = self.interruptions(&whole, &by_id);
        let transition_months = self.transition_months(&whole);
        let registrations = self.registrations(&whole);
        self.allowances(&whole, &mut by_id);
        let are_rates =
            self.timeline(&whole, "are_rates", &["most", "proportional", "with_fixed_part"], |reader, row| {
                let most = reader.rate(row, "most");
                let proportional = reader.rate(row, "proportional");
                let with_fixed_part = reader.rate(row, "with_fixed_part");
                let (most, proportional, with_fixed_part) = (most?, proportional?, with_fixed_part?);
                Some(Some(AreRates { most, proportional, with_fixed_part }))
            });
        let are_fixed_part = self.amounts(&whole, "are_fixed_part");
        let minimum_are = self.amounts(&whole, "minimum_are");
        let minimum_aref = self.amounts(&whole, "minimum_aref");
        let social_security_ceiling = self.amounts(&whole, "social_security_ceiling");
        let participation =
            self.timeline(&whole, "participation", &["rate"], |reader, row| reader.rate(row, "rate").map(Some));
        let differential = self.timeline(
            &whole,
            "differential",
            &["wage_days", "most_of_former_pay", "cap_of_residual"],
            |reader, row| {
                let wage_days = reader.whole(row, "wage_days");
                let most_of_former_pay = reader.rate(row, "most_of_former_pay");
                let cap_of_residual = reader.rate(row, "cap_of_residual");
                let wage_days = i64::from(wage_days?);
                Some(Some(DifferentialRates {
                    wage_days,
                    most_of_former_pay: most_of_former_pay?,
                    cap_of_residual: cap_of_residual?,
                }))
            },
        );
        let limits = self.timeline(
            &whole,
            "limits",
            &["wage_ceiling_multiple", "notice_ceiling_multiple", "weekly_hours"],
            |reader, row| {
                let wage_ceiling_multiple = reader.whole(row, "wage_ceiling_multiple");
                let notice_ceiling_multiple = reader.whole(row, "notice_ceiling_multiple");
                let weekly_hours = reader.hours(row, "weekly_hours");
                Some(Some(Limits {
                    wage_ceiling_multiple: wage_ceiling_multiple?,
                    notice_ceiling_multiple: notice_ceiling_multiple?,
                    weekly_hours: weekly_hours?,
                }))
            },
        );
        let claims =
            self.timeline(&whole, "claims", &["recovered_share", "delay_days", "correction_months"], |reader, row| {
                let recovered_share = reader.rate(row, "recovered_share").filter(|&share| share < Rate::ONE);
                if recovered_share.is_none() {
                    reader.fault(
                        row.span.clone(),
                        "`recovered_share` must be below 1: something is always paid".to_owned(),
                    );
                }
                let delay_days = reader.whole(row, "delay_days");
                let correction_months = reader.whole(row, "correction_months");
                let (delay_days, correction_months) = (i64::from(delay_days?), correction_months?);
                Some(Some(ClaimRules { recovered_share: recovered_share?, delay_days, correction_months }))
            });
        let reflexion = self.reflexion(&whole);
        let follow_up = self.follow_up(&whole);
        let contribution = self.contribution(&whole);
        let choices = self.choices(&whole)?;
        let changes = self.changes([
            &mut by_id.iter().flat_map(|regime| regime.allowance.changes()),
            &mut are_rates.changes(),
            &mut are_fixed_part.changes(),
            &mut minimum_are.changes(),
            &mut minimum_aref.changes(),
            &mut participation.changes(),
        ]);
        let mut law = Law {
            name: name?,
            digest: crate::hexadecimal(&Sha256::digest(self.text)),
            verified_until: self.verified_until,
            rounding: choices.rounding,
            listing: Listing(std::mem::take(&mut self.listing)),
            regimes: by_id,
            regime_by_day,
            ordinary_seniority,
            interruptions,
            transition_months,
            registrations,
            are_rates,
            are_fixed_part,
            minimum_are,
            minimum_aref,
            social_security_ceiling,
            participation,
            differential,
            limits,
            claims,
            pension_daily: choices.pension_daily,
            rescaled_hours: choices.rescaled_hours,
            reflexion,
            follow_up,
            silence: choices.silence,
            contribution,
            contribution_choices: choices.contribution,
            parameters: Timeline::new("parameters", Vec::new(), self.verified_until),
        };
        law.put_parameters_together(&changes);
        Some(law)
    }

    fn changes(&self, timelines: [&mut dyn Iterator<Item = Day>; 6]) -> Vec<Day> {
        let mut changes: Vec<Day> = timelines.into_iter().flatten().chain([self.verified_until.next()]).collect();
        changes.sort_unstable();
        changes.dedup();
        changes
    }

    fn regimes(&mut self, root: &Row<'_>) -> Vec<Dated<Regime>> {
        let rows = self.rows(root, "regime");
        let mut dated: Vec<Dated<Regime>> = Vec::new();
        for row in &rows {
            let id = self.regime_id(row).unwrap_or_default();
            let none = id == "none";
            let keys: &[&str] = if none { &["id"] } else { &["id", "months", "idr_months"] };
            let Some((from, source)) = self.dated(row, "regime", keys) else { continue };
            let value = if none {
                None
            } else {
                let (months, idr_months) = (self.whole(row, "months"), self.whole(row, "idr_months"));
                let (Some(months), Some(idr_months)) = (months, idr_months) else { continue };
                if dated.iter().filter_map(|dated| dated.entry.value.as_ref()).any(|earlier| earlier.id == id) {
                    self.fault(row.span.clone(), format!("the regime `{id}` stands twice; give each its own `id`"));
                    continue;
                }
                let allowance = Timeline::new("allowance", Vec::new(), self.verified_until);
                Some(Regime { id, months, idr_months, allowance })
            };
            let entry = Entry { from, value, source };
            dated.push(Dated { name: "regime".to_owned(), span: row.span.clone(), entry });
        }
        self.check_order("regime", &dated);
        dated
    }

    /// The id of a regime, which stands in `payments.csv` as it is.
    fn regime_id(&mut self, row: &Row<'_>) -> Option<String> {
        let id = self.text(row, "id")?;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !id.bytes().all(plain) {
            let span = row.table.get("id").map_or(row.span.clone(), Spanned::span);
            self.fault(span, "`id` may have small letters a to z, digits and hyphens only, as crp-2009".to_owned());
        }
        Some(id)
    }

    fn regime_by_day(&self, regimes: Vec<Dated<Regime>>) -> Timeline<usize> {
        let mut places = 0..;
        let entries = regimes.into_iter().map(|Dated { entry: Entry { from, value, source }, .. }| {
            let value = value.and_then(|_| places.next());
            Entry { from, value, source }
        });
        Timeline::new("regime", entries.collect(), self.verified_until)
    }

    fn interruptions(&mut self, root: &Row<'_>, regimes: &[Regime]) -> Vec<Timeline<KindRule>> {
        let mut all = Vec::new();
        for row in &self.rows(root, "interruption") {
            let known: Vec<_> = EventKind::ALL.iter().map(|kind| kind.name()).collect();
            let kind = self.word(row, "kind", &known);
            let effect = self.word(row, "effect", &["resumes", "ends", "none"]);
            let not_in = self.texts(row, "not_in");
            for id in not_in.iter().filter(|&id| regimes.iter().all(|regime| regime.id != *id)) {
                let span = row.table.get("not_in").map_or(row.span.clone(), Spanned::span);
                let known: Vec<_> = regimes.iter().map(|regime| regime.id.as_str()).collect();
                self.fault(span, format!("`not_in` names {id}; the regimes are {}", known.join(", ")));
            }
            let keys: &[&str] =
                if row.table.contains_key("not_in") { &["kind", "not_in", "effect"] } else { &["kind", "effect"] };
            let Some((from, source)) = self.dated(row, "interruption", keys) else { continue };
            let (Some(kind), Some(effect)) = (kind, effect) else { continue };
            let effect = [Interruption::Resumes, Interruption::Ends, Interruption::None][effect];
            let entry = Entry { from, value: Some(KindRule { effect, not_in }), source };
            all.push(Dated { name: known[kind].to_owned(), span: row.span.clone(), entry });
        }
        EventKind::ALL.iter().map(|kind| self.named_timeline("interruption", kind.name(), &mut all, root)).collect()
    }

    fn allowances(&mut self, root: &Row<'_>, regimes: &mut [Regime]) {
        let ids: Vec<String> = regimes.iter().map(|regime| regime.id.clone()).collect();
        let known: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut all = Vec::new();
        for row in &self.rows(root, "allowance") {
            let regime = self.word(row, "regime", &known);
            let formula = self.word(row, "formula", &["tier-by-indemnified-days", "tier-by-months", "one-rate"]);
            let mut keys = vec!["regime", "formula", "aref_floor", "notice_rate", "notice_floor"];
            keys.extend_from_slice(match formula {
                Some(0) => &["first_rate", "first_days", "second_rate"],
                Some(1) => &["first_rate", "first_months", "second_rate"],
                _ => &["rate"],
            });
            let Some((from, source)) = self.dated(row, "allowance", &keys) else { continue };
            let aref_floor = self.flag(row, "aref_floor");
            let notice_rate = self.rate(row, "notice_rate");
            let notice = self.word(row, "notice_floor", &["first-tier", "throughout"]);
            let formula = formula.and_then(|formula| self.formula(row, formula));
            let value = (|| {
                let (aref_floor, notice_rate, notice) = (aref_floor?, notice_rate?, notice?);
                Some(Allowance { formula: formula?, aref_floor, notice_rate, notice_throughout: notice == 1 })
            })();
            let (Some(regime), Some(value)) = (regime, value) else { continue };
            let entry = Entry { from, value: Some(value), source };
            all.push(Dated { name: ids[regime].clone(), span: row.span.clone(), entry });
        }
        for regime in regimes {
            regime.allowance = self.named_timeline("allowance", &regime.id, &mut all, root);
        }
    }

    fn formula(&mut self, row: &Row<'_>, formula: usize) -> Option<Formula> {
        if formula == 2 {
            return self.rate(row, "rate").map(|rate| Formula::OneRate { rate });
        }
        let (first, second) = (self.rate(row, "first_rate"), self.rate(row, "second_rate"));
        Some(if formula == 0 {
            let days = i64::from(self.whole(row, "first_days")?);
            Formula::ByIndemnifiedDays { first: first?, days, second: second? }
        } else {
            let months = self.whole(row, "first_months")?;
            Formula::ByMonths { first: first?, months, second: second? }
        })
    }

    fn choices(&mut self, root: &Row<'_>) -> Option<Choices> {
        const KNOWN: [(&str, &[&str]); 11] = [
            ("rounding", &["half-up", "half-even", "down"]),
            ("pension_daily", &["twelve-months-of-365-days", "month-of-30-days"]),
            ("rescaled_hours", &["proportional", "as-is"]),
            ("silence", &["warns", "holds"]),
            ("short_notice", &["to-the-fund", "to-the-employee"]),
            ("employee_notice", &["with-charges", "average-gross"]),
            ("dif_years", &["whole", "pro-rata"]),
            ("not_proposed", &["instead", "added"]),
            ("rest_days", &["count"]),
            ("term_extension", &["none"]),
            ("wage_revaluation", &["none"]),
        ];
        let Some(choice) = root.table.get("choice") else {
            self.fault(0..0, "the table `choice` is missing".to_owned());
            return None;
        };
        let DeValue::Table(table) = choice.get_ref() else {
            self.fault(choice.span(), "`choice` is not a table; write [choice.rounding] and the like".to_owned());
            return None;
        };
        for (key, _) in table {
            let name: &str = key.get_ref();
            if !KNOWN.iter().any(|(known, _)| *known == name) {
                self.fault(key.span(), format!("unknown choice `{name}`"));
            }
        }
        let mut chosen = KNOWN.map(|_| None);
        for (at, (name, words)) in KNOWN.into_iter().enumerate() {
            let Some(value) = table.get(name) else {
                self.fault(choice.span(), format!("the choice `{name}` is missing"));
                continue;
            };
            let DeValue::Table(entry) = value.get_ref() else {
                self.fault(value.span(), format!("`choice.{name}` is not a table"));
                continue;
            };
            let row = Row { table: entry, span: value.span() };
            self.only_keys(&row, &["value", "source"]);
            let source = self.text(&row, "source").unwrap_or_default();
            chosen[at] = self.word(&row, "value", words);
            if let Some(word) = chosen[at] {
                let value = words[word].to_owned();
                self.listing.push(Listed { name: format!("choice {name}"), from: None, value, source });
            }
        }
        let [rounding, pension_daily, rescaled_hours, silence, short, employee, years, not_proposed, ..] = chosen;
        Some(Choices {
            rounding: [Rounding::HalfUp, Rounding::HalfEven, Rounding::Down][rounding?],
            pension_daily: [PensionDaily::TwelveMonthsOf365Days, PensionDaily::MonthOf30Days][pension_daily?],
            rescaled_hours: [RescaledHours::Proportional, RescaledHours::AsIs][rescaled_hours?],
            silence: [Silence::Warns, Silence::Holds][silence?],
            contribution: ContributionChoices {
                short_notice_to_fund: short? == 0,
                employee_with_charges: employee? == 0,
                whole_years: years? == 0,
                penalty_alone: not_proposed? == 0,
            },
        })
    }

    fn amounts(&mut self, root: &Row<'_>, table: &str) -> Timeline<Cents> {
        self.timeline(root, table, &["value"], |reader, row| {
            if reader.is_unknown(row, "value") { Some(None) } else { reader.cents(row, "value").map(Some) }
        })
    }

    /// The entries of a table as a timeline; `value` reads one of them.
    fn timeline<T: Clone>(
        &mut self,
        root: &Row<'_>,
        table: &str,
        keys: &[&str],
        mut value: impl FnMut(&mut Self, &Row<'_>) -> Option<Option<T>>,
    ) -> Timeline<T> {
        let mut dated = Vec::new();
        for row in &self.rows(root, table) {
            let Some((from, source)) = self.dated(row, table, keys) else { continue };
            let Some(value) = value(self, row) else { continue };
            dated.push(Dated { name: table.to_owned(), span: row.span.clone(), entry: Entry { from, value, source } });
        }
        self.named_timeline(table, table, &mut dated, root)
    }

    /// The entries of one name among those of a table, checked for their order.
    fn named_timeline<T: Clone>(
        &mut self,
        table: &str,
        name: &str,
        all: &mut Vec<Dated<T>>,
        root: &Row<'_>,
    ) -> Timeline<T> {
        let dated: Vec<_> = all.extract_if(.., |dated| dated.name == name).collect();
        self.check_order(name, &dated);
        // Where an entry of the table has a fault of its own, that one is told.
        if dated.is_empty() && self.faults.is_empty() && root.table.contains_key(table) {
            self.fault(0..0, format!("the table `{table}` has no sound entry for `{name}`"));
        }
        let entries = dated.into_iter().map(|dated| dated.entry).collect();
        Timeline::new(name.replace('_', " "), entries, self.verified_until)
    }

    fn check_order<T>(&mut self, name: &str, dated: &[Dated<T>]) {
        for pair in dated.windows(2) {
            if pair[1].entry.from <= pair[0].entry.from {
                let message = format!(
                    "`{name}` from {} does not start after the entry before it ({}); put entries in the order of their days",
                    pair[1].entry.from, pair[0].entry.from
                );
                self.fault(pair[1].span.clone(), message);
            }
        }
        let verified_until = self.verified_until;
        for late in dated.iter().filter(|dated| dated.entry.from > verified_until) {
            let message = format!(
                "`{name}` from {} starts after `verified_until` ({}); verify the law up to there and move that day",
                late.entry.from, verified_until
            );
            self.fault(late.span.clone(), message);
        }
    }
}

struct Choices {
    rounding: Rounding,
    pension_daily: PensionDaily,
    rescaled_hours: RescaledHours,
    silence: Silence,
    contribution: ContributionChoices,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(edit: impl Fn(String) -> String) -> Vec<String> {
        let edited = edit(Law::BUILT_IN.to_owned());
        Law::read(&edited).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_built_in_law_has_no_fault_and_a_source_for_every_entry() {
        let law = Law::read(Law::BUILT_IN).unwrap();
        assert_eq!(law.name, "crp");
        assert!(law.listing.all().len() > 60);
        assert!(law.listing.all().iter().all(|entry| !entry.source.is_empty() && !entry.value.is_empty()));
    }

    #[test]
    fn every_fault_of_an_edited_file_is_told_with_its_line() {
        let told = faults(|law| {
            law.replace("value = \"26.66\"", "value = 26.66")
                .replace("kind = \"sickness\"", "kind = \"sicknes\"")
                .replace("from = 2009-07-01\nvalue = \"19.30\"", "from = 2008-06-01\nvalue = \"19.30\"")
                .replace("rate = \"0.03\"", "rates = \"0.03\"")
        });
        let line = |part: &str| Law::BUILT_IN.lines().position(|line| line == part).unwrap() + 1;
        assert!(
            told.iter().any(|fault| fault.starts_with(&format!("{}:9: `value` is 26.66", line("value = \"26.66\"")))),
            "{told:#?}"
        );
        assert!(told.iter().any(|fault| fault.contains("`kind` is sicknes; the program knows work")), "{told:#?}");
        assert!(told.iter().any(|fault| fault.contains("does not start after the entry before it")), "{told:#?}");
        assert!(told.iter().any(|fault| fault.contains("unknown key `rates`")), "{told:#?}");
        assert!(told.iter().any(|fault| fault.contains("the key `rate` is missing")), "{told:#?}");
    }

    /// Origin: the bound of each sum in docs/RELIABILITY.md, which rests on these.
    #[test]
    fn whole_numbers_of_a_law_are_read_up_to_their_bound_and_no_further() {
        for (written, most) in [
            ("months = 8", 120),
            ("idr_months = 8", 120),
            ("wage_days = 30", 366),
            ("wage_ceiling_multiple = 4", 100),
            ("notice_ceiling_multiple = 40", 100),
            ("notice_months = 2", 24),
            ("not_proposed_months = 2", 24),
            ("dif_hours = 120", 240),
        ] {
            let (key, _) = written.split_once(" = ").unwrap();
            let with = |number: u32| {
                let edited = Law::BUILT_IN.replacen(&format!("\n{written}\n"), &format!("\n{key} = {number}\n"), 1);
                assert_ne!(edited, Law::BUILT_IN, "{key}");
                Law::read(&edited).err().unwrap_or_default().iter().map(ToString::to_string).collect::<Vec<_>>()
            };
            let told = format!("`{key}` is not a whole number from 1 to {most}");
            assert!(with(most).iter().all(|fault| !fault.contains(&told)), "{key} = {most}");
            for beyond in [0, most + 1] {
                assert!(with(beyond).iter().any(|fault| fault.ends_with(&told)), "{key} = {beyond}");
            }
        }
    }

    #[test]
    fn a_regime_id_that_would_break_the_rows_of_payments_is_a_fault() {
        for id in ["crp,2006", "crp\\n2006", "CRP 2006", "crp\\\"2006"] {
            let told = faults(|law| law.replace("\"crp-2006\"", &format!("\"{id}\"")));
            assert!(told.iter().any(|fault| fault.contains("`id` may have small letters")), "{id}: {told:#?}");
        }
    }

    #[test]
    fn a_regime_that_stands_twice_or_is_only_named_is_a_fault() {
        let told = faults(|law| law.replace("id = \"crp-2006\"", "id = \"crp-2005\""));
        assert!(told.iter().any(|fault| fault.contains("the regime `crp-2005` stands twice")), "{told:#?}");
        let told = faults(|law| law.replace("not_in = [\"crp-2005\"]", "not_in = [\"crp-2050\"]"));
        assert_eq!(told.len(), 1, "{told:#?}");
        assert!(
            told[0].ends_with("`not_in` names crp-2050; the regimes are crp-2005, crp-2006, crp-2009"),
            "{told:#?}"
        );
    }

    #[test]
    fn a_missing_table_or_source_and_broken_toml_are_faults() {
        let told = faults(|law| law.replace("[[participation]]", "[[participations]]"));
        assert!(told.iter().any(|fault| fault.contains("the table `participation` is missing")), "{told:#?}");
        let told = faults(|law| law.replacen("source = \"circ. Unédic 03-09\"\n", "", 1));
        assert!(told.iter().any(|fault| fault.contains("the key `source` is missing")), "{told:#?}");
        let told = faults(|law| law.replacen("value = \"10.15\"", "value = \"10.15", 1));
        assert!(!told.is_empty());
        assert!(!faults(|_| String::new()).is_empty());
    }

    #[test]
    fn choices_days_and_shares_that_nobody_may_write_are_faults() {
        let told = faults(|law| law.replace("[choice.silence]", "[choice.noise]"));
        assert!(told.iter().any(|fault| fault.contains("unknown choice `noise`")), "{told:#?}");
        assert!(told.iter().any(|fault| fault.contains("the choice `silence` is missing")), "{told:#?}");
        let told = faults(|law| law.replace("recovered_share = \"0.00\"", "recovered_share = \"1.00\""));
        assert!(told.iter().any(|fault| fault.contains("`recovered_share` must be below 1")), "{told:#?}");
        let read = |text: String| Law::read(&text).map(|law| law.verified_until);
        for time in ["2009-07-01T00:00:00", "2009-07-01T00:00:00Z"] {
            let told = faults(|law| law.replacen("from = 2009-07-01", &format!("from = {time}"), 1));
            assert!(told.iter().any(|fault| fault.contains("`from`")), "{told:#?}");
        }
        let below_one = Law::BUILT_IN.replace("recovered_share = \"0.00\"", "recovered_share = \"0.99\"");
        assert!(read(below_one).is_ok());
        // The last day that was verified may have a value of its own, the day behind it none.
        let from = |day: &str| {
            format!("{}\n[[participation]]\nfrom = {day}\nrate = \"0.03\"\nsource = \"invented\"\n", Law::BUILT_IN)
        };
        assert!(read(from("2012-06-30")).is_ok());
        let told = faults(|_| from("2012-07-01"));
        assert!(told.iter().any(|fault| fault.contains("starts after `verified_until`")), "{told:#?}");
    }

    #[test]
    fn what_is_in_force_is_the_entry_of_each_name_that_started_last() {
        let law = Law::read(Law::BUILT_IN).unwrap();
        let minimum = |on: &str| -> Vec<String> {
            let in_force = law.listing.in_force(on.parse().unwrap());
            let of_name = in_force.into_iter().filter(|entry| entry.name == "minimum_are");
            of_name.map(|entry| format!("{} {}", entry.name, entry.value)).collect()
        };
        let expected = |value: &str| vec![format!("minimum_are {value}")];
        assert_eq!(minimum("2003-06-30"), Vec::<String>::new());
        for (on, value) in
            [("2003-07-01", "24.76"), ("2004-06-30", "24.76"), ("2004-07-01", "25.01"), ("2006-07-01", "25.51")]
        {
            assert_eq!(minimum(on), expected(value), "{on}");
        }
        // A choice has no day: it is always in force.
        let early = law.listing.in_force("1999-01-01".parse().unwrap());
        assert!(early.iter().any(|entry| entry.from.is_none()));
    }

    #[test]
    fn the_first_day_of_a_procedure_is_that_of_the_first_convention() {
        let law = Law::read(Law::BUILT_IN).unwrap();
        assert_eq!(law.first_day(), Some("2005-05-31".parse().unwrap()));
    }
}
