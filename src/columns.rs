//! The columns of the exports: the one table of their names, English and French.

use std::fmt;

/// One of the exports of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Export {
    /// `beneficiaries.csv`, required.
    Beneficiaries,
    /// `events.csv`, optional.
    Events,
    /// `earnings.csv`, required.
    Earnings,
    /// `followup.csv`, optional.
    Followup,
    /// `employers.csv`, optional.
    Employers,
}

impl Export {
    /// How many there are.
    pub const COUNT: usize = 5;
    /// All exports, in the order in which their findings stand.
    pub const ALL: [Self; Self::COUNT] =
        [Self::Beneficiaries, Self::Events, Self::Earnings, Self::Followup, Self::Employers];

    /// The name of its file.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Beneficiaries => "beneficiaries.csv",
            Self::Events => "events.csv",
            Self::Earnings => "earnings.csv",
            Self::Followup => "followup.csv",
            Self::Employers => "employers.csv",
        }
    }

    /// Whether a month may do without it.
    pub const fn is_optional(self) -> bool {
        !matches!(self, Self::Beneficiaries | Self::Earnings)
    }

    /// An export without rows: its header, by the names of its columns.
    pub fn empty(self) -> Vec<u8> {
        let names: Vec<_> = self.columns().iter().map(|column| column.name()).collect();
        (names.join(",") + "\n").into_bytes()
    }

    /// Its columns in the order of `docs/FORMATS.md`.
    pub const fn columns(self) -> &'static [Column] {
        use Column::*;
        match self {
            Self::Beneficiaries => &[
                BeneficiaryId,
                Nir,
                Name,
                Iban,
                ProcedureDate,
                ContractEnd,
                SeniorityMonths,
                Sjr,
                ReferencePay,
                ReferenceDays,
                WeeklyHours,
                PartTimeRatio,
                AreDays,
                NoticeDaily,
                PensionCategory,
                PensionMonthly,
                PensionStart,
                PensionEnd,
            ],
            Self::Events => &[BeneficiaryId, Kind, Start, End],
            Self::Earnings => {
                &[BeneficiaryId, Employer, Month, JobStart, JobEnd, WeeklyHours, BaseMonthlyGross, GrossPaid, Proof]
            }
            Self::Followup => &[
                BeneficiaryId,
                Adviser,
                ProposalDate,
                AcceptanceDate,
                ProtectedDecisionDate,
                InterviewDate,
                PlanDate,
                ReclassifiedOn,
                LastContact,
            ],
            Self::Employers => &[
                BeneficiaryId,
                Employer,
                NoticeMonths,
                MonthlyPayWithCharges,
                MonthlyGrossAverage,
                DifHours,
                NetHourlyPay,
                Proposed,
            ],
        }
    }
}

impl fmt::Display for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.file_name())
    }
}

macro_rules! columns {
    ($($column:ident = $name:literal, $need:ident, [$($alias:literal),*];)*) => {
        /// A column that the program knows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "each is the column of its name; docs/FORMATS.md says what stands in it")]
        pub enum Column { $($column),* }

        impl Column {
            /// How many columns there are.
            pub const COUNT: usize = [$(Self::$column),*].len();

            /// The name in the header.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$column => $name),* }
            }

            /// French names that a header may have instead.
            pub const fn aliases(self) -> &'static [&'static str] {
                match self { $(Self::$column => &[$($alias),*]),* }
            }

            /// Whether an export must have the column.
            pub const fn need(self) -> Need {
                match self { $(Self::$column => Need::$need),* }
            }
        }
    };
}

/// Whether an export must have a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The file is refused without it.
    Required,
    /// `sjr`, or both columns that it follows from.
    Wage,
    /// Absent is the same as blank in every row.
    Optional,
}

