//! From the sources to the files: what becomes of which.

use std::fs;
use std::path::Path;

use crate::files::{Files, hashed};
use crate::texts::Texts;
use crate::{bundle, functions};

/// What is wrong, with its file and line where there is one.
pub(crate) type Result<T> = std::result::Result<T, String>;

/// The section of the page's texts that only the shell needs: it becomes functions, and goes to no browser.
const OF_THE_SHELL: &str = "shell";

/// Makes all of it: of the sources in `root`, into the folder `out`.
///
/// # Errors
/// What is wrong with the sources.
pub(crate) fn make(root: &Path, out: &Path) -> Result<()> {
    let texts = Texts::read(&root.join("texts"))?;
    let spoken = [texts.of_mails(), texts.of_the_shell(OF_THE_SHELL)];
    let functions: String = spoken.iter().map(functions::of).collect();
    write(&out.join("texts.rs"), functions.as_bytes())?;
    page(&root.join("page"), &texts)?.write(out)
}

/// All files of the page.
fn page(folder: &Path, texts: &Texts) -> Result<Files> {
    let vendored = "vendor/preact.js";
    let libraries = read(&folder.join(vendored))?;
    let libraries_name = hashed("preact", "js", libraries.as_bytes());
    let read_module = |path: &str| read(&folder.join(path));
    let bundle = bundle::make("main.js", vendored, &libraries_name, &libraries, read_module)?;
    let mut files = Files::default();
    files.add("MAIN", &hashed("main", "js", bundle.as_bytes()), bundle.into_bytes());
    files.add("PREACT", &libraries_name, libraries.into_bytes());
    let style = styles(&folder.join("style"))?;
    files.add("STYLE", &hashed("style", "css", style.as_bytes()), style.into_bytes());
    let icon = read(&folder.join("icon.svg"))?;
    files.add("ICON", &hashed("icon", "svg", icon.as_bytes()), icon.into_bytes());
    for (language, json) in texts.of_the_page(OF_THE_SHELL) {
        let name = hashed(&format!("texts-{language}"), "json", json.as_bytes());
        files.add(&format!("TEXTS_{}", language.to_uppercase()), &name, json.into_bytes());
    }
    Ok(files)
}

/// All style sheets, in the order of their names.
fn styles(folder: &Path) -> Result<String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "css"));
    paths.sort();
    let sheets: Result<Vec<_>> = paths.iter().map(|path| read(path)).collect();
    Ok(without_comments(&sheets?.join("\n")))
}

/// A style sheet without its comments and what stands before and behind each line.
fn without_comments(css: &str) -> String {
    let (mut rest, mut bare) = (css, String::new());
    while let Some((before, comment)) = rest.split_once("/*") {
        bare.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    bare.push_str(rest);
    let lines = bare.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

pub(crate) fn write(path: &Path, content: &[u8]) -> Result<()> {
    fs::write(path, content).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_sheet_without_comments() {
        let css = "/* The base. */\na {\n  color: red; /* why */\n}\n\n/* more\n lines */ b { }\n";
        assert_eq!(without_comments(css), "a {\ncolor: red;\n}\nb { }");
    }
}
