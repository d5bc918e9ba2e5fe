//! Where a rule is written: the id used everywhere in this project and the text behind it.

use std::fmt;

/// A rule and the text that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Article {
    /// The id of the rule in `docs/LAW.md`.
    pub rule: &'static str,
    /// The text, or `choice` where no text settles the point.
    pub text: &'static str,
}

impl fmt::Display for Article {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.rule, self.text)
    }
}

macro_rules! articles {
    ($($(#[$doc:meta])* $name:ident = $rule:literal, $text:literal;)*) => {
        $($(#[$doc])* pub const $name: Article = Article { rule: $rule, text: $text };)*
        /// Every article, in the order of the rules.
        pub const ALL: &[Article] = &[$($name),*];
    };
}

articles! {
    /// The regime, by the day of the procedure.
    REGIME = "R0.1", "CRP convention art. 22 §2";
    /// Ordinary or article 3, by seniority.
    POPULATION = "R0.2", "CRP convention arts 2 and 3";
    /// No regime for the day.
    NO_REGIME = "R0.3", "CRP convention art. 22";
    /// The first day.
    START = "R1.1", "ASH 2422";
    /// The last day.
    TERM = "R1.2", "CRP convention art. 11";
    /// Article 3 stops with the ARE duration.
    ARE_DAYS = "R1.3", "CRP convention art. 11 al. 2";
    /// Every calendar day is payable.
    EVERY_DAY = "R1.4", "CRP convention art. 11";
    /// What interrupts the ASR.
    INTERRUPTIONS = "R2", "ASH 2410; RG06, RG09; CRP convention arts 14-15";
    /// The ordinary daily gross.
    ORDINARY_GROSS = "R3.1", "CRP convention art. 10 §1";
    /// The daily gross of article 3.
    ARTICLE_3_GROSS = "R3.2", "CRP convention art. 10 §2";
    /// The ARE.
    ARE = "R3.3", "RG06 arts 23-25; RG09 arts 15-17";
    /// The reference daily wage and its ceiling.
    REFERENCE_WAGE = "R3.4", "CRP convention art. 10; RG06, RG09";
    /// The invalidity pension.
    PENSION = "R4.1", "CRP convention art. 10 §3";
    /// The 3 % participation.
    PARTICIPATION = "R5.1", "CRP convention art. 10 §4; RG09 art. 19";
    /// Who gets the IDR.
    DIFFERENTIAL_WHO = "R6.1", "CRP convention art. 9 al. 1";
    /// The fall of 15 %.
    DIFFERENTIAL_FALL = "R6.2", "CRP convention art. 9 al. 1";
    /// The monthly amount.
    DIFFERENTIAL_AMOUNT = "R6.3", "CRP convention art. 9 al. 2";
    /// Parts of a month.
    DIFFERENTIAL_PART = "R6.4", "CRP convention art. 9 al. 2";
    /// The cap.
    DIFFERENTIAL_CAP = "R6.5", "CRP convention art. 9 al. 3";
    /// The clock.
    DIFFERENTIAL_CLOCK = "R6.6", "CRP convention art. 9 al. 3";
    /// The proof of execution.
    DIFFERENTIAL_PROOF = "R6.7", "CRP convention art. 9 al. 4";
    /// Two jobs at the same time.
    DIFFERENTIAL_TWO_JOBS = "R6.8", "CRP convention art. 9; choice: held for review";
    /// Article 3 has no IDR.
    DIFFERENTIAL_ARTICLE_3 = "R0.2", "CRP convention art. 9 last al.";
    /// The reflexion delay.
    DEADLINE_ANSWER = "R7.1", "CRP conventions; Code du travail arts L1233-65 to L1233-70";
    /// The pre-assessment interview.
    DEADLINE_INTERVIEW = "R7.2", "CRP convention art. 6 al. 1";
    /// The services.
    DEADLINE_SERVICES = "R7.3", "CRP convention art. 6 al. 3";
    /// The follow-up.
    DEADLINE_FOLLOW_UP = "R7.4", "CRP convention art. 7";
    /// No rule of law: the contract on files.
    FORMATS = "formats", "docs/FORMATS.md";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_is_told_with_its_rule() {
        assert_eq!(TERM.to_string(), "R1.2 CRP convention art. 11");
    }
}
