//! E-mail addresses.

use std::fmt;
use std::sync::LazyLock;

use idna::punycode;
use regex_lite::Regex;
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// An address as SMTP carries it ([RFC 5321](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2)), without quoted strings and
/// address literals: atoms with single dots between them, and a domain of labels.
pub const PATTERN: &str = r"^[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+)*@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$";

/// The longest address, in octets ([RFC 5321, erratum 1690](https://www.rfc-editor.org/errata/eid1690)).
pub const MAX_LENGTH: usize = 254;

/// The longest part before the `@`, in octets.
pub const MAX_LOCAL: usize = 64;

/// The longest label of a domain, in octets.
const MAX_LABEL: usize = 63;

/// The prefix of a label that encodes a non-ASCII label in ASCII.
const ACE: &str = "xn--";

#[expect(clippy::expect_used, reason = "the pattern is a constant")]
static SYNTAX: LazyLock<Regex> = LazyLock::new(|| Regex::new(PATTERN).expect("the pattern is valid"));

/// An address as its owner writes it, with an internationalised domain in its ASCII form. Two addresses that differ only in case
/// are the same.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        // This comes before any conversion, since a domain only grows by it.
        if text.len() > 4 * MAX_LENGTH {
            return Err(format!("must be at most {MAX_LENGTH} octets long"));
        }
        let Some((local, domain)) = text.rsplit_once('@') else { return Err(malformed()) };
        if !local.is_ascii() {
            return Err("must have nothing but ASCII before the @".to_owned());
        }
        let address = format!("{local}@{}", ascii_domain(domain)?);
        if local.len() > MAX_LOCAL {
            Err(format!("must have at most {MAX_LOCAL} octets before the @"))
        } else if address.len() > MAX_LENGTH {
            Err(format!("must be at most {MAX_LENGTH} octets long"))
        } else if SYNTAX.is_match(&address) {
            Ok(Self(address))
        } else {
            Err(malformed())
        }
    }

    /// The address as written, with its domain in ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The lower case of the address, which makes it unique.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// Debugging output does not show the address, since it is personal.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

fn malformed() -> String {
    "must be an e-mail address, like jane@example.com".to_owned()
}

/// The domain with each label in its ASCII form. Unicode's tables for host names (UTS 46) are larger than all the rest of a
/// function. So only the part that people need is done here: case, wide forms, and composed letters.
fn ascii_domain(domain: &str) -> Result<String, String> {
    let narrow = |c: char| match c {
        '\u{3002}' | '\u{FF61}' => '.',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    };
    let domain: String = domain.chars().map(narrow).collect();
    let labels: Option<Vec<_>> = domain.split('.').map(ascii_label).collect();
    labels.map(|labels| labels.join(".")).ok_or_else(|| "must have a domain that can be looked up".to_owned())
}

