//! The yardstick: reads the three exports as byte records with the csv crate, on one thread, and does nothing with them.
//! Arguments: EXPORTS.

use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let exports = std::env::args().nth(1).ok_or("say where the exports are")?;
    let mut record = csv::ByteRecord::new();
    for name in ["beneficiaries.csv", "events.csv", "earnings.csv"] {
        let mut reader =
            csv::ReaderBuilder::new().buffer_capacity(256 << 10).from_path(Path::new(&exports).join(name))?;
        let (mut rows, mut fields) = (0_u64, 0);
        while reader.read_byte_record(&mut record)? {
            rows += 1;
            fields += record.len();
        }
        println!("{name}: {rows} rows, {fields} fields");
    }
    Ok(())
}
