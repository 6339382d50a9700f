//! How the workspace is built: `cargo run` and `cargo test` compile each dependency once between them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::process::Command;

use tests::schema::workspace;

/// A package with its version, as cargo prints it, and the features with which it is compiled. One that build scripts and the
/// program both use may stand here twice.
type Tree = BTreeSet<(String, BTreeSet<String>)>;

fn tree(arguments: &[&str]) -> Tree {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--locked", "--offline", "--prefix", "none", "--format", "{p}|{f}"]).args(arguments);
    let output = cargo.current_dir(workspace("")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let package = |line: &str| {
        let (package, features) = line.trim_end_matches(" (*)").split_once('|').unwrap();
        (package.to_owned(), features.split(',').filter(|feature| !feature.is_empty()).map(str::to_owned).collect())
    };
    text.lines().filter(|line| !line.is_empty()).map(package).collect()
}

/// The lines that `mock/Cargo.toml` lacks, to make `run` as `test` is.
fn missing(run: &Tree, test: &Tree) -> String {
    let mut lines = BTreeMap::<&str, BTreeSet<&String>>::new();
    for (package, features) in run.difference(test) {
        let theirs = test.iter().filter(|(other, _)| other == package).flat_map(|(_, features)| features);
        lines.entry(package).or_default().extend(theirs.filter(|feature| !features.contains(*feature)));
    }
    lines.into_iter().fold(String::new(), |mut text, (package, features)| {
        let (name, version) = package.split_once(" v").unwrap();
        let features: Vec<_> = features.into_iter().collect();
        writeln!(text, "{name} = {{ version = \"{version}\", features = {features:?} }}").unwrap();
        text
    })
}

#[test]
fn cargo_run_and_cargo_test_ask_for_the_same_features() {
    let run = tree(&["--package", "mock", "--edges", "normal,build"]);
    let test = tree(&["--workspace", "--edges", "normal,build,dev"]);
    assert!(run.len() > 200 && test.len() > run.len(), "{} and {} packages", run.len(), test.len());
    let missing = missing(&run, &test);
    assert!(missing.is_empty(), "compiled twice, unless mock/Cargo.toml asks for\n{missing}");
}
