//! The columns of parts and results as the engine has them, and the rows that are read from and written to them.

use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BinaryBuilder, BooleanArray, Date32Array, Decimal128Array, Int32Array,
    Int32Builder, Int64Array, ListArray, StringArray, StringBuilder, StructArray, UInt64Array,
};
use datafusion::arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use datafusion::common::{DataFusionError, Result};
use versement::partition::schema::{self, Column, Form, PART, RESULT};
use versement::partition::{Cell, Cells, RESULT_COLUMNS, ResultRow};

fn data_type(form: Form) -> DataType {
    match form {
        Form::Text => DataType::Utf8,
        Form::Bytes => DataType::Binary,
        Form::Flag => DataType::Boolean,
        Form::Number | Form::Month => DataType::Int32,
        Form::Long => DataType::Int64,
        Form::Unsigned => DataType::UInt64,
        Form::Day => DataType::Date32,
        Form::Amount => DataType::Decimal128(18, 2),
        Form::Ratio => DataType::Decimal128(18, 9),
    }
}

fn fields(of: &[schema::Field]) -> Fields {
    let column = |column: &Column| Field::new(column.name, data_type(column.form), column.nullable);
    let field = |field: &schema::Field| match field {
        schema::Field::One(one) => column(one),
        schema::Field::List(name, columns) => {
            let element = DataType::Struct(columns.iter().map(column).collect());
            Field::new(*name, DataType::List(Arc::new(Field::new("element", element, false))), false)
        }
    };
    of.iter().map(field).collect()
}

/// The columns of a part.
pub fn part() -> SchemaRef {
    Arc::new(Schema::new(fields(PART)))
}

/// The type of the only column that comes back: a structure with the columns of a result.
pub fn result() -> DataType {
    DataType::Struct(fields(RESULT))
}

fn other(what: &str) -> DataFusionError {
    DataFusionError::Execution(format!("{what} is not as this program writes it"))
}

/// A column, by what its values are.
#[derive(Debug)]
enum Values {
    Text(StringArray),
    Bytes(BinaryArray),
    Flag(BooleanArray),
    Number(Int32Array),
    Long(Int64Array),
    Unsigned(UInt64Array),
    Day(Date32Array),
    Decimal(Decimal128Array),
}

impl Values {
    fn new(array: &ArrayRef, column: &Column) -> Result<Self> {
        if *array.data_type() != data_type(column.form) {
            return Err(other(column.name));
        }
        Ok(match column.form {
            Form::Text => Self::Text(array.as_string().clone()),
            Form::Bytes => Self::Bytes(array.as_binary().clone()),
            Form::Flag => Self::Flag(array.as_boolean().clone()),
            Form::Number | Form::Month => Self::Number(array.as_primitive().clone()),
            Form::Long => Self::Long(array.as_primitive().clone()),
            Form::Unsigned => Self::Unsigned(array.as_primitive().clone()),
            Form::Day => Self::Day(array.as_primitive().clone()),
            Form::Amount | Form::Ratio => Self::Decimal(array.as_primitive().clone()),
        })
    }

    fn cell(&self, at: usize) -> Cell<'_> {
        match self {
            Self::Text(all) if all.is_valid(at) => Cell::Bytes(all.value(at).as_bytes()),
            Self::Bytes(all) if all.is_valid(at) => Cell::Bytes(all.value(at)),
            Self::Flag(all) if all.is_valid(at) => Cell::Number(i64::from(all.value(at))),
            Self::Number(all) if all.is_valid(at) => Cell::Number(i64::from(all.value(at))),
            Self::Long(all) if all.is_valid(at) => Cell::Number(all.value(at)),
            Self::Unsigned(all) if all.is_valid(at) => Cell::Number(all.value(at).cast_signed()),
            Self::Day(all) if all.is_valid(at) => Cell::Number(i64::from(all.value(at))),
            // 18 digits fit; more would be read as absent, which no amount that must be there may be.
            Self::Decimal(all) if all.is_valid(at) => i64::try_from(all.value(at)).map_or(Cell::Null, Cell::Number),
            _ => Cell::Null,
        }
    }
}

#[derive(Debug)]
enum Known {
    One(Values),
    List(ListArray, Vec<Values>),
}

/// A batch of rows, whose columns are those of `fields`.
#[derive(Debug)]
pub struct Batch {
    columns: Vec<Known>,
    rows: usize,
}

impl Batch {
    /// The rows of a part.
    ///
    /// # Errors
    /// The columns are others.
    pub fn of_part(arrays: &[ArrayRef]) -> Result<Self> {
        Self::new(arrays, PART)
    }

    /// The rows of a result.
    ///
    /// # Errors
    /// The columns are others.
    pub fn of_result(rows: &StructArray) -> Result<Self> {
        Self::new(rows.columns(), RESULT)
    }

