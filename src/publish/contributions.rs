use super::rows::MonthText;
use crate::facts::Dismissal;
use crate::identity::BeneficiaryId;
use crate::law::contribution::Contribution;

/// Appends a row of `contributions.csv` (R8).
pub fn contribution(
    out: &mut Vec<u8>,
    id: BeneficiaryId,
    month: &MonthText,
    (dismissal, seniority_months): (&Dismissal, Option<u32>),
    due: &Contribution,
) {
    let hundredths = |number: u32| format!("{}.{:02}", number / 100, number % 100);
    let seniority = seniority_months.map(|months| months.to_string()).unwrap_or_default();
    let employer = dismissal.employer.number();
    // What is no number has a digest above all numbers of 14 digits; the anomaly (A203) has the text.
    let employer = if employer < 100_000_000_000_000 { format!("{employer:014}") } else { "?".to_owned() };
    out.extend_from_slice(employer.as_bytes());
    out.push(b',');
    id.write(out);
    for word in [month.iso(), &seniority, &hundredths(dismissal.notice_months)] {
        out.push(b',');
        out.extend_from_slice(word.as_bytes());
    }
    out.push(b',');
    due.notice.write(out);
    out.push(b',');
    out.extend_from_slice(hundredths(dismissal.dif_hours).as_bytes());
    for amount in [due.dif, due.penalty, due.due(), due.state, due.employee_notice] {
        out.push(b',');
        amount.write(out);
    }
    out.push(b'\n');
}
