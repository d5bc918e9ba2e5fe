//! What `versement explain` says of a run of a ledger, against what the run published.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::common::versement;
use crate::{cents, rows};

/// Compares the statement of everybody in a run with its files; tells how they differ.
pub fn explained(place: &Path, out: &Path, law: Option<&Path>) -> Vec<String> {
    let summary: Value = serde_json::from_slice(&std::fs::read(out.join("summary.json")).unwrap()).unwrap();
    let run = summary["run"]["number"].to_string();
    let explain = |id: &str, options: &[&str]| {
        let mut command = versement();
        command.current_dir(place).args(["explain", id, "--ledger", "ledger", "--run", &run]).args(options);
        if let Some(law) = law {
            command.arg("--law").arg(law);
        }
        let ran = command.output().unwrap();
        (ran.status.code(), String::from_utf8(ran.stdout).unwrap() + &String::from_utf8(ran.stderr).unwrap())
    };
    let by_id = |file: &str| {
        let mut found: BTreeMap<String, Vec<BTreeMap<String, String>>> = BTreeMap::new();
        for row in rows(&out.join(file)) {
            found.entry(row["beneficiary_id"].clone()).or_default().push(row);
        }
        found
    };
    let (payments, arrears, claims) = (by_id("payments.csv"), by_id("arrears.csv"), by_id("claims.csv"));
    let mut faults = Vec::new();
    for (id, decisions) in by_id("decisions.csv") {
        let (status, text) = explain(&id, &["--format", "json"]);
        let refused = decisions.iter().all(|row| row["outcome"] == "refused");
        let Ok(told) = serde_json::from_str::<Value>(&text) else {
            faults.push(format!("explain {id} --run {run}: {text}"));
            continue;
        };
        let mut same = |what: &str, told: String, published: String| {
            if told != published {
                faults.push(format!("explain {id} --run {run}: {what} is {told}, the files have {published}"));
            }
        };
        same("the status", format!("{status:?}"), format!("{:?}", Some(if refused { 2 } else { 0 })));
        let payment = payments.get(&id).map(|rows| &rows[0]);
        let published = |column: &str| payment.map_or("0.00", |row| &row[column]).to_owned();
        let text_of = |value: &Value| value.as_str().unwrap().to_owned();
        let of_run = &told["payment"];
        for (key, column) in [("arrears_net", "arrears"), ("recovered", "recovered"), ("net", "net")] {
            same(key, text_of(&of_run[key]), published(column));
        }
        for column in ["asr_gross", "pension_offset", "participation", "asr_net", "idr"] {
            same(column, text_of(&of_run["current"][column]), published(column));
        }
        if decisions.len() == 1 {
            same("the outcome", text_of(&told["outcome"]), decisions[0]["outcome"].clone());
        }
        // The steps add up to what the month is worth, and this to what was paid for it, now and before.
        let sum = |steps: &Value, key: &str| -> i64 {
            steps.as_array().unwrap().iter().map(|step| cents(step[key].as_str().unwrap())).sum()
        };
        let worth = cents(told["amounts"]["net"].as_str().unwrap());
        same("the steps", (sum(&told["asr"], "total") + sum(&told["idr"], "amount")).to_string(), worth.to_string());
        let lines = |of: &BTreeMap<String, Vec<BTreeMap<String, String>>>| of.get(&id).map_or(0, Vec::len).to_string();
        same("arrears", of_run["arrears"].as_array().unwrap().len().to_string(), lines(&arrears));
        let touched = |claim: &&Value| claim["raised"] == summary["run"]["number"] || claim["recovered"] != "0.00";
        let count = of_run["claims"].as_array().unwrap().iter().filter(touched).count();
        same("claims", count.to_string(), lines(&claims));
        if let Some(payment) = payment.filter(|_| arrears.contains_key(&id) || claims.contains_key(&id)) {
            for (lang, label, point) in [("en", "net to pay", "."), ("fr", "net à payer", ",")] {
                let net = payment["net"].replace('.', point);
                let (_, text) = explain(&id, &["--lang", lang]);
                let says = text.lines().rev().any(|line| line.trim_start().starts_with(label) && line.ends_with(&net));
                same("the text", says.to_string(), true.to_string());
                let (_, page) = explain(&id, &["--lang", lang, "--format", "html"]);
                let row = format!("{label}</th><td class=\"n\" role=\"cell\">{net}</td>");
                let says = page.contains(&row) && page.contains(&format!("<dd>{net}\u{a0}€"));
                same("the page", says.to_string(), true.to_string());
            }
        }
    }
    faults
}
