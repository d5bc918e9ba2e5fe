/// A file of rows that is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// What is paid.
    Payments,
    /// What was found.
    Anomalies,
    /// What became of each beneficiary row.
    Decisions,
    /// What is handed over when a CRP ends.
    Handover,
    /// What employers owe; only where their export is there.
    Contributions,
    /// Ledger: what is paid in addition for earlier months, by month and kind.
    Arrears,
    /// Ledger: what was paid and not owed, and what is recovered of it.
    Claims,
    /// Ledger: accounts that are other ones than before.
    ChangedIbans,
    /// Ledger: what the months before its first one came to.
    Opening,
    /// What is due by when; made by a command of its own.
    Deadlines,
}

impl Table {
    /// All of them, in the order in which they get their names.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Payments,
        Self::Anomalies,
        Self::Decisions,
        Self::Handover,
        Self::Contributions,
        Self::Arrears,
        Self::Claims,
        Self::ChangedIbans,
        Self::Opening,
        Self::Deadlines,
    ];
    /// How many there are.
    pub const COUNT: usize = 10;

    /// Those that a run writes; contributions only where their export is there.
    pub fn of_run(with_ledger: bool) -> &'static [Self] {
        if with_ledger { &Self::ALL[..9] } else { &Self::ALL[..5] }
    }

    /// The name of the file.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Payments => "payments.csv",
            Self::Anomalies => "anomalies.csv",
            Self::Decisions => "decisions.csv",
            Self::Handover => "handover.csv",
            Self::Contributions => "contributions.csv",
            Self::Deadlines => "deadlines.csv",
            Self::Arrears => "arrears.csv",
            Self::Claims => "claims.csv",
            Self::ChangedIbans => "changed-ibans.csv",
            Self::Opening => "opening.csv",
        }
    }

    /// Its first line.
    pub const fn header(self) -> &'static str {
        match self {
            Self::Payments => {
                "beneficiary_id,nir,name,iban,month,regime,asr_days,asr_gross,pension_offset,participation,asr_net,idr,arrears,\
                 recovered,net,end_to_end_id\n"
            }
            Self::Anomalies => "code,severity,effect,beneficiary_id,file,line,column,found,message,article\n",
            Self::Decisions => "beneficiary_id,line,outcome,reason,net\n",
            Self::Contributions => {
                "employer,beneficiary_id,month,seniority_months,notice_months,notice_due,dif_hours,dif_due,penalty_due,due,\
                 state_share,employee_notice\n"
            }
            Self::Deadlines => "beneficiary_id,adviser,step,rule,due,done,status,late_days,next_step\n",
            Self::Handover => {
                "beneficiary_id,month,regime,population,crp_start,crp_end,reason,outcome,asr_days,are_days,are_days_left,\
                 training,next,register_on,ctp_until\n"
            }
            Self::Arrears => {
                "beneficiary_id,month,kind,asr_days,asr_gross,pension_offset,participation,amount,reason,changed\n"
            }
            Self::Claims => {
                "beneficiary_id,month,kind,raised,asr_days,asr_gross,pension_offset,participation,amount,recovered,balance,\
                 reason,changed\n"
            }
            Self::ChangedIbans => "beneficiary_id,old_iban,new_iban\n",
            Self::Opening => {
                "beneficiary_id,asr_days,asr_gross,pension_offset,participation,asr_net,idr_paid,idr_cap,idr_first,idr_last\n"
            }
        }
    }
}
