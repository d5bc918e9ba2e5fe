//! The borders between the modules, told from the text of the sources: the law touches no file, no clock and no float, and
//! threads know nothing of what they carry.
#![allow(clippy::expect_used, clippy::panic, reason = "a source that can't be read fails the test")]

use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Words that let a file, a clock, chance, threads or a float in, and what each would do to the law.
const NOT_IN_THE_LAW: [(&[&str], &str); 6] = [
    (&["fs", "File", "OpenOptions", "Path", "PathBuf", "tempfile", "env"], "files belong to the two ends"),
    (&["io", "csv", "Read", "Write", "BufRead", "stdin", "stdout", "println", "eprintln"], "the law takes values"),
    (&["Utc", "Local", "Instant", "SystemTime", "now"], "today is known only to the commands"),
    (&["HashMap", "HashSet", "RandomState"], "hash order would reach a payment; use a Vec or a BTreeMap"),
    (&["f32", "f64"], "money is whole cents, rates are exact"),
    (&["thread", "rayon", "Mutex", "Atomic"], "threads live in the pipeline"),
];

/// Modules of ours that each part may name; threads know nothing of what they carry.
const MAY_NAME: [(&str, &[&str]); 18] = [
    ("accounts", &["bank", "calendar", "money"]),
    ("bank", &["calendar", "hexadecimal", "identity", "ledger", "money", "publish"]),
    ("calendar", &[]),
    ("doctor", &["anomaly", "calendar", "columns", "exports"]),
    (
        "explain",
        &[
            "anomaly", "calendar", "columns", "dossier", "exports", "facts", "identity", "law", "money", "page",
            "revision", "settle",
        ],
    ),
    ("identity", &["bytes"]),
    ("law", &["calendar", "facts", "hexadecimal", "money"]),
    ("money", &[]),
    ("page", &["explain"]),
    (
        "partition",
        &[
            "anomaly",
            "calendar",
            "columns",
            "dossier",
            "exports",
            "facts",
            "hexadecimal",
            "identity",
            "law",
            "ledger",
            "money",
            "night",
            "publish",
            "revision",
            "settle",
            "totals",
        ],
    ),
    ("pipeline", &[]),
    ("redact", &["anomaly", "calendar", "columns", "exports", "identity"]),
    ("report", &["anomaly", "explain", "money", "page", "publish", "results", "stats"]),
    ("results", &["money"]),
    (
        "revision",
        &["anomaly", "calendar", "columns", "dossier", "facts", "identity", "law", "money", "settle", "varint"],
    ),
    ("settle", &["anomaly", "calendar", "columns", "facts", "identity", "law", "money"]),
    ("stats", &["calendar", "dossier", "facts", "law", "money", "settle"]),
    ("workbook", &["explain", "money", "publish", "results"]),
];

/// The only parts that open files: the bank reads runs and writes files of transfers, commands read the law file, the intake
/// opens exports, a night sorts in temporary files, publishing, the ledger, parts and generating write.
const OPEN_FILES: [&str; 8] = ["bank", "commands", "generate", "intake", "ledger", "night", "partition", "publish"];
const OPENING: [&str; 6] = ["fs", "File", "OpenOptions", "tempfile", "NamedTempFile", "SpooledTempFile"];

struct Source {
    /// Below `src`, with `/`.
    path: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    collect(&root, &root, &mut sources);
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(sources.len() > 40, "only {} sources found", sources.len());
    sources
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path: PathBuf = entry.expect("a folder of sources").path();
        if path.is_dir() {
            collect(root, &path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).expect("a source");
            let parts = path.strip_prefix(root).expect("below the root").iter().map(|part| part.to_string_lossy());
            sources.push(Source { path: parts.collect::<Vec<_>>().join("/"), text });
        }
    }
}

impl Source {
    /// The folder or file right below `src`.
    fn part(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// Lines of code with their numbers; comments and the texts in quotes say nothing of what the code does.
    fn code(&self) -> impl Iterator<Item = (usize, String)> + '_ {
        self.text.lines().zip(1..).map(|(line, number)| (number, without_texts(line)))
    }

    fn words(&self) -> impl Iterator<Item = (usize, String)> + '_ {
        self.code().flat_map(|(number, line)| {
            let words = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            words.map(|word| (number, word.to_owned())).collect::<Vec<_>>()
        })
    }

    /// The modules behind each `crate::`.
    fn named(&self) -> Vec<(usize, String)> {
        let behind = |(number, line): (usize, String)| {
            let parts: Vec<_> = line.split("crate::").skip(1).map(str::to_owned).collect();
            parts.into_iter().map(move |part| {
                let end = part.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(part.len());
                (number, part[..end].to_owned())
            })
        };
        self.code().flat_map(behind).collect()
    }
}

/// The code of a line, for sources whose texts don't run over lines with quotes in them.
fn without_texts(line: &str) -> String {
    let (mut code, mut in_text, mut escaped) = (String::new(), false, false);
    let line = line.replace("'\"'", "");
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            '/' if !in_text && letters.peek() == Some(&'/') => break,
            _ if in_text => {}
            _ => code.push(letter),
        }
    }
    code
}

fn forbid(told: String) {
    assert!(told.is_empty(), "borders are crossed:\n{told}");
}

#[test]
fn the_law_and_the_settlement_touch_no_file_clock_thread_or_float() {
    let mut told = String::new();
    for source in sources().iter().filter(|source| ["law", "settle"].contains(&source.part())) {
        for (line, word) in source.words() {
            for (words, reason) in NOT_IN_THE_LAW {
                if words.contains(&word.as_str()) {
                    writeln!(told, "src/{}:{line}: `{word}`: {reason}", source.path).expect("memory");
                }
            }
        }
    }
    forbid(told);
}

#[test]
fn no_part_names_what_stands_behind_it() {
    let sources = sources();
    let mut told = String::new();
    for (part, allowed) in MAY_NAME {
        let mut of_part = sources.iter().filter(|source| source.part() == part).peekable();
        assert!(of_part.peek().is_some(), "`{part}` is gone; correct this list");
        for source in of_part {
            for (line, module) in source.named() {
                if !allowed.contains(&module.as_str()) && module != part {
                    let path = &source.path;
                    writeln!(told, "src/{path}:{line}: `{part}` may not name `crate::{module}`").expect("memory");
                }
            }
        }
    }
    forbid(told);
}

#[test]
fn files_are_opened_at_the_two_ends_only() {
    let mut told = String::new();
    for source in sources().iter().filter(|source| !OPEN_FILES.contains(&source.part())) {
        for (line, word) in source.words().filter(|(_, word)| OPENING.contains(&word.as_str())) {
            let ends = OPEN_FILES.join(", ");
            writeln!(told, "src/{}:{line}: `{word}`: only {ends} open files", source.path).expect("memory");
        }
    }
    forbid(told);
}

#[test]
fn comments_and_texts_are_no_code() {
    let source = Source {
        path: "law/example.rs".to_owned(),
        text: "let a = \"f64 \\\" // Utc\" + '\"'; // HashMap\nuse crate::money::{Cents, f32};\n/// File".to_owned(),
    };
    let words: Vec<_> = source.words().map(|(_, word)| word).filter(|word| !word.is_empty()).collect();
    assert_eq!(words, ["let", "a", "use", "crate", "money", "Cents", "f32"]);
    assert_eq!(source.named(), [(2, "money".to_owned())]);
    assert_eq!(source.part(), "law");
}
