use super::Refusal;
use super::dialect::{Delimiter, Dialect, Encoding};
use super::fields::{self, UNKNOWN};
use crate::bytes::first_place;
use crate::columns::{Column, Export, Need};
use crate::identity::BeneficiaryId;

/// A place that no row has.
const ABSENT: u16 = u16::MAX;

/// The header of an export: where each column stands.
#[derive(Clone, Debug)]
pub struct Header {
    /// Which export.
    pub export: Export,
    /// How it is written.
    pub dialect: Dialect,
    /// How many fields each row has.
    pub count: usize,
    /// Columns that the program does not know: their number, from 1, and their name.
    pub unknown: Vec<(usize, String)>,
    /// The place of each column's field; [`ABSENT`] where the header lacks it.
    places: [u16; Column::COUNT],
    /// The column of each field; [`UNKNOWN`] of those that the program does not know.
    pub(super) columns: Vec<u8>,
}

impl Header {
    /// Reads the first row of an export.
    ///
    /// # Errors
    /// It is empty or no text, a required column is missing, or a column stands twice.
    pub fn read(export: Export, row: &[u8], encoding: Encoding) -> Result<Self, Refusal> {
        if row.trim_ascii().is_empty() {
            return Err(Refusal::Empty { export });
        }
        if !encoding.is_text(row) || row.contains(&0) {
            return Err(Refusal::HeaderNotText { export });
        }
        let dialect = Dialect { delimiter: delimiter_of(row), encoding };
        let texts = fields::texts(row, dialect.delimiter.byte());
        let mut places = [ABSENT; Column::COUNT];
        let mut unknown = Vec::new();
        let mut columns = vec![UNKNOWN; texts.len()];
        for (at, text) in texts.iter().enumerate() {
            let name = encoding.decode(fields::trimmed(text)).into_owned();
            match Column::named(&name, export) {
                Some(column) if places[column as usize] != ABSENT => {
                    return Err(Refusal::DoubleColumn { export, column, number: at + 1 });
                }
                Some(column) => {
                    places[column as usize] = u16::try_from(at).unwrap_or(ABSENT);
                    columns[at] = column as u8;
                }
                None => unknown.push((at + 1, name)),
            }
        }
        let header = Self { export, dialect, count: texts.len(), unknown, places, columns };
        header.check_needs(row)?;
        Ok(header)
    }

    /// The header of a file whose own was not read yet.
    pub(super) fn none(export: Export, encoding: Encoding) -> Self {
        let dialect = Dialect { delimiter: Delimiter::Comma, encoding };
        Self { export, dialect, count: 0, unknown: Vec::new(), places: [ABSENT; Column::COUNT], columns: Vec::new() }
    }

    /// The delimiter, told from the first line of a file.
    pub(super) fn delimiter(bytes: &[u8]) -> Delimiter {
        delimiter_of(bytes.split(|&byte| byte == b'\n').next().unwrap_or_default())
    }

    fn check_needs(&self, row: &[u8]) -> Result<(), Refusal> {
        let missing = |column: &&Column| self.place(**column).is_none();
        let columns = self.export.columns();
        let mut names: Vec<String> = columns
            .iter()
            .filter(|column| column.need() == Need::Required)
            .filter(missing)
            .map(|column| column.name().to_owned())
            .collect();
        let wage = [Column::ReferencePay, Column::ReferenceDays];
        if columns.contains(&Column::Sjr) && missing(&&Column::Sjr) && wage.iter().any(|column| missing(&column)) {
            names.push("sjr (or reference_pay and reference_days)".to_owned());
        }
        if names.is_empty() {
            return Ok(());
        }
        let hint = if row.starts_with(b"\xEF\xBB\xBF") {
            "the file is UTF-8: leave out --encoding"
        } else if row.contains(&b'\r') {
            "its line ends are single carriage returns: export it with LF or CRLF"
        } else if row.contains(&b'\t') && self.count == 1 {
            "tabs stand between its fields: export it with commas or semicolons"
        } else {
            "the header needs it"
        };
        Err(Refusal::MissingColumns { export: self.export, columns: names, hint })
    }

