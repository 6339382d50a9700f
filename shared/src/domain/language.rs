//! The languages that the service speaks to people: in mails and on its page.

use strum::VariantArray;

/// A language.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, VariantArray)]
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
        let primary = tag.split('-').next().unwrap_or_default();
        Self::VARIANTS.iter().copied().find(|language| language.tag().eq_ignore_ascii_case(primary))
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
        for tag in ["", "de", "ukr", "e", "*", "u k", "-uk"] {
            assert_eq!(Language::of_tag(tag), None, "{tag}");
        }
        for language in Language::VARIANTS {
            assert_eq!(Language::of_tag(language.tag()), Some(*language));
        }
    }
}
