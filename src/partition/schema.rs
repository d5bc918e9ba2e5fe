//! The one description of the columns of both kinds of files: parts (facts, a row a beneficiary) and their results.

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::errors::Result;
use parquet::schema::types::{Type, TypePtr};

use crate::publish::Table;

/// What a column holds, and how it stands in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Text in UTF-8.
    Text,
    /// Bytes.
    Bytes,
    /// Yes or no.
    Flag,
    /// A whole number of 32 bits.
    Number,
    /// A whole number of 64 bits.
    Long,
    /// A number without sign of 64 bits.
    Unsigned,
    /// A civil day, as days since 1970-01-01.
    Day,
    /// A month as people write it: 200905.
    Month,
    /// Euros as whole cents; hours and months of notice as whole hundredths.
    Amount,
    /// A ratio as whole billionths.
    Ratio,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub form: Form,
    /// Whether a value may be absent.
    pub nullable: bool,
}

/// A field of a row.
#[derive(Clone, Copy, Debug)]
pub enum Field {
    /// One value.
    One(Column),
    /// A list of structures of values: its name and its columns. The list itself is never absent.
    List(&'static str, &'static [Column]),
}

impl Field {
    /// Its columns.
    pub fn columns(&self) -> &[Column] {
        match self {
            Self::One(column) => std::slice::from_ref(column),
            Self::List(_, columns) => columns,
        }
    }
}

const fn always(name: &'static str, form: Form) -> Column {
    Column { name, form, nullable: false }
}

const fn maybe(name: &'static str, form: Form) -> Column {
    Column { name, form, nullable: true }
}

/// A row of a part: all that is known of one beneficiary, in the order in which [`PartRow`](super::PartRow) is written.
pub const PART: &[Field] = &[
    Field::One(always("beneficiary_id", Form::Text)),
    // Rows by export, in the order of `Export::ALL`, and those of later months among them.
    Field::One(always("beneficiary_rows", Form::Long)),
    Field::One(always("event_rows", Form::Long)),
    Field::One(always("earning_rows", Form::Long)),
    Field::One(always("followup_rows", Form::Long)),
    Field::One(always("employer_rows", Form::Long)),
    Field::One(always("later_rows", Form::Long)),
    // The row that stands for the beneficiary, if there is one.
    Field::One(maybe("line", Form::Long)),
    Field::One(maybe("nir", Form::Text)),
    Field::One(maybe("name", Form::Text)),
    Field::One(maybe("iban", Form::Text)),
    Field::One(maybe("procedure_date", Form::Day)),
    Field::One(maybe("contract_end", Form::Day)),
    Field::One(maybe("seniority_months", Form::Long)),
    Field::One(maybe("sjr", Form::Amount)),
    Field::One(maybe("reference_pay", Form::Amount)),
    Field::One(maybe("reference_days", Form::Long)),
    Field::One(maybe("weekly_hours", Form::Amount)),
    Field::One(maybe("part_time_ratio", Form::Ratio)),
    Field::One(maybe("are_days", Form::Long)),
    Field::One(maybe("notice_daily", Form::Amount)),
    Field::One(maybe("pension_category", Form::Text)),
    Field::One(maybe("pension_monthly", Form::Amount)),
    Field::One(maybe("pension_start", Form::Day)),
    Field::One(maybe("pension_end", Form::Day)),
    Field::List("rows", &[always("line", Form::Long), always("fate", Form::Text)]),
    Field::List(
        "events",
        &[always("line", Form::Long), always("kind", Form::Text), maybe("start", Form::Day), maybe("end", Form::Day)],
    ),
    Field::List(
        "jobs",
        &[
            always("line", Form::Long),
            always("employer", Form::Unsigned),
            always("employer_is_valid", Form::Flag),
            always("month", Form::Month),
            always("job_start", Form::Day),
            maybe("job_end", Form::Day),
            always("weekly_hours", Form::Amount),
            always("base_monthly_gross", Form::Amount),
            always("gross_paid", Form::Amount),
            maybe("proof", Form::Day),
        ],
    ),
    // The row of followup.csv.
    Field::One(always("followed_twice", Form::Flag)),
    Field::One(maybe("followup_line", Form::Long)),
    Field::One(maybe("adviser", Form::Text)),
    Field::One(maybe("proposal_date", Form::Day)),
    Field::One(maybe("acceptance_date", Form::Day)),
    Field::One(maybe("protected_decision_date", Form::Day)),
    Field::One(maybe("interview_date", Form::Day)),
    Field::One(maybe("plan_date", Form::Day)),
    Field::One(maybe("reclassified_on", Form::Day)),
    Field::One(maybe("last_contact", Form::Day)),
    // The row of employers.csv.
    Field::One(always("dismissed_twice", Form::Flag)),
    Field::One(maybe("dismissal_line", Form::Long)),
    Field::One(maybe("employer", Form::Unsigned)),
    Field::One(maybe("employer_is_valid", Form::Flag)),
    Field::One(maybe("notice_months", Form::Amount)),
    Field::One(maybe("monthly_pay_with_charges", Form::Amount)),
    Field::One(maybe("monthly_gross_average", Form::Amount)),
    Field::One(maybe("dif_hours", Form::Amount)),
    Field::One(maybe("net_hourly_pay", Form::Amount)),
    Field::One(maybe("proposed", Form::Flag)),
    Field::List(
        "findings",
        &[
            // Two entries of the catalogue may share a code; their effects differ.
            always("code", Form::Text),
            always("effect", Form::Text),
            always("file", Form::Text),
            always("line", Form::Long),
            maybe("column", Form::Text),
            always("found", Form::Text),
            // What to do, where it is not what the catalogue says.
            maybe("remedy", Form::Text),
        ],
    ),
    // What the ledger keeps, and what the months before it were stated to come to.
    Field::One(maybe("kept", Form::Bytes)),
    Field::One(maybe("opening_asr_days", Form::Long)),
    Field::One(maybe("opening_idr_paid", Form::Amount)),
    Field::One(maybe("opening_idr_cap", Form::Amount)),
    Field::One(maybe("opening_idr_first", Form::Day)),
    Field::One(maybe("opening_idr_last", Form::Day)),
];

