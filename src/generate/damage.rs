//! Rows as broken as those that real exports hold: what befalls the bytes of one row.

use super::rows::Export;

/// One thing wrong with the bytes of a row.
#[derive(Clone, Copy, Debug)]
pub(super) enum Damage {
    /// Something else stands in a column.
    Instead { column: &'static str, text: &'static [u8] },
    /// The last digit of a column is another one.
    LastDigit { column: &'static str },
    /// The end of a column is cut off.
    Cut { column: &'static str },
    /// A separator too many.
    ExtraField,
    /// The last field is missing.
    MissingField,
}

/// Damages the row that begins at `from` and has no line end yet.
pub(super) fn inflict(damage: Damage, export: Export, out: &mut Vec<u8>, from: usize) {
    let row = out.split_off(from);
    let mut fields = fields(&row);
    let place = |column| export.header().split(',').position(|name| name == column).unwrap_or(0);
    match damage {
        Damage::Instead { column, text } => fields[place(column)] = text.to_vec(),
        Damage::LastDigit { column } => {
            if let Some(digit) = fields[place(column)].last_mut() {
                *digit = b'0' + (*digit + 1 - b'0') % 10;
            }
        }
        Damage::Cut { column } => {
            let field = &mut fields[place(column)];
            field.truncate(field.len() - 2);
        }
        Damage::ExtraField => fields.insert(1, Vec::new()),
        Damage::MissingField => fields.truncate(fields.len() - 1),
    }
    out.extend_from_slice(&fields.join(&b','));
}

/// The fields as they stand, with their quotes.
fn fields(row: &[u8]) -> Vec<Vec<u8>> {
    let mut fields = vec![Vec::new()];
    let mut quoted = false;
    for &byte in row {
        quoted ^= byte == b'"';
        match fields.last_mut() {
            Some(field) if byte != b',' || quoted => field.push(byte),
            _ => fields.push(Vec::new()),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_column_changes() {
        let row = "B1,10,\"Petit, Zoé\",FR7612,2009-01-01";
        let cases = [
            (Damage::Instead { column: "nir", text: b"" }, "B1,,\"Petit, Zoé\",FR7612,2009-01-01"),
            (Damage::LastDigit { column: "iban" }, "B1,10,\"Petit, Zoé\",FR7613,2009-01-01"),
            (Damage::Cut { column: "iban" }, "B1,10,\"Petit, Zoé\",FR76,2009-01-01"),
            (Damage::ExtraField, "B1,,10,\"Petit, Zoé\",FR7612,2009-01-01"),
            (Damage::MissingField, "B1,10,\"Petit, Zoé\",FR7612"),
        ];
        for (damage, expected) in cases {
            let mut out = format!("before\n{row}").into_bytes();
            inflict(damage, Export::Beneficiaries, &mut out, 7);
            assert_eq!(String::from_utf8_lossy(&out), format!("before\n{expected}"), "{damage:?}");
        }
    }
}
