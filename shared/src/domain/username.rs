//! Usernames.

use std::sync::LazyLock;

use regex_lite::Regex;

/// Letters, digits and most signs, with single dots only between them.
pub const PATTERN: &str = r"^[-a-zA-Z0-9!#$%&'*+/=?^_`{|}~]+(\.[-a-zA-Z0-9!#$%&'*+/=?^_`{|}~]+)*$";

/// The longest username, in characters.
pub const MAX_LENGTH: usize = 20;

#[expect(clippy::expect_used, reason = "the pattern is a constant")]
static SYNTAX: LazyLock<Regex> = LazyLock::new(|| Regex::new(PATTERN).expect("the pattern is valid"));

/// A username as its owner writes it. Two usernames that differ only in case are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

/// Names that would seem to speak for the service or its operator, without case and signs.
const RESERVED: [&str; 21] = [
    "abuse",
    "admin",
    "administrator",
    "deleteduser",
    "eventmessenger",
    "help",
    "helpdesk",
    "hostmaster",
    "mailerdaemon",
    "moderator",
    "noreply",
    "postmaster",
    "root",
    "security",
    "service",
    "staff",
    "superuser",
    "support",
    "sysadmin",
    "system",
    "webmaster",
];

/// Refuses a reserved name. The name comes without case and signs.
pub(super) fn check_reserved(skeleton: &str) -> Result<(), String> {
    if RESERVED.contains(&skeleton) {
        return Err("is a name that the service keeps for itself; choose another".to_owned());
    }
    Ok(())
}

impl Username {
    /// Reads an existing username. Old ones may break the rules for new ones.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.chars().count() > MAX_LENGTH {
            Err(format!("must be at most {MAX_LENGTH} characters long"))
        } else if SYNTAX.is_match(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err("must consist of letters a to z, digits and the signs !#$%&'*+/=?^_`{|}~-, with single dots only between them".to_owned())
        }
    }

    /// Reads a username that somebody chooses. It is mailed to an address that may not be the chooser's, so no program may take it
    /// for a link.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn choose(text: &str) -> Result<Self, String> {
        let name = Self::parse(text)?;
        if name.0.contains('/') || holds_host(&name.0) {
            return Err("must not look like a link; write a - or a _ instead of dots and slashes".to_owned());
        }
        let skeleton: String = name.key().chars().filter(char::is_ascii_alphanumeric).collect();
        check_reserved(&skeleton)?;
        Ok(name)
    }

    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The lower case of the name, which makes it unique.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// The shortest beginning by which usernames are searched, in characters.
pub const MIN_BEGINNING: usize = 2;

/// The beginning of usernames that somebody searches for, whatever their case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning(String);

impl Beginning {
    /// Reads the beginning of a username. There are others that begin so, or there may be.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if !(MIN_BEGINNING..=MAX_LENGTH).contains(&text.chars().count()) {
            Err(format!("must be {MIN_BEGINNING} to {MAX_LENGTH} characters long"))
        } else if SYNTAX.is_match(text.strip_suffix('.').unwrap_or(text)) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err("must be the beginning of a username".to_owned())
        }
    }

    /// The beginning in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The part of a username in lower case that every search for it has.
#[must_use]
pub fn initials(key: &str) -> &str {
    key.get(..MIN_BEGINNING).unwrap_or(key)
}