fn ascii_label(label: &str) -> Option<String> {
    if label.get(..ACE.len()).is_some_and(|start| start.eq_ignore_ascii_case(ACE)) {
        // An encoded label is a second spelling of some address if it stands for nothing or for a label that is encoded otherwise.
        let encoded = label.to_ascii_lowercase();
        let decoded = punycode::decode_to_string(encoded.get(ACE.len()..)?)?;
        return (!decoded.is_ascii() && ascii_label(&decoded)? == encoded).then(|| label.to_owned());
    }
    if label.is_ascii() {
        return Some(label.to_owned());
    }
    let lower: String = label.to_lowercase().nfc().collect();
    let has_place = |c: char| c.is_alphanumeric() || is_combining_mark(c) || c == '-';
    let is_plain = lower.chars().all(has_place) && is_nfkc_quick(lower.chars()) != IsNormalized::No;
    let is_framed = !lower.starts_with(|c| c == '-' || is_combining_mark(c)) && !lower.ends_with('-');
    // Hyphens in the third and fourth place mark a prefix.
    let is_prefixed = lower.chars().skip(2).take(2).eq("--".chars());
    if lower.is_ascii() {
        return Some(lower);
    }
    let encoded = format!("{ACE}{}", punycode::encode_str(&lower)?);
    (is_plain && is_framed && !is_prefixed && encoded.len() <= MAX_LABEL).then_some(encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let local = "l".repeat(64);
        let longest = format!("{local}@{}.example", ["b".repeat(60), "c".repeat(60), "d".repeat(59)].join("."));
        let too_long = longest.replace("@b", "@bb");
        let cases = [
            ("jane@example.com", true),
            ("Jane.O'Neil+party@sub.example.co", true),
            ("!#$%&'*+/=?^_`{|}~-@example.com", true),
            ("a@b", true),
            ("1@1.example", true),
            (" jane@example.com\r\n", true),
            (&longest, true),
            (&too_long, false),
            (&format!("{local}@example.com"), true),
            (&format!("{local}l@example.com"), false),
            (&format!("a@{}.com", "b".repeat(63)), true),
            (&format!("a@{}.com", "b".repeat(64)), false),
            (&format!("{}@example.com", "a".repeat(100_000)), false),
            ("", false),
            ("@", false),
            ("jane", false),
            ("@example.com", false),
            ("jane@", false),
            ("a..b@example.com", false),
            (".a@example.com", false),
            ("a.@example.com", false),
            (".@example.com", false),
            ("a b@example.com", false),
            ("\"a b\"@example.com", false),
            ("\"a\"@example.com", false),
            ("a(b)@example.com", false),
            ("a,b@example.com", false),
            ("Jane <jane@example.com>", false),
            ("<jane@example.com>", false),
            ("mailto:jane@example.com", false),
            ("jane@-example.com", false),
            ("jane@example-.com", false),
            ("jane@example..com", false),
            ("jane@.example.com", false),
            ("jane@example.com.", false),
            ("jane@exam_ple.com", false),
            ("jane@exam ple.com", false),
            ("jane@[192.0.2.1]", false),
            ("jane@example.com:25", false),
            ("jane@example.com\r\nBcc: all@example.com", false),
            ("a@b@c", false),
            ("jäne@example.com", false),
            ("jane\u{200b}@example.com", false),
            ("jane@example.com\u{200b}", false),
            ("jane＠example.com", false),
        ];
        for (text, valid) in cases {
            assert_eq!(Email::parse(text).is_ok(), valid, "{text:?}");
        }
    }

    #[test]
    fn domains_in_other_scripts_are_taken_in_their_ascii_form() {
        let long = format!("jane@{}.example", "ü".repeat(60));
        let cases = [
            ("Jane@münchen.example", Some("Jane@xn--mnchen-3ya.example")),
            ("jane@MÜNCHEN.example", Some("jane@xn--mnchen-3ya.example")),
            ("jane@mu\u{308}nchen.example", Some("jane@xn--mnchen-3ya.example")),
            ("jane@XN--MNCHEN-3YA.example", Some("jane@XN--MNCHEN-3YA.example")),
            ("jane@例え。テスト", Some("jane@xn--r8jz45g.xn--zckzah")),
            ("jane@пример.рф", Some("jane@xn--e1afmkfd.xn--p1ai")),
            ("jane@παράδειγμα.δοκιμή", Some("jane@xn--hxajbheg2az3al.xn--jxalpdlp")),
            ("jane@उदाहरण.परीक्षा", Some("jane@xn--p1b6ci4b4b3a.xn--11b5bs3a9aj6g")),
            ("jane@مثال.إختبار", Some("jane@xn--mgbh0fb.xn--kgbechtv")),
            ("jane@ｅｘａｍｐｌｅ．ｃｏｍ", Some("jane@example.com")),
            ("jane@\u{212a}elvin.example", Some("jane@kelvin.example")),
            ("jane@exam\u{ad}ple.com", None),
            ("jane@exam\u{200d}ple.com", None),
            ("jane@ex\u{202e}ample.com", None),
            ("jane@🦀.example", None),
            ("jane@ﬁ.example", None),
            ("jane@\u{301}a.example", None),
            ("jane@-ü.example", None),
            ("jane@ü-.example", None),
            ("jane@ab--ü.example", None),
            ("jane@ü_.example", None),
            ("jane@xn--.example", None),
            ("jane@xn--a.example", None),
            ("jane@xn--example-.example", None),
            ("jane@xn--MNCHEN-3YA9999999.example", None),
            (&long, None),
        ];
        for (text, expected) in cases {
            let found = Email::parse(text);
            assert_eq!(found.as_ref().ok().map(Email::as_str), expected, "{text:?}");
        }
    }

    #[test]
    fn the_same_address_has_one_key() {
        let equal = [
            "Jane@MÜNCHEN.Example",
            "jane@münchen.example",
            " jane@mu\u{308}nchen.example",
            "JANE@xn--mnchen-3ya.example",
            "jane@XN--MNCHEN-3YA.EXAMPLE",
        ];
        for text in equal {
            assert_eq!(Email::parse(text).unwrap().key(), "jane@xn--mnchen-3ya.example", "{text}");
        }
        assert_eq!(Email::parse("Jane@Example.COM").unwrap().key(), "jane@example.com");
    }
}
