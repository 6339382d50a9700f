//! Makes the page's files and the functions of the texts, before the crate is compiled: `shared/page` and `shared/texts` go in, Rust
//! comes out. What is wrong with them stops the build, with the file and the line.

// What a build script prints is read by cargo.
#![expect(clippy::print_stdout, reason = "a build script speaks to cargo by its output")]

mod bundle;
mod files;
mod functions;
mod make;
mod module;
mod texts;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=page");
    println!("cargo::rerun-if-changed=texts");
    let folder = |variable: &str| {
        std::env::var_os(variable).map(PathBuf::from).ok_or_else(|| format!("cargo does not set {variable}"))
    };
    let made = folder("CARGO_MANIFEST_DIR").and_then(|root| make::make(&root, &folder("OUT_DIR")?));
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            fault.lines().for_each(|line| println!("cargo::error={line}"));
            ExitCode::FAILURE
        }
    }
}
