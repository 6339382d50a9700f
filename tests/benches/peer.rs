//! The peer: the same vote in Node.js, bundled as for Lambda.

use std::path::{Path, PathBuf};
use std::process::Command;

use tests::schema::workspace;

/// Builds the peer; none where Node.js is not installed.
pub(crate) fn build() -> Option<PathBuf> {
    let node = Command::new("node").arg("--version").output().ok().filter(|output| output.status.success());
    let Some(node) = node else {
        println!("Node.js is not installed: no comparison with it");
        return None;
    };
    println!("the peer runs on Node.js {}", String::from_utf8_lossy(&node.stdout).trim());
    let (source, folder) = (workspace("tests/benches/peer"), workspace("target/bench/peer"));
    std::fs::create_dir_all(&folder).unwrap();
    for file in ["package.json", "package-lock.json", "index.mjs"] {
        std::fs::copy(source.join(file), folder.join(file)).unwrap();
    }
    let bundle = "node_modules/.bin/esbuild index.mjs --bundle --minify --platform=node --target=node20 --format=esm \
        --banner:js='#!/usr/bin/env node\nimport{createRequire}from\"module\";const require=createRequire(import.meta.url);' \
        --outfile=vote.mjs --log-level=warning && chmod +x vote.mjs";
    for command in ["npm ci --silent --no-audit --no-fund", bundle] {
        let status = Command::new("sh").args(["-c", command]).current_dir(&folder).status().unwrap();
        assert!(status.success(), "{command}");
    }
    // A script needs its interpreter's path, since the environment is emptied.
    let script = folder.join("vote.sh");
    let node = Command::new("sh").args(["-c", "command -v node"]).output().unwrap().stdout;
    let node = String::from_utf8(node).unwrap();
    std::fs::write(&script, format!("#!/bin/sh\nexec {} {}\n", node.trim(), folder.join("vote.mjs").display()))
        .unwrap();
    Command::new("chmod").arg("+x").arg(&script).status().unwrap();
    Some(script)
}

/// The size of the bundle, as it is and compressed, in bytes.
pub(crate) fn sizes(script: &Path) -> (usize, usize) {
    crate::stage::sizes(&script.with_file_name("vote.mjs"))
}
