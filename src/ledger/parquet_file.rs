//! Parquet files as the ledger writes them: required columns, no dictionary, one row group a batch, encoded by the threads that
//! settle and put in order afterwards.

use std::io::Write;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::column::writer::{ColumnCloseResult, ColumnWriter, get_column_writer};
use parquet::data_type::ByteArray;
use parquet::errors::Result;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use parquet::schema::types::{SchemaDescPtr, SchemaDescriptor, Type, TypePtr};

/// What a column holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// Text in UTF-8.
    Text,
    /// A whole number.
    Number,
    /// Euros, kept as whole cents.
    Amount,
}

/// The columns of a file: name and form.
pub(super) type Columns = &'static [(&'static str, Form)];

/// The values of one column.
#[derive(Debug)]
pub(super) enum Values {
    /// Of texts.
    Texts(Vec<ByteArray>),
    /// Of numbers.
    Numbers(Vec<i32>),
    /// Of amounts.
    Amounts(Vec<i64>),
}

/// How a file is written.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    root: TypePtr,
    schema: SchemaDescPtr,
    properties: WriterPropertiesPtr,
}

impl Layout {
    pub(super) fn new(name: &str, columns: Columns, compression: Compression) -> Result<Self> {
        let fields = columns.iter().map(|&(name, form)| {
            let (physical, logical) = match form {
                Form::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
                Form::Number => (Physical::INT32, None),
                Form::Amount => (Physical::INT64, Some(LogicalType::decimal(2, 18))),
            };
            let builder = Type::primitive_type_builder(name, physical).with_repetition(Repetition::REQUIRED);
            let builder = if matches!(form, Form::Amount) { builder.with_precision(18).with_scale(2) } else { builder };
            builder.with_logical_type(logical).build().map(Arc::new)
        });
        let root = Type::group_type_builder(name).with_fields(fields.collect::<Result<_>>()?).build()?;
        let root = Arc::new(root);
        let properties = WriterProperties::builder()
            .set_created_by("versement".to_owned())
            .set_dictionary_enabled(false)
            .set_compression(compression)
            .set_statistics_enabled(EnabledStatistics::None)
            .set_offset_index_disabled(true);
        // The numbers of beneficiaries tell where to look for one of them.
        let first = columns.first().map(|&(name, _)| name.into());
        let properties = first.into_iter().fold(properties, |properties, name| {
            properties.set_column_statistics_enabled(name, EnabledStatistics::Chunk)
        });
        let schema = Arc::new(SchemaDescriptor::new(root.clone()));
        Ok(Self { root, schema, properties: Arc::new(properties.build()) })
    }

    /// Encodes the rows of a batch; the columns stand in the order of the file.
    pub(super) fn encode(&self, columns: &[Values]) -> Result<Encoded> {
        let mut encoded = Vec::with_capacity(columns.len());
        for (at, values) in columns.iter().enumerate() {
            let mut sink = TrackedWrite::new(Vec::new());
            let pages = Box::new(SerializedPageWriter::new(&mut sink));
            let mut writer = get_column_writer(self.schema.column(at), self.properties.clone(), pages);
            match (&mut writer, values) {
                (ColumnWriter::ByteArrayColumnWriter(writer), Values::Texts(values)) => {
                    writer.write_batch(values, None, None)?
                }
                (ColumnWriter::Int32ColumnWriter(writer), Values::Numbers(values)) => {
                    writer.write_batch(values, None, None)?
                }
                (ColumnWriter::Int64ColumnWriter(writer), Values::Amounts(values)) => {
                    writer.write_batch(values, None, None)?
                }
                _ => return Err(parquet::errors::ParquetError::General("values of another form".to_owned())),
            };
            let close = writer.close()?;
            encoded.push((Bytes::from(sink.into_inner()?), close));
        }
        Ok(Encoded(encoded))
    }

    /// A file that takes encoded batches.
    pub(super) fn writer<W: Write + Send>(&self, sink: W) -> Result<Writer<W>> {
        SerializedFileWriter::new(sink, self.root.clone(), self.properties.clone()).map(Writer)
    }
}

/// The rows of a batch as they stand in a file.
#[derive(Debug, Default)]
pub(super) struct Encoded(Vec<(Bytes, ColumnCloseResult)>);

/// A file that is being written.
pub(super) struct Writer<W: Write>(SerializedFileWriter<W>);

impl<W: Write + Send> Writer<W> {
    /// Appends a batch; one without rows adds nothing.
    pub(super) fn append(&mut self, encoded: Encoded) -> Result<()> {
        if encoded.0.first().is_none_or(|(_, close)| close.rows_written == 0) {
            return Ok(());
        }
        let mut group = self.0.next_row_group()?;
        for (bytes, close) in encoded.0 {
            group.append_column(&bytes, close)?;
        }
        group.close().map(|_| ())
    }

    /// Completes the file.
    pub(super) fn finish(self) -> Result<W> {
        self.0.into_inner()
    }
}

impl<W: Write> std::fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}
