//! The written part says what the program does: tables, names, options, outputs and amounts are compared with it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use toml::de::{DeTable, DeValue};
use versement::anomaly::Code;
use versement::columns::{Export, Need};
use versement::law::Law;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What stands between a heading and the next one of its level or above.
fn section<'t>(text: &'t str, heading: &str) -> &'t str {
    let level = heading.split(' ').next().unwrap();
    let start = text.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading:?}"));
    let body = &text[start + heading.len() + 2..];
    let ends = (1..=level.len()).filter_map(|level| body.find(&format!("\n{} ", "#".repeat(level))));
    &body[..ends.min().unwrap_or(body.len())]
}

/// The code blocks of a language.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// The tables of a text, without the marks of code in their cells; those of the header stay.
    fn all(text: &str) -> Vec<Self> {
        let cells = |line: &str| -> Vec<String> {
            let inner = line.trim().trim_start_matches('|').strip_suffix('|').expect(line);
            inner.split('|').map(|cell| cell.trim().to_owned()).collect()
        };
        let mut tables: Vec<Self> = Vec::new();
        let mut inside = false;
        for line in text.lines() {
            match (line.starts_with('|'), inside) {
                (true, false) => tables.push(Self { header: cells(line), rows: Vec::new() }),
                (true, true) if !line.starts_with("|---") => {
                    let row: Vec<_> = cells(line).iter().map(|cell| cell.replace('`', "")).collect();
                    let table = tables.last_mut().unwrap();
                    assert_eq!(row.len(), table.header.len(), "{line}");
                    table.rows.push(row);
                }
                _ => {}
            }
            inside = line.starts_with('|');
        }
        tables
    }

    fn with_header(text: &str, header: &[&str]) -> Self {
        let found = Self::all(text).into_iter().find(|table| table.header == header);
        found.unwrap_or_else(|| panic!("no table {header:?}"))
    }

    fn place(&self, column: &str) -> Option<usize> {
        self.header.iter().position(|name| name.trim_matches('`') == column)
    }
}

#[test]
fn the_anomaly_table_is_the_catalogue() {
    let formats = read("docs/FORMATS.md");
    let table = Table::with_header(&formats, &["code", "severity", "effect", "meaning", "article", "remedy"]);
    let catalogue = Code::ALL.iter().map(|code| {
        let entry = code.entry();
        let article = entry.article.to_string();
        let cells = [entry.code, entry.severity.name(), entry.effect.name(), entry.meaning, &article, entry.remedy];
        cells.map(str::to_owned).to_vec()
    });
    assert_eq!(table.rows, catalogue.collect::<Vec<_>>());

    let guide = read("docs/GUIDE.md");
    let told = section(&guide, "## What to do about the anomalies");
    let cells: Vec<String> =
        Table::all(told).into_iter().flat_map(|table| table.rows).map(|row| row[0].clone()).collect();
    let spans: Vec<(&str, &str)> = cells
        .iter()
        .flat_map(|cell| cell.split(", "))
        .map(|codes| codes.split_once(" to ").unwrap_or((codes, codes)))
        .collect();
    for code in Code::ALL.iter().map(|code| code.entry().code) {
        assert!(spans.iter().any(|(first, last)| (*first..=*last).contains(&code)), "GUIDE.md does not tell of {code}");
    }
}

#[test]
fn the_column_tables_name_every_column_and_alias() {
    let formats = read("docs/FORMATS.md");
    for export in Export::ALL {
        let table = &Table::all(section(&formats, &format!("#### {export}")))[0];
        let told = table.rows.iter().map(|row| (row[0].clone(), row[1].clone()));
        let columns = export.columns().iter();
        let known = columns.map(|column| (column.name().to_owned(), column.aliases().join(", ")));
        assert_eq!(told.collect::<Vec<_>>(), known.collect::<Vec<_>>(), "{export}");
        for (row, column) in table.rows.iter().zip(export.columns()) {
            match column.need() {
                Need::Required => assert_eq!(row[2], "required", "{}", row[0]),
                Need::Optional => assert_eq!(row[2], "optional", "{}", row[0]),
                Need::Wage => assert!(row[2] != "required" && row[2] != "optional", "{}", row[0]),
            }
        }
    }
}