/// Whether a program that looks for links could find a host name or an IPv4 address in the text. Some programs also stop at a
/// hyphen.
fn holds_host(text: &str) -> bool {
    let is_of_host = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    text.split(|c| !is_of_host(c)).any(|piece| {
        let mut labels: Vec<_> = piece.split('.').filter(|label| !label.is_empty()).collect();
        let Some(top) = labels.pop().filter(|_| !labels.is_empty()) else { return false };
        let start = top.split('-').next().unwrap_or_default();
        let is_number = |label: &str| !label.is_empty() && label.bytes().all(|octet| octet.is_ascii_digit());
        let is_word = start.len() >= 2 && start.bytes().all(|octet| octet.is_ascii_alphabetic());
        let is_encoded = top.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"));
        let is_address = labels.len() == 3 && is_number(start) && labels.iter().all(|label| is_number(label));
        let is_web = labels.first().is_some_and(|label| label.eq_ignore_ascii_case("www"));
        is_word || is_encoded || is_address || is_web
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_that_are_searched_for() {
        let (short, wrong) = (Err("must be 2 to 20 characters"), Err("must be the beginning of a username"));
        let cases = [
            ("ja", Ok("ja")),
            (" JAne ", Ok("jane")),
            ("jane.", Ok("jane.")),
            ("jane.d", Ok("jane.d")),
            ("{|", Ok("{|")),
            ("abcdefghijklmnopqrst", Ok("abcdefghijklmnopqrst")),
            ("", short),
            ("j", short),
            (" j ", short),
            ("abcdefghijklmnopqrstu", short),
            (".j", wrong),
            ("j..", wrong),
            ("jane@", wrong),
            ("j e", wrong),
            ("j\u{e4}", wrong),
        ];
        for (text, expected) in cases {
            match (Beginning::parse(text), expected) {
                (Ok(found), Ok(expected)) => {
                    assert_eq!((found.as_str(), initials(found.as_str())), (expected, &expected[..2]), "{text}");
                }
                (Err(found), Err(expected)) => assert!(found.starts_with(expected), "{text}: {found}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
        assert_eq!(initials("j"), "j");
    }

    #[test]
    fn usernames_to_be_chosen() {
        let (link, kept) = (Err("must not look like a link"), Err("is a name that the service keeps"));
        let cases = [
            ("jane", Ok(())),
            (" jane ", Ok(())),
            ("Jane-Doe_1", Ok(())),
            ("jane.d", Ok(())),
            ("j.doe1", Ok(())),
            ("v1.2.3", Ok(())),
            ("1.2.3.4.5", Ok(())),
            ("rootbeer", Ok(())),
            ("the-admin", Ok(())),
            ("jane.doe", link),
            ("evil.example", link),
            ("evil.example/win1", link),
            ("a/b", link),
            ("/", link),
            ("http!evil.co", link),
            ("!evil.co!", link),
            ("evil.co#x", link),
            ("a_b.de", link),
            ("www.x.com", link),
            ("www.x", link),
            ("WWW.evil1", link),
            ("evil.com-", link),
            ("evil.com-x", link),
            ("10.0.0.1-x", link),
            ("EVIL.COM", link),
            ("a.xn--p1ai", link),
            ("a.XN--90", link),
            ("10.0.0.1", link),
            ("+127.0.0.1+", link),
            ("admin", kept),
            ("Admin", kept),
            ("ADMIN_", kept),
            ("r-o-o-t", kept),
            ("{root}", kept),
            ("deleted-user", kept),
            ("Deleted_User", kept),
            ("event-messenger", kept),
            ("EventMessenger", kept),
            ("no-reply", kept),
            ("post!master", kept),
            ("a b", Err("must consist of")),
        ];
        for (text, expected) in cases {
            match (expected, Username::choose(text)) {
                (Ok(()), Ok(name)) => assert_eq!(name.as_str(), text.trim()),
                (Err(start), Err(message)) => assert!(message.starts_with(start), "{text}: {message}"),
                (_, found) => panic!("{text}: {found:?}"),
            }
        }
    }

    #[test]
    fn names_of_long_ago_are_still_read() {
        for text in ["evil.example/win1", "jane.doe", "admin", "10.0.0.1", "deleted-user"] {
            assert!(Username::parse(text).is_ok(), "{text}");
        }
    }

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
            (" jane\n", true),
            ("ja\nne", false),
            ("jane\u{200b}", false),
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
