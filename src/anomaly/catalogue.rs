//! The one catalogue of codes: a code without severity, effect, article and remedy does not compile.

use std::fmt;

use crate::law::article::{self, Article};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Somebody is not paid because of it.
    Error,
    /// Somebody should look at it.
    Warning,
    /// It explains an amount.
    Info,
}

/// What a finding does to the payment of its beneficiary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// The row can't be used; a refused beneficiary is not paid, any other row holds its beneficiary's payment.
    RowRefused,
    /// Nothing is paid to the beneficiary this month.
    PaymentHeld,
    /// The IDR is not paid this month; the ASR is.
    IdrHeld,
    /// Nothing.
    None,
}

impl Severity {
    /// The word in the files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

impl Effect {
    /// Whether nothing at all is paid to the beneficiary.
    pub const fn holds(self) -> bool {
        matches!(self, Self::RowRefused | Self::PaymentHeld)
    }

    /// The word in the files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RowRefused => "row-refused",
            Self::PaymentHeld => "payment-held",
            Self::IdrHeld => "idr-held",
            Self::None => "none",
        }
    }
}

/// What the catalogue says of a code.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The code in the files; two entries may share one where its effect depends on the case.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What it does.
    pub effect: Effect,
    /// The rule behind it.
    pub article: Article,
    /// What it means, in a few words.
    pub meaning: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

macro_rules! catalogue {
    ($($name:ident = $code:literal, $severity:ident, $effect:ident, $article:ident, $meaning:literal, $remedy:literal;)*) => {
        /// What was found; see [`Code::entry`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "the entry says what each means")]
        pub enum Code { $($name),* }

        impl Code {
            /// Every code, in the order of the catalogue.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// What the catalogue says of it.
            pub const fn entry(self) -> &'static Entry {
                match self {
                    $(Self::$name => &Entry {
                        code: $code,
                        severity: Severity::$severity,
                        effect: Effect::$effect,
                        article: article::$article,
                        meaning: $meaning,
                        remedy: $remedy,
                    }),*
                }
            }
        }
    };
}

