//! The texts in all languages, and what has to be true of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

use crate::make::Result;

/// The languages, each with the forms that a number gives to a word ([CLDR](https://cldr.unicode.org/index/cldr-spec/plural-rules)).
pub(crate) const LANGUAGES: [(&str, &[&str]); 3] =
    [("en", &["one", "other"]), ("uk", &["few", "many", "one", "other"]), ("ru", &["few", "many", "one", "other"])];

/// All forms that a word has in some language.
const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// The parts of a file of texts.
const PARTS: [&str; 2] = ["mail", "page"];

/// The texts of each language, in the order of [`LANGUAGES`].
pub(crate) struct Texts(Vec<Value>);

/// A text under its key, with its forms: one without a name, or one for each category.
type Forms = BTreeMap<&'static str, String>;

impl Texts {
    /// Reads the files of a folder, `en.json` and so on.
    ///
    /// # Errors
    /// All that is wrong with them, a line each.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let read = |language: &str| {
            let path = folder.join(format!("{language}.json"));
            let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            serde_json::from_str(&text).map_err(|error| format!("shared/texts/{language}.json: {error}"))
        };
        Self::new(LANGUAGES.iter().map(|(language, _)| read(language)).collect::<Result<_>>()?)
    }

    fn new(files: Vec<Value>) -> Result<Self> {
        let mut faults = Vec::new();
        for ((language, _), file) in LANGUAGES.iter().zip(&files) {
            if file["language"] != *language {
                faults.push(format!("shared/texts/{language}.json: the language is {}", file["language"]));
            }
            let keys: BTreeSet<_> = file.as_object().into_iter().flat_map(Map::keys).map(String::as_str).collect();
            if keys != PARTS.into_iter().chain(["language"]).collect() {
                faults.push(format!("shared/texts/{language}.json: it has the keys {keys:?}"));
            }
        }
        let all: Vec<_> =
            LANGUAGES.iter().zip(&files).map(|(language, file)| flat(*language, file, &mut faults)).collect();
        let keys: BTreeSet<_> = all.iter().flat_map(BTreeMap::keys).collect();
        for key in keys {
            faults.extend(alike(key, &all));
        }
        if faults.is_empty() { Ok(Self(files)) } else { Err(faults.join("\n")) }
    }

    /// The page's texts as a browser gets them, for each language.
    pub(crate) fn of_the_page(&self, without: &str) -> Vec<(&'static str, String)> {
        let of = |file: &Value| {
            let mut page = file["page"].clone();
            page.as_object_mut().map(|page| page.remove(without));
            page.to_string()
        };
        LANGUAGES.iter().zip(&self.0).map(|((language, _), file)| (*language, of(file))).collect()
    }

    /// The texts of mails: under each key the text in each language. None of them has plurals.
    pub(crate) fn of_mails(&self) -> BTreeMap<String, Vec<String>> {
        self.by_key("", |file| &file["mail"])
    }

    /// The texts of the page's shell, which is that section.
    pub(crate) fn of_the_shell(&self, section: &str) -> BTreeMap<String, Vec<String>> {
        self.by_key(section, |file| &file["page"][section])
    }

    fn by_key(&self, before: &str, part: impl Fn(&Value) -> &Value) -> BTreeMap<String, Vec<String>> {
        let mut texts = BTreeMap::<String, Vec<String>>::new();
        for file in &self.0 {
            let mut found = Vec::new();
            walk(before, part(file), &mut |key, value| found.push((key.to_owned(), value.clone())));
            for (key, value) in found {
                texts.entry(key).or_default().push(value.as_str().unwrap_or_default().to_owned());
            }
        }
        texts
    }
}

/// All texts of a file by their keys, with their forms.
fn flat((language, categories): (&str, &[&str]), file: &Value, faults: &mut Vec<String>) -> BTreeMap<String, Forms> {
    let mut texts = BTreeMap::new();
    for part in PARTS {
        walk(part, &file[part], &mut |key, value| {
            let mut fault = |what: &str| faults.push(format!("shared/texts/{language}.json: {key} {what}"));
            let forms: Forms = match value {
                Value::String(text) => BTreeMap::from([("", text.clone())]),
                Value::Object(forms) => {
                    let of = |category: &&'static str| Some((*category, forms.get(*category)?.as_str()?.to_owned()));
                    CATEGORIES.iter().filter_map(of).collect()
                }
                _ => return fault("is no text"),
            };
            let is_plural = !forms.contains_key("");
            if is_plural && forms.keys().copied().collect::<Vec<_>>() != categories {
                fault(&format!("has the forms {:?}, not {categories:?}", forms.keys()));
            }
            if forms.values().any(|text| text.trim().is_empty()) {
                fault("is empty");
            }
            if forms.values().any(|text| placeholders(text).is_none()) {
                fault("has a brace that is no placeholder's");
            }
            texts.insert(key.to_owned(), forms);
        });
    }
    texts
}

