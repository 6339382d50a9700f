//! Arrows run down: no files import each other in a circle, none imports one of a higher room, and each SDK is named in its room alone.
//! No name is taken twice either.

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

/// What is wrong, by name, with its lines.
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
    let faults: Vec<_> = faults(&whole()).into_values().collect();
    assert!(faults.is_empty(), "arrows have to run down:\n{}", faults.join("\n"));
}

/// The names in that folder that several places define.
fn doubles(folder: &str, counts: impl Fn(&str) -> bool) -> BTreeMap<String, Vec<String>> {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for found in whole().names().into_iter().filter(|found| found.file.starts_with(folder) && counts(&found.name)) {
        names.entry(found.name).or_default().push(format!("{}:{}", found.file, found.line));
    }
    names.retain(|_, places| places.len() > 1);
    names
}

#[test]
fn no_two_types_of_mock_have_one_name() {
    let types = doubles("mock/", |name| name.starts_with(|first: char| first.is_ascii_uppercase()));
    assert!(types.is_empty(), "{types:#?}");
}

#[test]
fn no_name_of_shared_is_taken_twice() {
    let names = doubles("shared/", |_| true);
    assert!(names.is_empty(), "{names:#?}");
}