#[test]
fn the_result_tables_have_the_columns_of_the_files() {
    let formats = read("docs/FORMATS.md");
    for published in versement::publish::Table::ALL {
        let (file, header) = (published.file_name(), published.header());
        let body = section(&formats, &format!("### {file}"));
        let told: Vec<_> = Table::all(body)[0].rows.iter().map(|row| row[0].clone()).collect();
        assert_eq!(told.join(","), header.trim_end(), "{file}");
        assert!(blocks(body, "csv")[0].starts_with(header), "{file}: the example has another header");
    }
}

#[test]
fn the_tables_of_parts_have_the_columns_of_the_files() {
    use versement::partition::schema::{Field, PART, RESULT};
    let formats = read("docs/FORMATS.md");
    for (heading, fields) in [("### A part", PART), ("### A result", RESULT)] {
        let table = Table::with_header(section(&formats, heading), &["column", "form", "content"]);
        let told = table.rows.iter().map(|row| (row[0].clone(), row[1].clone()));
        let columns = fields.iter().flat_map(|field| {
            let list = match field {
                Field::One(_) => String::new(),
                Field::List(name, _) => format!("{name}."),
            };
            field.columns().iter().map(move |column| {
                let absent = if column.nullable { " or absent" } else { "" };
                (format!("{list}{}", column.name), format!("{:?}{absent}", column.form).to_lowercase())
            })
        });
        assert_eq!(told.collect::<Vec<_>>(), columns.collect::<Vec<_>>(), "{heading}");
    }
}

/// The rules that a text names: `R2`, `R6.5`.
fn rules(text: &str) -> BTreeSet<String> {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices('R') {
        let group = digits(at + 1);
        let starts = at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'#');
        if !starts || group != 1 || bytes[at + 1] > b'8' {
            continue;
        }
        let rule = if bytes.get(at + 2) == Some(&b'.') { digits(at + 3) } else { 0 };
        let end = if rule > 0 { at + 3 + rule } else { at + 2 };
        if bytes.get(end).is_none_or(|byte| !byte.is_ascii_alphanumeric()) {
            found.insert(text[at..end].to_owned());
        }
    }
    found
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn every_rule_named_in_the_source_is_stated() {
    let law = read("docs/LAW.md");
    let stated = |rule: &str| {
        if rule.contains('.') { law.contains(&format!("**{rule}**")) } else { law.contains(&format!("\n## {rule} ")) }
    };
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let mut named = BTreeSet::new();
    for file in files {
        for rule in rules(&std::fs::read_to_string(&file).unwrap()) {
            assert!(stated(&rule), "{} names {rule}, docs/LAW.md does not state it", file.display());
            named.insert(rule);
        }
    }
    for rule in ["R0.1", "R1.3", "R2", "R3.4", "R6.8"] {
        assert!(named.contains(rule), "the search for rules does not find {rule}");
    }
}

#[test]
fn an_article_is_found_where_the_readme_says() {
    let readme = read("README.md");
    let table = Table::with_header(&readme, &["rule", "what", "file", "function"]);
    let mut told = BTreeSet::new();
    for row in &table.rows {
        let place = read(&row[2]);
        let function = [format!("fn {}(", row[3]), format!("fn {}<", row[3]), format!("[choice.{}]", row[3])];
        assert!(function.iter().any(|name| place.contains(name)), "{} is not in {}", row[3], row[2]);
        told.extend(rules(&row[0]));
    }
    let law = read("docs/LAW.md");
    let stated = rules(&law).into_iter().filter(|rule| law.contains(&format!("**{rule}**")));
    let missing: Vec<_> = stated.filter(|rule| !told.contains(rule)).collect();
    assert!(missing.is_empty(), "the README does not say where to find {missing:?}");
}