    fn new(arrays: &[ArrayRef], fields: &[schema::Field]) -> Result<Self> {
        let rows = arrays.first().map_or(0, Array::len);
        if arrays.len() != fields.len() || arrays.iter().any(|array| array.len() != rows) {
            return Err(other("a batch"));
        }
        let known = |(array, field): (&ArrayRef, &schema::Field)| match field {
            schema::Field::One(column) => Values::new(array, column).map(Known::One),
            schema::Field::List(name, columns) => {
                let list = array.as_list_opt::<i32>().ok_or_else(|| other(name))?;
                let of = list.values().as_struct_opt().ok_or_else(|| other(name))?;
                if of.num_columns() != columns.len() {
                    return Err(other(name));
                }
                let values = of.columns().iter().zip(*columns).map(|(array, column)| Values::new(array, column));
                Ok(Known::List(list.clone(), values.collect::<Result<_>>()?))
            }
        };
        Ok(Self { columns: arrays.iter().zip(fields).map(known).collect::<Result<_>>()?, rows })
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Reads a row of a result over the one before.
    ///
    /// # Errors
    /// It is none.
    pub fn read(&self, row: usize, out: &mut ResultRow) -> Result<()> {
        out.clear();
        let Cell::Number(part) = self.one(0, row) else { return Err(other("a row")) };
        out.part = u32::try_from(part).map_err(|_| other("a row"))?;
        let ResultRow { beneficiary, tables, kept, lines, totals, .. } = out;
        let texts = [beneficiary].into_iter().chain(tables).chain([kept, lines, totals]);
        for (at, text) in texts.enumerate() {
            let Cell::Bytes(bytes) = self.one(at + 1, row) else { return Err(other("a row")) };
            text.extend_from_slice(bytes);
        }
        Ok(())
    }
}

impl Cells for Batch {
    fn one(&self, field: usize, row: usize) -> Cell<'_> {
        match self.columns.get(field) {
            Some(Known::One(values)) => values.cell(row),
            _ => Cell::Null,
        }
    }

    fn elements(&self, field: usize, row: usize) -> Range<usize> {
        let Some(Known::List(list, _)) = self.columns.get(field) else { return 0..0 };
        let bounds = list.value_offsets().get(row..row + 2);
        let bound = |at: usize| bounds.and_then(|bounds| usize::try_from(bounds[at]).ok()).unwrap_or_default();
        bound(0)..bound(1)
    }

    fn element(&self, field: usize, column: usize, at: usize) -> Cell<'_> {
        match self.columns.get(field) {
            Some(Known::List(_, columns)) => columns.get(column).map_or(Cell::Null, |values| values.cell(at)),
            _ => Cell::Null,
        }
    }
}

/// Gathers results as columns.
#[derive(Debug)]
pub struct Results {
    part: Int32Builder,
    beneficiary: StringBuilder,
    bytes: [BinaryBuilder; RESULT_COLUMNS - 2],
}

impl Results {
    /// Room for so many.
    pub fn new(rows: usize) -> Self {
        Self {
            part: Int32Builder::with_capacity(rows),
            beneficiary: StringBuilder::with_capacity(rows, rows * 16),
            bytes: std::array::from_fn(|_| BinaryBuilder::with_capacity(rows, 0)),
        }
    }

    /// Adds one.
    ///
    /// # Errors
    /// A value does not fit its column.
    pub fn add(&mut self, row: &ResultRow) -> Result<()> {
        let [Cell::Number(part), Cell::Bytes(beneficiary), cells @ ..] = row.cells() else {
            return Err(other("a row"));
        };
        self.part.append_value(i32::try_from(part).map_err(|_| other("a row"))?);
        self.beneficiary.append_value(std::str::from_utf8(beneficiary).map_err(|_| other("a row"))?);
        for (column, cell) in self.bytes.iter_mut().zip(cells) {
            let Cell::Bytes(bytes) = cell else { return Err(other("a row")) };
            column.append_value(bytes);
        }
        Ok(())
    }

    /// All of them as one column.
    ///
    /// # Errors
    /// They are not of the schema.
    pub fn finish(mut self) -> Result<StructArray> {
        let mut columns: Vec<ArrayRef> = vec![Arc::new(self.part.finish()), Arc::new(self.beneficiary.finish())];
        columns.extend(self.bytes.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef));
        Ok(StructArray::try_new(fields(RESULT), columns, None)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_comes_back_as_it_was_written() {
        let mut row = ResultRow { part: 3, beneficiary: b"B0000000001".to_vec(), ..ResultRow::default() };
        row.tables[0] = b"a;b\n".to_vec();
        row.kept = vec![0, 255];
        row.totals = vec![7];
        let mut results = Results::new(2);
        results.add(&row).unwrap();
        results.add(&ResultRow { part: 4, ..row.clone() }).unwrap();
        let column = results.finish().unwrap();
        assert_eq!(*column.data_type(), result());
        let batch = Batch::of_result(&column).unwrap();
        let mut read = ResultRow::default();
        batch.read(1, &mut read).unwrap();
        assert_eq!(read, ResultRow { part: 4, ..row.clone() });
        batch.read(0, &mut read).unwrap();
        assert_eq!((read, batch.rows()), (row, 2));
    }

    #[test]
    fn other_columns_are_refused() {
        let told = Batch::of_part(&[Arc::new(Int64Array::from(vec![1]))]).unwrap_err().to_string();
        assert!(told.contains("a batch is not as this program writes it"), "{told}");
    }
}
