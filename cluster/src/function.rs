//! The settlement as a function of the engine: a batch of prepared rows in, a batch of answers out.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryBuilder, StructArray, UInt32Array};
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

/// The name by which client, scheduler and executors know the function.
pub const NAME: &str = "settle";

/// `settle(folder of the prepared month, digest of its manifest, columns of a prepared row..., part)`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Settle {
    signature: Signature,
}

impl Settle {
    /// The function; it is the same for client, scheduler and executors.
    pub fn new() -> Self {
        Self { signature: Signature::variadic_any(Volatility::Stable) }
    }
}

impl Default for Settle {
    fn default() -> Self {
        Self::new()
    }
}

fn fields() -> Fields {
    Fields::from(vec![Field::new("part", DataType::UInt32, false), Field::new("row", DataType::Binary, false)])
}

impl ScalarUDFImpl for Settle {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Struct(fields()))
    }

    fn invoke_with_args(&self, given: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = given.number_rows;
        let [ColumnarValue::Scalar(folder), ColumnarValue::Scalar(digest), columns @ ..] = given.args.as_slice() else {
            return Err(DataFusionError::Execution("settle: folder and digest must be said first".to_owned()));
        };
        let (ScalarValue::Utf8(Some(_folder)), ScalarValue::Utf8(Some(_digest))) = (folder, digest) else {
            return Err(DataFusionError::Execution("settle: folder and digest must be texts".to_owned()));
        };
        let arrays = columns.iter().map(|column| column.to_array(rows)).collect::<Result<Vec<_>>>()?;
        let [columns @ .., part] = arrays.as_slice() else {
            return Err(DataFusionError::Execution("settle: no column".to_owned()));
        };
        let part: &UInt32Array = part.as_primitive();
        let mut answers = BinaryBuilder::new();
        for row in 0..rows {
            let mut text = String::new();
            for column in columns {
                text += &format!("{:?}", column.slice(row, 1));
            }
            answers.append_value(text);
        }
        let columns: Vec<ArrayRef> = vec![Arc::new(part.clone()), Arc::new(answers.finish())];
        Ok(ColumnarValue::Array(Arc::new(StructArray::try_new(fields(), columns, None)?)))
    }
}
