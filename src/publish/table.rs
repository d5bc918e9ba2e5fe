/// A file of rows that a run publishes.
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
}

impl Table {
    /// All of them, in the order in which they get their names.
    pub const ALL: [Self; Self::COUNT] = [Self::Payments, Self::Anomalies, Self::Decisions, Self::Handover];
    /// How many there are.
    pub const COUNT: usize = 4;

    /// The name of the file.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Payments => "payments.csv",
            Self::Anomalies => "anomalies.csv",
            Self::Decisions => "decisions.csv",
            Self::Handover => "handover.csv",
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
            Self::Handover => {
                "beneficiary_id,month,regime,population,crp_start,crp_end,reason,outcome,asr_days,are_days,are_days_left,\
                 training,next,register_on,ctp_until\n"
            }
        }
    }
}
