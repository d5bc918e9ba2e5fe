use super::*;

/// Gives a few bytes at a time.
struct Trickle<'t>(&'t [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(buffer.len()).min(self.0.len());
        let (given, rest) = self.0.split_at(count);
        buffer[..count].copy_from_slice(given);
        self.0 = rest;
        Ok(count)
    }
}

fn rows(text: &str, wanted: usize, step: usize) -> Result<(Vec<(u64, String)>, InputDigest), Refusal> {
    let input = Trickle(text.as_bytes(), step);
    let mut reader = BlockReader::open(Export::Events, input, Encoding::Utf8, true)?;
    let mut rows = Vec::new();
    loop {
        reader.fill(wanted)?;
        let count = reader.buffered().len();
        if count == 0 {
            return Ok((rows, reader.seen().unwrap()));
        }
        let mut batch = Batch::default();
        reader.take(count.div_ceil(2), &mut batch);
        let texts = batch.rows[Export::Events as usize].iter();
        rows.extend(
            texts.map(|row| (row.line, String::from_utf8_lossy(row.of(batch.bytes_of(Export::Events))).into_owned())),
        );
    }
}

const TEXT: &str = "\u{feff}beneficiary_id,kind,start,end\r\nA,sickness,\"2009-05-01\",\r\n\r\nB,\"a\nb\",,\nC,x,y,z";

#[test]
fn rows_and_lines_do_not_hang_on_how_the_bytes_come() {
    let (expected, seen) = rows(TEXT, 1 << 20, usize::MAX).unwrap();
    let lines: Vec<_> = expected.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [2, 4, 6]);
    assert_eq!((seen.rows, seen.bytes, seen.cut_at), (3, TEXT.len() as u64, Some(6)));
    for (wanted, step) in [(1, 1), (7, 3), (40, 64), (1, usize::MAX)] {
        let (read, again) = rows(TEXT, wanted, step).unwrap();
        assert_eq!((read, again), (expected.clone(), seen.clone()), "{wanted} {step}");
    }
}

#[test]
fn a_file_that_came_whole_with_its_header_still_has_its_rows() {
    // The first version took the end of the file for the end of its rows.
    let (read, _) = rows("beneficiary_id,kind,start,end\nA,sickness,2009-05-01,\n", 1 << 20, usize::MAX).unwrap();
    assert_eq!(read.len(), 1);
}

#[test]
fn quotes_that_hide_rows_refuse_the_file_with_the_place_where_they_open() {
    let told = |text: &str| rows(&format!("beneficiary_id,kind,start,end\n{text}"), 8, 5).unwrap_err().to_string();
    assert!(told("A,b,c,d\nB,\"x,y\nC,d,e,f\n").starts_with("events.csv:3:2: this quote never closes"));
    assert!(told("A,\"b\nc\",\"d\"e,f\n").starts_with("events.csv:3:3: text stands behind the quote"));
}

#[test]
fn an_empty_file_is_refused_and_a_header_alone_is_not() {
    assert!(matches!(rows("", 8, 5), Err(Refusal::Empty { .. })));
    assert!(matches!(rows("\u{feff}", 8, 5), Err(Refusal::Empty { .. })));
    assert!(matches!(rows("\n", 8, 5), Err(Refusal::Empty { .. })));
    assert_eq!(rows("beneficiary_id,kind,start,end", 8, 5).unwrap().0, []);
}
