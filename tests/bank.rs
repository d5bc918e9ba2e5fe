//! Money out and back without any part of others: files, answers in any order, what is paid again, the books, a month's
//! reconciliation.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, missing_docs)]

mod common;

use std::path::{Path, PathBuf};

use common::{EVENTS, IBAN, NAME, Night, Ran, beneficiary, names, table, versement};
use tempfile::TempDir;

const FUND: &str = "examples/fund.toml";
/// Another account than that of the tests' beneficiaries.
const OTHER: &str = "FR7630004000010000020260138";

/// A ledger with one run of May 2009 that pays 1426.20 to each of some beneficiaries.
struct Books {
    folder: TempDir,
    config: PathBuf,
}

impl Books {
    fn of(ids: &[&str]) -> Self {
        let books = Self::empty();
        books.night("2009-05", ids, &[], &[]);
        books
    }

    fn empty() -> Self {
        let config = Path::new(env!("CARGO_MANIFEST_DIR")).join(FUND);
        Self { folder: TempDir::new().unwrap(), config }
    }

    /// Runs a month for beneficiaries with events.
    fn night(&self, month: &str, ids: &[&str], events: &[&str], options: &[&str]) {
        let night = Night::new().of(ids.iter().map(|id| beneficiary(id))).with("events.csv", table(EVENTS, events));
        let mut command = versement();
        command.args(["run", "--quiet", "--month", month, "--exports"]).arg(night.exports()).args(options);
        command.arg("--out").arg(self.path(&format!("out-{month}"))).arg("--ledger").arg(self.path("ledger"));
        Ran::of(command.output().unwrap()).has_status(0);
    }

    /// With other words in `fund.toml`.
    fn with(mut self, found: &str, instead: &str) -> Self {
        let text = std::fs::read_to_string(&self.config).unwrap();
        assert!(text.contains(found));
        self.config = self.folder.path().join("fund.toml");
        std::fs::write(&self.config, text.replace(found, instead)).unwrap();
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, words: &str, paths: &[&Path]) -> Ran {
        let mut command = versement();
        command.args(words.split(' ')).args(paths).arg("--ledger").arg(self.path("ledger"));
        if words.starts_with("export") || words.starts_with("reissue") {
            command.arg("--config").arg(&self.config);
        }
        Ran::of(command.output().unwrap())
    }

    fn export(&self) -> Ran {
        self.run("export sepa --run 1 --out", &[&self.path("bank")])
    }

    fn import(&self, texts: &[String]) -> Ran {
        let paths: Vec<_> = (0..texts.len()).map(|at| self.path(&format!("answer-{at}.xml"))).collect();
        for (path, text) in paths.iter().zip(texts) {
            std::fs::write(path, text).unwrap();
        }
        let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
        self.run("import", &paths)
    }

    /// What `outstanding` lists, without ages.
    fn outstanding(&self) -> String {
        let ran = self.run("outstanding --on 2009-07-01", &[]);
        assert!(matches!(ran.status, Some(0 | 1)), "{ran:?}");
        ran.stdout
    }

    fn reissue(&self, more: &str) -> Ran {
        let words = format!("reissue --execution 2009-07-02 {more} --out");
        self.run(&words, &[&self.path("again")])
    }
}

fn report(message: &str, of: &str, group: &str, transfers: &[(&str, &str, &str)]) -> String {
    let reason = |code: &str| match code {
        "" => String::new(),
        code => format!("<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>"),
    };
    let (status, why) = group.split_once(' ').unwrap_or((group, ""));
    let transfers: String = transfers
        .iter()
        .map(|(id, status, why)| {
            let why = reason(why);
            format!("<TxInfAndSts><OrgnlEndToEndId>{id}</OrgnlEndToEndId><TxSts>{status}</TxSts>{why}</TxInfAndSts>")
        })
        .collect();
    let below = if transfers.is_empty() {
        String::new()
    } else {
        format!("<OrgnlPmtInfAndSts><OrgnlPmtInfId>{of}</OrgnlPmtInfId>{transfers}</OrgnlPmtInfAndSts>")
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.03\">\
         <CstmrPmtStsRpt><GrpHdr><MsgId>{message}</MsgId><CreDtTm>2009-06-08T09:00:00</CreDtTm></GrpHdr>\
         <OrgnlGrpInfAndSts><OrgnlMsgId>{of}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>\
         <GrpSts>{status}</GrpSts>{}</OrgnlGrpInfAndSts>{below}</CstmrPmtStsRpt></Document>",
        reason(why)
    )
}