catalogue! {
    MissingValue = "A101", Error, RowRefused, FORMATS, "missing value", "fill in the field";
    Date = "A102", Error, RowRefused, FORMATS, "not a date or a month",
        "write dates as 2009-05-31 or 31/05/2009, months as 2009-05 or 05/2009, from 1900 to 2199";
    Amount = "A103", Error, RowRefused, FORMATS, "not an amount", "write euros and cents as 1234.56";
    Number = "A104", Error, RowRefused, FORMATS, "not a number of its kind", "write digits only";
    FieldCount = "A105", Error, RowRefused, FORMATS, "wrong number of fields",
        "give the row as many fields as the header has; quote a field that holds the delimiter";
    NotText = "A106", Error, RowRefused, FORMATS, "not text in the encoding",
        "export as UTF-8, or say --encoding windows-1252 if the file is that";
    OutOfRange = "A107", Error, RowRefused, FORMATS, "out of range", "correct the value";
    UnknownKind = "A108", Error, RowRefused, INTERRUPTIONS, "unknown kind or category", "write one of the known words";
    UnknownColumn = "A110", Info, None, FORMATS, "unknown column", "nothing: the column is ignored";
    LaterMonth = "A111", Info, None, FORMATS, "rows of later months", "nothing: they are ignored until their month is run";
    NoLineEnd = "A112", Warning, None, FORMATS, "the last line has no line end",
        "check that the file was not cut off while it was written or copied";
    NirKey = "A201", Warning, None, FORMATS, "wrong NIR", "check the 13 characters and the key with the beneficiary";
    Iban = "A202", Error, PaymentHeld, FORMATS, "wrong IBAN", "ask the beneficiary for the account of a SEPA country";
    SiretKey = "A203", Warning, None, FORMATS, "wrong SIRET", "check the 14 digits with the employer";
    TwoBeneficiaries = "A204", Error, PaymentHeld, FORMATS, "the same beneficiary twice, with differences",
        "keep one of the rows";
    SameBeneficiary = "A204", Warning, None, FORMATS, "the same beneficiary twice, identical",
        "nothing: the copy is dropped, the first row is used";
    TwoEarnings = "A205", Error, PaymentHeld, FORMATS, "two different rows for one job and month", "keep one of the rows";
    SameRow = "A206", Warning, None, FORMATS, "the same row twice, identical",
        "nothing: the copy is dropped, the first row is used";
    TwoFollowups = "A207", Error, PaymentHeld, FORMATS, "two different rows of follow-up for one beneficiary",
        "keep one of the rows";
    TwoDismissals = "A207", Error, None, FORMATS, "two different rows of employers for one beneficiary",
        "keep one of the rows: until then no contribution is worked out";
    UnknownBeneficiary = "A301", Error, RowRefused, FORMATS, "row of an unknown beneficiary",
        "export the beneficiary too, or correct the number";
    DatesOutOfOrder = "A302", Error, PaymentHeld, FORMATS, "dates out of order", "correct the dates";
    JobBeforeStart = "A303", Error, PaymentHeld, DIFFERENTIAL_WHO, "job starts before the CRP",
        "check the first day of the job: the beneficiary was not fully unemployed when the CRP began";
    TwoJobs = "A304", Warning, IdrHeld, DIFFERENTIAL_TWO_JOBS, "two jobs on the same day",
        "review by hand; correct the end of the first job if it is over";
    WageAboveCeiling = "A305", Error, PaymentHeld, REFERENCE_WAGE, "reference daily wage above the ceiling",
        "check the wage: contributions are capped at 4 times the social-security ceiling";
    HoursAboveLimit = "A306", Error, PaymentHeld, DIFFERENTIAL_FALL, "weekly hours above 48", "check the hours a week";
    KindNotInForce = "A307", Error, PaymentHeld, INTERRUPTIONS, "event of a kind that its regime or day does not know",
        "check the kind and the dates of the event";
    NoticeImplausible = "A308", Error, PaymentHeld, ORDINARY_GROSS, "notice indemnity implausibly high",
        "check the daily amount: it is more than 40 times the social-security ceiling gives for a day";
    NoRegime = "A401", Error, PaymentHeld, NO_REGIME, "no regime for the procedure date",
        "check the day on which the procedure was engaged";
    UnknownLaw = "A402", Error, PaymentHeld, ARE, "law not verified for the month",
        "verify the law and add its entries to the law file (--law)";
    AreDaysMissing = "A403", Error, PaymentHeld, ARE_DAYS, "article 3 without are_days", "fill in the days of ARE";
    ProofMissing = "A501", Warning, IdrHeld, DIFFERENTIAL_PROOF, "IDR waits for its proof",
        "ask for the proof of execution, then run the month again with it";
    FallTooSmall = "A502", Info, None, DIFFERENTIAL_FALL, "fall under 15 %", "nothing: the job gives no IDR";
    Article3Job = "A503", Info, None, DIFFERENTIAL_ARTICLE_3, "article 3 has no IDR", "nothing: the job gives no IDR";
    CapReached = "A504", Info, None, DIFFERENTIAL_CAP, "IDR cap reached", "nothing: half of the residual rights is used up";
    ClockEnded = "A505", Info, None, DIFFERENTIAL_CLOCK, "IDR clock ended", "nothing: the months of IDR are over";
    HiredOutside = "A506", Info, None, DIFFERENTIAL_WHO, "hired outside the CRP", "nothing: the job gives no IDR";
    RowMissing = "A507", Info, None, DIFFERENTIAL_AMOUNT, "no row of the month for a running job",
        "export the month's row of the job, or its end: without the row no IDR is paid";
    IbanChanged = "A602", Warning, None, FORMATS, "the account changed", "confirm the new account with the beneficiary";
    NetJump = "A603", Info, None, FORMATS, "net over 30 % away from the month before", "look at the statements of both months";
    CaseMissing = "A701", Error, PaymentHeld, FORMATS, "open case missing from the export",
        "export the beneficiary: nothing is paid until then";
    RowNotSentAgain = "A702", Error, PaymentHeld, FORMATS, "a row that could not be read was not sent again",
        "export the corrected row; an event or job that never was is withdrawn by an end on the eve of its start";
    AcceptedLate = "D701", Error, PaymentHeld, DEADLINE_ANSWER, "accepted after the reflexion delay",
        "check the days of the proposal and of the acceptance: a late acceptance is a refusal";
    NoAnswer = "D702", Warning, None, DEADLINE_ANSWER, "no acceptance within the reflexion delay",
        "enter the day of the acceptance: silence is a refusal";
    NoAnswerHeld = "D702", Error, PaymentHeld, DEADLINE_ANSWER, "no acceptance within the reflexion delay, by strict law data",
        "enter the day of the acceptance: silence is a refusal";
    InterviewLate = "D703", Warning, None, DEADLINE_INTERVIEW, "pre-assessment interview late",
        "hold the interview, or enter its day";
    ServicesLate = "D704", Warning, None, DEADLINE_SERVICES, "services offered late",
        "offer the services, or enter the day of the plan";
    FollowUpMissing = "D705", Warning, None, DEADLINE_FOLLOW_UP, "no follow-up after the reclassification",
        "speak with the beneficiary, or enter the day of the last contact";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.entry().code)
    }
}
