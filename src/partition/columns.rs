//! Rows held column by column: gathered to be written as a row group, and as they are read back from one.

use std::fs::File;
use std::ops::Range;

use bytes::Bytes;
use parquet::column::reader::ColumnReader;
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};

use super::cells::{Cell, Cells};
use super::schema::{Column, Field, Form};
use crate::ledger::parquet_file::{Encoded, Layout, Values};

/// The values of one column, the absent ones apart.
#[derive(Debug)]
enum Store {
    Bytes(Vec<u8>, Vec<usize>),
    Narrow(Vec<i32>),
    Wide(Vec<i64>),
    Flags(Vec<bool>),
}

impl Store {
    fn new(form: Form) -> Self {
        match form {
            Form::Text | Form::Bytes => Self::Bytes(Vec::new(), Vec::new()),
            Form::Number | Form::Month | Form::Day => Self::Narrow(Vec::new()),
            Form::Long | Form::Unsigned | Form::Amount | Form::Ratio => Self::Wide(Vec::new()),
            Form::Flag => Self::Flags(Vec::new()),
        }
    }

    /// How many bytes the value took; `None` if it is of another form.
    fn push(&mut self, cell: Cell<'_>) -> Option<usize> {
        match (self, cell) {
            (Self::Bytes(all, ends), Cell::Bytes(bytes)) => {
                all.extend_from_slice(bytes);
                ends.push(all.len());
                Some(bytes.len() + size_of::<usize>())
            }
            (Self::Narrow(all), Cell::Number(number)) => {
                all.push(number.try_into().ok()?);
                Some(size_of::<i32>())
            }
            (Self::Wide(all), Cell::Number(number)) => {
                all.push(number);
                Some(size_of::<i64>())
            }
            (Self::Flags(all), Cell::Number(number)) => {
                all.push(number == 1);
                Some(size_of::<bool>())
            }
            _ => None,
        }
    }

    fn append(&mut self, other: &mut Self) {
        match (self, other) {
            (Self::Bytes(all, ends), Self::Bytes(more, more_ends)) => {
                let base = all.len();
                all.append(more);
                ends.extend(more_ends.drain(..).map(|end| base + end));
            }
            (Self::Narrow(all), Self::Narrow(more)) => all.append(more),
            (Self::Wide(all), Self::Wide(more)) => all.append(more),
            (Self::Flags(all), Self::Flags(more)) => all.append(more),
            // Both come from the same schema.
            _ => {}
        }
    }

    fn get(&self, at: usize) -> Cell<'_> {
        let cell = match self {
            Self::Bytes(all, ends) => {
                let start = if at == 0 { Some(0) } else { ends.get(at - 1).copied() };
                let range = start.zip(ends.get(at)).and_then(|(start, &end)| all.get(start..end));
                range.map(Cell::Bytes)
            }
            Self::Narrow(all) => all.get(at).map(|&number| Cell::Number(i64::from(number))),
            Self::Wide(all) => all.get(at).map(|&number| Cell::Number(number)),
            Self::Flags(all) => all.get(at).map(|&flag| Cell::Number(i64::from(flag))),
        };
        cell.unwrap_or(Cell::Null)
    }

    fn values(self) -> Values {
        match self {
            Self::Bytes(all, ends) => {
                let all = Bytes::from(all);
                let mut start = 0;
                let part = |end| {
                    let part = ByteArray::from(all.slice(start..end));
                    start = end;
                    part
                };
                Values::Texts(ends.into_iter().map(part).collect())
            }
            Self::Narrow(all) => Values::Numbers(all),
            Self::Wide(all) => Values::Amounts(all),
            Self::Flags(all) => Values::Flags(all),
        }
    }
}

#[derive(Debug)]
struct Leaf {
    store: Store,
    nullable: bool,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

/// Rows that are gathered, column by column.
#[derive(Debug)]
pub(super) struct Gathered {
    fields: &'static [Field],
    leaves: Vec<Leaf>,
    rows: usize,
    /// About how much memory they take.
    bytes: usize,
    /// A value did not fit its column.
    unfit: bool,
}

impl Gathered {
    pub(super) fn new(fields: &'static [Field]) -> Self {
        let leaf = |column: &Column| Leaf {
            store: Store::new(column.form),
            nullable: column.nullable,
            definitions: Vec::new(),
            repetitions: Vec::new(),
        };
        let leaves = fields.iter().flat_map(Field::columns).map(leaf).collect();
        Self { fields, leaves, rows: 0, bytes: 0, unfit: false }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// A new row, whose fields are to be written in order.
    pub(super) fn row(&mut self) -> RowWriter<'_> {
        self.rows += 1;
        RowWriter { all: self, field: 0, leaf: 0 }
    }