/// An entry of a statement: debit or credit, amount, reference, reason of a return.
fn entry(side: &str, amount: &str, day: &str, details: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
         <BookgDt><Dt>{day}</Dt></BookgDt><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly>\
         </Domn></BkTxCd><NtryDtls>{details}</NtryDtls></Ntry>"
    )
}

fn about(id: &str, reason: &str) -> String {
    let back = match reason {
        "" => String::new(),
        code => format!("<RtrInf><Rsn><Cd>{code}</Cd></Rsn></RtrInf>"),
    };
    format!("<TxDtls><Refs><EndToEndId>{id}</EndToEndId></Refs>{back}</TxDtls>")
}

fn statement(message: &str, entries: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">\
         <BkToCstmrStmt><GrpHdr><MsgId>{message}</MsgId><CreDtTm>2009-06-11T00:00:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id>\
         <Acct><Id><IBAN>FR7630004000010000020260138</IBAN></Id></Acct>{entries}</Stmt></BkToCstmrStmt></Document>"
    )
}

const MESSAGE: &str = "CRPEX-200905-R0001-001";

#[test]
fn files_are_split_and_the_same_again() {
    let books = Books::of(&["A", "B", "C"]).with("max-transfers = 50_000", "max-transfers = 2");
    books.export().has_status(0);
    let bytes = |name: &str| std::fs::read(books.path("bank").join(name)).unwrap();
    let names = ["sepa-2009-05-run0001-001.xml", "sepa-2009-05-run0001-002.xml"];
    assert_eq!(common::names(&books.path("bank")), names);
    let first = names.map(bytes);
    let text = String::from_utf8(first[0].clone()).unwrap();
    for part in [
        "<MsgId>CRPEX-200905-R0001-001</MsgId>",
        "<NbOfTxs>2</NbOfTxs>",
        "<CtrlSum>2852.40</CtrlSum>",
        "<EndToEndId>A-200905</EndToEndId>",
        "<Purp><Cd>BENE</Cd></Purp>",
        "<CtgyPurp><Cd>SSBE</Cd></CtgyPurp>",
        "<Ustrd>Fonds CRP Exemple ASR 05/2009</Ustrd>",
        "<Dt>2009-06-10</Dt>",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(books.export().has_status(0).stdout.contains("the same as before"));
    assert_eq!(names.map(bytes), first);

    // Other files for the same run are refused; replaced only while the bank knows none of them.
    let books = books.with("max-transfers = 2", "max-transfers = 3");
    books.export().has_status(2).tells(&["--replace"]);
    assert_eq!(names.map(|name| std::fs::read(books.path("bank").join(name)).unwrap()), first);
    let replace = |books: &Books| books.run("export sepa --run 1 --replace --out", &[&books.path("bank")]);
    replace(&books).has_status(0);
    assert_eq!(common::names(&books.path("bank")), names[..1]);
    books.import(&[report("P1", MESSAGE, "ACCP", &[])]).has_status(0);
    replace(&books).has_status(2).tells(&["can't be replaced"]);
}

#[test]
fn a_run_writes_the_files_of_the_bank_itself() {
    let books = Books::empty();
    let config = books.config.to_str().unwrap().to_owned();
    books.night("2009-05", &["B001", "B002"], &[], &["--sepa", "--config", &config]);
    books.run("export sepa --run 1 --out", &[&books.path("again")]).has_status(0);
    let (own, again) = (names(&books.path("out-2009-05/sepa")), names(&books.path("again")));
    assert!(own == again && own.len() == 1, "{own:?} {again:?}");
    let bytes = |folder: &str| std::fs::read(books.path(folder).join(&own[0])).unwrap();
    assert!(bytes("out-2009-05/sepa") == bytes("again"));
    // The same run again writes the same, and says nothing with --quiet; with JSON, only the summary is told.
    books.night("2009-05", &["B001", "B002"], &[], &["--sepa", "--config", &config]);
    assert!(bytes("out-2009-05/sepa") == bytes("again"));

    // A fault in the configuration is told before anything is settled; a run without a ledger has no files.
    let fund = books.path("faulty.toml");
    std::fs::write(&fund, "[fund]\n").unwrap();
    let night = Night::new().of(["B001", "B002"].map(beneficiary));
    let run = |options: &[&str]| {
        let mut command = versement();
        command.args(["run", "--month", "2009-06", "--exports"]).arg(night.exports()).arg("--out").arg(night.out());
        Ran::of(command.args(options).output().unwrap())
    };
    let ledger = books.path("ledger");
    let options = ["--ledger", ledger.to_str().unwrap(), "--sepa", "--config", fund.to_str().unwrap()];
    run(&options).has_status(2).tells(&["faulty.toml"]);
    assert!(night.published().is_empty());
    run(&["--no-ledger", "--sepa", "--config", &config]).has_status(2).tells(&["--no-ledger"]);
    let options = ["--ledger", ledger.to_str().unwrap(), "--sepa", "--config", &config, "--json"];
    let summary: serde_json::Value = serde_json::from_str(&run(&options).has_status(0).stdout).unwrap();
    assert_eq!(summary["run"]["number"], 2);
    assert_eq!(names(&night.out().join("sepa")).len(), 1);
}

#[test]
fn a_changed_run_is_not_given_to_the_bank() {
    let books = Books::of(&["A", "B"]);
    let payments = books.path("ledger/month=2009-05/run=0001/payments.csv");
    let text = std::fs::read_to_string(&payments).unwrap();
    std::fs::write(&payments, text.replacen("1426.20,A-", "1426.21,A-", 1)).unwrap();
    books.export().has_status(2).tells(&["but the ledger has 2 of 2852.40"]);
    assert!(common::names(&books.path("bank")).is_empty());
    std::fs::write(&payments, text.replacen(IBAN, "FR7630004001010000002026422", 1)).unwrap();
    books.export().has_status(2).tells(&["payments.csv:2"]);
    assert!(common::names(&books.path("bank")).is_empty());
}

#[test]
fn answers_count_once_in_any_order() {
    let answers = [
        report(
            "P1",
            MESSAGE,
            "PART",
            &[("A-200905", "ACCP", ""), ("B-200905", "RJCT", "AC04"), ("C-200905", "ACCP", "")],
        ),
        report("P2", MESSAGE, "RJCT DUPL", &[]),
        statement(
            "C1",
            &(entry("DBIT", "1426.2", "2009-06-10", &about("A-200905", ""))
                + &entry("DBIT", "1426.20", "2009-06-10", &about("C-200905", ""))),
        ),
        statement("C2", &entry("CRDT", "1426.20", "2009-06-15", &about("C-200905", "AC06"))),
    ];
    let orders: [&[usize]; 4] = [&[0, 1, 2, 3], &[3, 2, 1, 0], &[2, 0, 3, 1, 0, 2, 3], &[1, 3, 0, 2, 2]];
    let mut told = Vec::new();
    for order in orders {
        let books = Books::of(&["A", "B", "C"]);
        books.export().has_status(0);
        for &at in order {
            books.import(&answers[at..=at]).has_status(0);
        }
        books.run("reconcile --month 2009-05", &[]).has_status(0);
        told.push(books.outstanding());
    }
    assert!(told.iter().all(|text| *text == told[0]), "{told:#?}");
    assert!(told[0].contains("rejected AC04: account closed") && told[0].contains("returned AC06"), "{}", told[0]);
    assert!(told[0].ends_with("2 outstanding, 2 852.40\n") && told[0].contains("    21  B-200905"), "{}", told[0]);
}

#[test]
fn references_that_no_transfer_has_are_listed() {
    let books = Books::of(&["A"]);
    let answers = [statement("C1", &entry("DBIT", "1426.20", "2009-06-10", &about("A-200905", "")))];
    // Before the export nothing is known; read again behind it, the answer counts.
    let ran = books.import(&answers).has_status(1);
    assert!(ran.stdout.contains("1 references that no transfer has:\n    A-200905"), "{ran:?}");
    books.export().has_status(0);
    books.import(&answers).has_status(0);
    books.run("reconcile --month 2009-05", &[]).has_status(0);
}

#[test]
fn one_debit_for_a_file_settles_what_was_not_refused() {
    let batch = |amount: &str| {
        let details = format!("<Btch><PmtInfId>{MESSAGE}</PmtInfId></Btch>");
        statement("C1", &entry("DBIT", amount, "2009-06-10", &details))
    };
    let refused = report("P1", MESSAGE, "PART", &[("B-200905", "RJCT", "RC01")]);
    for order in [[0, 1], [1, 0]] {
        let books = Books::of(&["A", "B", "C"]);
        books.export().has_status(0);
        for at in order {
            books.import(&[[batch("2852.40"), refused.clone()][at].clone()]).has_status(0);
        }
        let text = books.outstanding();
        assert!(text.contains("rejected RC01") && text.contains("1 outstanding"), "{text}");
        books.run("reconcile --month 2009-05", &[]).has_status(0);
        // The sum says that the refused one is not in the debit: it may be paid again.
        books.reissue(&format!("--beneficiary B --iban {OTHER}")).has_status(0);
    }
    let books = Books::of(&["A", "B", "C"]);
    books.export().has_status(0);
    books.import(&[batch("2852.41"), refused]).has_status(0);
    let ran = books.run("reconcile --month 2009-05", &[]).has_status(1);
    assert!(ran.stdout.contains("the bank debited 2852.41 at once, its transfers come to 2852.40"), "{ran:?}");
    books.reissue(&format!("--beneficiary B --iban {OTHER}")).has_status(2).tells(&["both rejected and settled"]);
}

/// A report that refuses a group of payments, without a word about the message.
fn group_refused(message: &str, of: &str, reason: &str) -> String {
    report(message, of, "", &[]).replace("<GrpSts></GrpSts>", "").replace(
        "</OrgnlGrpInfAndSts>",
        &format!(
            "</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>{of}</OrgnlPmtInfId><PmtInfSts>RJCT</PmtInfSts>\
             <StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf></OrgnlPmtInfAndSts>"
        ),
    )
}

#[test]
fn a_file_refused_as_a_whole_is_paid_again_at_once() {
    let books = Books::of(&["A", "B", "C", "D", "E", "F"]).with("max-transfers = 50_000", "max-transfers = 3");
    books.export().has_status(0);
    let again = |more: &str| books.reissue(format!("--run 1 {more}").trim());
    again("--approve").has_status(2).tells(&["run 1: nothing of it failed"]);
    let second = MESSAGE.replace("-001", "-002");
    let answers = [
        report("P1", MESSAGE, "RJCT FF01", &[]),
        // A bank may refuse transfers by themselves too; the file's reason must not hide a death.
        report("P2", MESSAGE, "PART", &[("B-200905", "RJCT", "MD07")]),
        report("P3", &second, "PART", &[("D-200905", "RJCT", "AC04"), ("E-200905", "RJCT", "AM04")]),
        statement("C1", &entry("DBIT", "1426.20", "2009-06-10", &about("F-200905", ""))),
        statement("C2", &entry("CRDT", "1426.20", "2009-06-12", &about("F-200905", "MS03"))),
    ];
    books.import(&answers).has_status(0);
    books.reissue("--beneficiary B --approve").has_status(2).tells(&["MD07", "died"]);
    let ran = again("").has_status(2).tells(&["run 1: nothing is paid again"]);
    assert!(ran.stdout.contains("AC04    left: same account  1       1 426.20"), "{ran:?}");
    again("--file other.xml --approve").has_status(2).tells(&["its files are sepa-2009-05-run0001-001.xml, sepa-2009"]);

    // The first file: two of its three, as one beneficiary has died.
    let ran = again("--file sepa-2009-05-run0001-001.xml --approve").has_status(1);
    for line in [
        "sepa-reissue0001-001.xml: 2 transfers, 2 852.40",
        "FF01    paid again      2       2 852.40",
        "FF01    left: has died  1       1 426.20",
        "C-200905R1 pays C-200905 again",
        "B-200905: the bank says that the beneficiary has died (MD07); settle with the estate",
    ] {
        assert!(ran.stdout.contains(line), "{line}\n{ran:?}");
    }
    again("--file sepa-2009-05-run0001-001.xml --approve").has_status(2).tells(&["nothing is paid again"]);
    // What was refused of the rest, but for the closed account; then what came back.
    let ran = again("--refused --approve").has_status(1);
    let told = "D-200905: the account is still the one that failed (AC04); give the new one with --beneficiary";
    assert!(ran.stdout.contains("AM04    paid again") && ran.stdout.contains(told), "{ran:?}");
    assert!(!ran.stdout.contains("F-200905"), "{ran:?}");
    let ran = again("--approve").has_status(1);
    assert!(ran.stdout.contains("MS03    paid again"), "{ran:?}");

    // The new file is refused too, as a group, for the fund's account: not for those of the beneficiaries.
    books.import(&[group_refused("P4", "CRPEX-X0001-001", "AC01")]).has_status(0);
    let ran = again("--file CRPEX-X0001-001 --approve").has_status(0);
    assert!(ran.stdout.contains("A-200905R2 pays A-200905R1 again"), "{ran:?}");
    let all = ["A-200905R2", "C-200905R2", "E-200905R1", "F-200905R1"];
    let debits: String = all.iter().map(|id| entry("DBIT", "1426.20", "2009-06-16", &about(id, ""))).collect();
    books.import(&[statement("C3", &debits)]).has_status(0);
    let ran = books.run("reconcile --month 2009-05", &[]).has_status(0);
    assert!(ran.stdout.contains("settled, paid again") && ran.stdout.ends_with("all equal\n"), "{ran:?}");
    assert!(books.outstanding().ends_with("2 outstanding, 2 852.40\n"));
}

#[test]
fn a_refused_file_goes_to_the_newest_accounts() {
    let books = Books::of(&["A", "B"]);
    books.export().has_status(0);
    let night = Night::new().of([beneficiary("A"), beneficiary("B").replace(IBAN, OTHER)]);
    let mut command = versement();
    command
        .args(["run", "--quiet", "--month", "2009-06", "--exports"])
        .arg(night.exports())
        .arg("--out")
        .arg(night.out());
    let ran = Ran::of(command.arg("--ledger").arg(books.path("ledger")).output().unwrap());
    assert!(matches!(ran.status, Some(0 | 1)), "{ran:?}");
    let rejected = [("A-200905", "RJCT", "AC04"), ("B-200905", "RJCT", "AC04")];
    books.import(&[report("P1", MESSAGE, "PART", &rejected)]).has_status(0);
    // Without --approve only the account that is another one by now is paid.
    let ran = books.reissue("--run 1").has_status(1);
    assert!(ran.stdout.contains("B-200905R1 pays B-200905 again") && ran.stdout.contains("A-200905: "), "{ran:?}");
    let text = std::fs::read_to_string(books.path("again/sepa-reissue0001-001.xml")).unwrap();
    assert!(text.contains(OTHER) && text.contains("<NbOfTxs>1</NbOfTxs>"), "{text}");
    // That fails too: the account to compare with is that of the reissue, not of the run.
    books.import(&[report("P2", "CRPEX-X0001-001", "RJCT AC04", &[("B-200905R1", "RJCT", "AC04")])]).has_status(0);
    let ran = books.reissue("--run 1").has_status(2);
    assert!(ran.stdout.contains("left: same account  2"), "{ran:?}");
}

#[test]
fn what_failed_is_paid_again_once_to_another_account() {
    let books = Books::of(&["A", "B", "C"]);
    books.export().has_status(0);
    books.reissue("--beneficiary A").has_status(2).tells(&["nothing was refused"]);
    let answers = report("P1", MESSAGE, "PART", &[("A-200905", "RJCT", "AC04"), ("B-200905", "RJCT", "AM04")]);
    let dead = statement(
        "C1",
        &(entry("DBIT", "1426.20", "2009-06-10", &about("C-200905", ""))
            + &entry("CRDT", "1426.20", "2009-06-12", &about("C-200905", "MD07"))),
    );
    books.import(&[answers, dead]).has_status(0);
    books.reissue("--beneficiary A").has_status(2).tells(&["still the one that failed (AC04)", "--iban"]);
    books.reissue(&format!("--beneficiary A --iban {IBAN}")).has_status(2).tells(&["--approve"]);
    let ran = books.reissue(&format!("--beneficiary A --iban {OTHER}")).has_status(0);
    assert!(ran.stdout.contains("A-200905R1 pays A-200905 again"), "{ran:?}");
    let text = std::fs::read_to_string(books.path("again/sepa-reissue0001-001.xml")).unwrap();
    assert!(text.contains("<EndToEndId>A-200905R1</EndToEndId>") && text.contains(OTHER) && !text.contains(IBAN));
    assert!(text.contains("<Ustrd>Nouvel envoi de A-200905</Ustrd>"), "{text}");
    // Once: the first one is paid again, the second one has not failed.
    books.reissue(&format!("--beneficiary A --iban {OTHER} --approve")).has_status(2).tells(&["nothing was refused"]);
    books.reissue("--beneficiary B --approve").has_status(0);
    for more in ["--beneficiary C", "--beneficiary C --approve"] {
        books.reissue(more).has_status(2).tells(&["MD07", "died"]);
    }
    // The second one fails too: a third one refers to the first.
    books.import(&[report("P2", "CRPEX-X0001-001", "PART", &[("A-200905R1", "RJCT", "AC01")])]).has_status(0);
    books.reissue(&format!("--beneficiary A --iban {OTHER}")).has_status(2);
    let ran = books.reissue(&format!("--beneficiary A --iban {IBAN}")).has_status(0);
    assert!(ran.stdout.contains("A-200905R2 pays A-200905R1 again"), "{ran:?}");
    // The bank settles the first one after all: it was paid twice, and that is told.
    let late = statement("C2", &entry("DBIT", "1426.20", "2009-06-11", &about("A-200905", "")));
    books.import(&[late]).has_status(0);
    let ran = books.run("reconcile --month 2009-05", &[]).has_status(1);
    assert!(ran.stdout.contains("rejected and yet settled") && ran.stdout.contains("and yet paid again"), "{ran:?}");
}

#[test]
fn the_books_balance_with_arrears_claims_and_contributions() {
    // In April A's sickness is 3 days too long and B's is unknown; May pays A the difference and claims B's; June recovers.
    let books = Books::empty();
    let law = Ran::of(versement().args(["law", "--text"]).output().unwrap()).stdout;
    let file = books.path("law.toml");
    std::fs::write(&file, law.replace("recovered_share = \"0.00\"", "recovered_share = \"0.10\"")).unwrap();
    let law = ["--law", file.to_str().unwrap()];
    books.night("2009-04", &["A", "B"], &["A,sickness,2009-04-10,2009-04-20"], &law);
    let events = ["A,sickness,2009-04-10,2009-04-17", "B,sickness,2009-04-20,2009-04-22"];
    books.night("2009-05", &["A", "B"], &events, &law);
    books.night("2009-06", &["A", "B"], &events, &law);
    let run = books.path("ledger/month=2009-05/run=0002");
    let contributions = "employer,beneficiary_id,month,seniority_months,notice_months,notice_due,dif_hours,dif_due,penalty_due,due,state_share,employee_notice\n\
                         73282932000074,A,2009-05,30,2,3000.00,10,90.50,0.00,3090.50,90.50,0.00\n";
    std::fs::write(run.join("contributions.csv"), contributions).unwrap();
    books.run("export sepa --run 2 --out", &[&books.path("bank")]).has_status(0);
    let text = std::fs::read_to_string(books.path("bank/sepa-2009-05-run0002-001.xml")).unwrap();
    assert!(text.contains("<Ustrd>Fonds CRP Exemple ASR 05/2009, rappel</Ustrd>"), "{text}");
    books.run("export sepa --run 3 --out", &[&books.path("bank")]).has_status(0);
    let text = std::fs::read_to_string(books.path("bank/sepa-2009-06-run0003-001.xml")).unwrap();
    assert!(text.contains("<Ustrd>Fonds CRP Exemple ASR 06/2009, apres retenue</Ustrd>"), "{text}");
    books.import(&[statement("C1", &entry("DBIT", "1570.80", "2009-06-10", &about("A-200905", "")))]).has_status(0);

    let journal = books.run("export hledger --run 2 --run 3", &[]).has_status(0).stdout;
    // May: 31 days of 48.00 and 1.80 withheld for each, and the 3 days of April: 144.00 and 5.40.
    // June: 7 days of 48.00 and 23 of 42.00 for A, 2 and 28 for B; a tenth of B's 1218.00 is kept back.
    for line in [
        "657100 Allocation spécifique de reclassement    3120.00 EUR",
        "437800 Participation de 3 % due aux caisses de retraite:passage 0002    -117.00 EUR",
        "467100 Allocataires, net à payer:passage 0002    -3003.00 EUR",
        "467200 Allocataires, trop-perçus à recouvrer:passage 0002    138.60 EUR",
        "437800 Participation de 3 % due aux caisses de retraite:passage 0002    5.40 EUR",
        "657100 Allocation spécifique de reclassement    -144.00 EUR",
        "657100 Allocation spécifique de reclassement    2574.00 EUR",
        "467200 Allocataires, trop-perçus à recouvrer:passage 0003    -121.80 EUR",
        "467100 Allocataires, net à payer:passage 0003    -2344.20 EUR",
        "411000 Employeurs, contributions CRP:passage 0002    3090.50 EUR",
        "741000 Participation de l'État    -90.50 EUR",
        "467200 Allocataires, trop-perçus à recouvrer:passage 0002    0.00 EUR = 138.60 EUR",
        "467100 Allocataires, net à payer:passage 0002    0.00 EUR = -1432.20 EUR",
        "512000 Banque    -1570.80 EUR",
    ] {
        assert!(journal.contains(line), "{line}\n{journal}");
    }
    let ran = books.run("reconcile --month 2009-06", &[]).has_status(1);
    let claims = ran.stdout.lines().find(|line| line.contains("claims after the run")).unwrap().to_owned();
    assert!(claims.contains("16.80") && claims.ends_with("equal"), "{ran:?}");
    books.run("export fec --run 2 --out", &[&books.path("books")]).has_status(0);
    let fec = std::fs::read_to_string(books.path("books/900000001FEC20091231.txt")).unwrap();
    let rows: Vec<Vec<&str>> = fec.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    assert!(rows.iter().all(|row| row.len() == 18), "{fec}");
    let cents = |text: &str| text.replace(',', "").parse::<i64>().unwrap();
    let sides = rows.iter().map(|row| (cents(row[11]), cents(row[12])));
    let (debits, credits) = sides.fold((0, 0), |sums, side| (sums.0 + side.0, sums.1 + side.1));
    assert_eq!(debits, credits);
    let mut numbers: Vec<usize> = rows.iter().map(|row| row[2].parse().unwrap()).collect();
    assert!(numbers.is_sorted());
    numbers.dedup();
    assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>());
    let lettered: Vec<_> = rows.iter().filter(|row| !row[13].is_empty()).collect();
    assert_eq!(lettered.len(), 2, "{fec}");
    assert!(lettered.iter().all(|row| row[13] == "A-200905" && row[14] == "20090610" && row[6] == "A"));
    assert!(!fec.contains(NAME) && !fec.contains(IBAN));
    let latin = books.path("latin");
    books.run("export fec --run 2 --encoding iso-8859-15 --out", &[&latin]).has_status(0);
    let bytes = std::fs::read(latin.join("900000001FEC20091231.txt")).unwrap();
    assert!(bytes.contains(&0xe9) && String::from_utf8(bytes).is_err());

    // A claim that is not what the payments recovered: nothing is entered.
    let claims = books.path("ledger/month=2009-06/run=0003/claims.csv");
    let text = std::fs::read_to_string(&claims).unwrap();
    std::fs::write(&claims, text.replace("121.80", "121.81")).unwrap();
    books.run("export hledger --run 3", &[]).has_status(2).tells(&["recovered in payments.csv and in claims.csv"]);
}

