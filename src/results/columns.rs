//! The columns of the published files as people see them: under which name, and as what.

/// How a field stands in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// As text, whatever it looks like: identifiers keep their zeros.
    Text,
    /// As a month.
    Month,
    /// As a number of euros.
    Amount,
    /// As a whole number.
    Whole,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Its name in the file.
    pub(crate) name: &'static str,
    /// Its head, in English and in French.
    pub(crate) heads: [&'static str; 2],
    /// What it holds.
    pub(crate) kind: Kind,
    /// How wide, in letters.
    pub(crate) width: u8,
}

const fn column(name: &'static str, heads: [&'static str; 2], kind: Kind, width: u8) -> Column {
    Column { name, heads, kind, width }
}

use Kind::{Amount, Month, Text, Whole};

/// `payments.csv`.
pub(crate) const PAYMENTS: &[Column] = &[
    column("beneficiary_id", ["Beneficiary", "Bénéficiaire"], Text, 16),
    column("nir", ["NIR", "NIR"], Text, 17),
    column("name", ["Name", "Nom"], Text, 28),
    column("iban", ["IBAN", "IBAN"], Text, 32),
    column("month", ["Month", "Mois"], Month, 9),
    column("regime", ["Regime", "Convention"], Text, 11),
    column("asr_days", ["ASR days", "Jours d'ASR"], Whole, 10),
    column("asr_gross", ["ASR gross", "ASR brute"], Amount, 14),
    column("pension_offset", ["Pension offset", "Déduction pension"], Amount, 16),
    column("participation", ["Participation", "Participation"], Amount, 14),
    column("asr_net", ["ASR net", "ASR nette"], Amount, 14),
    column("idr", ["IDR", "IDR"], Amount, 14),
    column("arrears", ["Arrears", "Rappels"], Amount, 14),
    column("recovered", ["Recovered", "Récupéré"], Amount, 14),
    column("net", ["Net", "Net"], Amount, 14),
    column("end_to_end_id", ["Reference", "Référence"], Text, 24),
];

/// `anomalies.csv`.
pub(crate) const ANOMALIES: &[Column] = &[
    column("code", ["Code", "Code"], Text, 7),
    column("severity", ["Severity", "Gravité"], Text, 10),
    column("effect", ["Effect", "Effet"], Text, 14),
    column("beneficiary_id", ["Beneficiary", "Bénéficiaire"], Text, 16),
    column("file", ["File", "Fichier"], Text, 18),
    column("line", ["Line", "Ligne"], Whole, 9),
    column("column", ["Column", "Colonne"], Whole, 9),
    column("found", ["Found", "Trouvé"], Text, 28),
    column("message", ["Message", "Message"], Text, 70),
    column("article", ["Article", "Article"], Text, 40),
];

/// `arrears.csv`.
pub(crate) const ARREARS: &[Column] = &[
    column("beneficiary_id", ["Beneficiary", "Bénéficiaire"], Text, 16),
    column("month", ["Month", "Mois"], Month, 9),
    column("kind", ["Kind", "Nature"], Text, 8),
    column("asr_days", ["ASR days", "Jours d'ASR"], Whole, 10),
    column("asr_gross", ["ASR gross", "ASR brute"], Amount, 14),
    column("pension_offset", ["Pension offset", "Déduction pension"], Amount, 16),
    column("participation", ["Participation", "Participation"], Amount, 14),
    column("amount", ["Amount", "Montant"], Amount, 14),
    column("reason", ["Reason", "Motif"], Text, 24),
    column("changed", ["Changed", "Changement"], Text, 40),
];

/// `claims.csv`.
pub(crate) const CLAIMS: &[Column] = &[
    column("beneficiary_id", ["Beneficiary", "Bénéficiaire"], Text, 16),
    column("month", ["Month", "Mois"], Month, 9),
    column("kind", ["Kind", "Nature"], Text, 8),
    column("raised", ["Raised by run", "Passage d'origine"], Whole, 13),
    column("asr_days", ["ASR days", "Jours d'ASR"], Whole, 10),
    column("asr_gross", ["ASR gross", "ASR brute"], Amount, 14),
    column("pension_offset", ["Pension offset", "Déduction pension"], Amount, 16),
    column("participation", ["Participation", "Participation"], Amount, 14),
    column("amount", ["Amount", "Montant"], Amount, 14),
    column("recovered", ["Recovered", "Récupéré"], Amount, 14),
    column("balance", ["Balance", "Solde"], Amount, 14),
    column("reason", ["Reason", "Motif"], Text, 24),
    column("changed", ["Changed", "Changement"], Text, 40),
];

/// `decisions.csv`.
pub(crate) const DECISIONS: &[Column] = &[
    column("beneficiary_id", ["Beneficiary", "Bénéficiaire"], Text, 16),
    column("line", ["Line", "Ligne"], Whole, 9),
    column("outcome", ["Outcome", "Décision"], Text, 10),
    column("reason", ["Reason", "Motif"], Text, 24),
    column("net", ["Net", "Net"], Amount, 14),
];

/// `changed-ibans.csv`.
pub(crate) const CHANGED_IBANS: &[Column] = &[
    column("beneficiary_id", ["Beneficiary", "Bénéficiaire"], Text, 16),
    column("old_iban", ["Old IBAN", "Ancien IBAN"], Text, 32),
    column("new_iban", ["New IBAN", "Nouvel IBAN"], Text, 32),
];

/// The published tables, each with its columns; the last three only a ledger has.
pub(crate) const TABLES: [(&str, &[Column]); 6] = [
    ("payments.csv", PAYMENTS),
    ("anomalies.csv", ANOMALIES),
    ("decisions.csv", DECISIONS),
    ("arrears.csv", ARREARS),
    ("claims.csv", CLAIMS),
    ("changed-ibans.csv", CHANGED_IBANS),
];
