//! Why a bank refuses or sends back, in its codes (ISO 20022 external code lists), and what to do.

/// A reason code with what it means and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Four characters.
    pub code: &'static str,
    /// In English.
    pub english: &'static str,
    /// In French.
    pub french: &'static str,
}

/// A duplicate is refused because the first one counts; it says nothing against the first one.
const DUPLICATES: [&str; 7] = ["AM05", "DUPL", "DU01", "DU02", "DU03", "DU04", "DU05"];
/// The beneficiary has died.
pub const DECEASED: &str = "MD07";

const REASONS: &[Reason] = &[
    Reason {
        code: "AC01",
        english: "wrong account number; ask the beneficiary for the IBAN",
        french: "numéro de compte incorrect ; demander l'IBAN au bénéficiaire",
    },
    Reason {
        code: "AC03",
        english: "wrong account number of the creditor; ask the beneficiary for the IBAN",
        french: "numéro de compte du créancier incorrect ; demander l'IBAN au bénéficiaire",
    },
    Reason {
        code: "AC04",
        english: "account closed; ask the beneficiary for another account",
        french: "compte clos ; demander un autre compte au bénéficiaire",
    },
    Reason {
        code: "AC06",
        english: "account blocked; ask the beneficiary for another account",
        french: "compte bloqué ; demander un autre compte au bénéficiaire",
    },
    Reason {
        code: "AC13",
        english: "kind of account does not take this transfer; ask the beneficiary for a current account",
        french: "type de compte inadapté au virement ; demander un compte courant au bénéficiaire",
    },
    Reason {
        code: "AG01",
        english: "transfer not allowed on this account; ask the beneficiary for a current account",
        french: "opération interdite sur ce compte ; demander un compte courant au bénéficiaire",
    },
    Reason {
        code: "AG02",
        english: "wrong kind of operation; ask your bank",
        french: "code opération incorrect ; voir avec votre banque",
    },
    Reason {
        code: "AM04",
        english: "not enough money on the fund's account; provide for it, then reissue with --approve",
        french: "provision insuffisante sur le compte du fonds ; approvisionner, puis réémettre avec --approve",
    },
    Reason {
        code: "AM05",
        english: "duplicate; the first transfer counts, check that it was settled",
        french: "doublon ; le premier virement compte, vérifier qu'il a été réglé",
    },
    Reason {
        code: "BE01",
        english: "name does not fit the account; check the name with the beneficiary",
        french: "nom différent du titulaire du compte ; vérifier le nom avec le bénéficiaire",
    },
    Reason {
        code: "BE04",
        english: "address of the beneficiary missing; ask your bank whether it needs one",
        french: "adresse du bénéficiaire manquante ; voir avec votre banque si elle l'exige",
    },
    Reason {
        code: "CNOR",
        english: "the beneficiary's bank takes no such transfers; ask for another account",
        french: "banque du bénéficiaire non joignable ; demander un autre compte",
    },
    Reason {
        code: "DT01",
        english: "wrong date; export with another --execution",
        french: "date incorrecte ; exporter avec une autre --execution",
    },
    Reason {
        code: "DUPL",
        english: "duplicate; the first file or transfer counts, check that it was settled",
        french: "doublon ; le premier fichier ou virement compte, vérifier qu'il a été réglé",
    },
    Reason {
        code: "FF01",
        english: "the file has a wrong form; send what the bank told you to the program's makers",
        french: "format de fichier incorrect ; transmettre le message de la banque aux auteurs du programme",
    },
    Reason { code: "FOCR", english: "sent back after a recall", french: "retour à la suite d'un rappel de fonds" },
    Reason {
        code: "MD07",
        english: "beneficiary deceased; never reissue, settle with the estate",
        french: "bénéficiaire décédé ; ne jamais réémettre, régler avec la succession",
    },
    Reason {
        code: "MS02",
        english: "refused by the beneficiary, without a reason; ask the beneficiary",
        french: "refus du bénéficiaire, sans motif ; demander au bénéficiaire",
    },
    Reason {
        code: "MS03",
        english: "the bank gives no reason; ask the beneficiary, and the bank",
        french: "motif non communiqué par la banque ; demander au bénéficiaire et à la banque",
    },
    Reason {
        code: "RC01",
        english: "wrong bank identifier; check IBAN and BIC with the beneficiary",
        french: "identifiant de banque incorrect ; vérifier IBAN et BIC avec le bénéficiaire",
    },
    Reason {
        code: "RR01",
        english: "account or identification of the payer missing; check fund.toml",
        french: "compte ou identification du donneur d'ordre manquant ; vérifier fund.toml",
    },
    Reason {
        code: "RR02",
        english: "name or address of the payer missing; check fund.toml",
        french: "nom ou adresse du donneur d'ordre manquant ; vérifier fund.toml",
    },
    Reason {
        code: "RR03",
        english: "name or address of the beneficiary missing; check the name",
        french: "nom ou adresse du bénéficiaire manquant ; vérifier le nom",
    },
    Reason {
        code: "RR04",
        english: "regulatory reason; ask your bank",
        french: "motif réglementaire ; voir avec votre banque",
    },
    Reason {
        code: "TM01",
        english: "sent after the cut-off time; send again",
        french: "remise après l'heure limite ; remettre de nouveau",
    },
];

/// Whether a code only says that the same was sent twice.
pub fn is_duplicate(code: &str) -> bool {
    DUPLICATES.contains(&code)
}

/// What lies with the beneficiary or the account: no approval of a whole file can say that it is put right.
const OF_BENEFICIARY: [&str; 11] =
    ["AC01", "AC03", "AC04", "AC06", "AC13", "AG01", "BE01", "CNOR", DECEASED, "MS02", "RC01"];

/// Whether a code says that something is wrong with one beneficiary or account.
pub fn is_of_beneficiary(code: &str) -> bool {
    OF_BENEFICIARY.contains(&code)
}

/// A code that is not in the table.
const UNKNOWN: Reason = Reason {
    code: "",
    english: "look the code up in ISO 20022's list of status reasons, or ask your bank",
    french: "chercher le code dans la liste ISO 20022 des motifs, ou voir avec votre banque",
};

/// What a code means and what to do; an unknown one is to be looked up.
pub fn remedy(code: &str) -> Reason {
    let known = match code {
        "DU01" | "DU02" | "DU03" | "DU04" | "DU05" => "DUPL",
        other => other,
    };
    REASONS.iter().find(|reason| reason.code == known).copied().unwrap_or(UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_have_remedies_in_both_languages() {
        assert!(REASONS.is_sorted_by(|a, b| a.code < b.code));
        for code in ["AC01", "AC04", "AC06", "AM04", "AM05", "BE04", "MD07", "MS03", "RC01", "RR04", "DU03"] {
            assert_ne!(remedy(code), UNKNOWN, "{code}");
        }
        assert_eq!(remedy("XXXX"), UNKNOWN);
        assert!(REASONS.iter().all(|reason| reason.code.len() == 4));
    }
}