#[test]
fn hostile_and_foreign_files_change_nothing() {
    let books = Books::of(&["A"]);
    books.export().has_status(0);
    let good = statement("C1", &entry("DBIT", "1426.20", "2009-06-10", &about("A-200905", "")));
    let end = good.find("</Stmt>").unwrap();
    let cases = [
        ("<!DOCTYPE a [<!ENTITY a 'x'>]>".to_owned() + &good, "DTD"),
        (good[..end].to_owned(), "ends too early"),
        (good[..end].to_owned() + &"<x>".repeat(1_000), "nested"),
        (good[..end].to_owned() + "<x>" + &"y".repeat(1_000_000), "longer than"),
        (good[..end].to_owned() + "&lol;", "entity"),
        (good.replace("camt.053.001.08", "camt.053.001.13"), "read are"),
        (good.replace("camt.053.001.08", "pacs.004.001.09"), "read are"),
        ("payments".to_owned(), "byte"),
        (String::new(), "too early"),
    ];
    for (text, told) in cases {
        books.import(std::slice::from_ref(&text)).has_status(2).tells(&[told, "nothing of this file was kept"]);
        assert!(books.outstanding().contains("sent: no answer"), "{told}");
    }
    books.import(&[good]).has_status(0);
    assert!(books.outstanding().starts_with("0 outstanding"));
}

