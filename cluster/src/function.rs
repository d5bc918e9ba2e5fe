//! The settlement as a function of the engine: a batch of prepared rows in, a batch of answers out.

use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use datafusion::arrow::array::{AsArray, UInt32Array};
use datafusion::arrow::datatypes::{DataType, UInt32Type};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use versement::partition::{PartRow, ResultRow};

use crate::columns::{self, Batch, Results};
use crate::months::Months;

/// The name by which client, scheduler and executors know the function.
pub const NAME: &str = "settle";

/// `settle(folder of the prepared month, digest of its manifest, columns of a prepared row..., part)`.
#[derive(Debug)]
pub struct Settle {
    signature: Signature,
    months: Option<Arc<Months>>,
}

impl Settle {
    /// The function by its name only, for who sends plans or hands them out.
    pub fn named() -> ScalarUDF {
        ScalarUDF::from(Self { signature: Signature::variadic_any(Volatility::Stable), months: None })
    }

    /// The function as it settles, for executors.
    pub fn working(months: Arc<Months>) -> ScalarUDF {
        ScalarUDF::from(Self { signature: Signature::variadic_any(Volatility::Stable), months: Some(months) })
    }
}

impl PartialEq for Settle {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Settle {}

impl Hash for Settle {
    fn hash<H: Hasher>(&self, state: &mut H) {
        NAME.hash(state);
    }
}

impl ScalarUDFImpl for Settle {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(columns::result())
    }

    fn invoke_with_args(&self, given: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let Some(months) = &self.months else { return told("only executors settle") };
        let [ColumnarValue::Scalar(folder), ColumnarValue::Scalar(digest), given_columns @ ..] = given.args.as_slice()
        else {
            return told("the folder and the digest of what was prepared must be said first");
        };
        let (ScalarValue::Utf8(Some(folder)), ScalarValue::Utf8(Some(digest))) = (folder, digest) else {
            return told("the folder and the digest of what was prepared must be texts");
        };
        let month = months.get(folder.as_ref(), digest).map_err(|error| execution(&error.to_string()))?;
        let arrays =
            given_columns.iter().map(|column| column.to_array(given.number_rows)).collect::<Result<Vec<_>>>()?;
        let Some((part, arrays)) = arrays.split_last() else { return told("no column was given") };
        let Some(part) = part.as_primitive_opt::<UInt32Type>() else { return told("the part must be a number") };
        let batch = Batch::of_part(arrays)?;
        let mut results = Results::new(batch.rows());
        // The text of a panic may hold what stood in a row; the engine would send it on.
        let work = || settle(&batch, part, month.setup.settler(), &mut results);
        catch_unwind(AssertUnwindSafe(work))
            .unwrap_or_else(|_| told("a fault of the program; its place stands in the executor's log"))?;
        Ok(ColumnarValue::Array(Arc::new(results.finish()?)))
    }
}

fn settle(
    batch: &Batch,
    part: &UInt32Array,
    mut settler: versement::partition::PartSettler<'_>,
    results: &mut Results,
) -> Result<()> {
    if batch.rows() == 0 {
        return Ok(());
    }
    // Which row it is says whom it is about to those who have the part, and to nobody else.
    let place = |at: usize| format!("part {}", part.value(at));
    let unread = |at: usize| execution(&format!("{}: a row can't be read", place(at)));
    let mut row = PartRow::read(batch, 0).ok_or_else(|| unread(0))?;
    let mut out = ResultRow::default();
    for at in 0..batch.rows() {
        row.read_again(batch, at).ok_or_else(|| unread(at))?;
        settler.settle(&mut row, &mut out).map_err(|error| execution(&format!("{}: {error}", place(at))))?;
        if out.part != part.value(at) {
            return told(&format!("{} holds a beneficiary of part {}", place(at), out.part));
        }
        results.add(&out)?;
    }
    Ok(())
}

fn told<T>(what: &str) -> Result<T> {
    Err(execution(what))
}

fn execution(what: &str) -> DataFusionError {
    DataFusionError::Execution(format!("settle: {what}"))
}
