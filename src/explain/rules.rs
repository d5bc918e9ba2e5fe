use serde::Serialize;

use super::words::{Lang, sentence};
use crate::calendar::Day;
use crate::law::Law;
use crate::law::article::{self, Article};

/// A rule that was applied, and the values in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Its id in `docs/LAW.md`.
    pub rule: &'static str,
    /// The text behind it.
    pub text: &'static str,
    /// What it says.
    pub sentence: &'static str,
    /// What the law data says.
    pub values: Vec<Value>,
}

/// A value in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Value {
    /// Its name.
    pub name: String,
    /// Since when; none for a choice, which has no date.
    pub from: Option<Day>,
    /// What it is.
    pub value: String,
    /// Who says so.
    pub source: String,
}

/// The rules that a statement applies, each once, in the order of `docs/LAW.md`.
#[derive(Debug)]
pub(super) struct Rules<'l> {
    law: &'l Law,
    lang: Lang,
    cited: Vec<(Article, Vec<Value>)>,
}

impl<'l> Rules<'l> {
    pub(super) fn new(law: &'l Law, lang: Lang) -> Self {
        Self { law, lang, cited: Vec::new() }
    }

    /// Cites a rule with the values of these names in force on a day.
    pub(super) fn cite(&mut self, article: Article, day: Day, names: &[&str]) {
        let at = self.cited.iter().position(|(cited, _)| *cited == article).unwrap_or_else(|| {
            self.cited.push((article, Vec::new()));
            self.cited.len() - 1
        });
        let values = &mut self.cited[at].1;
        for entry in self.law.listing.in_force(day).into_iter().filter(|entry| names.contains(&entry.name.as_str())) {
            let value = Value {
                name: entry.name.clone(),
                from: entry.from,
                value: entry.value.clone(),
                source: entry.source.clone(),
            };
            if !values.contains(&value) {
                values.push(value);
            }
        }
    }

    pub(super) fn into_rules(self) -> Vec<Rule> {
        let place = |article: &Article| article::ALL.iter().position(|other| other == article);
        let mut cited = self.cited;
        cited.sort_by_key(|(article, _)| place(article));
        let lang = self.lang;
        let rule = |(article, values): (Article, Vec<Value>)| {
            let sentence = sentence(article, lang).unwrap_or_default();
            Rule { rule: article.rule, text: article.text, sentence, values }
        };
        cited.into_iter().map(rule).collect()
    }
}
