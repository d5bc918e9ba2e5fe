//! The first sheet: what the run says it came to, beside what the sheets add up to.

use rust_xlsxwriter::{Formula, Worksheet};

use super::WorkbookError;
use super::sheets::{Formats, Written, euros};
use crate::explain::words::{Lang, outcome};
use crate::money::Cents;
use crate::publish::summary::Summary;
use crate::results::amount;
use crate::results::columns::{ANOMALIES, ARREARS, CLAIMS, Column, PAYMENTS};

/// The tables as they were written.
pub(super) struct Sheets {
    pub(super) payments: Written,
    pub(super) anomalies: Written,
    pub(super) arrears: Option<Written>,
    pub(super) claims: Option<Written>,
}

/// A total that must come out twice: said by the run, added up from the sheets.
struct Control {
    what: [&'static str; 2],
    name: &'static str,
    said: Total,
    formula: String,
    sum: Total,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Total {
    Amount(Cents),
    Number(u64),
}

impl Total {
    fn text(self) -> String {
        match self {
            Self::Amount(cents) => cents.to_string(),
            Self::Number(number) => number.to_string(),
        }
    }

    /// What a program without formulas shows in the cell: numbers of workbooks are floats; nothing is computed with it.
    fn value(self) -> f64 {
        match self {
            Self::Amount(cents) => euros(cents),
            Self::Number(number) => number.to_string().parse().unwrap_or_default(),
        }
    }
}

/// The place of a column. A name that none has, or an amount that can't be read, is nothing here, and then the sum differs from what
/// the run said: such a workbook is refused ([`WorkbookError::Disagreement`]).
fn place(columns: &[Column], name: &str) -> usize {
    columns.iter().position(|column| column.name == name).unwrap_or_default()
}

fn amount_control(
    what: [&'static str; 2],
    name: &'static str,
    said: &str,
    (written, columns): (&Written, &[Column]),
) -> Control {
    let at = place(columns, name);
    let formula = format!("=SUM({})", written.cells(at));
    let said = Total::Amount(amount(said).unwrap_or_default());
    Control { what, name, said, formula, sum: Total::Amount(written.sums[at]) }
}

fn controls(summary: &Summary, sheets: &Sheets) -> Vec<Control> {
    let totals = &summary.totals;
    let payments = &sheets.payments;
    let mut all = vec![Control {
        what: ["Payments", "Paiements"],
        name: "payments",
        said: Total::Number(totals.payments),
        formula: format!("=COUNTA({})", payments.cells(place(PAYMENTS, "beneficiary_id"))),
        sum: Total::Number(payments.rows),
    }];
    let of_payments = [
        (["ASR gross", "ASR brute"], "asr_gross", &totals.asr_gross),
        (["Pension offset", "Déduction des pensions"], "pension_offset", &totals.pension_offset),
        (["Participation", "Participation"], "participation", &totals.participation),
        (["ASR net", "ASR nette"], "asr_net", &totals.asr_net),
        (["IDR", "IDR"], "idr", &totals.idr),
        (["Arrears", "Rappels"], "arrears", &totals.arrears),
        (["Recovered", "Récupéré"], "recovered", &totals.recovered),
        (["Net to pay", "Net à payer"], "net", &totals.net),
    ];
    for (what, name, said) in of_payments {
        all.push(amount_control(what, name, said, (payments, PAYMENTS)));
    }
    if let Some(arrears) = &sheets.arrears {
        let what = ["Arrears, month by month", "Rappels, mois par mois"];
        all.push(amount_control(what, "amount", &totals.arrears, (arrears, ARREARS)));
    }
    if let Some(claims) = &sheets.claims {
        let what = ["Recovered, overpayment by overpayment", "Récupéré, trop-perçu par trop-perçu"];
        all.push(amount_control(what, "recovered", &totals.recovered, (claims, CLAIMS)));
    }
    all.push(Control {
        what: ["Findings", "Constats"],
        name: "anomalies",
        said: Total::Number(summary.anomalies.values().sum()),
        formula: format!("=COUNTA({})", sheets.anomalies.cells(place(ANOMALIES, "code"))),
        sum: Total::Number(sheets.anomalies.rows),
    });
    all
}

/// Writes the sheet.
pub(super) fn write(
    sheet: &mut Worksheet,
    summary: &Summary,
    sheets: &Sheets,
    formats: &Formats,
    lang: Lang,
) -> Result<(), WorkbookError> {
    let word = |words: [&'static str; 2]| words[lang as usize];
    for (column, width) in [(0, 38.0), (1, 20.0), (2, 20.0), (3, 14.0), (4, 10.0)] {
        sheet.set_column_width(column, width)?;
    }
    sheet.set_print_fit_to_pages(1, 0);
    let identity = &summary.identity;
    sheet.write_string_with_format(
        0,
        0,
        format!("{} {}", word(["Payments of", "Paiements de"]), identity.month),
        &formats.title,
    )?;
    let facts = [
        (
            ["Law", "Droit"],
            format!(
                "{} ({} {})",
                identity.law.name,
                word(["verified until", "vérifié jusqu'au"]),
                identity.law.verified_until
            ),
        ),
        (["Finished (UTC)", "Terminé (UTC)"], summary.finished.clone()),
        (["Program", "Programme"], identity.program.clone()),
    ];
    let mut row = 1;
    for (what, value) in facts {
        sheet.write_string(row, 0, word(what))?.write_string(row, 1, value)?;
        row += 1;
    }
    row += 1;
    for (head, at) in [
        ["Control totals", "Totaux de contrôle"],
        ["Of the run", "Du passage"],
        ["Of the sheets", "Des feuilles"],
        ["Difference", "Écart"],
        ["Agrees", "Accord"],
    ]
    .into_iter()
    .zip(0..)
    {
        sheet.write_string_with_format(row, at, word(head), &formats.head)?;
    }
    row += 1;
    let (yes, no) = (word(["yes", "oui"]), word(["NO", "NON"]));
    for control in controls(summary, sheets) {
        if control.said != control.sum {
            let (rows, summary) = (control.sum.text(), control.said.text());
            return Err(WorkbookError::Disagreement { what: control.name, rows, summary });
        }
        let format = match (control.said, control.name) {
            (Total::Number(_), _) => &formats.whole,
            (_, "net") => &formats.total,
            _ => &formats.amount,
        };
        let line = row + 1;
        let difference = Formula::new(format!("=ROUND(B{line}-C{line},2)")).set_result("0");
        let agrees = Formula::new(format!("=IF(D{line}=0,\"{yes}\",\"{no}\")")).set_result(yes);
        sheet
            .write_string(row, 0, word(control.what))?
            .write_number_with_format(row, 1, control.said.value(), format)?
            .write_formula_with_format(row, 2, Formula::new(control.formula).set_result(control.sum.text()), format)?
            .write_formula_with_format(row, 3, difference, format)?
            .write_formula(row, 4, agrees)?;
        row += 1;
    }
    row += 1;
    sheet.write_string_with_format(row, 0, word(["Rows by outcome", "Lignes par décision"]), &formats.head)?;
    sheet.write_string_with_format(row, 1, word(["Number", "Nombre"]), &formats.head)?;
    let outcomes = &summary.outcomes;
    let first = row + 2;
    for (name, number) in
        [("paid", outcomes.paid), ("nil", outcomes.nil), ("held", outcomes.held), ("refused", outcomes.refused)]
    {
        row += 1;
        sheet.write_string(row, 0, outcome(name, lang))?;
        sheet.write_number_with_format(row, 1, Total::Number(number).value(), &formats.whole)?;
    }
    row += 1;
    let all = Formula::new(format!("=SUM(B{first}:B{row})")).set_result(outcomes.sum().to_string());
    sheet.write_string_with_format(row, 0, word(["Rows read", "Lignes lues"]), &formats.strong)?;
    sheet.write_formula_with_format(row, 1, all, &formats.whole)?;
    row += 2;
    for (head, at) in [["File", "Fichier"], ["Bytes", "Octets"], ["SHA-256", "SHA-256"]].into_iter().zip(0..) {
        sheet.write_string_with_format(row, at, word(head), &formats.head)?;
    }
    for file in identity.inputs.iter().chain(&summary.outputs) {
        row += 1;
        sheet.write_string(row, 0, &file.name)?;
        sheet.write_number_with_format(row, 1, Total::Number(file.bytes).value(), &formats.whole)?;
        sheet.write_string(row, 2, file.sha256.as_deref().unwrap_or("—"))?;
    }
    Ok(())
}