    /// The beneficiary number of a row, where it can be read.
    pub fn id_of(&self, row: &[u8], quoted: bool) -> Option<BeneficiaryId> {
        let place = self.place(Column::BeneficiaryId)?;
        let delimiter = self.dialect.delimiter.byte();
        if place == 0 && !(quoted && row.starts_with(b"\"")) {
            let end = first_place(delimiter, row).unwrap_or(row.len());
            return BeneficiaryId::new(fields::trimmed(&row[..end]));
        }
        self.fields(row).get(place).and_then(|text| BeneficiaryId::new(fields::trimmed(text)))
    }

    /// The place of a column's field in a row, from 0.
    pub fn place(&self, column: Column) -> Option<usize> {
        let place = self.places[column as usize];
        (place != ABSENT).then_some(usize::from(place))
    }

    /// The column whose field stands at a place; `None` of one that the program does not know.
    pub fn column(&self, at: usize) -> Option<Column> {
        self.export.columns().iter().copied().find(|&column| self.place(column) == Some(at))
    }

    /// The fields of a row, without their quotes, with their outer spaces.
    pub fn fields(&self, row: &[u8]) -> Vec<Vec<u8>> {
        fields::texts(row, self.dialect.delimiter.byte())
    }

    /// The number of a column as people count, from 1.
    pub fn number(&self, column: Column) -> Option<usize> {
        self.place(column).map(|place| place + 1)
    }
}

/// The delimiter that stands more often in the header, quoted names apart; a comma where neither does.
fn delimiter_of(row: &[u8]) -> Delimiter {
    let mut in_quotes = false;
    let (mut commas, mut semicolons) = (0, 0);
    for byte in row {
        match byte {
            b'"' => in_quotes = !in_quotes,
            b',' if !in_quotes => commas += 1,
            b';' if !in_quotes => semicolons += 1,
            _ => {}
        }
    }
    if semicolons > commas { Delimiter::Semicolon } else { Delimiter::Comma }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(row: &str) -> Result<Header, Refusal> {
        Header::read(Export::Events, row.as_bytes(), Encoding::Utf8)
    }

    #[test]
    fn columns_come_in_any_order_and_in_french() {
        let header = events("fin;\"Nature\";note;debut;id_beneficiaire").unwrap();
        assert_eq!(header.dialect.delimiter, Delimiter::Semicolon);
        assert_eq!(header.number(Column::BeneficiaryId), Some(5));
        assert_eq!(header.number(Column::Kind), Some(2));
        assert_eq!(header.number(Column::Sjr), None);
        assert_eq!(header.unknown, [(3, "note".to_owned())]);
    }

    #[test]
    fn faulty_headers_are_refused_with_their_names() {
        let told = |row: &str| events(row).unwrap_err().to_string();
        assert_eq!(told("beneficiary_id,start"), "events.csv:1: missing column kind, end; the header needs it");
        assert_eq!(told("beneficiary_id,kind,start,end,debut"), "events.csv:1:5: column start stands twice; keep one");
        assert!(told("").contains("the file is empty"));
        assert!(told("beneficiary_id,kind,start,end\0").contains("not text"));
    }

    #[test]
    fn the_wage_comes_from_one_column_or_from_two() {
        let row = "beneficiary_id,nir,name,iban,procedure_date,contract_end,seniority_months,weekly_hours";
        let read = |more: &str| {
            let row = format!("{row}{more}");
            Header::read(Export::Beneficiaries, row.as_bytes(), Encoding::Utf8)
        };
        assert!(read(",sjr").is_ok());
        assert!(read(",reference_pay,reference_days").is_ok());
        assert!(read(",reference_pay").unwrap_err().to_string().contains("sjr (or reference_pay and reference_days)"));
    }
}