/// The entries of the law data: the table, and every key with its value as it is written there.
fn law_entries() -> Vec<(String, BTreeMap<String, String>)> {
    fn plain(value: &DeValue<'_>) -> String {
        match value {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(integer) => integer.as_str().to_owned(),
            DeValue::Boolean(flag) => flag.to_string(),
            DeValue::Datetime(day) => day.to_string(),
            DeValue::Array(all) => all.iter().map(|one| plain(one.get_ref())).collect::<Vec<_>>().join(", "),
            other => panic!("{other:?}"),
        }
    }
    fn fields(value: &DeValue<'_>) -> BTreeMap<String, String> {
        let DeValue::Table(table) = value else { panic!("{value:?}") };
        table.iter().map(|(key, value)| (key.get_ref().to_string(), plain(value.get_ref()))).collect()
    }
    let law = DeTable::parse(Law::BUILT_IN).unwrap();
    let mut entries = Vec::new();
    for (table, value) in law.get_ref() {
        let table = table.get_ref().to_string();
        match value.get_ref() {
            DeValue::Array(all) => entries.extend(all.iter().map(|entry| (table.clone(), fields(entry.get_ref())))),
            DeValue::Table(choices) => {
                for (name, choice) in choices {
                    let mut entry = fields(choice.get_ref());
                    let value = entry.remove("value").unwrap();
                    entry.insert("choice".to_owned(), name.get_ref().to_string());
                    entry.insert("value".to_owned(), value);
                    entries.push((table.clone(), entry));
                }
            }
            _ => {}
        }
    }
    entries
}

/// The heading under which a key stands in the documentation: single values go by the name of their table.
fn heading<'k>(table: &'k str, key: &'k str) -> &'k str {
    if key == "value" && table != "choice" { table } else { key }
}

#[test]
fn every_value_of_the_law_data_is_told_with_its_day_and_source() {
    let text = read("docs/LAW.md");
    assert!(
        text.contains("`verified_until = 2012-06-30`") && Law::BUILT_IN.contains("\nverified_until = 2012-06-30\n")
    );
    let tables = Table::all(&text);
    let entries = law_entries();
    assert!(entries.len() > 60);
    for (name, entry) in &entries {
        let told = tables.iter().any(|table| {
            let wanted: Option<Vec<(usize, &String)>> =
                entry.iter().map(|(key, value)| Some((table.place(heading(name, key))?, value))).collect();
            wanted.is_some_and(|wanted| {
                table.rows.iter().any(|row| wanted.iter().all(|(place, value)| row[*place] == **value))
            })
        });
        assert!(told, "docs/LAW.md has no row with {entry:?} of {name}");
    }
    // And nothing stands there that the law data does not have.
    for table in tables.iter().filter(|table| table.place("from").is_some() || table.place("choice").is_some()) {
        for row in &table.rows {
            for (place, column) in table.header.iter().enumerate().filter(|(_, column)| column.starts_with('`')) {
                let (column, cell) = (column.trim_matches('`'), &row[place]);
                let key = if table.place("from").is_some() { "from" } else { "choice" };
                let known = entries.iter().any(|(name, entry)| {
                    entry.get(key) == Some(&row[table.place(key).unwrap()])
                        && entry.iter().any(|(key, value)| heading(name, key) == column && value == cell)
                });
                assert!(cell.is_empty() || known, "{column} {cell} in {row:?} is not in the law data");
            }
        }
    }
}

