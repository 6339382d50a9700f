//! One module of the page's script, line by line: what it imports, declares and exports, and its code. The script is written for this:
//! each import stands on a line of its own, and what begins a line declares something of the module.

use crate::make::Result;

/// The declarations that a module may begin a line with.
const DECLARATIONS: [&str; 7] =
    ["const ", "let ", "var ", "async function* ", "async function ", "function* ", "function "];

/// A module of the script.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Module {
    /// What it imports.
    pub(crate) imports: Vec<Import>,
    /// The names that it declares at its top, each with its line.
    pub(crate) declared: Vec<(String, usize)>,
    /// Those of them that others may import.
    pub(crate) exported: Vec<String>,
    /// The code without imports, comments and the word `export`.
    pub(crate) code: String,
}

/// `import { names } from "path";`
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Import {
    pub(crate) names: Vec<String>,
    /// As it is written, relative to the module.
    pub(crate) path: String,
    pub(crate) line: usize,
}

impl Module {
    /// Reads the module of that path.
    ///
    /// # Errors
    /// Names the line that has a form which the bundle does not know.
    pub(crate) fn read(path: &str, text: &str) -> Result<Self> {
        let mut module = Self::default();
        let mut in_comment = false;
        for (index, line) in text.lines().enumerate() {
            let at = |fault: &str| format!("shared/page/{path}:{}: {fault}", index + 1);
            if in_comment {
                let Some((_, after)) = line.split_once("*/") else { continue };
                in_comment = false;
                if !after.trim().is_empty() {
                    return Err(at("code behind a comment of several lines"));
                }
            } else if line.trim_start().starts_with("/*") && !line.contains("*/") {
                in_comment = true;
            } else if !line.trim_start().starts_with("//") {
                module.line(&without_types(line), index + 1).map_err(|fault| at(&fault))?;
            }
        }
        Ok(module)
    }

    /// Takes a line of code.
    fn line(&mut self, line: &str, number: usize) -> Result<()> {
        if line.trim().is_empty() {
            return Ok(());
        }
        if line.starts_with("import") {
            let import =
                import(line, number).ok_or("an import is `import { a, b } from \"./path.js\";` on one line")?;
            self.imports.push(import);
            return Ok(());
        }
        if ["import(", "import.meta"].iter().any(|form| line.contains(form)) {
            return Err("the bundle has no dynamic import and no `import.meta`".to_owned());
        }
        let (code, is_exported) = line.strip_prefix("export ").map_or((line, false), |code| (code, true));
        let declared = declared(code)?;
        if is_exported && (declared.is_empty() || code.starts_with("var ")) {
            return Err("an export is one of `const`, `let`, `class`, `function`, `async function`".to_owned());
        }
        if is_exported {
            self.exported.extend(declared.iter().cloned());
        }
        self.declared.extend(declared.into_iter().map(|name| (name, number)));
        self.code.push_str(code);
        self.code.push('\n');
        Ok(())
    }
}

/// The line without the types of `JSDoc` in its midst: `/** @type {…} */`.
fn without_types(line: &str) -> String {
    let mut rest = line.to_owned();
    while let Some((before, comment)) = rest.split_once("/** @") {
        let Some((_, after)) = comment.split_once("*/") else { break };
        rest = format!("{before}{}", after.strip_prefix(' ').unwrap_or(after));
    }
    rest.trim_end().to_owned()
}

fn import(line: &str, number: usize) -> Option<Import> {
    let (names, path) = line.strip_prefix("import { ")?.split_once(" } from \"")?;
    let path = path.strip_suffix("\";")?;
    let names: Vec<_> = names.split(", ").map(str::to_owned).collect();
    let is_plain = names.iter().all(|name| is_name(name)) && !path.contains('"');
    is_plain.then(|| Import { names, path: path.to_owned(), line: number })
}

/// The names that a line declares at the top of its module: none if it is indented or declares nothing.
///
/// # Errors
/// Where it declares in a form of which the names are not seen.
fn declared(code: &str) -> Result<Vec<String>> {
    if let Some(rest) = code.strip_prefix("class ") {
        return Ok(vec![leading_name(rest)]);
    }
    let Some(keyword) = DECLARATIONS.iter().find(|keyword| code.starts_with(**keyword)) else { return Ok(Vec::new()) };
    let rest = &code[keyword.len()..];
    let names = match rest.chars().next() {
        Some('{' | '[') => {
            let inner = rest[1..].split_once(['}', ']']).ok_or("a pattern ends on its line")?.0;
            inner.split(',').map(|name| name.trim().to_owned()).collect()
        }
        _ => vec![leading_name(rest)],
    };
    let is_alone = keyword.ends_with("function ") || keyword.ends_with("function* ") || !rest_is_a_list(rest);
    if names.iter().all(|name| is_name(name)) && is_alone {
        Ok(names)
    } else {
        Err("a declaration at the top of a module is one name, or a pattern of plain names".to_owned())
    }
}

/// Whether several names are declared without a pattern, as in `let a, b;`.
fn rest_is_a_list(rest: &str) -> bool {
    rest[leading_name(rest).len()..].trim_start().starts_with(',')
}

fn leading_name(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || ['_', '$'].contains(c)).collect()
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && leading_name(text) == text && !text.starts_with(char::is_numeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_module_is_made_of() {
        let text = "// What it is.\nimport { html, useState } from \"../vendor/preact.js\";\n/** @import { A } from \"./a.js\" */\n\n/**\n \
                    * Doc.\n */\nexport function view() {\n  // why\n  const x = /** @type {A} */ (y);\n}\nconst [a, b] = f();\nexport \
                    let moves = 0;\nexport class Fault extends Error {}\nfunction inner() {}\nview();\n";
        let module = Module::read("views/x.js", text).unwrap();
        let import = Import {
            names: vec!["html".to_owned(), "useState".to_owned()],
            path: "../vendor/preact.js".to_owned(),
            line: 2,
        };
        assert_eq!(module.imports, [import]);
        let declared: Vec<_> = module.declared.iter().map(|(name, line)| (name.as_str(), *line)).collect();
        assert_eq!(declared, [("view", 8), ("a", 12), ("b", 12), ("moves", 13), ("Fault", 14), ("inner", 15)]);
        assert_eq!(module.exported, ["view", "moves", "Fault"]);
        let code = "function view() {\n  const x = (y);\n}\nconst [a, b] = f();\nlet moves = 0;\nclass Fault extends Error \
                    {}\nfunction inner() {}\nview();\n";
        assert_eq!(module.code, code);
    }

    #[test]
    fn forms_that_it_does_not_know() {
        for line in [
            "import * as all from \"./a.js\";",
            "import a from \"./a.js\";",
            "import \"./a.js\";",
            "import { a as b } from \"./a.js\";",
            "import {",
            "export default 1;",
            "export { a };",
            "export { a } from \"./a.js\";",
            "export * from \"./a.js\";",
            "const a = await import(\"./a.js\");",
            "f(import.meta.url);",
            "const { a: b } = c;",
            "const { a, ...rest } = c;",
            "let a, b;",
            "const {",
        ] {
            let fault = Module::read("a.js", &format!("\n{line}\n")).unwrap_err();
            assert!(fault.starts_with("shared/page/a.js:2: "), "{line}: {fault}");
        }
        assert!(Module::read("a.js", "/*\nx\n*/ a();\n").unwrap_err().contains("a.js:3: code behind"));
    }
}
