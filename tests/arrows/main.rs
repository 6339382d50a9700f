//! Arrows run down: no files import each other in a circle, none imports one of a higher room, and each SDK is named in its room alone.
//!
//! `KNOWN` lists what is still wrong. It has to be exactly what is found, so it can only get shorter.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on panics")]

mod graph;
mod rooms;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::graph::Graph;
use crate::tree::{Sources, Tree};

/// What is wrong today, without lines.
const KNOWN: &[&str] = &[
    "circle: mock/src/environment.rs, mock/src/iam.rs, mock/src/iam/policy.rs, mock/src/iam/request.rs, mock/src/template.rs, mock/src/template/resolve.rs",
    "circle: mock/src/gateway.rs, mock/src/gateway/invoke.rs, mock/src/gateway/local.rs, mock/src/server.rs",
    "upward: mock/src/server.rs → mock/src/gateway.rs",
    "upward: mock/src/template.rs → mock/src/environment.rs",
    "upward: mock/src/template.rs → mock/src/iam/policy.rs",
];

/// The names that several types, or functions that are not private, have in `shared` today.
const KNOWN_DOUBLES: &[&str] = &[];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The files below that folder of the workspace.
fn read(folder: &str, sources: &mut Sources) {
    for entry in std::fs::read_dir(workspace().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().into_string().unwrap());
        if entry.file_type().unwrap().is_dir() {
            read(&path, sources);
        } else if entry.path().extension().is_some_and(|extension| extension == "rs") {
            sources.insert(path, std::fs::read_to_string(entry.path()).unwrap());
        }
    }
}

/// The crates that are deployed, and the local AWS.
fn whole() -> Tree {
    let mut sources = Sources::new();
    let mut tree = Tree::default();
    for name in ["shared", "functions", "mock"] {
        read(&format!("{name}/src"), &mut sources);
        tree.add(name, &format!("{name}/src/lib.rs"), &sources);
    }
    let binaries = sources.keys().filter(|path| path.contains("/src/bin/") || path.ends_with("/src/main.rs"));
    for path in binaries.cloned().collect::<Vec<_>>() {
        tree.add(&path, &path, &sources);
    }
    let read: BTreeSet<_> = tree.modules.iter().map(|module| module.file.as_str()).collect();
    let is_of_tests = |path: &str| tree.tests.iter().any(|test| path.starts_with(test));
    let left_out: Vec<_> = sources.keys().filter(|path| !read.contains(path.as_str()) && !is_of_tests(path)).collect();
    assert!(left_out.is_empty(), "files of no crate: {left_out:?}");
    tree
}

/// What is wrong: the name for `KNOWN`, and a description with lines.
fn faults(tree: &Tree) -> BTreeMap<String, String> {
    let graph = Graph::of(tree);
    let mut faults = BTreeMap::new();
    for circle in graph.circles() {
        faults.insert(format!("circle: {}", circle.files.join(", ")), format!("a circle: {}", circle.chain));
    }
    faults.extend(rooms::upward(&graph, &tree.handlers()));
    faults.extend(rooms::out_of_place(&graph));
    faults
}

#[test]
fn arrows_run_down() {
    let faults = faults(&whole());
    let found: BTreeSet<_> = faults.keys().map(String::as_str).collect();
    let known: BTreeSet<_> = KNOWN.iter().copied().collect();
    let new: Vec<_> = found.difference(&known).map(|name| format!("{}\n    as {name:?}", faults[*name])).collect();
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(new.is_empty(), "arrows have to run down:\n{}", new.join("\n"));
    assert!(gone.is_empty(), "these are put right, and have to go from KNOWN: {gone:#?}");
}

#[test]
fn no_name_of_shared_is_taken_twice() {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for found in whole().names().into_iter().filter(|found| found.file.starts_with("shared/")) {
        names.entry(found.name).or_default().push(format!("{}:{}", found.file, found.line));
    }
    names.retain(|_, places| places.len() > 1);
    let found: Vec<_> = names.keys().map(String::as_str).collect();
    assert_eq!(found, KNOWN_DOUBLES, "{names:#?}");
}