fn versement(folder: &Path, arguments: &str) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_versement"));
    let output = command.current_dir(folder).args(arguments.split_whitespace()).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_guide_tells_every_option() {
    let guide = read("docs/GUIDE.md");
    let told = section(&guide, "## All options");
    let long = |text: &str| -> BTreeSet<String> {
        let is_name = |c: char| c.is_ascii_lowercase() || c == '-';
        let words = text.split(|c: char| !is_name(c));
        words.filter(|word| word.starts_with("--") && word.len() > 2).map(str::to_owned).collect()
    };
    let all = commands("");
    assert!(all.len() >= 7, "{all:?}");
    for command in all {
        let (status, help) = versement(root(), &format!("{command} --help"));
        assert_eq!(status, Some(0));
        let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
        let known: BTreeSet<_> = lines.flat_map(long).filter(|option| option != "--help").collect();
        let part = told.split(&format!("\n`versement {command}`\n")).nth(1).unwrap_or_else(|| panic!("{command}"));
        let part = part.split("\n`versement ").next();
        let firsts = Table::all(part.unwrap())[0].rows.iter().map(|row| row[0].clone()).collect::<Vec<_>>().join(" ");
        assert_eq!(long(&firsts), known, "{command}");
    }
}

/// Every command below one, those that only hold others left out: `run`, `export xlsx`.
fn commands(below: &str) -> Vec<String> {
    let (_, help) = versement(root(), &format!("{below} --help"));
    let Some((_, listed)) = help.split_once("\nCommands:\n") else { return vec![below.to_owned()] };
    let names = listed.lines().take_while(|line| !line.is_empty()).filter_map(|line| {
        let name = line.strip_prefix("  ")?.split(' ').next()?;
        (!name.is_empty() && name != "help").then(|| format!("{below} {name}").trim().to_owned())
    });
    names.flat_map(|name| commands(&name)).collect()
}

#[test]
fn the_keys_of_fund_toml_are_those_that_are_read() {
    use versement::bank::fund::Fund;
    let example = read("examples/fund.toml");
    let formats = read("docs/FORMATS.md");
    let tables = Table::all(section(&formats, "## fund.toml"));
    let told = |name: &str| -> BTreeSet<String> {
        let rows = tables.iter().flat_map(|table| &table.rows).filter(|row| row[0] == name);
        rows.map(|row| row[1].clone()).collect()
    };
    for name in ["fund", "bank", "accounts"] {
        let without = example.split("\n[accounts.").next().unwrap();
        let with = if name == "accounts" {
            format!("{without}\n[accounts]\nodd = 1\n")
        } else {
            without.replace(&format!("[{name}]"), &format!("[{name}]\nodd = 1"))
        };
        let fault = Fund::read(&with).unwrap_err().message;
        let known = fault.split('`').skip(3).step_by(2).map(str::to_owned).collect();
        assert_eq!(told(name), known, "{fault}");
    }
}

/// Looks for lines in an output, in order; a line `…` stands for any others.
fn assert_shows(output: &str, shown: &str) {
    let mut lines = output.lines().map(str::trim_end);
    for wanted in shown.lines().filter(|line| line.trim() != "…" && !line.is_empty()) {
        assert!(lines.any(|line| line == wanted), "{wanted:?} does not come, or not there, in\n{output}");
    }
}

