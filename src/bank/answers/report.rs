//! A status report (pain.002): what is said of a message, of a group of it, of a transfer.

use super::{About, Answer, Heard, Told};
use crate::bank::xml::Step;

/// Status and reason of a message, a group or a transfer in a report.
#[derive(Debug, Default)]
struct Stated {
    id: String,
    status: String,
    reason: String,
}

impl Stated {
    fn answer<E>(
        &mut self,
        is_transfer: bool,
        heard: &mut Heard,
        give: &mut impl FnMut(Answer) -> Result<(), E>,
    ) -> Result<(), E> {
        let Self { id, status, reason } = std::mem::take(self);
        let told = match status.as_str() {
            "ACCP" | "ACSP" | "ACSC" | "ACWC" | "ACCC" => Told::Accepted,
            "RJCT" | "CANC" => Told::Rejected,
            // Partly accepted: the transfers say which. No status at all: only those below have one.
            "PART" | "" => return Ok(()),
            // Received, pending, syntax checked.
            _ => {
                heard.pending += 1;
                return Ok(());
            }
        };
        if id.is_empty() || id == "NOTPROVIDED" {
            heard.others += 1;
            return Ok(());
        }
        let about = if is_transfer { About::Transfer(id) } else { About::Message(id) };
        let reason = Some(reason).filter(|reason| !reason.is_empty() && told == Told::Rejected);
        give(Answer { about, told, reason, amount: None, day: None })
    }
}

#[derive(Debug, Default)]
pub(super) struct Report {
    message: Stated,
    group: Stated,
    transfer: Stated,
}

impl Report {
    pub(super) fn step<E>(
        &mut self,
        step: Step,
        element: &str,
        text: &str,
        heard: &mut Heard,
        give: &mut impl FnMut(Answer) -> Result<(), E>,
    ) -> Result<(), E> {
        if step != Step::Close {
            return Ok(());
        }
        let keep = |into: &mut String| {
            if into.is_empty() {
                text.clone_into(into);
            }
        };
        match element {
            "GrpHdr/MsgId" => keep(&mut heard.message_id),
            "OrgnlGrpInfAndSts/OrgnlMsgId" => keep(&mut self.message.id),
            "OrgnlGrpInfAndSts/GrpSts" => keep(&mut self.message.status),
            "OrgnlGrpInfAndSts/StsRsnInf/Rsn/Cd" | "OrgnlGrpInfAndSts/StsRsnInf/Rsn/Prtry" => {
                keep(&mut self.message.reason);
            }
            "OrgnlGrpInfAndSts" => self.message.answer(false, heard, give)?,
            "OrgnlPmtInfAndSts/OrgnlPmtInfId" => keep(&mut self.group.id),
            "OrgnlPmtInfAndSts/PmtInfSts" => keep(&mut self.group.status),
            "OrgnlPmtInfAndSts/StsRsnInf/Rsn/Cd" | "OrgnlPmtInfAndSts/StsRsnInf/Rsn/Prtry" => {
                keep(&mut self.group.reason);
            }
            "OrgnlPmtInfAndSts" => self.group.answer(false, heard, give)?,
            "OrgnlPmtInfAndSts/TxInfAndSts/OrgnlEndToEndId" => keep(&mut self.transfer.id),
            "OrgnlPmtInfAndSts/TxInfAndSts/TxSts" => keep(&mut self.transfer.status),
            "OrgnlPmtInfAndSts/TxInfAndSts/StsRsnInf/Rsn/Cd" | "OrgnlPmtInfAndSts/TxInfAndSts/StsRsnInf/Rsn/Prtry" => {
                keep(&mut self.transfer.reason);
            }
            "OrgnlPmtInfAndSts/TxInfAndSts" => self.transfer.answer(true, heard, give)?,
            _ => {}
        }
        Ok(())
    }
}
