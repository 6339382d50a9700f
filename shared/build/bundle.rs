//! Puts the modules of the page's script into one, each after those that it imports: a file less is a request less, and each is paid.
//! The libraries stay a file of their own, which stays in browsers when the page changes.

use std::collections::{BTreeMap, BTreeSet};

use crate::make::Result;
use crate::module::{Import, Module};

/// The modules on their way into the bundle.
struct Bundle<'a, R> {
    read: R,
    /// The libraries' path, and the names that they export.
    vendored: (&'a str, BTreeSet<&'a str>),
    /// The modules so far, in the order in which they are to run.
    done: Vec<(String, Module)>,
    /// The modules that are waiting for those that they import.
    waiting: Vec<String>,
    /// The names that are taken from the libraries.
    taken: BTreeSet<String>,
}

/// The bundle of the module `entry` and all that it imports. `read` gives the text of a module by its path.
///
/// # Errors
/// With file and line: an import of what there is not, a circle, two modules that declare the same name, a form that is not known.
pub(crate) fn make(
    entry: &str,
    vendored: &str,
    vendored_name: &str,
    libraries: &str,
    read: impl Fn(&str) -> Result<String>,
) -> Result<String> {
    let mut bundle = Bundle {
        read,
        vendored: (vendored, exports(libraries)),
        done: Vec::new(),
        waiting: Vec::new(),
        taken: BTreeSet::new(),
    };
    bundle.add(entry)?;
    bundle.names_are_unique()?;
    let taken: Vec<_> = bundle.taken.iter().map(String::as_str).collect();
    let mut script = format!("import{{{}}}from\"./{vendored_name}\";\n", taken.join(","));
    bundle.done.iter().for_each(|(_, module)| script.push_str(&module.code));
    Ok(script)
}

impl<R: Fn(&str) -> Result<String>> Bundle<'_, R> {
    /// Adds the module of that path, after all that it imports.
    fn add(&mut self, path: &str) -> Result<()> {
        if self.done.iter().any(|(done, _)| done == path) {
            return Ok(());
        }
        let module = Module::read(path, &(self.read)(path)?)?;
        self.waiting.push(path.to_owned());
        for import in &module.imports {
            self.import(path, import).map_err(|fault| {
                let is_told = fault.starts_with("shared/");
                if is_told { fault } else { format!("shared/page/{path}:{}: {fault}", import.line) }
            })?;
        }
        self.waiting.pop();
        self.done.push((path.to_owned(), module));
        Ok(())
    }

    fn import(&mut self, from: &str, import: &Import) -> Result<()> {
        let path = resolved(from, &import.path)?;
        let (vendored, offered) = &self.vendored;
        if path == *vendored {
            let missing = import.names.iter().find(|name| !offered.contains(name.as_str()));
            self.taken.extend(import.names.iter().cloned());
            return missing.map_or(Ok(()), |name| Err(format!("{path} does not export {name}")));
        }
        if self.waiting.contains(&path) {
            return Err(format!("a circle of imports: {} → {path}", self.waiting.join(" → ")));
        }
        self.add(&path)?;
        let exported = self.done.iter().find(|(done, _)| *done == path).map(|(_, module)| &module.exported);
        let missing = import.names.iter().find(|name| exported.is_none_or(|exported| !exported.contains(name)));
        missing.map_or(Ok(()), |name| Err(format!("{path} does not export {name}")))
    }

    /// In one module all names of all modules stand side by side.
    fn names_are_unique(&self) -> Result<()> {
        let of_libraries = self.taken.iter().map(|name| (name.as_str(), format!("shared/page/{}", self.vendored.0)));
        let mut owners: BTreeMap<&str, String> = of_libraries.collect();
        for (path, module) in &self.done {
            for (name, line) in &module.declared {
                let place = format!("shared/page/{path}:{line}");
                if let Some(other) = owners.insert(name, place.clone()) {
                    return Err(format!("{place}: {name} is declared in {other} too: the bundle is one scope"));
                }
            }
        }
        Ok(())
    }
}

/// The path of what a module imports by that relative path.
fn resolved(from: &str, relative: &str) -> Result<String> {
    let mut parts: Vec<_> = from.split('/').collect();
    parts.pop();
    if !relative.starts_with("./") && !relative.starts_with("../") {
        return Err(format!("{relative} is no path of a module"));
    }
    for part in relative.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop().ok_or_else(|| format!("{relative} is outside of shared/page"))?;
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// The names that the libraries export, in one list at their end.
fn exports(libraries: &str) -> BTreeSet<&str> {
    let list = libraries.rsplit_once("export{").and_then(|(_, list)| list.split_once('}'));
    let names = list.map(|(list, _)| list.split(',')).into_iter().flatten();
    names.map(|name| name.rsplit_once(" as ").map_or(name, |(_, name)| name).trim()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make_of(modules: &[(&str, &str)]) -> Result<String> {
        let read = |path: &str| {
            let found = modules.iter().find(|(module, _)| *module == path);
            found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| format!("{path} is missing"))
        };
        make("main.js", "vendor/v.js", "v.1.js", "var a;export{a as h,b as html};", read)
    }

    #[test]
    fn what_is_imported_stands_before() {
        let modules = [
            (
                "main.js",
                "import { h } from \"./vendor/v.js\";\nimport { b } from \"./lib/b.js\";\nimport { a } from \"./lib/a.js\";\nb(a);\n",
            ),
            ("lib/a.js", "export const a = 1;\n"),
            (
                "lib/b.js",
                "import { html } from \"../vendor/v.js\";\nimport { a } from \"./a.js\";\nexport const b = a;\n",
            ),
        ];
        let expected = "import{h,html}from\"./v.1.js\";\nconst a = 1;\nconst b = a;\nb(a);\n";
        assert_eq!(make_of(&modules), Ok(expected.to_owned()));
    }

    #[test]
    fn what_stops_the_build() {
        let main = "import { a } from \"./a.js\";\n";
        for (modules, fault) in [
            (vec![("main.js", main)], "shared/page/main.js:1: a.js is missing"),
            (vec![("main.js", main), ("a.js", "const a = 1;\n")], "shared/page/main.js:1: a.js does not export a"),
            (
                vec![("main.js", "import { no } from \"./vendor/v.js\";\n")],
                "shared/page/main.js:1: vendor/v.js does not export no",
            ),
            (
                vec![("main.js", main), ("a.js", "\nimport { b } from \"./main.js\";\nexport const a = 1;\n")],
                "shared/page/a.js:2: a circle of imports: main.js → a.js → main.js",
            ),
            (
                vec![("main.js", "import { a } from \"./a.js\";\nlet x;\n"), ("a.js", "let x;\nexport let a;\n")],
                "shared/page/main.js:2: x is declared in shared/page/a.js:1 too: the bundle is one scope",
            ),
            (
                vec![("main.js", "import { h } from \"./vendor/v.js\";\nconst h = 1;\n")],
                "shared/page/main.js:2: h is declared in shared/page/vendor/v.js too: the bundle is one scope",
            ),
            (vec![("main.js", "import { a } from \"a\";\n")], "shared/page/main.js:1: a is no path of a module"),
            (
                vec![("main.js", "import { a } from \"../a.js\";\n")],
                "shared/page/main.js:1: ../a.js is outside of shared/page",
            ),
        ] {
            assert_eq!(make_of(&modules), Err(fault.to_owned()));
        }
    }
}
