//! The exports as records of fixed width, for COBOL. Arguments: EXPORTS OUT.
//!
//! To COBOL's advantage this does more than to change the form: numbers of beneficiaries and employers and bank accounts lose
//! their spaces, dates become 20090531 and amounts whole cents, absent ones zeros, and a name stays quoted as it is in CSV.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use csv::ByteRecord;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [exports, out] = arguments.as_slice() else { return Err("say EXPORTS OUT".into()) };
    convert(exports, out, "beneficiaries", |row, line| {
        text(line, &row[0], 11)?;
        text(line, &without_spaces(&row[1]), 15)?;
        text(line, &quoted(&row[2]), 80)?;
        text(line, &without_spaces(&row[3]), 34)?;
        day(line, &row[4]);
        day(line, &row[5]);
        decimal(line, &row[6], 0, 4)?;
        decimal(line, &row[7], 2, 9)?;
        decimal(line, &row[8], 2, 9)?;
        decimal(line, &row[9], 0, 4)?;
        decimal(line, &row[10], 2, 4)?;
        decimal(line, if row[11].is_empty() { b"1" } else { &row[11] }, 9, 10)?;
        decimal(line, &row[12], 0, 5)?;
        decimal(line, &row[13], 2, 9)?;
        text(line, &row[14], 1)?;
        decimal(line, &row[15], 2, 9)?;
        day(line, &row[16]);
        day(line, &row[17]);
        Ok(())
    })?;
    convert(exports, out, "events", |row, line| {
        text(line, &row[0], 11)?;
        text(line, &row[1], 20)?;
        day(line, &row[2]);
        day(line, &row[3]);
        Ok(())
    })?;
    convert(exports, out, "earnings", |row, line| {
        text(line, &row[0], 11)?;
        text(line, &without_spaces(&row[1]), 14)?;
        line.extend(row[2].iter().filter(|byte| byte.is_ascii_digit()));
        day(line, &row[3]);
        day(line, &row[4]);
        decimal(line, &row[5], 2, 4)?;
        decimal(line, &row[6], 2, 9)?;
        day(line, &row[8]);
        Ok(())
    })
}

fn convert(
    exports: &str,
    out: &str,
    name: &str,
    row: impl Fn(&ByteRecord, &mut Vec<u8>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut reader = csv::Reader::from_path(Path::new(exports).join(format!("{name}.csv")))?;
    let mut writer = BufWriter::with_capacity(1 << 20, File::create(Path::new(out).join(format!("{name}.dat")))?);
    let (mut record, mut line) = (ByteRecord::new(), Vec::new());
    while reader.read_byte_record(&mut record)? {
        line.clear();
        row(&record, &mut line)?;
        writer.write_all(&line)?;
    }
    Ok(writer.flush()?)
}

fn text(line: &mut Vec<u8>, text: &[u8], width: usize) -> Result<(), Failure> {
    let end = line.len() + width;
    line.extend_from_slice(text);
    if line.len() > end {
        return Err(format!("{} is wider than {width}", String::from_utf8_lossy(text)).into());
    }
    line.resize(end, b' ');
    Ok(())
}

fn without_spaces(text: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(|&byte| byte != b' ').collect()
}

fn quoted(text: &[u8]) -> Vec<u8> {
    if !text.iter().any(|byte| matches!(byte, b',' | b'"')) {
        return text.to_vec();
    }
    let inner = text.iter().flat_map(|&byte| std::iter::repeat_n(byte, if byte == b'"' { 2 } else { 1 }));
    std::iter::once(b'"').chain(inner).chain([b'"']).collect()
}

fn day(line: &mut Vec<u8>, text: &[u8]) {
    match text.len() {
        0 => line.extend_from_slice(b"00000000"),
        _ => line.extend(text.iter().filter(|byte| byte.is_ascii_digit())),
    }
}

fn decimal(line: &mut Vec<u8>, text: &[u8], places: usize, width: usize) -> Result<(), Failure> {
    let text = str::from_utf8(text)?;
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{:0>width$}", format!("{whole}{rest:0<places$}"));
    if digits.len() > width {
        return Err(format!("{text} has more than {width} digits").into());
    }
    line.extend_from_slice(digits.as_bytes());
    Ok(())
}
