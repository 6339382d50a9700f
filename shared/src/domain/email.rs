//! E-mail addresses.

use std::fmt;
use std::sync::LazyLock;

use regex_lite::Regex;

/// The syntax of a valid e-mail address in the [HTML standard](https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address).
pub const PATTERN: &str = r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$";

/// The longest address that SMTP carries, in octets ([RFC 5321, erratum 1690](https://www.rfc-editor.org/errata/eid1690)).
pub const MAX_LENGTH: usize = 254;

#[expect(clippy::expect_used, reason = "the pattern is a constant")]
static SYNTAX: LazyLock<Regex> = LazyLock::new(|| Regex::new(PATTERN).expect("the pattern is valid"));

/// An address as its owner writes it. Two that differ only in case are the same address.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MAX_LENGTH {
            Err(format!("must be at most {MAX_LENGTH} octets long"))
        } else if SYNTAX.is_match(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err("must be an e-mail address, like jane@example.com".to_owned())
        }
    }

    /// The address as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes the address unique: its lower case.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// An address is personal, so it does not show in debugging output.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let longest =
            format!("{}@{}.example", "a".repeat(64), ["b".repeat(60), "c".repeat(60), "d".repeat(59)].join("."));
        let too_long = format!("a{longest}");
        let cases = [
            ("jane@example.com", true),
            ("Jane.O'Neil+party@sub.example.co", true),
            ("a@b", true),
            ("a..b@example.com", true),
            (&longest, true),
            (&too_long, false),
            ("", false),
            ("jane", false),
            ("@example.com", false),
            ("jane@", false),
            ("jane@-example.com", false),
            ("jane@example..com", false),
            ("jane@exam ple.com", false),
            ("jane@example.com\r\nBcc: all@example.com", false),
            ("jane@example.com\n", false),
            ("jane@exämple.com", false),
            ("a@b@c", false),
        ];
        for (text, valid) in cases {
            assert_eq!(Email::parse(text).is_ok(), valid, "{text:?}");
        }
    }

    #[test]
    fn case_does_not_make_another_address() {
        assert_eq!(Email::parse("Jane@Example.COM").unwrap().key(), "jane@example.com");
    }
}