    /// Appends the rows of another one with the same fields, which is empty afterwards.
    pub(super) fn append(&mut self, other: &mut Self) {
        for (leaf, other) in self.leaves.iter_mut().zip(&mut other.leaves) {
            leaf.store.append(&mut other.store);
            leaf.definitions.append(&mut other.definitions);
            leaf.repetitions.append(&mut other.repetitions);
        }
        self.rows += std::mem::take(&mut other.rows);
        self.bytes += std::mem::take(&mut other.bytes);
        self.unfit |= other.unfit;
    }

    /// The rows as a row group.
    pub(super) fn encode(self, layout: &Layout) -> Result<Encoded> {
        if self.unfit {
            return Err(ParquetError::General("a value does not fit its column".to_owned()));
        }
        let columns: Vec<_> =
            self.leaves.into_iter().map(|leaf| (leaf.store.values(), leaf.definitions, leaf.repetitions)).collect();
        let levels = |levels: &'_ Vec<i16>| !levels.is_empty();
        layout.encode_levels(columns.iter().map(|(values, definitions, repetitions)| {
            let definitions = Some(&definitions[..]).filter(|_| levels(definitions));
            (values, (definitions, Some(&repetitions[..]).filter(|_| levels(repetitions))))
        }))
    }
}

/// Writes the fields of a row one after the other.
pub(super) struct RowWriter<'g> {
    all: &'g mut Gathered,
    field: usize,
    leaf: usize,
}

impl RowWriter<'_> {
    /// The next field.
    pub(super) fn put(&mut self, cell: Cell<'_>) {
        let leaf = &mut self.all.leaves[self.leaf];
        if leaf.nullable {
            leaf.definitions.push(i16::from(cell != Cell::Null));
            self.all.bytes += size_of::<i16>();
        }
        if !(leaf.nullable && cell == Cell::Null) {
            let size = leaf.store.push(cell);
            self.all.bytes += size.unwrap_or_default();
            self.all.unfit |= size.is_none();
        }
        self.field += 1;
        self.leaf += 1;
    }

    /// So many absent fields.
    pub(super) fn skip(&mut self, count: usize) {
        (0..count).for_each(|_| self.put(Cell::Null));
    }

    /// The next field, which is a list.
    pub(super) fn list<T>(&mut self, items: &[T], mut put: impl FnMut(&T, &mut ElementWriter<'_>)) {
        let width = self.all.fields[self.field].columns().len();
        let leaves = &mut self.all.leaves[self.leaf..self.leaf + width];
        let (mut bytes, mut unfit) = (0, false);
        for (at, item) in items.iter().enumerate() {
            let repetition = i16::from(at > 0);
            let mut element = ElementWriter { leaves: leaves.iter_mut(), repetition, bytes: 0, unfit: false };
            put(item, &mut element);
            bytes += element.bytes;
            unfit |= element.unfit || element.leaves.next().is_some();
        }
        if items.is_empty() {
            for leaf in leaves {
                leaf.definitions.push(0);
                leaf.repetitions.push(0);
            }
        }
        self.all.bytes += bytes + 2 * width * size_of::<i16>();
        self.all.unfit |= unfit;
        self.field += 1;
        self.leaf += width;
    }

    /// The row is complete.
    pub(super) fn end(self) {
        self.all.unfit |= self.leaf != self.all.leaves.len();
    }
}

/// Writes the columns of an element of a list one after the other.
pub(super) struct ElementWriter<'g> {
    leaves: std::slice::IterMut<'g, Leaf>,
    repetition: i16,
    bytes: usize,
    unfit: bool,
}

impl ElementWriter<'_> {
    pub(super) fn put(&mut self, cell: Cell<'_>) {
        let Some(leaf) = self.leaves.next() else {
            self.unfit = true;
            return;
        };
        leaf.repetitions.push(self.repetition);
        let is_null = leaf.nullable && cell == Cell::Null;
        leaf.definitions.push(if leaf.nullable && !is_null { 2 } else { 1 });
        if !is_null {
            let size = leaf.store.push(cell);
            self.bytes += size.unwrap_or_default() + 2 * size_of::<i16>();
            self.unfit |= size.is_none();
        }
    }
}

/// A row group that was read.
#[derive(Debug)]
pub(super) struct Group {
    rows: usize,
    /// The first column of each field.
    first: Vec<usize>,
    columns: Vec<Known>,
    /// Of each list, by its first column, where the elements of each row begin, and where the last ones end.
    starts: Vec<Vec<usize>>,
}

