use super::rows::{Row, Style, aligned, employer};
use super::statement::{AsrStep, Facts, IdrStep, PaymentTold, Statement};
use super::words::{self, Lang, Word, event, outcome};
use crate::calendar::Day;
use crate::money::Cents;
use crate::settle::Reason;

/// The statement as a person reads it.
pub fn text(statement: &Statement, lang: Lang) -> String {
    Text(Style(lang)).statement(statement)
}

#[derive(Clone, Copy)]
pub(super) struct Text(pub(super) Style);

fn row(label: impl Into<String>, value: impl Into<String>, note: impl Into<String>, rules: &'static str) -> Row {
    Row { label: label.into(), value: value.into(), note: note.into(), rules }
}

impl Text {
    fn word(self, word: Word) -> &'static str {
        self.0.word(word)
    }

    fn amount(self, amount: Cents) -> String {
        self.0.number(amount)
    }

    fn statement(self, statement: &Statement) -> String {
        let style = self.0;
        let mut out = format!(
            "{} · {} · {}\n{} {}, {} {}\n",
            self.word(Word::Statement),
            statement.beneficiary_id,
            statement.month,
            self.word(Word::Law),
            statement.law.name,
            self.word(Word::VerifiedUntil),
            style.day(statement.law.verified_until),
        );
        if let Some(facts) = &statement.facts {
            self.section(&mut out, Word::Facts, &aligned(&self.facts(facts), 2));
        }
        if let Some(facts) = statement.facts.as_ref().filter(|_| !statement.asr.is_empty()) {
            let steps: Vec<_> = statement.asr.iter().map(|step| block(self.asr(step, facts))).collect();
            self.section(&mut out, Word::Asr, &steps.join("\n"));
        }
        if !statement.unpaid.is_empty() {
            self.section(&mut out, Word::Unpaid, &aligned(&self.unpaid(statement), 2));
        }
        if !statement.idr.is_empty() {
            let steps: Vec<_> = statement.idr.iter().map(|step| block(self.idr(step, statement))).collect();
            self.section(&mut out, Word::Idr, &steps.join("\n"));
        }
        if !statement.findings.is_empty() {
            self.section(&mut out, Word::Findings, &self.findings(statement));
        }
        self.section(&mut out, Word::Result, &self.result(statement));
        if let Some(payment) = &statement.payment {
            self.section(&mut out, Word::Payment, &aligned(&self.payment(payment), 2));
            if !payment.claims.is_empty() {
                self.section(&mut out, Word::Claims, &aligned(&self.claims(payment), 2));
            }
        }
        if !statement.rules.is_empty() {
            self.section(&mut out, Word::Rules, &self.rules(statement));
        }
        out
    }

    fn section(self, out: &mut String, head: Word, body: &str) {
        *out += &format!("\n{}\n{body}", self.word(head));
    }

    pub(super) fn facts(self, facts: &Facts) -> Vec<Row> {
        let style = self.0;
        let ordinary = facts.population == "ordinary";
        let population = self.word(if ordinary { Word::Ordinary } else { Word::Article3 });
        let wage = facts.reference.map_or_else(String::new, |(pay, days)| {
            format!("{}{}{} / {days}", self.word(Word::PayOverDays), style.colon(), self.amount(pay))
        });
        let procedure = format!("{} {}", self.word(Word::Regime), facts.regime);
        let mut rows = vec![
            row(self.word(Word::Procedure), style.day(facts.procedure_date), procedure, "R0.1"),
            row(self.word(Word::Seniority), facts.seniority_months.to_string(), population, "R0.2"),
            row(
                self.word(Word::ContractEnd),
                style.day(facts.contract_end),
                format!("{} {}", self.word(Word::Crp), style.span(facts.crp)),
                "R1.1, R1.2",
            ),
            row(self.word(Word::Wage), self.amount(facts.sjr), wage, "R3.4"),
            row(self.word(Word::PartTime), style.number(facts.part_time_ratio), "", "R3.3"),
            row(self.word(Word::WeeklyHours), style.number(facts.weekly_hours), "", "R6.2"),
        ];
        if let (false, Some(days)) = (ordinary, facts.are_days) {
            let left =
                facts.are_days_left.map_or_else(String::new, |left| format!("{left} {}", self.word(Word::LeftBefore)));
            rows.push(row(self.word(Word::AreDays), days.to_string(), left, "R1.3"));
        }
        if let Some(notice) = facts.notice_daily {
            rows.push(row(self.word(Word::Notice), self.amount(notice), "", "R3.1"));
        }
        if let Some((category, monthly, span)) = facts.pension {
            let note = format!("{} {category} {}", self.word(Word::Category), style.span(span));
            rows.push(row(self.word(Word::PensionMonthly), self.amount(monthly), note.trim_end(), "R4.1"));
        }
        if let Some(before) = facts.indemnified_before {
            rows.push(row(self.word(Word::IndemnifiedBefore), before.to_string(), "", "R3"));
        }
        rows
    }

    pub(super) fn unpaid(self, statement: &Statement) -> Vec<Row> {
        let rows = statement.unpaid.iter().map(|step| {
            let days = format!("{} {}", step.days, self.word(Word::Days));
            let why: Vec<_> = step.why.iter().map(|why| self.why(why)).collect();
            row(self.0.span(step.span), days, why.join("; "), rule_of(&step.why))
        });
        rows.collect()
    }

    /// The days and their rows.
    pub(super) fn asr(self, step: &AsrStep, facts: &Facts) -> (String, Vec<Row>) {
        let style = self.0;
        let mut rows = Vec::new();
        let mark = |wins: bool| if wins { format!("← {}", self.word(Word::Retained)) } else { String::new() };
        for one in &step.compared {
            let won = if step.compared.len() > 1 { mark(one.wins) } else { String::new() };
            let (label, note, rules) = match (one.basis, one.rate) {
                ("rate", Some(rate)) => {
                    let product = format!("{} × {}", style.number(rate), self.amount(facts.sjr));
                    (self.word(Word::Rate), product, "R3.1")
                }
                ("aref", _) => (self.word(Word::Aref), String::new(), "R3.1"),
                ("notice", _) => (self.word(Word::NoticeFloor), String::new(), "R3.1"),
                _ => {
                    let are = &step.are;
                    let parts = [are.proportional, are.with_fixed_part, are.minimum].map(|part| self.amount(part));
                    let most = format!("{} {}", self.word(Word::AtMost), self.amount(are.most));
                    let rules = if facts.population == "ordinary" { "R3.3" } else { "R3.2, R3.3" };
                    (self.word(Word::Are), format!("max({}), {most}", parts.join("; ")), rules)
                }
            };
            rows.push(row(label, self.amount(one.amount), [note, won].join(" ").trim(), rules));
        }
        if let Some(daily) = step.pension_daily {
            let note = format!("{}{}{}", self.word(Word::PensionDay), style.colon(), self.amount(daily));
            rows.push(row(self.word(Word::PensionOffset), self.amount(-step.pension_offset), note, "R4.1"));
        }
        let (rate, wage) = (style.number(step.participation_rate), self.amount(facts.sjr));
        let of_wage = format!("{rate} × {wage} = {}", self.amount(step.participation_of_wage));
        let note = if step.participation < step.participation_of_wage {
            let minimum = self.amount(step.minimum_are);
            format!(
                "{of_wage}, {} ({minimum}){}{}",
                self.word(Word::LimitedTo),
                style.colon(),
                self.amount(step.above_minimum_are)
            )
        } else {
            of_wage
        };
        rows.push(row(self.word(Word::Participation), self.amount(-step.participation), note, "R5.1"));
        rows.push(row(self.word(Word::DailyNet), self.amount(step.daily_net), "", ""));
        let product = format!("{} × {}", step.days, self.amount(step.daily_net));
        rows.push(row(self.word(Word::Total), self.amount(step.total), product, "R1.4"));
        let (first, last) = step.ranks;
        let ranks = format!("{} {first}-{last}", self.word(Word::Ranks));
        let head =
            format!("{}{}{} {}, {ranks}", style.span(step.span), style.colon(), step.days, self.word(Word::Days));
        (head, rows)
    }

    fn why(self, why: &Reason) -> String {
        let style = self.0;
        match why {
            Reason::BeforeStart => self.word(Word::BeforeStart).to_owned(),
            Reason::AfterTerm => self.word(Word::AfterTerm).to_owned(),
            Reason::AreDaysUsed => self.word(Word::AreDaysUsed).to_owned(),
            Reason::Event { kind, span, line, is_final } => {
                let days = style.span(*span);
                let last = if *is_final { format!(", {}", self.word(Word::ForGood)) } else { String::new() };
                format!("{} {days}{last} (events.csv:{line})", event(*kind, style.0))
            }
            Reason::Job { employer: siret, span } => {
                format!("{} {} {}", self.word(Word::JobWith), employer(*siret), style.span(*span))
            }
        }
    }

    /// The job and its rows.
    pub(super) fn idr(self, step: &IdrStep, statement: &Statement) -> (String, Vec<Row>) {
        let style = self.0;
        let mut rows = Vec::new();
        let is_article_3 = statement.facts.as_ref().is_some_and(|facts| facts.population == "article-3");
        match (is_article_3, step.ended) {
            (true, _) => rows.push(row(self.word(Word::NoIdrArticle3), "", "", "R0.2")),
            (false, Some(day)) => rows.push(row(self.word(Word::EndedOn), style.day(day), "", "R6.1")),
            (false, None) if !step.is_within => rows.push(row(self.word(Word::NotWithin), "", "", "R6.1")),
            _ => {}
        }
        if let Some(fall) = &step.fall {
            let (sign, word) = if fall.qualifies { ("≤", Word::Qualifies) } else { (">", Word::TooHigh) };
            let former = style.number(&fall.former);
            let most = format!("{sign} {} = {} × {former}", style.number(&fall.most), style.number(fall.rate));
            let note = format!("{most}{}{}", style.colon(), self.word(word));
            rows.push(row(self.word(Word::Test), self.amount(fall.base), note, "R6.2"));
        }
        let qualifies = step.fall.as_ref().is_some_and(|fall| fall.qualifies);
        if qualifies {
            self.idr_month(step, &mut rows);
        }
        let head = format!("{} {}", self.word(Word::JobWith), employer(step.employer));
        (format!("{head} {}", style.span(step.span)), rows)
    }

    fn idr_month(self, step: &IdrStep, rows: &mut Vec<Row>) {
        let style = self.0;
        if let Some(day) = step.two_jobs {
            rows.push(row(self.word(Word::TwoJobs), style.day(day), "", "R6.8"));
        }
        let Some(month) = &step.month else {
            return rows.push(row(self.word(Word::NoRow), "", "", "R6.3"));
        };
        let hours = format!("{} {}", style.number(month.weekly_hours), self.word(Word::WeeklyHours));
        rows.push(row(self.word(Word::BaseOfMonth), self.amount(month.base), hours, "R6.3"));
        if let (Some(monthly), Some(span), Some(due)) = (month.monthly, month.days, month.due) {
            let former = month.former.as_ref().map_or_else(String::new, |former| style.number(former));
            let difference = format!("{former} − {}", self.amount(month.base));
            rows.push(row(self.word(Word::Monthly), self.amount(monthly), difference, "R6.3"));
            let days = span.days();
            let all = span.first.month().span().days();
            if days != all {
                let part = format!("{} × {days} / {all}", self.amount(monthly));
                rows.push(row(self.word(Word::PartOfMonth), self.amount(due), part, "R6.4"));
            }
        }
        if let Some(frozen) = &step.frozen {
            let residual = format!("{} {}", self.word(Word::Residual), style.day(frozen.hire));
            rows.push(row(residual, self.amount(frozen.residual), "", "R6.5"));
            let used = month.paid.as_ref().map_or_else(String::new, |paid| {
                let (used, left) = (self.amount(paid.used_before), self.amount(paid.left));
                format!("{} {used}, {} {left}", self.word(Word::UsedBefore), self.word(Word::Left))
            });
            rows.push(row(self.word(Word::Cap), self.amount(frozen.cap), used, "R6.5"));
            rows.push(row(self.word(Word::Clock), "", style.span(frozen.clock), "R6.6"));
        }
        match month.proof {
            Some(day) => rows.push(row(self.word(Word::Proof), style.day(day), "", "R6.7")),
            None => rows.push(row(self.word(Word::NoProof), "", "", "R6.7")),
        }
        rows.push(row(self.word(Word::IdrPaid), self.amount(step.amount), "", ""));
    }

    fn findings(self, statement: &Statement) -> String {
        let mut out = String::new();
        let colon = self.0.colon();
        for told in &statement.findings {
            out += &format!("  {} {} ({}) [{}]\n", told.code, told.meaning, told.place, told.article);
            if let Some(found) = &told.found {
                out += &format!("       {}{colon}{found}\n", self.word(Word::Found));
            }
            out += &format!("       {}{colon}{}\n", self.word(Word::ToDo), told.remedy);
        }
        out
    }

    fn result(self, statement: &Statement) -> String {
        aligned(&self.sums(statement), 2) + &format!("  {}\n", self.outcome(statement))
    }

    /// What became of the month, and why nothing is owed.
    pub(super) fn outcome(self, statement: &Statement) -> String {
        let (lang, colon) = (self.0.0, self.0.colon());
        let why = statement.reason.map_or_else(String::new, |reason| format!("{colon}{}", outcome(reason, lang)));
        format!("{}{colon}{}{why}", self.word(Word::Outcome), outcome(statement.outcome, lang))
    }

    /// The sums, the net last.
    pub(super) fn sums(self, statement: &Statement) -> Vec<Row> {
        let sums = &statement.amounts;
        let days = format!("{} {}", sums.asr_days, self.word(Word::Days));
        let last = if statement.payment.is_some() { Word::Worth } else { Word::Net };
        vec![
            row(self.word(Word::AsrGross), self.amount(sums.asr_gross), days, ""),
            row(self.word(Word::PensionOffset), self.amount(-sums.pension_offset), "", ""),
            row(self.word(Word::Participation), self.amount(-sums.participation), "", ""),
            row(self.word(Word::AsrNet), self.amount(sums.asr_net), "", ""),
            row(self.word(Word::Idr), self.amount(sums.idr), "", ""),
            row(self.word(last), self.amount(sums.net), "", ""),
        ]
    }

    /// What is paid.
    pub(super) fn net(self, statement: &Statement) -> String {
        self.amount(statement.payment.as_ref().map_or(statement.amounts.net, |payment| payment.net))
    }

    /// What a run paid, the net last.
    pub(super) fn payment(self, payment: &PaymentTold) -> Vec<Row> {
        let (style, colon) = (self.0, self.0.colon());
        let number = format!("{} {}", self.word(Word::OfTheMonth), payment.sequence_in_month);
        let before = format!("{}{colon}{}", self.word(Word::PaidBefore), self.amount(payment.paid_before));
        let before = if payment.paid_before == Cents::ZERO { String::new() } else { before };
        let mut rows = vec![
            row(self.word(Word::Run), payment.run.to_string(), number, ""),
            row(self.word(Word::ForMonth), self.amount(payment.current.net), before, ""),
        ];
        for line in &payment.arrears {
            let label =
                format!("{} {} {}", self.word(Word::Arrears), style.month(line.month), line.kind.to_uppercase());
            rows.push(row(label, self.amount(line.amount), self.because(&line.reason, &line.changed), ""));
        }
        for claim in payment.claims.iter().filter(|claim| claim.recovered > Cents::ZERO) {
            let kind = claim.kind.to_uppercase();
            let label = format!("{} {} {kind}", self.word(Word::Recovered), style.month(claim.month));
            let raised = format!("{} {}", self.word(Word::RaisedBy), claim.raised);
            rows.push(row(label, self.amount(-claim.recovered), raised, ""));
        }
        rows.push(row(self.word(Word::Net), self.amount(payment.net), "", ""));
        rows
    }

    /// The claims as they stand behind a run.
    pub(super) fn claims(self, payment: &PaymentTold) -> Vec<Row> {
        let (style, colon) = (self.0, self.0.colon());
        let rows = payment.claims.iter().map(|claim| {
            let label =
                format!("{} {} {}", self.word(Word::Claim), style.month(claim.month), claim.kind.to_uppercase());
            let left = format!("{}{colon}{}", self.word(Word::Balance), self.amount(claim.balance));
            let raised = format!("{left}; {} {}", self.word(Word::RaisedBy), claim.raised);
            let why = self.because(&claim.reason, &claim.changed);
            let note = if claim.raised == payment.run { format!("{raised}{colon}{why}") } else { raised };
            row(label, self.amount(claim.amount), note, "")
        });
        rows.collect()
    }

    fn because(self, reason: &str, changed: &str) -> String {
        let reason = words::reason(reason, self.0.0);
        let changed = words::changed(changed, self.0.0);
        if changed.is_empty() { reason.to_owned() } else { format!("{reason} ({changed})") }
    }

    /// Since when a value of the law is in force.
    pub(super) fn since(self, from: Option<Day>) -> String {
        from.map_or_else(
            || self.word(Word::Always).to_owned(),
            |from| format!("{} {}", self.word(Word::Since), self.0.day(from)),
        )
    }

    fn rules(self, statement: &Statement) -> String {
        let mut out = String::new();
        for rule in &statement.rules {
            out += &format!("  {}  {}\n        {}\n", rule.rule, rule.text, rule.sentence);
            for value in &rule.values {
                let since = self.since(value.from);
                out += &format!(
                    "        · {} ({since}){}{} — {}\n",
                    value.name,
                    self.0.colon(),
                    value.value,
                    value.source
                );
            }
        }
        out
    }
}

/// A head, and its rows below it.
fn block((head, rows): (String, Vec<Row>)) -> String {
    format!("  {head}\n") + &aligned(&rows, 4)
}

fn rule_of(why: &[Reason]) -> &'static str {
    match why.first() {
        Some(Reason::BeforeStart) => "R1.1",
        Some(Reason::AfterTerm) => "R1.2",
        Some(Reason::AreDaysUsed) => "R1.3",
        Some(Reason::Event { .. } | Reason::Job { .. }) => "R2",
        None => "",
    }
}
