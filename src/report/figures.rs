//! What a report says, gathered row by row: counts and sums by what is asked for, never the rows themselves.

use std::collections::BTreeMap;
use std::io::Read;

use crate::money::Cents;
use crate::publish::summary::Summary;
use crate::results::{Anomaly, Arrears, Claim, Payment, ResultsError, Rows, amount};
use crate::stats::Stats;

/// How many samples of a code are shown.
pub const SAMPLES: usize = 5;
/// Net amounts are counted by the euro up to this one, and together above it.
const HIGHEST: usize = 10_000;

/// Everything that a report says of a run.
#[derive(Debug)]
pub struct Figures {
    /// Its summary.
    pub summary: Summary,
    /// The payments, by regime.
    pub by_regime: BTreeMap<String, Kinds>,
    /// All payments.
    pub all: Kinds,
    /// How net amounts are spread.
    pub spread: Spread,
    /// What was found, by code.
    pub anomalies: BTreeMap<String, Found>,
    /// What is paid for earlier months; none where the run kept no ledger.
    pub arrears: Option<BTreeMap<(String, String), Sum>>,
    /// Overpayments; none where the run kept no ledger.
    pub claims: Option<Claims>,
    /// The summary of the month before.
    pub before: Option<Summary>,
    /// The figures of the month, counted from its exports; none where those are not given.
    pub month: Option<Stats>,
}

/// A number and an amount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub number: u64,
    /// How much.
    pub amount: Cents,
}

impl Sum {
    fn add(&mut self, amount: Cents) {
        self.number += 1;
        self.amount += amount;
    }

    fn add_if(&mut self, amount: Cents) {
        if amount != Cents::ZERO {
            self.add(amount);
        }
    }
}

/// Payments by what they are made of; one payment may count in several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    /// R5: the ASR of the month.
    pub asr: Sum,
    /// R6: the IDR of the month.
    pub idr: Sum,
    /// For earlier months.
    pub arrears: Sum,
    /// Taken back.
    pub recovered: Sum,
    /// What is paid.
    pub net: Sum,
}

impl Kinds {
    fn add(&mut self, payment: &Payment<'_>) {
        self.asr.add_if(payment.asr_net);
        self.idr.add_if(payment.idr);
        self.arrears.add_if(payment.arrears);
        self.recovered.add_if(payment.recovered);
        self.net.add(payment.net);
    }
}

/// How amounts are spread.
#[derive(Debug)]
pub struct Spread {
    by_euro: Vec<u64>,
    /// The smallest.
    pub least: Option<Cents>,
    /// The largest.
    pub most: Option<Cents>,
}

impl Default for Spread {
    fn default() -> Self {
        Self { by_euro: vec![0; HIGHEST + 1], least: None, most: None }
    }
}

impl Spread {
    fn add(&mut self, amount: Cents) {
        let euro = usize::try_from(amount.0 / 100).unwrap_or(0).min(HIGHEST);
        self.by_euro[euro] += 1;
        self.least = Some(self.least.map_or(amount, |least| least.min(amount)));
        self.most = Some(self.most.map_or(amount, |most| most.max(amount)));
    }

    /// The whole euro below which a part of all amounts lies, in hundredths: 50 is the median.
    pub fn quantile(&self, hundredths: u64) -> Option<u64> {
        let all: u64 = self.by_euro.iter().sum();
        let wanted = (all * hundredths).div_ceil(100).max(1);
        let mut seen = 0;
        let place = self.by_euro.iter().position(|count| {
            seen += count;
            seen >= wanted
        });
        place.filter(|_| all > 0).map(|euro| euro as u64)
    }

    /// Bars of equal width in euros that hold all amounts, at most 30 of them: the width, and each bar's first euro and number.
    /// The last bar takes whatever lies above it.
    pub fn bars(&self) -> (usize, Vec<(usize, u64)>) {
        let first = self.by_euro.iter().position(|count| *count > 0).unwrap_or(0);
        let highest = self.by_euro.iter().rposition(|count| *count > 0).unwrap_or(0);
        // A few amounts far above all others would leave one bar for these.
        let usual = self.quantile(98).and_then(|euro| usize::try_from(euro * 5 / 4).ok()).unwrap_or(0);
        let last = highest.min(usual.max(first));
        let fits = |width: &usize| last / width - first / width < 30;
        let width = [10, 20, 25, 50, 100, 200, 250, 500].into_iter().find(fits).unwrap_or(1000);
        let from = first / width * width;
        let chunks = self.by_euro[from..=last].chunks(width).enumerate();
        let mut bars: Vec<(usize, u64)> = chunks.map(|(at, counts)| (from + at * width, counts.iter().sum())).collect();
        if let Some((_, number)) = bars.last_mut() {
            *number += self.by_euro[last + 1..].iter().sum::<u64>();
        }
        (width, bars)
    }
}

/// What was found under a code.
#[derive(Debug, Default)]
pub struct Found {
    /// How often.
    pub number: u64,
    /// By effect, as two entries of the catalogue may share a code.
    pub effects: BTreeMap<String, u64>,
    /// The rule behind it.
    pub article: String,
    /// The first ones.
    pub samples: Vec<Sample>,
}

/// Where something was found. What stood there may be personal, and is not repeated.
#[derive(Debug)]
pub struct Sample {
    /// Whose row; blank where that can't be read.
    pub beneficiary: String,
    /// The file, the line and the column.
    pub place: String,
}

/// Overpayments of a run.
#[derive(Debug, Default)]
pub struct Claims {
    /// Raised in this run.
    pub raised: Sum,
    /// Recovered in this run.
    pub recovered: Sum,
    /// Left of those above.
    pub left: Sum,
    /// Raised in this run, by kind and month.
    pub by_month: BTreeMap<(String, String), Sum>,
}