fn net_to_pay(output: &str) -> &str {
    output.lines().find_map(|line| line.trim().strip_prefix("net to pay")).unwrap().trim()
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let readme = read("README.md");
    let folder = tempfile::tempdir().unwrap();
    let generate = blocks(section(&readme, "## How to go on"), "sh")
        .into_iter()
        .find_map(|block| block.trim().strip_prefix("versement generate "))
        .unwrap();
    assert_eq!(versement(folder.path(), &format!("generate --quiet {generate}")).0, Some(0));
    let exports = generate.split_whitespace().last().unwrap();
    let (status, printed) = versement(
        folder.path(),
        &format!("run --month 2009-05 --exports {exports} --out target/demo --ledger target/ledger"),
    );
    assert_eq!(status, Some(1));

    let blocks_shown = blocks(section(&readme, "## What you see"), "text");
    assert_shows(&printed, blocks_shown[0]);
    for line in blocks_shown[1].lines() {
        let (file, row) = line.split_once(' ').unwrap();
        let written = std::fs::read_to_string(folder.path().join("target/demo").join(file)).unwrap();
        assert!(written.lines().any(|line| line == row.trim_start()), "{line}");
    }
    let formats = read("docs/FORMATS.md");
    for file in ["payments.csv", "anomalies.csv", "decisions.csv", "opening.csv"] {
        let written = std::fs::read_to_string(folder.path().join("target/demo").join(file)).unwrap();
        for row in blocks(section(&formats, &format!("### {file}")), "csv")[0].lines() {
            assert!(written.lines().any(|line| line == row), "{file}: {row}");
        }
    }
    let summary = std::fs::read_to_string(folder.path().join("target/demo/summary.json")).unwrap();
    let top = summary.lines().filter_map(|line| line.strip_prefix("  \"")?.split('"').next());
    let table = Table::all(section(&formats, "### summary.json")).remove(0);
    // The file given with --opening is told by the runs that were given one, contributions by those with employers.csv.
    let optional = ["opening", "contributions"];
    let told: Vec<_> = table.rows.iter().map(|row| row[0].as_str()).filter(|key| !optional.contains(key)).collect();
    assert_eq!(top.collect::<Vec<_>>().join(", "), told.join(", "));

    let (status, again) = versement(
        folder.path(),
        &format!("run --month 2009-05 --exports {exports} --out target/demo --ledger target/ledger"),
    );
    assert!(status == Some(0) && again.starts_with("already done"), "{again}");

    // The change of law that the README makes.
    let entry = blocks(section(&readme, "## Change the law"), "toml")[0];
    let before = "from = 2008-07-01\nvalue = \"26.66\"\nsource = \"circ. Unédic 2008-04; ASH 2565\"\n";
    let (head, rest) = Law::BUILT_IN.split_once(before).unwrap();
    std::fs::write(folder.path().join("my-law.toml"), format!("{head}{before}\n{entry}{rest}")).unwrap();
    let (status, checked) = versement(folder.path(), "law --check my-law.toml");
    assert_eq!(status, Some(0), "{checked}");
    let (_, changed) = versement(
        folder.path(),
        &format!("run --month 2009-05 --exports {exports} --out target/what-if --law my-law.toml --no-ledger"),
    );
    let sentence = format!("goes from {} to {}", net_to_pay(&printed), net_to_pay(&changed));
    assert!(readme.contains(&sentence), "the README does not say {sentence:?}");
}

/// The months from one to another, both included.
fn months(first: &str, last: &str) -> Vec<String> {
    let last: versement::calendar::Month = last.parse().unwrap();
    let first: versement::calendar::Month = first.parse().unwrap();
    std::iter::successors(Some(first), |month| Some(month.next()))
        .take_while(|month| *month <= last)
        .map(|month| month.to_string())
        .collect()
}

/// The exports of a folder, row by row.
#[derive(Default)]
struct Made {
    beneficiaries: String,
    events: String,
    earnings: String,
}