/// The tables that a result has a column for, in this order.
pub const TABLES: [Table; 9] = [
    Table::Payments,
    Table::Anomalies,
    Table::Decisions,
    Table::Handover,
    Table::Contributions,
    Table::Arrears,
    Table::Claims,
    Table::ChangedIbans,
    Table::Opening,
];

/// A row of a result: what came of one beneficiary, in the order of [`ResultRow::cells`](super::ResultRow::cells).
pub const RESULT: &[Field] = &[
    Field::One(always("part", Form::Number)),
    Field::One(always("beneficiary_id", Form::Text)),
    // The rows of each table as they go into its file.
    Field::One(always("payments", Form::Bytes)),
    Field::One(always("anomalies", Form::Bytes)),
    Field::One(always("decisions", Form::Bytes)),
    Field::One(always("handover", Form::Bytes)),
    Field::One(always("contributions", Form::Bytes)),
    Field::One(always("arrears", Form::Bytes)),
    Field::One(always("claims", Form::Bytes)),
    Field::One(always("changed_ibans", Form::Bytes)),
    Field::One(always("opening", Form::Bytes)),
    // The record of the ledger; empty where nothing is kept, or there is no ledger.
    Field::One(always("kept", Form::Bytes)),
    // The lines that were posted.
    Field::One(always("lines", Form::Bytes)),
    // What it adds to the totals, and the control totals of the facts that it was worked out from.
    Field::One(always("totals", Form::Bytes)),
];

impl Form {
    fn types(self) -> (Physical, Option<LogicalType>) {
        match self {
            Self::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Self::Bytes => (Physical::BYTE_ARRAY, None),
            Self::Flag => (Physical::BOOLEAN, None),
            Self::Number | Self::Month => (Physical::INT32, None),
            Self::Long => (Physical::INT64, None),
            Self::Unsigned => (Physical::INT64, Some(LogicalType::integer(64, false))),
            Self::Day => (Physical::INT32, Some(LogicalType::Date)),
            Self::Amount => (Physical::INT64, Some(LogicalType::decimal(2, 18))),
            Self::Ratio => (Physical::INT64, Some(LogicalType::decimal(9, 18))),
        }
    }

    /// The decimals of a decimal number.
    fn scale(self) -> Option<i32> {
        match self {
            Self::Amount => Some(2),
            Self::Ratio => Some(9),
            _ => None,
        }
    }
}

impl Column {
    fn parquet(&self) -> Result<TypePtr> {
        let (physical, logical) = self.form.types();
        let repetition = if self.nullable { Repetition::OPTIONAL } else { Repetition::REQUIRED };
        let builder = Type::primitive_type_builder(self.name, physical).with_repetition(repetition);
        let builder = match self.form.scale() {
            Some(scale) => builder.with_precision(18).with_scale(scale),
            None => builder,
        };
        builder.with_logical_type(logical).build().map(Arc::new)
    }
}

/// The fields as Parquet has them; lists in three levels, none of them absent.
pub(super) fn parquet(fields: &[Field]) -> Result<Vec<TypePtr>> {
    let group = |name: &str, repetition, logical, fields: Vec<TypePtr>| {
        let builder = Type::group_type_builder(name).with_repetition(repetition).with_logical_type(logical);
        builder.with_fields(fields).build().map(Arc::new)
    };
    let field = |field: &Field| match field {
        Field::One(column) => column.parquet(),
        Field::List(name, columns) => {
            let columns = columns.iter().map(Column::parquet).collect::<Result<_>>()?;
            let element = group("element", Repetition::REQUIRED, None, columns)?;
            let list = group("list", Repetition::REPEATED, None, vec![element])?;
            group(name, Repetition::REQUIRED, Some(LogicalType::List), vec![list])
        }
    };
    fields.iter().map(field).collect()
}
