//! Usernames.

use std::sync::LazyLock;

use regex_lite::Regex;

/// Letters, digits and most signs, with dots between but not around them.
pub const PATTERN: &str = r"^[-a-zA-Z0-9!#$%&'*+/=?^_`{|}~]+(\.[-a-zA-Z0-9!#$%&'*+/=?^_`{|}~]+)*$";

/// The longest username, in characters.
pub const MAX_LENGTH: usize = 20;

#[expect(clippy::expect_used, reason = "the pattern is a constant")]
static SYNTAX: LazyLock<Regex> = LazyLock::new(|| Regex::new(PATTERN).expect("the pattern is valid"));

/// A username as its owner writes it. Two that differ only in case are the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// Reads a username.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.chars().count() > MAX_LENGTH {
            Err(format!("must be at most {MAX_LENGTH} characters long"))
        } else if SYNTAX.is_match(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err("must consist of letters a to z, digits and the signs !#$%&'*+/=?^_`{|}~-, with single dots only between them".to_owned())
        }
    }

    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes the name unique: its lower case.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames() {
        let cases = [
            ("jane", true),
            ("Jane.Doe-1", true),
            ("{jane}|~", true),
            ("12345678901234567890", true),
            ("123456789012345678901", false),
            ("", false),
            (".jane", false),
            ("jane.", false),
            ("jane..doe", false),
            ("jane doe", false),
            ("jane@home", false),
            ("jane\n", false),
            ("jäne", false),
            ("<b>", false),
        ];
        for (text, valid) in cases {
            assert_eq!(Username::parse(text).is_ok(), valid, "{text:?}");
        }
    }

    #[test]
    fn case_does_not_make_another_name() {
        assert_eq!(Username::parse("JaNe").unwrap().key(), "jane");
    }
}