#[test]
fn every_version_that_is_promised_is_read() {
    use versement::bank::answers::{Kind, read};
    use versement::bank::xml::XmlFault;
    let heard = |text: &str| read(text.as_bytes(), |_| Ok::<(), XmlFault>(())).map(|heard| (heard.kind, heard.answers));
    let statement = statement("C1", &entry("DBIT", "10.00", "2009-06-10", &about("A-1", "")));
    let notification = statement.replace("camt.053", "camt.054");
    let notification = notification.replace("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn").replace("Stmt>", "Ntfctn>");
    let report = report("P1", "M", "PART", &[("A-1", "RJCT", "AC01")]);
    for version in 1..=12 {
        let booked = |text: &str| heard(&text.replace("001.08", &format!("001.{version:02}")));
        let promised = |from| (from..=if from == 3 { 10 } else { 8 }).contains(&version);
        assert_eq!(booked(&statement).ok(), promised(2).then_some((Kind::Statement, 1)), "{version}");
        assert_eq!(booked(&notification).ok(), promised(2).then_some((Kind::Notification, 1)), "{version}");
        let told = heard(&report.replace("pain.002.001.03", &format!("pain.002.001.{version:02}")));
        assert_eq!(told.ok(), promised(3).then_some((Kind::Report, 1)), "{version}");
    }
}

