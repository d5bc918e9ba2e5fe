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
    /// What is due by when; made by a command of its own.
    Deadlines,
}

impl Table {
    /// All of them, in the order in which they get their names.
    pub const ALL: [Self; Self::COUNT] =
        [Self::Payments, Self::Anomalies, Self::Decisions, Self::Handover, Self::Contributions, Self::Deadlines];
    /// How many there are.
    pub const COUNT: usize = 6;
    /// Those of a run.
    pub const OF_A_RUN: [Self; 5] =
        [Self::Payments, Self::Anomalies, Self::Decisions, Self::Handover, Self::Contributions];

    /// The name of the file.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Payments => "payments.csv",
            Self::Anomalies => "anomalies.csv",
            Self::Decisions => "decisions.csv",
            Self::Handover => "handover.csv",
            Self::Contributions => "contributions.csv",
            Self::Deadlines => "deadlines.csv",
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
        }
    }
}