impl Made {
    const MORE: [&'static str; 6] =
        ["seniority_months", "part_time_ratio", "are_days", "notice_daily", "pension_category", "pension_monthly"];

    fn add(&mut self, id: &str, of: &dyn Fn(&str) -> String) {
        let more = of("more");
        let given = |name: &str| {
            let value = more.split(' ').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            value.unwrap_or(if name == "seniority_months" { "36" } else { "" }).to_owned()
        };
        let known = more.split_whitespace().all(|pair| Self::MORE.contains(&pair.split('=').next().unwrap()));
        assert!(known, "{more}");
        let fixed = [of("procedure_date"), of("contract_end"), of("sjr")];
        let row: Vec<_> = fixed.into_iter().chain(Self::MORE.map(given)).collect();
        self.beneficiaries += &format!("{id},295109912611193,X,FR1420041010050500013M02606,35.00,{}\n", row.join(","));
        if let Some((kind, days)) = of("event").split_once(' ') {
            let (first, last) = days.split_once("..").unwrap();
            self.events += &format!("{id},{kind},{first},{last}\n");
        }
        let job = of("job: days, hours, base pay");
        if let [days, hours, base] = job.split(' ').collect::<Vec<_>>()[..] {
            let (first, last) = days.split_once("..").unwrap();
            let month = of("month");
            let end = last.get(..7).filter(|end| *end < month.as_str()).unwrap_or(&month);
            for month in months(&first[..7], end) {
                self.earnings +=
                    &format!("{id},73282932000074,{month},{first},{last},{hours},{base},0.00,2010-01-01\n");
            }
        }
    }

    fn write(&self, folder: &Path) {
        let heads = [
            format!(
                "beneficiary_id,nir,name,iban,weekly_hours,procedure_date,contract_end,sjr,{}\n",
                Self::MORE.join(",")
            ),
            "beneficiary_id,kind,start,end\n".to_owned(),
            "beneficiary_id,employer,month,job_start,job_end,weekly_hours,base_monthly_gross,gross_paid,proof\n"
                .to_owned(),
        ];
        let names = ["beneficiaries.csv", "events.csv", "earnings.csv"];
        for ((name, head), rows) in names.iter().zip(heads).zip([&self.beneficiaries, &self.events, &self.earnings]) {
            std::fs::write(folder.join(name), head + rows).unwrap();
        }
    }
}

#[test]
fn the_worked_examples_come_out_as_told() {
    let law = read("docs/LAW.md");
    let table = Table::all(section(&law, "## Worked examples")).remove(0);
    assert!(table.rows.len() >= 20);
    let cell = |row: &[String], column: &str| row[table.place(column).expect(column)].clone();
    let mut by_month: BTreeMap<String, Made> = BTreeMap::new();
    for row in &table.rows {
        let made = by_month.entry(cell(row, "month")).or_default();
        made.add(&format!("X{}", cell(row, "no")), &|column| cell(row, column));
    }
    let mut paid: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (month, made) in by_month {
        let folder = tempfile::tempdir().unwrap();
        made.write(folder.path());
        let (status, printed) =
            versement(folder.path(), &format!("run --month {month} --exports . --out out --no-ledger"));
        assert_eq!(status, Some(0), "{month}\n{printed}");
        for row in csv::Reader::from_path(folder.path().join("out/payments.csv")).unwrap().deserialize() {
            let row: BTreeMap<String, String> = row.unwrap();
            paid.insert(row["beneficiary_id"].clone(), row);
        }
    }
    let amounts = ["asr_days", "asr_gross", "pension_offset", "participation", "asr_net", "idr"];
    for row in &table.rows {
        let payment = paid.get(&format!("X{}", cell(row, "no")));
        for column in amounts {
            let nothing = if column == "asr_days" { "0" } else { "0.00" };
            let amount = payment.map_or(nothing, |payment| payment[column].as_str());
            assert_eq!(cell(row, column), amount, "example {}, {column}", cell(row, "no"));
        }
    }
}

/// The anchor of a heading, as it is made where the documentation is read.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().trim().to_lowercase().replace(' ', "-")
}

#[test]
fn links_lead_somewhere() {
    for file in ["README.md", "CHANGELOG.md", "docs/FORMATS.md", "docs/LAW.md", "docs/GUIDE.md", "docs/DESIGN.md"] {
        let text = read(file);
        for link in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            // Measurements are made on a machine of their own and come with it.
            if link.starts_with("http") {
                continue;
            }
            let (path, wanted) = link.split_once('#').unwrap_or((link, ""));
            let to = root().join(file).parent().unwrap().join(path);
            let target = if path.is_empty() { root().join(file) } else { to };
            assert!(target.exists(), "{file}: {link}");
            if !wanted.is_empty() {
                let target = std::fs::read_to_string(&target).unwrap();
                let mut headings = target.lines().filter_map(|line| line.strip_prefix('#'));
                assert!(headings.any(|line| anchor(line.trim_start_matches('#')) == wanted), "{file}: {link}");
            }
        }
    }
}
