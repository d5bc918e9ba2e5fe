/// A file of rows that a run publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// What is paid.
    Payments,
    /// What was found.
    Anomalies,
    /// What became of each beneficiary row.
    Decisions,
    /// Ledger: what is paid in addition for earlier months, by month and kind.
    Arrears,
    /// Ledger: what was paid and not owed, and what is recovered of it.
    Claims,
    /// Ledger: accounts that are other ones than before.
    ChangedIbans,
    /// Ledger: what the months before its first one came to.
    Opening,
}

impl Table {
    /// All of them, in the order in which they get their names.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Payments,
        Self::Anomalies,
        Self::Decisions,
        Self::Arrears,
        Self::Claims,
        Self::ChangedIbans,
        Self::Opening,
    ];
    /// How many there are.
    pub const COUNT: usize = 7;

    /// Those that a run writes.
    pub fn of_run(with_ledger: bool) -> &'static [Self] {
        if with_ledger { &Self::ALL } else { &Self::ALL[..3] }
    }

    /// The name of the file.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Payments => "payments.csv",
            Self::Anomalies => "anomalies.csv",
            Self::Decisions => "decisions.csv",
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
