//! What the program is made of: from the registry only, each crate with its reason. Licences and vulnerabilities are looked at before
//! a release (`tests/outside/supply-chain`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use toml::Table;

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Name, version and table of each package in Cargo.lock but the program.
fn locked() -> Vec<(String, String, Table)> {
    let lock: Table = read("Cargo.lock").parse().unwrap();
    let packages = lock["package"].as_array().unwrap().iter().map(|package| package.as_table().unwrap().clone());
    let text = |package: &Table, key: &str| package[key].as_str().unwrap().to_owned();
    let named = packages.map(|package| (text(&package, "name"), text(&package, "version"), package));
    named.filter(|(name, ..)| name != "versement").collect()
}

fn direct(kind: &str) -> BTreeMap<String, String> {
    let manifest: Table = read("Cargo.toml").parse().unwrap();
    let version = |value: &toml::Value| match value {
        toml::Value::String(version) => version.clone(),
        table => table["version"].as_str().unwrap().to_owned(),
    };
    manifest[kind].as_table().unwrap().iter().map(|(name, value)| (name.clone(), version(value))).collect()
}

/// The text under a heading of docs/DESIGN.md.
fn design(heading: &str) -> String {
    let design = read("docs/DESIGN.md");
    let behind = design.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading:?}")).1;
    behind.split("\n## ").next().unwrap().to_owned()
}

#[test]
fn every_package_comes_from_the_registry_with_its_digest() {
    let locked = locked();
    assert!(locked.len() > 100);
    for (name, version, package) in locked {
        assert_eq!(package.get("source").and_then(toml::Value::as_str), Some(REGISTRY), "{name} {version}");
        assert_eq!(package["checksum"].as_str().map(str::len), Some(64), "{name} {version}");
    }
}

#[test]
fn every_crate_that_is_named_has_its_reason_and_is_locked() {
    let made_of = design("## What it is made of");
    let rows: String = made_of.lines().filter(|line| line.starts_with('|')).collect();
    let locked: BTreeSet<_> = locked().into_iter().map(|(name, ..)| name).collect();
    for (name, version) in direct("dependencies") {
        assert!(rows.contains(&format!("`{name}`")), "docs/DESIGN.md does not say why {name} is there");
        assert!(locked.contains(&name) && !version.contains(['*', '>', '<']), "{name} {version}");
    }
    for (name, version) in direct("dev-dependencies") {
        assert!(made_of.contains(&format!("`{name}`")), "docs/DESIGN.md does not name {name}");
        assert!(locked.contains(&name) && !version.contains(['*', '>', '<']), "{name} {version}");
    }
}

/// Crates in more than one version, and why; the list in docs/DESIGN.md is this one.
#[test]
fn every_crate_in_two_versions_has_its_reason() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, version, _) in locked() {
        versions.entry(name).or_default().insert(version);
    }
    let doubles: BTreeSet<String> =
        versions.into_iter().filter(|(_, found)| found.len() > 1).map(|(name, _)| name).collect();
    let section = design("### Crates in two versions");
    let cells = section.lines().filter(|line| line.starts_with("| `")).map(|line| line.split('|').nth(1).unwrap());
    let told: BTreeSet<String> =
        cells.flat_map(|cell| cell.split(", ")).map(|name| name.trim().trim_matches('`').to_owned()).collect();
    assert_eq!(told, doubles);
}

#[test]
fn whatever_builds_takes_the_locked_versions() {
    for file in [".ci/run", "benches/guard", "benches/reproducible", "tests/outside/supply-chain"] {
        for line in read(file).lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            let builds = ["cargo build", "cargo test", "cargo clippy", "cargo doc", "cargo tree", "cargo install"];
            let is_built = builds.iter().any(|command| line.contains(command));
            assert!(!is_built || line.contains("--locked"), "{file}: {line}");
        }
    }
    assert!(!read(".gitignore").contains("Cargo.lock"));
}
