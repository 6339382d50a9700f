//! The languages that the service speaks to people: in mails and on its page.

use serde::{Deserialize, Serialize};
use strum::VariantArray;

/// A language. Stored as its tag; what is stored and unknown, by newer code, is English.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, VariantArray)]
#[serde(from = "String", into = "&'static str")]
pub enum Language {
    /// English, for whoever said nothing.
    #[default]
    En,
    /// Ukrainian.
    Uk,
    /// Russian.
    Ru,
}

impl Language {
    /// The language of a tag such as `uk` or `uk-UA` ([RFC 5646](https://www.rfc-editor.org/rfc/rfc5646)), whatever its region and its
    /// case. None if it is none of these.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let mut subtags = tag.split('-');
        let primary = subtags.next().unwrap_or_default();
        let is_subtag =
            |subtag: &str| (1..=8).contains(&subtag.len()) && subtag.bytes().all(|c| c.is_ascii_alphanumeric());
        if !subtags.all(is_subtag) {
            return None;
        }
        Self::VARIANTS.iter().copied().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The language of a tag that somebody names.
    ///
    /// # Errors
    /// What is wrong with the tag.
    pub fn parse(tag: &str) -> Result<Self, String> {
        Self::of_tag(tag).ok_or_else(|| "must be a language that the service speaks: en, uk or ru".to_owned())
    }

    /// Whether it is the one of whoever said nothing, which is not stored.
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    #[must_use]
    pub const fn is_usual(&self) -> bool {
        matches!(self, Self::En)
    }

    /// Its tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Uk => "uk",
            Self::Ru => "ru",
        }
    }
}

impl From<String> for Language {
    fn from(stored: String) -> Self {
        Self::of_tag(&stored).unwrap_or_default()
    }
}

impl From<Language> for &'static str {
    fn from(language: Language) -> Self {
        language.tag()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags() {
        let known = [
            ("en", Language::En),
            ("en-GB", Language::En),
            ("UK", Language::Uk),
            ("uk-Cyrl-UA", Language::Uk),
            ("ru-x-y", Language::Ru),
        ];
        for (tag, language) in known {
            assert_eq!(Language::of_tag(tag), Some(language), "{tag}");
        }
        for tag in ["", "de", "ukr", "e", "*", "u k", "-uk", "uk-", "uk--UA", "uk_UA", "uk-Ukrainian", " uk"] {
            assert_eq!(Language::of_tag(tag), None, "{tag}");
        }
        for language in Language::VARIANTS {
            assert_eq!(Language::of_tag(language.tag()), Some(*language));
            assert_eq!(serde_json::from_str::<Language>(&serde_json::to_string(language).unwrap()).unwrap(), *language);
        }
    }
}