columns! {
    BeneficiaryId = "beneficiary_id", Required, ["id_beneficiaire", "identifiant_beneficiaire", "beneficiaire"];
    Nir = "nir", Required, ["numero_securite_sociale", "nir_beneficiaire"];
    Name = "name", Required, ["nom", "nom_prenom"];
    Iban = "iban", Required, ["compte"];
    ProcedureDate = "procedure_date", Required, ["date_procedure", "date_engagement_procedure"];
    ContractEnd = "contract_end", Required, ["fin_contrat", "date_fin_contrat"];
    SeniorityMonths = "seniority_months", Required, ["anciennete_mois", "mois_anciennete"];
    Sjr = "sjr", Wage, ["salaire_journalier_reference"];
    ReferencePay = "reference_pay", Wage, ["salaire_reference"];
    ReferenceDays = "reference_days", Wage, ["jours_reference"];
    WeeklyHours = "weekly_hours", Required, ["heures_hebdomadaires", "heures_hebdo"];
    PartTimeRatio = "part_time_ratio", Optional, ["ratio_temps_partiel", "coefficient_temps_partiel"];
    AreDays = "are_days", Optional, ["jours_are", "duree_are"];
    NoticeDaily = "notice_daily", Optional, ["indemnite_journaliere_preavis", "preavis_journalier"];
    PensionCategory = "pension_category", Optional, ["categorie_pension", "categorie_invalidite"];
    PensionMonthly = "pension_monthly", Optional, ["pension_mensuelle"];
    PensionStart = "pension_start", Optional, ["debut_pension", "date_debut_pension"];
    PensionEnd = "pension_end", Optional, ["fin_pension", "date_fin_pension"];
    Kind = "kind", Required, ["nature", "type_evenement"];
    Start = "start", Required, ["debut", "date_debut"];
    End = "end", Required, ["fin", "date_fin"];
    Employer = "employer", Required, ["employeur", "siret", "siret_employeur"];
    Month = "month", Required, ["mois"];
    JobStart = "job_start", Required, ["debut_emploi", "date_debut_emploi"];
    JobEnd = "job_end", Required, ["fin_emploi", "date_fin_emploi"];
    BaseMonthlyGross = "base_monthly_gross", Required, ["salaire_base_mensuel_brut", "salaire_brut_mensuel_base"];
    GrossPaid = "gross_paid", Required, ["brut_verse", "salaire_brut_verse"];
    Proof = "proof", Required, ["justificatif", "date_justificatif"];
    Adviser = "adviser", Required, ["conseiller", "referent", "correspondant"];
    ProposalDate = "proposal_date", Required, ["date_proposition", "date_remise"];
    AcceptanceDate = "acceptance_date", Required, ["date_acceptation"];
    ProtectedDecisionDate = "protected_decision_date", Optional, ["date_decision_salarie_protege", "date_decision_administrative"];
    InterviewDate = "interview_date", Required, ["date_entretien", "date_prebilan"];
    PlanDate = "plan_date", Required, ["date_plan", "date_parp"];
    ReclassifiedOn = "reclassified_on", Required, ["date_reclassement"];
    LastContact = "last_contact", Required, ["dernier_contact", "date_dernier_contact"];
    NoticeMonths = "notice_months", Required, ["mois_preavis", "preavis_mois"];
    MonthlyPayWithCharges = "monthly_pay_with_charges", Required, ["salaire_mensuel_charges_comprises"];
    MonthlyGrossAverage = "monthly_gross_average", Required, ["salaire_brut_mensuel_moyen"];
    DifHours = "dif_hours", Required, ["heures_dif"];
    NetHourlyPay = "net_hourly_pay", Required, ["salaire_horaire_net"];
    Proposed = "proposed", Required, ["crp_proposee", "proposee"];
}

impl Column {
    /// The column that a header names, in English or French; letters of either case.
    pub fn named(name: &str, export: Export) -> Option<Self> {
        let name: String = name.trim().chars().map(without_accent).collect();
        export.columns().iter().copied().find(|column| {
            column.name().eq_ignore_ascii_case(&name)
                || column.aliases().iter().any(|alias| alias.eq_ignore_ascii_case(&name))
        })
    }
}

/// `début` and `debut` are the same header.
fn without_accent(letter: char) -> char {
    match letter {
        'é' | 'è' | 'ê' | 'É' | 'È' | 'Ê' => 'e',
        'à' | 'â' | 'À' | 'Â' => 'a',
        'ç' | 'Ç' => 'c',
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_may_have_their_accents() {
        for (name, column) in [("début", Column::Start), ("NATURE", Column::Kind), (" Date_Début ", Column::Start)] {
            assert_eq!(Column::named(name, Export::Events), Some(column), "{name}");
        }
        assert_eq!(Column::named("ancienneté_mois", Export::Beneficiaries), Some(Column::SeniorityMonths));
        assert_eq!(Column::named("fïn", Export::Events), None);
    }

    #[test]
    fn no_two_columns_of_an_export_share_a_name() {
        for export in Export::ALL {
            let mut names: Vec<_> = export
                .columns()
                .iter()
                .flat_map(|column| column.aliases().iter().copied().chain([column.name()]))
                .collect();
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{export}");
        }
    }
}
