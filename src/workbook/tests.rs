use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};

use super::*;

const PAYMENTS: &str = "beneficiary_id,nir,name,iban,month,regime,asr_days,asr_gross,pension_offset,participation,asr_net,idr,arrears,recovered,net,end_to_end_id\n";
const ANOMALIES: &str = "code,severity,effect,beneficiary_id,file,line,column,found,message,article\n";

fn summary(payments: u64, net: &str) -> Summary {
    let amounts = serde_json::json!({
        "payments": payments, "asr_days": 0, "asr_gross": net, "pension_offset": "0.00", "participation": "0.00",
        "asr_net": net, "idr": "0.00", "arrears": "0.00", "recovered": "0.00", "net": net,
    });
    let summary = serde_json::json!({
        "program": "versement", "law": {"name": "crp", "verified_until": "2012-06-30", "sha256": ""},
        "month": "2009-05", "provisional": false, "encoding": "utf-8", "inputs": [], "started": "", "finished": "",
        "rows": {}, "outcomes": {"paid": payments, "nil": 0, "held": 0, "refused": 0}, "nil_reasons": {},
        "totals": amounts, "by_regime": {}, "anomalies": {}, "outputs": [],
    });
    serde_json::from_value(summary).unwrap()
}

fn written(rows: u32, limit: u32, net: &str) -> Result<Xlsx<Cursor<Vec<u8>>>, WorkbookError> {
    let row = |at: u32| {
        format!(
            "{at:04},010203,=1+1,FR76,2009-05,crp-2006,31,10.10,0.00,0.00,10.10,0.00,0.00,0.00,10.10,{at:04}-200905\n"
        )
    };
    let payments = PAYMENTS.to_owned() + &(0..rows).map(row).collect::<String>();
    let tables = Tables { payments: payments.as_bytes(), anomalies: ANOMALIES.as_bytes(), arrears: None, claims: None };
    let mut out = Cursor::new(Vec::new());
    write_limited(&summary(u64::from(rows), net), tables, Lang::En, limit, &std::env::temp_dir(), &mut out)?;
    out.set_position(0);
    Ok(Xlsx::new(out).unwrap())
}

#[test]
fn a_table_that_is_too_long_goes_on_on_another_sheet_and_the_totals_take_in_all() {
    // A head and nine rows on each sheet.
    for (rows, sheets) in [(0, 1), (8, 1), (9, 1), (10, 2), (18, 2), (25, 3)] {
        let mut book = written(rows, 10, &crate::money::Cents(1010 * i64::from(rows)).to_string()).unwrap();
        let names: Vec<_> = book.sheet_names().into_iter().filter(|name| name.starts_with("Payments")).collect();
        assert_eq!(names.len(), sheets, "{rows}: {names:?}");
        let mut ids = Vec::new();
        for name in &names {
            let range = book.worksheet_range(name).unwrap();
            assert_eq!(range.get_value((0, 0)), Some(&Data::String("Beneficiary".to_owned())));
            ids.extend(range.rows().skip(1).map(|row| row[0].to_string()));
        }
        assert_eq!(ids, (0..rows).map(|at| format!("{at:04}")).collect::<Vec<_>>());
        let formulas = book.worksheet_formula("Summary").unwrap();
        let net = formulas.used_cells().map(|(_, _, formula)| formula).find(|formula| formula.contains("!O2"));
        let net = net.unwrap();
        assert!(names.iter().all(|name| net.contains(&format!("'{name}'!O2:O"))), "{net}");
    }
}

#[test]
fn identifiers_and_texts_that_look_like_formulas_stay_texts() {
    let mut book = written(1, ROWS, "10.10").unwrap();
    let range = book.worksheet_range("Payments").unwrap();
    let row: Vec<_> = range.rows().nth(1).unwrap().to_vec();
    assert_eq!(row[1], Data::String("010203".to_owned()));
    assert_eq!(row[2], Data::String("=1+1".to_owned()));
    assert_eq!(row[14], Data::Float(10.1));
}

#[test]
fn rows_that_do_not_add_up_to_the_summary_give_no_workbook() {
    assert!(matches!(written(2, ROWS, "20.21"), Err(WorkbookError::Disagreement { what: "asr_gross", .. })));
}
