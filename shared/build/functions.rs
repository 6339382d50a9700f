//! Each text as a Rust function: a text that is missing or misnamed does not compile, one that nobody uses is dead code, and a binary
//! holds those that its function uses.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::texts::{LANGUAGES, placeholders};

/// The functions of these texts, which have one text for each language.
pub(crate) fn of(texts: &BTreeMap<String, Vec<String>>) -> String {
    texts.iter().map(|(key, texts)| function(&key.replace('.', "_"), texts)).collect()
}

/// `pub(crate) fn name(language: Language, a: &str) -> String`, with the placeholders in the order of the first text.
fn function(name: &str, texts: &[String]) -> String {
    let mut seen = BTreeSet::new();
    let first = texts.first().and_then(|text| placeholders(text)).unwrap_or_default();
    let names: Vec<_> = first.into_iter().filter(|name| seen.insert(*name)).collect();
    let mut parameters = String::new();
    // Writing to a String cannot fail.
    for name in &names {
        let _ = write!(parameters, ", {name}: &dyn std::fmt::Display");
    }
    let returned = if names.is_empty() { "&'static str" } else { "String" };
    let mut arms = String::new();
    for ((language, _), text) in LANGUAGES.iter().zip(texts) {
        let variant = language[..1].to_uppercase() + &language[1..];
        let value = if names.is_empty() { format!("{text:?}") } else { format!("format!({text:?})") };
        let _ = writeln!(arms, "        Language::{variant} => {value},");
    }
    format!(
        "/// “{}”\npub(crate) fn {name}(language: Language{parameters}) -> {returned} {{\n    match language {{\n{arms}    }}\n}}\n",
        texts.first().map_or("", String::as_str)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_for_each_text() {
        let texts = |texts: [&str; 3]| texts.map(str::to_owned).to_vec();
        let all = BTreeMap::from([
            (
                "invitation.subject".to_owned(),
                texts(["{who} invites you to {what}", "{who}: {what}", "{what} ({who})"]),
            ),
            ("over".to_owned(), texts(["Over", "Кінець", "“Конец”"])),
        ]);
        let expected = "/// “{who} invites you to {what}”\n\
            pub(crate) fn invitation_subject(language: Language, who: &dyn std::fmt::Display, what: &dyn std::fmt::Display) -> String {\n    \
            match language {\n        \
            Language::En => format!(\"{who} invites you to {what}\"),\n        \
            Language::Uk => format!(\"{who}: {what}\"),\n        \
            Language::Ru => format!(\"{what} ({who})\"),\n    }\n}\n\
            /// “Over”\npub(crate) fn over(language: Language) -> &'static str {\n    match language {\n        \
            Language::En => \"Over\",\n        Language::Uk => \"Кінець\",\n        Language::Ru => \"“Конец”\",\n    }\n}\n";
        assert_eq!(of(&all), expected);
    }
}