/// A column that was read.
#[derive(Debug)]
struct Known {
    store: Store,
    /// Of a column with absent values, the place of each value, behind 0 for an absent one.
    places: Option<Vec<usize>>,
}

impl Group {
    /// Reads a row group of a file whose columns are those of `fields`.
    pub(super) fn read(reader: &SerializedFileReader<File>, at: usize, fields: &'static [Field]) -> Result<Self> {
        let group = reader.get_row_group(at)?;
        let rows = usize::try_from(group.metadata().num_rows()).unwrap_or_default();
        let (mut first, mut columns, mut starts) = (Vec::new(), Vec::new(), Vec::new());
        for field in fields {
            first.push(columns.len());
            for (number, column) in field.columns().iter().enumerate() {
                let is_list = matches!(field, Field::List(..));
                let (known, of_rows) = read_column(&*group, columns.len(), column, is_list, rows)?;
                columns.push(known);
                starts.push(if number == 0 { of_rows } else { Vec::new() });
            }
        }
        Ok(Self { rows, first, columns, starts })
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    fn cell(&self, column: usize, at: usize) -> Cell<'_> {
        let Known { store, places } = &self.columns[column];
        match places {
            None => store.get(at),
            Some(places) => match places.get(at).and_then(|place| place.checked_sub(1)) {
                Some(place) => store.get(place),
                None => Cell::Null,
            },
        }
    }
}

impl Cells for Group {
    fn one(&self, field: usize, row: usize) -> Cell<'_> {
        self.cell(self.first[field], row)
    }

    fn elements(&self, field: usize, row: usize) -> Range<usize> {
        let starts = &self.starts[self.first[field]];
        starts.get(row).zip(starts.get(row + 1)).map_or(0..0, |(&start, &end)| start..end)
    }

    fn element(&self, field: usize, column: usize, at: usize) -> Cell<'_> {
        self.cell(self.first[field] + column, at)
    }
}

fn read_column(
    group: &dyn RowGroupReader,
    at: usize,
    column: &Column,
    is_list: bool,
    rows: usize,
) -> Result<(Known, Vec<usize>)> {
    let (mut definitions, mut repetitions) = (Vec::new(), Vec::new());
    let may_lack = column.nullable || is_list;
    let mut store = Store::new(column.form);
    macro_rules! read {
        ($reader:expr, $values:expr) => {{
            let definitions = may_lack.then_some(&mut definitions);
            let repetitions = is_list.then_some(&mut repetitions);
            $reader.read_records(rows, definitions, repetitions, $values)?.0
        }};
    }
    let read = match (group.get_column_reader(at)?, &mut store) {
        (ColumnReader::ByteArrayColumnReader(mut reader), Store::Bytes(all, ends)) => {
            let mut values: Vec<ByteArray> = Vec::new();
            let read = read!(reader, &mut values);
            for value in &values {
                all.extend_from_slice(value.data());
                ends.push(all.len());
            }
            read
        }
        (ColumnReader::Int32ColumnReader(mut reader), Store::Narrow(all)) => read!(reader, all),
        (ColumnReader::Int64ColumnReader(mut reader), Store::Wide(all)) => read!(reader, all),
        (ColumnReader::BoolColumnReader(mut reader), Store::Flags(all)) => read!(reader, all),
        _ => return Err(ParquetError::General(format!("column {} has another form", column.name))),
    };
    if read != rows {
        return Err(ParquetError::General(format!("column {} has {read} rows instead of {rows}", column.name)));
    }
    let mut starts = Vec::new();
    let least = i16::from(is_list);
    if is_list {
        let mut elements = 0;
        for (&definition, &repetition) in definitions.iter().zip(&repetitions) {
            if repetition == 0 {
                starts.push(elements);
            }
            elements += usize::from(definition >= least);
        }
        starts.push(elements);
        definitions.retain(|&definition| definition >= least);
    }
    let places = column.nullable.then(|| {
        let mut values = 0;
        let place = |definition: &i16| {
            if *definition > least {
                values += 1;
                return values;
            }
            0
        };
        definitions.iter().map(place).collect()
    });
    Ok((Known { store, places }, starts))
}

/// Whether a file has the columns of `fields`.
pub(super) fn has_fields(reader: &SerializedFileReader<File>, fields: &[Field]) -> Result<bool> {
    let schema = reader.metadata().file_metadata().schema();
    let expected = super::schema::parquet(fields)?;
    Ok(schema.get_fields().iter().map(|field| &**field).eq(expected.iter().map(|field| &**field)))
}
