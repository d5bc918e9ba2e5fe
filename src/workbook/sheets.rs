//! Tables of any length on sheets of a bounded one, a row in memory at a time.

use std::io::Read;

use rust_xlsxwriter::{Color, Format, FormatBorder, Workbook, Worksheet};

use super::WorkbookError;
use crate::explain::words::Lang;
use crate::money::Cents;
use crate::results::columns::{Column, Kind};
use crate::results::{ResultsError, Rows, amount};

/// Rows that a sheet can have, its head among them.
pub(super) const ROWS: u32 = 1_048_576;

/// How cells look.
pub(super) struct Formats {
    pub(super) head: Format,
    pub(super) text: Format,
    pub(super) amount: Format,
    pub(super) whole: Format,
    pub(super) title: Format,
    pub(super) strong: Format,
    pub(super) total: Format,
}

impl Formats {
    pub(super) fn new() -> Self {
        let amount = Format::new().set_num_format("#,##0.00\\ \"€\"");
        let head = Format::new().set_bold().set_text_wrap().set_border_bottom(FormatBorder::Medium);
        Self {
            head: head.set_background_color(Color::RGB(0x00E8_EEF6)),
            text: Format::new().set_num_format("@"),
            total: amount.clone().set_bold().set_border_top(FormatBorder::Thin),
            amount,
            whole: Format::new().set_num_format("#,##0"),
            title: Format::new().set_bold().set_font_size(16),
            strong: Format::new().set_bold(),
        }
    }

    fn of(&self, kind: Kind) -> &Format {
        match kind {
            Kind::Text | Kind::Month => &self.text,
            Kind::Amount => &self.amount,
            Kind::Whole => &self.whole,
        }
    }
}

/// A table as it was written.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Each sheet: its name, and its last row, counted from 1 with the head.
    pub(super) sheets: Vec<(String, u32)>,
    /// Rows without heads.
    pub(super) rows: u64,
    /// The sum of each column of amounts, by its place.
    pub(super) sums: Vec<Cents>,
}

impl Written {
    /// The cells of a column on all sheets, as arguments of a function: `Payments!H2:H300,'Payments 2'!H2:H7`.
    pub(super) fn cells(&self, column: usize) -> String {
        let letter = rust_xlsxwriter::utility::column_number_to_name(u16::try_from(column).unwrap_or_default());
        let cells = self.sheets.iter().map(|(name, last)| format!("'{name}'!{letter}2:{letter}{}", (*last).max(2)));
        cells.collect::<Vec<_>>().join(",")
    }
}

/// An amount as the number that a cell holds: the nearest one to these euros and cents.
pub(super) fn euros(amount: Cents) -> f64 {
    amount.to_string().parse().unwrap_or_default()
}

/// Writes a table, on as many sheets as it needs.
pub(super) fn write<R: Read>(
    workbook: &mut Workbook,
    name: &'static str,
    columns: &[Column],
    mut rows: Rows<R>,
    (formats, lang, limit): (&Formats, Lang, u32),
) -> Result<Written, WorkbookError> {
    let places = places(name, columns, &rows)?;
    let mut written = Written { sums: vec![Cents::ZERO; columns.len()], ..Written::default() };
    let mut has_row = rows.read()?;
    loop {
        let number = written.sheets.len() + 1;
        let own = if number == 1 { name.to_owned() } else { format!("{name} {number}") };
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        head(sheet, &own, columns, formats, lang)?;
        let mut last = 1;
        while has_row && last < limit {
            for ((place, column), at) in places.iter().zip(columns).zip(0..) {
                let field = rows.fields().get(*place).unwrap_or_default();
                match column.kind {
                    _ if field.is_empty() => {}
                    Kind::Text | Kind::Month => _ = sheet.write_string_with_format(last, at, field, &formats.text)?,
                    Kind::Amount => {
                        let cents = amount(field).ok_or_else(|| wrong(name, column))?;
                        written.sums[usize::from(at)] += cents;
                        sheet.write_number_with_format(last, at, euros(cents), &formats.amount)?;
                    }
                    Kind::Whole => {
                        let whole: i32 = field.parse().map_err(|_| wrong(name, column))?;
                        sheet.write_number_with_format(last, at, whole, &formats.whole)?;
                    }
                }
            }
            last += 1;
            written.rows += 1;
            has_row = rows.read()?;
        }
        let right = u16::try_from(columns.len().saturating_sub(1)).unwrap_or_default();
        sheet.autofilter(0, 0, last - 1, right)?;
        written.sheets.push((own, last));
        if !has_row {
            return Ok(written);
        }
    }
}

fn head(
    sheet: &mut Worksheet,
    name: &str,
    columns: &[Column],
    formats: &Formats,
    lang: Lang,
) -> Result<(), WorkbookError> {
    sheet.set_name(name)?.set_freeze_panes(1, 1)?.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    for (column, at) in columns.iter().zip(0..) {
        sheet.set_column_width(at, f64::from(column.width))?;
        sheet.set_column_format(at, formats.of(column.kind))?;
        sheet.write_string_with_format(0, at, column.heads[lang as usize], &formats.head)?;
    }
    Ok(())
}

/// Where each column stands in the file.
fn places<R: Read>(name: &'static str, columns: &[Column], rows: &Rows<R>) -> Result<Vec<usize>, ResultsError> {
    let place = |column: &Column| {
        let found = rows.header().iter().position(|head| head == column.name);
        found.ok_or_else(|| wrong(name, column))
    };
    columns.iter().map(place).collect()
}

fn wrong(file: &'static str, column: &Column) -> ResultsError {
    ResultsError {
        file,
        place: format!(" ({})", column.name),
        what: "a column is missing or not what it holds".to_owned(),
    }
}
