//! The book in `docs/guide`: every command in it is run, chapter by chapter, and prints what is shown.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide")
}

/// A block of code: its words (`sh status=1`), its text, its line.
struct Block {
    words: String,
    text: String,
    line: usize,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (line, number) in text.lines().zip(1..) {
        match (line.strip_prefix("```"), open.take()) {
            (Some(words), None) => open = Some(Block { words: words.to_owned(), text: String::new(), line: number }),
            (Some(""), Some(block)) => blocks.push(block),
            (None, Some(mut block)) => {
                block.text += line;
                block.text.push('\n');
                open = Some(block);
            }
            (None, None) => {}
            (Some(words), Some(_)) => panic!("line {number}: a block begins within a block ({words})"),
        }
    }
    assert!(open.is_none(), "a block never ends");
    blocks
}

/// Runs a block as a reader would, in the folder of its chapter.
fn run(block: &Block, folder: &Path) -> (i32, String, String) {
    let program = Path::new(env!("CARGO_BIN_EXE_versement")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", &block.text]).current_dir(folder).env("PATH", path).env("LC_ALL", "C.UTF-8");
    let output = shell.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Lines that are shown come in this order; between `…` and the next one others may stand, and elsewhere none.
fn shows(printed: &str, shown: &str) -> Result<(), String> {
    let mut lines = printed.lines().map(str::trim_end);
    let mut may_skip = true;
    for wanted in shown.lines() {
        if wanted == "…" {
            may_skip = true;
            continue;
        }
        let is = |line: &str| match wanted.strip_suffix('…') {
            Some(start) => line.starts_with(start),
            None => line == wanted,
        };
        let found = if may_skip { lines.find(|line| is(line)) } else { lines.next().filter(|line| is(line)) };
        if found.is_none() {
            return Err(format!("{wanted:?} does not come, or not there, in\n{printed}"));
        }
        may_skip = false;
    }
    Ok(())
}

#[test]
fn every_command_of_the_book_is_run_and_prints_what_is_shown() {
    let contents = fs::read_to_string(book().join("README.md")).unwrap();
    let mut chapters = 0;
    for entry in fs::read_dir(book()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name == "README.md" {
            continue;
        }
        assert!(contents.contains(&format!("]({name})")), "{name} is not among the contents");
        let folder = TempDir::new().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let mut last = None;
        for block in blocks(&text) {
            let place = format!("{name}:{}", block.line);
            let (language, status) = block.words.split_once(" status=").unwrap_or((&block.words, "0"));
            match language {
                "sh" => {
                    let (code, stdout, stderr) = run(&block, folder.path());
                    assert_eq!(code.to_string(), status, "{place}\n{stdout}\n{stderr}");
                    last = Some(stdout);
                }
                "text" => {
                    let printed = last.as_ref().unwrap_or_else(|| panic!("{place}: nothing was run"));
                    shows(printed, &block.text).unwrap_or_else(|told| panic!("{place}: {told}"));
                }
                other => panic!("{place}: {other:?} is neither run nor shown"),
            }
        }
        assert!(last.is_some(), "{name} has no command");
        chapters += 1;
    }
    assert!(chapters >= 3, "{chapters}");
}

#[test]
fn what_is_shown_is_compared() {
    let printed = "a\nb  \nc\nd\n";
    for shown in ["a\nb\n", "b\nc\n", "a\n…\nd\n", "…\nc\n…\n", "a…\n"] {
        assert_eq!(shows(printed, shown), Ok(()), "{shown}");
    }
    for shown in ["x\n", "a\nc\n", "b\na\n", "c\n…\nb\n", "d\ne\n"] {
        assert!(shows(printed, shown).is_err(), "{shown}");
    }
}