/// The files of a run, opened.
#[derive(Debug)]
pub struct Files<R> {
    /// `payments.csv`.
    pub payments: R,
    /// `anomalies.csv`.
    pub anomalies: R,
    /// `arrears.csv`.
    pub arrears: Option<R>,
    /// `claims.csv`.
    pub claims: Option<R>,
}

impl Figures {
    /// Reads the files of a run once, a row at a time.
    ///
    /// # Errors
    /// A file can't be read, or the payments don't add up to the summary.
    pub fn gather<R: Read>(
        summary: Summary,
        run: Option<u32>,
        before: Option<Summary>,
        files: Files<R>,
    ) -> Result<Self, ResultsError> {
        let mut figures = Self {
            summary,
            by_regime: BTreeMap::new(),
            all: Kinds::default(),
            spread: Spread::default(),
            anomalies: BTreeMap::new(),
            arrears: None,
            claims: None,
            before,
            month: None,
        };
        figures.payments(Rows::open("payments.csv", files.payments)?)?;
        figures.anomalies(Rows::open("anomalies.csv", files.anomalies)?)?;
        if let Some(input) = files.arrears {
            let by_month = arrears(Rows::open("arrears.csv", input)?)?;
            agree("arrears.csv", by_month.values().map(|sum| sum.amount).sum(), figures.all.arrears.amount)?;
            figures.arrears = Some(by_month);
        }
        if let Some(input) = files.claims {
            let claims = claims(Rows::open("claims.csv", input)?, run)?;
            agree("claims.csv", claims.recovered.amount, figures.all.recovered.amount)?;
            figures.claims = Some(claims);
        }
        Ok(figures)
    }

    fn payments<R: Read>(&mut self, mut rows: Rows<R>) -> Result<(), ResultsError> {
        while rows.read()? {
            let payment: Payment<'_> = rows.row()?;
            match self.by_regime.get_mut(payment.regime) {
                Some(kinds) => kinds.add(&payment),
                None => self.by_regime.entry(payment.regime.to_owned()).or_default().add(&payment),
            }
            self.all.add(&payment);
            self.spread.add(payment.net);
        }
        let (net, number) = (self.all.net.amount, self.all.net.number);
        let totals = &self.summary.totals;
        if amount(&totals.net) != Some(net) || totals.payments != number {
            let what =
                format!("{number} payments add up to {net}, summary.json says {} and {}", totals.payments, totals.net);
            return Err(ResultsError { file: "payments.csv", place: String::new(), what });
        }
        Ok(())
    }

    fn anomalies<R: Read>(&mut self, mut rows: Rows<R>) -> Result<(), ResultsError> {
        while rows.read()? {
            let row: Anomaly<'_> = rows.row()?;
            let found = match self.anomalies.get_mut(row.code) {
                Some(found) => found,
                None => self.anomalies.entry(row.code.to_owned()).or_default(),
            };
            found.number += 1;
            match found.effects.get_mut(row.effect) {
                Some(number) => *number += 1,
                None => _ = found.effects.insert(row.effect.to_owned(), 1),
            }
            if found.samples.len() < SAMPLES {
                row.article.clone_into(&mut found.article);
                let column = row.column.map_or_else(String::new, |column| format!(":{column}"));
                let line = row.line.map_or_else(String::new, |line| format!(":{line}"));
                let place = format!("{}{line}{column}", row.file);
                found.samples.push(Sample { beneficiary: row.beneficiary_id.to_owned(), place });
            }
        }
        Ok(())
    }
}

/// What a file adds up to is what the payments say of it.
fn agree(file: &'static str, own: Cents, of_payments: Cents) -> Result<(), ResultsError> {
    if own == of_payments {
        return Ok(());
    }
    let what = format!("it adds up to {own}, payments.csv to {of_payments}");
    Err(ResultsError { file, place: String::new(), what })
}

fn arrears<R: Read>(mut rows: Rows<R>) -> Result<BTreeMap<(String, String), Sum>, ResultsError> {
    let mut by_month: BTreeMap<(String, String), Sum> = BTreeMap::new();
    while rows.read()? {
        let row: Arrears<'_> = rows.row()?;
        by_month.entry((row.month.to_owned(), row.kind.to_owned())).or_default().add(row.amount);
    }
    Ok(by_month)
}

fn claims<R: Read>(mut rows: Rows<R>, run: Option<u32>) -> Result<Claims, ResultsError> {
    let mut claims = Claims::default();
    while rows.read()? {
        let row: Claim<'_> = rows.row()?;
        if Some(row.raised) == run {
            claims.raised.add(row.amount);
            claims.by_month.entry((row.month.to_owned(), row.kind.to_owned())).or_default().add(row.amount);
        }
        claims.recovered.add_if(row.recovered);
        claims.left.add_if(row.balance);
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_keeps_every_amount_in_a_bar() {
        let mut spread = Spread::default();
        assert_eq!((spread.quantile(50), spread.bars().1.len()), (None, 1));
        for euros in [1, 2, 3, 1500, 99_999] {
            spread.add(Cents(euros * 100 + 99));
        }
        assert_eq!(spread.quantile(50), Some(3));
        assert_eq!(spread.quantile(100), Some(10_000));
        let (width, bars) = spread.bars();
        assert!(bars.len() <= 30, "{width} {}", bars.len());
        assert_eq!(bars.iter().map(|(_, number)| number).sum::<u64>(), 5);
        assert_eq!((spread.least, spread.most), (Some(Cents(199)), Some(Cents(9_999_999))));
    }
}