/// Calls `each` with every text and its key. An object of which all keys are categories is one text.
fn walk(key: &str, value: &Value, each: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Null => {}
        Value::Object(object) if object.is_empty() => {}
        Value::Object(object) if !object.keys().all(|key| CATEGORIES.contains(&key.as_str())) => {
            for (name, value) in object {
                let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                walk(&key, value, each);
            }
        }
        value => each(key, value),
    }
}

/// What is wrong with the texts of a key in all languages: one is missing, or they do not name the same.
fn alike(key: &str, all: &[BTreeMap<String, Forms>]) -> Vec<String> {
    let names = |forms: &Forms| -> BTreeSet<String> {
        forms.values().filter_map(|text| placeholders(text)).flatten().map(str::to_owned).collect()
    };
    let Some(first) = all.iter().find_map(|texts| texts.get(key)) else { return Vec::new() };
    let (expected, is_plural) = (names(first), !first.contains_key(""));
    let mut faults = Vec::new();
    for ((language, _), texts) in LANGUAGES.iter().zip(all) {
        let mut fault = |what: String| faults.push(format!("shared/texts/{language}.json: {key} {what}"));
        match texts.get(key) {
            None => fault("is missing".to_owned()),
            Some(forms) if forms.contains_key("") == is_plural => {
                fault("has forms in one language and none in another".to_owned());
            }
            Some(forms) if names(forms) != expected => {
                fault(format!("names {:?}, and {expected:?} in another language", names(forms)));
            }
            Some(_) => {}
        }
    }
    faults
}

/// The names of the placeholders in the order of the text. None if a brace belongs to none.
pub(crate) fn placeholders(text: &str) -> Option<Vec<&str>> {
    let (mut rest, mut names) = (text, Vec::new());
    while let Some(start) = rest.find(['{', '}']) {
        let inner = rest[start..].strip_prefix('{')?;
        let (name, after) = inner.split_once('}')?;
        let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_name {
            return None;
        }
        names.push(name);
        rest = after;
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn texts(pages: [Value; 3]) -> Result<Texts> {
        let file =
            |((language, _), page): (&(&str, &[&str]), Value)| json!({"language": language, "mail": {}, "page": page});
        Texts::new(LANGUAGES.iter().zip(pages).map(file).collect())
    }

    #[test]
    fn what_a_browser_and_the_shell_get() {
        let page = |a: &str| json!({"shell": {"b": {"c": "x"}}, "a": a});
        let texts = texts([page("A {n}"), page("Б {n}"), page("В {n}")]).unwrap();
        assert_eq!(texts.of_the_page("shell")[1], ("uk", "{\"a\":\"Б {n}\"}".to_owned()));
        assert_eq!(texts.of_the_shell("shell"), BTreeMap::from([("shell.b.c".to_owned(), vec!["x".to_owned(); 3])]));
    }

    #[test]
    fn what_stops_the_build() {
        let plural = json!({"a": {"one": "{count} a", "few": "{count} b", "many": "{count} c", "other": "{count} d"}});
        let english = json!({"a": {"one": "a", "other": "{count} b"}});
        assert!(texts([english.clone(), plural.clone(), plural.clone()]).is_ok());
        let a = || json!({"a": "A"});
        for (pages, fault) in [
            ([a(), json!({}), a()], "shared/texts/uk.json: page.a is missing"),
            ([a(), a(), json!({"a": " "})], "shared/texts/ru.json: page.a is empty"),
            ([a(), a(), json!({"a": 7})], "shared/texts/ru.json: page.a is no text"),
            ([a(), json!({"a": "{n}"}), a()], "shared/texts/uk.json: page.a names {\"n\"}, and {} in another language"),
            ([a(), a(), json!({"a": "{"})], "shared/texts/ru.json: page.a has a brace that is no placeholder's"),
            (
                [english.clone(), plural.clone(), json!({"a": "{count}"})],
                "shared/texts/ru.json: page.a has forms in one language and none in another",
            ),
            (
                [plural.clone(), plural.clone(), plural],
                "shared/texts/en.json: page.a has the forms [\"few\", \"many\", \"one\", \"other\"], not [\"one\", \"other\"]",
            ),
        ] {
            let found = texts(pages).err().unwrap_or_default();
            assert!(found.lines().any(|line| line == fault), "{found}\nlacks\n{fault}");
        }
        let file = json!({"language": "en", "page": {}});
        let found = Texts::new(vec![file.clone(), file.clone(), file]).err().unwrap_or_default();
        assert!(found.contains("uk.json: the language is \"en\"") && found.contains("it has the keys"), "{found}");
    }

    #[test]
    fn placeholders_in_order() {
        assert_eq!(placeholders("{b} and {a_1}, {b}"), Some(vec!["b", "a_1", "b"]));
        for text in ["{", "}", "{}", "{A}", "{a b}", "{{a}}"] {
            assert_eq!(placeholders(text), None, "{text}");
        }
    }
}