#[test]
fn a_statement_with_a_hole_is_told() {
    let balance = |code: &str, amount: &str| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2009-06-10</Dt></Dt></Bal>"
        )
    };
    let books = Books::of(&["A"]);
    books.export().has_status(0);
    let entries = entry("DBIT", "1426.20", "2009-06-10", &about("A-200905", ""));
    let whole = balance("OPBD", "5000.00") + &balance("CLBD", "3573.80") + &entries;
    books.import(&[statement("C1", &whole)]).has_status(0);
    let holed = balance("OPBD", "5000.00") + &balance("CLBD", "3473.80") + &entries;
    let ran = books.import(&[statement("C2", &holed)]).has_status(1);
    assert!(ran.stdout.contains("-100.00 is missing"), "{ran:?}");
}

#[test]
fn the_crate_s_own_reader_finds_the_same_answers() {
    use versement::bank::answers::{About, Answer, read};
    use versement::bank::xml::XmlFault;
    let heard = |text: &str| {
        let mut answers: Vec<Answer> = Vec::new();
        read(text.as_bytes(), |answer| {
            answers.push(answer);
            Ok::<(), XmlFault>(())
        })
        .unwrap();
        answers
    };
    let text = statement(
        "C1",
        &(entry("DBIT", "10.00", "2009-06-10", &about("A-1", ""))
            + &entry("CRDT", "7.50", "2009-06-12", &about("B-1", "AC06"))),
    );
    let ours = heard(&text);
    let theirs = sepa::parse_camt053(&text).unwrap();
    let entries = &theirs.statements[0].entries;
    assert_eq!(ours.len(), entries.len());
    for (ours, theirs) in ours.iter().zip(entries) {
        let signed = theirs.signed_ct().unwrap();
        assert_eq!(ours.amount.unwrap().0, signed.abs());
        assert_eq!(ours.told == versement::bank::answers::Told::Settled, signed < 0);
        assert_eq!(Some(ours.day.unwrap().to_string()), theirs.booking_date().map(|day| day.to_string()));
    }
    let text = report("P1", "M", "PART", &[("A-1", "ACCP", ""), ("B-1", "RJCT", "AC01")]);
    let ours = heard(&text);
    let theirs = sepa::parse_pain002(&text).unwrap();
    let transactions = &theirs.payment_info_statuses[0].transactions;
    assert_eq!(ours.len(), 2);
    for (ours, theirs) in ours.iter().zip(transactions) {
        assert_eq!(ours.about, About::Transfer(theirs.original_end_to_end_id.clone().unwrap()));
        let accepted = theirs.status.as_ref().unwrap().is_accepted();
        assert_eq!(ours.told == versement::bank::answers::Told::Accepted, accepted);
    }
}
