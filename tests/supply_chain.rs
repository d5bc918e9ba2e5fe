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

/// What is the project's own.
const OWN: [&str; 2] = ["versement", "versement-cluster"];
/// What lets the program reach a network, or brings the engine of the member `cluster` into it.
const NOT_IN_THE_PROGRAM: [&str; 9] =
    ["arrow", "axum", "ballista-core", "datafusion", "h2", "hyper", "prost", "tokio", "tonic"];

fn text(package: &Table, key: &str) -> String {
    package[key].as_str().unwrap().to_owned()
}

/// Name, version and table of each package in Cargo.lock but our own.
fn locked() -> Vec<(String, String, Table)> {
    let named = packages().into_iter().map(|package| (text(&package, "name"), text(&package, "version"), package));
    named.filter(|(name, ..)| !OWN.contains(&name.as_str())).collect()
}

fn packages() -> Vec<Table> {
    let lock: Table = read("Cargo.lock").parse().unwrap();
    lock["package"].as_array().unwrap().iter().map(|package| package.as_table().unwrap().clone()).collect()
}

/// Name and version of whatever a package of ours may need, on any system, its tests included.
fn needed_by(own: &str) -> BTreeSet<(String, String)> {
    let packages = packages();
    let (mut reached, mut waiting) = (BTreeSet::new(), vec![own.to_owned()]);
    while let Some(of) = waiting.pop() {
        // `name`, or `name version` where there are several.
        let (name, version) = of.split_once(' ').unwrap_or((&of, ""));
        let is = |package: &&Table| text(package, "name") == name && text(package, "version").starts_with(version);
        let package = packages.iter().find(is).unwrap_or_else(|| panic!("{of} is not locked"));
        if reached.insert((text(package, "name"), text(package, "version"))) {
            let needs = package.get("dependencies").and_then(toml::Value::as_array);
            waiting.extend(needs.into_iter().flatten().map(|need| need.as_str().unwrap().to_owned()));
        }
    }
    reached.retain(|(name, _)| !OWN.contains(&name.as_str()));
    reached
}

fn direct(manifest: &str, kind: &str) -> BTreeMap<String, String> {
    let manifest: Table = read(manifest).parse().unwrap();
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
    for (name, version) in direct("Cargo.toml", "dependencies") {
        assert!(rows.contains(&format!("`{name}`")), "docs/DESIGN.md does not say why {name} is there");
        assert!(locked.contains(&name) && !version.contains(['*', '>', '<']), "{name} {version}");
    }
    for (name, version) in direct("Cargo.toml", "dev-dependencies") {
        assert!(made_of.contains(&format!("`{name}`")), "docs/DESIGN.md does not name {name}");
        assert!(locked.contains(&name) && !version.contains(['*', '>', '<']), "{name} {version}");
    }
}

#[test]
fn every_crate_of_the_member_has_its_reason_and_is_locked() {
    let made_of = design("### What the member `cluster` is made of");
    let locked: BTreeSet<_> = locked().into_iter().map(|(name, ..)| name).collect();
    for (name, version) in direct("cluster/Cargo.toml", "dependencies") {
        let is_known = OWN.contains(&name.as_str()) || locked.contains(&name);
        assert!(made_of.contains(&format!("`{name}`")), "docs/DESIGN.md does not say why {name} is there");
        assert!(is_known && !version.contains(['*', '>', '<']), "{name} {version}");
    }
}

#[test]
fn the_engine_of_the_member_stays_out_of_the_program() {
    let program: BTreeSet<_> = needed_by("versement").into_iter().map(|(name, _)| name).collect();
    let member: BTreeSet<_> = needed_by("versement-cluster").into_iter().map(|(name, _)| name).collect();
    for name in NOT_IN_THE_PROGRAM {
        assert!(!program.contains(name), "{name} is in the program");
        assert!(member.contains(name), "{name} is gone; correct this list");
    }
    assert!(program.is_subset(&member));
    // Whoever builds, installs or tests without naming a package means the program.
    let manifest: Table = read("Cargo.toml").parse().unwrap();
    assert_eq!(manifest["workspace"]["default-members"].as_array().unwrap(), &[toml::Value::from(".")]);
}

/// Crates of the program in more than one version, and why; the list in docs/DESIGN.md is this one.
#[test]
fn every_crate_in_two_versions_has_its_reason() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, version) in needed_by("versement") {
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
    for file in [
        ".ci/run",
        "benches/guard",
        "benches/reproducible",
        "tests/outside/supply-chain",
        "cluster/proof",
        "cluster/measure",
    ] {
        for line in read(file).lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            let builds = ["cargo build", "cargo test", "cargo clippy", "cargo doc", "cargo tree", "cargo install"];
            let is_built = builds.iter().any(|command| line.contains(command));
            assert!(!is_built || line.contains("--locked"), "{file}: {line}");
        }
    }
    assert!(!read(".gitignore").contains("Cargo.lock"));
}
