//! Parquet files as the ledger writes them: required columns, no dictionary, row groups that are encoded whole
//! and put in order afterwards.

use std::io::Write;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, Encoding, LogicalType, Repetition, Type as Physical};
use parquet::column::writer::{ColumnCloseResult, ColumnWriter, get_column_writer};
use parquet::data_type::ByteArray;
use parquet::errors::Result;
use parquet::file::metadata::{ColumnChunkMetaData, KeyValue};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::statistics::ValueStatistics;
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
pub(crate) enum Values {
    /// Of texts or bytes.
    Texts(Vec<ByteArray>),
    /// Of numbers.
    Numbers(Vec<i32>),
    /// Of amounts.
    Amounts(Vec<i64>),
    /// Of yes and no.
    Flags(Vec<bool>),
}

/// The levels of a column whose values may be absent or stand in lists: definitions and repetitions, as the format has them.
pub(crate) type Levels<'l> = (Option<&'l [i16]>, Option<&'l [i16]>);

/// How a file is written.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
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
        // The numbers of beneficiaries tell where to look for one of them.
        Self::of(name, fields.collect::<Result<_>>()?, compression, columns.first().map(|&(name, _)| name))
    }

    /// Of any fields; one column gets statistics.
    pub(crate) fn of(
        name: &str,
        fields: Vec<TypePtr>,
        compression: Compression,
        with_statistics: Option<&'static str>,
    ) -> Result<Self> {
        let root = Arc::new(Type::group_type_builder(name).with_fields(fields).build()?);
        let properties = WriterProperties::builder()
            .set_created_by("versement".to_owned())
            .set_dictionary_enabled(false)
            .set_compression(compression)
            .set_statistics_enabled(EnabledStatistics::None)
            .set_offset_index_disabled(true);
        let properties = with_statistics.into_iter().fold(properties, |properties, name| {
            properties.set_column_statistics_enabled(name.into(), EnabledStatistics::Chunk)
        });
        let schema = Arc::new(SchemaDescriptor::new(root.clone()));
        Ok(Self { root, schema, properties: Arc::new(properties.build()) })
    }

    /// Rows whose columns were encoded already, in the order of the file.
    pub(super) fn of_chunks(&self, rows: usize, chunks: Vec<Chunk>) -> Result<Encoded> {
        let mut encoded = Vec::with_capacity(chunks.len());
        for (at, Chunk { bytes, plain_length, compression, bounds }) in chunks.into_iter().enumerate() {
            let length = i64::try_from(bytes.len())?;
            let column = ColumnChunkMetaData::builder(self.schema.column(at))
                .set_compression(compression)
                .set_encodings(vec![Encoding::PLAIN, Encoding::RLE])
                .set_total_compressed_size(length)
                .set_total_uncompressed_size(plain_length)
                .set_num_values(i64::try_from(rows)?)
                .set_data_page_offset(0);
            let column = bounds.into_iter().fold(column, |column, (first, last)| {
                let (first, last) = (ByteArray::from(first), ByteArray::from(last));
                column.set_statistics(ValueStatistics::new(Some(first), Some(last), None, Some(0), false).into())
            });
            let close = ColumnCloseResult {
                bytes_written: length.unsigned_abs(),
                rows_written: rows as u64,
                metadata: column.build()?,
                bloom_filter: None,
                column_index: None,
                offset_index: None,
            };
            encoded.push((bytes, close));
        }
        Ok(Encoded(encoded))
    }

    /// Encodes the rows of a batch, with the levels of each column.
    pub(crate) fn encode_levels<'v>(
        &self,
        columns: impl ExactSizeIterator<Item = (&'v Values, Levels<'v>)>,
    ) -> Result<Encoded> {
        let mut encoded = Vec::with_capacity(columns.len());
        for (at, (values, (definitions, repetitions))) in columns.enumerate() {
            let mut sink = TrackedWrite::new(Vec::new());
            let pages = Box::new(SerializedPageWriter::new(&mut sink));
            let mut writer = get_column_writer(self.schema.column(at), self.properties.clone(), pages);
            match (&mut writer, values) {
                (ColumnWriter::ByteArrayColumnWriter(writer), Values::Texts(values)) => {
                    writer.write_batch(values, definitions, repetitions)?
                }
                (ColumnWriter::Int32ColumnWriter(writer), Values::Numbers(values)) => {
                    writer.write_batch(values, definitions, repetitions)?
                }
                (ColumnWriter::Int64ColumnWriter(writer), Values::Amounts(values)) => {
                    writer.write_batch(values, definitions, repetitions)?
                }
                (ColumnWriter::BoolColumnWriter(writer), Values::Flags(values)) => {
                    writer.write_batch(values, definitions, repetitions)?
                }
                _ => return Err(parquet::errors::ParquetError::General("values of another form".to_owned())),
            };
            let close = writer.close()?;
            encoded.push((Bytes::from(sink.into_inner()?), close));
        }
        Ok(Encoded(encoded))
    }

    /// A file that takes encoded batches.
    pub(crate) fn writer<W: Write + Send>(&self, sink: W) -> Result<Writer<W>> {
        SerializedFileWriter::new(sink, self.root.clone(), self.properties.clone()).map(Writer)
    }
}

/// A column of some rows as it stands in a file.
pub(super) struct Chunk {
    /// Its pages.
    pub(super) bytes: Bytes,
    /// How long they were if nothing was packed.
    pub(super) plain_length: i64,
    /// How they are packed.
    pub(super) compression: Compression,
    /// The least value and the greatest, where they are told.
    pub(super) bounds: Option<(Vec<u8>, Vec<u8>)>,
}

/// The rows of a batch as they stand in a file.
#[derive(Debug, Default)]
pub(crate) struct Encoded(Vec<(Bytes, ColumnCloseResult)>);

/// A file that is being written.
pub(crate) struct Writer<W: Write>(SerializedFileWriter<W>);

impl<W: Write + Send> Writer<W> {
    /// Appends a batch; one without rows adds nothing.
    pub(crate) fn append(&mut self, encoded: Encoded) -> Result<()> {
        if encoded.0.first().is_none_or(|(_, close)| close.rows_written == 0) {
            return Ok(());
        }
        let mut group = self.0.next_row_group()?;
        for (bytes, close) in encoded.0 {
            group.append_column(&bytes, close)?;
        }
        group.close().map(|_| ())
    }

    /// Says something about the whole file.
    pub(crate) fn note(&mut self, key: &str, value: String) {
        self.0.append_key_value_metadata(KeyValue::new(key.to_owned(), value));
    }

    /// Completes the file.
    pub(crate) fn finish(self) -> Result<W> {
        self.0.into_inner()
    }
}

impl<W: Write> std::fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}
