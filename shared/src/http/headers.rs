//! Headers by their grammar ([RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-5.6)). A malformed header is read in the way
//! that is safe.

/// The longest `Idempotency-Key`, in characters.
const MAX_IDEMPOTENCY_KEY: usize = 255;

/// A type that a client can read, with its weight in thousandths.
struct Range<'a> {
    kind: &'a str,
    weight: u16,
}

/// Whether this `Accept` names JSON and prefers it to a page ([RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1)). A
/// malformed `Accept` asks for nothing.
pub(super) fn asks_for_json(accept: &[u8]) -> bool {
    let json = weight(accept, &["application/json"]);
    json > 0 && json > weight(accept, &["text/html", "application/xhtml+xml"])
}

/// Whether this `Accept` names a page.
pub(super) fn asks_for_page(accept: &[u8]) -> bool {
    weight(accept, &["text/html", "application/xhtml+xml"]) > 0
}

/// The highest weight among the ranges that name one of these types.
fn weight(accept: &[u8], kinds: &[&str]) -> u16 {
    let Ok(accept) = std::str::from_utf8(accept) else { return 0 };
    let Some(elements) = split(accept, ',') else { return 0 };
    let ranges = elements.into_iter().filter_map(range);
    let named = ranges.filter(|range| kinds.iter().any(|kind| range.kind.eq_ignore_ascii_case(kind)));
    named.map(|range| range.weight).max().unwrap_or_default()
}

/// A media range with its parameters and its weight. `None` if it is not one.
fn range(element: &str) -> Option<Range<'_>> {
    let parts = split(element, ';')?;
    let (kind, parameters) = parts.split_first()?;
    let (main, sub) = kind.split_once('/')?;
    if !is_token(main) || !is_token(sub) {
        return None;
    }
    let mut weight = 1000;
    for parameter in parameters.iter().filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=')?;
        if !is_token(name) || !(is_token(value) || is_quoted(value)) {
            return None;
        }
        if name.eq_ignore_ascii_case("q") {
            weight = thousandths(value)?;
        }
    }
    Some(Range { kind, weight })
}

/// A weight: a number from 0 to 1 with at most three decimal places.
pub(super) fn thousandths(value: &str) -> Option<u16> {
    let (whole, digits) = value.split_once('.').unwrap_or((value, ""));
    let is_number = digits.len() <= 3 && digits.bytes().all(|octet| octet.is_ascii_digit());
    let fraction: u16 = if is_number { format!("{digits:0<3}").parse().ok()? } else { return None };
    match (whole, fraction) {
        ("0", fraction) => Some(fraction),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

/// The parts between separators outside quoted strings, without the white space around them. `None` if a string does not end.
pub(super) fn split(text: &str, separator: char) -> Option<Vec<&str>> {
    let (mut quoted, mut escaped) = (false, false);
    let parts = text.split(|c| {
        let separates = c == separator && !quoted;
        quoted ^= c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
        separates
    });
    let parts = parts.map(|part| part.trim_matches([' ', '\t'])).collect();
    if quoted { None } else { Some(parts) }
}

pub(super) fn is_token(text: &str) -> bool {
    let is_of_token = |octet: u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&octet);
    !text.is_empty() && text.bytes().all(is_of_token)
}

fn is_quoted(text: &str) -> bool {
    text.len() >= 2 && text.starts_with('"') && text.ends_with('"')
}

/// Whether the client only looks ahead, by the words in these headers: `prefetch`, `prerender`, `preview`.
pub(super) fn is_looked_at_beforehand(purpose: &[u8]) -> bool {
    let purpose = String::from_utf8_lossy(purpose).to_ascii_lowercase();
    ["prefetch", "prerender", "preview"].iter().any(|word| purpose.contains(word))
}

/// The token of an `Authorization` with the scheme `Bearer` ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)). Two
/// headers give none, since API Gateway joins them with a comma.
pub(super) fn bearer(authorization: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(authorization).ok()?.trim_matches([' ', '\t']);
    let (scheme, rest) = text.split_once(' ')?;
    let token = rest.trim_start_matches(' ');
    let body = token.trim_end_matches('=');
    let is_of_token = |octet: u8| octet.is_ascii_alphanumeric() || b"-._~+/".contains(&octet);
    let is_token = !body.is_empty() && body.bytes().all(is_of_token);
    (scheme.eq_ignore_ascii_case("bearer") && is_token).then_some(token)
}

/// Whether an `If-Match` names this entity tag, by strong comparison
/// ([RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1)). A malformed `If-Match` matches nothing.
pub(super) fn matches(if_match: &[u8], etag: &str) -> bool {
    lists(if_match, |tag| tag == etag.as_bytes())
}

/// Whether an `If-None-Match` names this entity tag, by weak comparison
/// ([RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2)). One that cannot be read names nothing.
pub(super) fn names(if_none_match: &[u8], etag: &str) -> bool {
    let strong = |tag: &[u8]| tag.strip_prefix(b"W/").unwrap_or(tag).to_owned();
    lists(if_none_match, |tag| strong(tag) == strong(etag.as_bytes()))
}

/// Whether a list of entity tags has one that `is_it`. An asterisk is any.
fn lists(list: &[u8], is_it: impl Fn(&[u8]) -> bool) -> bool {
    let mut rest = list.trim_ascii();
    if rest == b"*" {
        return true;
    }
    let mut found = false;
    loop {
        // Empty elements are ignored.
        while let [b',' | b' ' | b'\t', after @ ..] = rest {
            rest = after;
        }
        let Some((tag, after)) = entity_tag(rest) else { return rest.is_empty() && found };
        found |= is_it(tag);
        rest = after.trim_ascii_start();
        if !matches!(rest, [] | [b',', ..]) {
            return false;
        }
    }
}

/// The entity tag at the start of the text, with its quotes and its `W/` if it is weak, and the rest of the text.
fn entity_tag(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let start = if text.starts_with(b"W/") { 2 } else { 0 };
    let inner = text.get(start..)?.strip_prefix(b"\"")?;
    let length = inner.iter().position(|octet| *octet == b'"')?;
    let is_tag = inner.iter().take(length).all(|octet| matches!(octet, 0x21 | 0x23..=0x7E | 0x80..));
    if is_tag { text.split_at_checked(start + length + 2) } else { None }
}

/// The key of an `Idempotency-Key`: visible ASCII, without the comma with which API Gateway joins two.
pub(super) fn idempotency_key(value: &[u8]) -> Result<&str, String> {
    let key = std::str::from_utf8(value.trim_ascii()).unwrap_or_default();
    if key.is_empty() || !key.bytes().all(|octet| octet.is_ascii_graphic() && octet != b',') {
        return Err("must be one key of visible ASCII characters without a comma".to_owned());
    }
    if key.len() > MAX_IDEMPOTENCY_KEY {
        return Err(format!("must be at most {MAX_IDEMPOTENCY_KEY} characters long"));
    }
    Ok(key)
}

/// Whether a `Content-Encoding` leaves the body as it is.
pub(super) fn is_identity(encoding: &[u8]) -> bool {
    let mut codings = encoding.split(|octet| *octet == b',').map(<[u8]>::trim_ascii);
    codings.all(|coding| coding.is_empty() || coding.eq_ignore_ascii_case(b"identity"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_json() {
        let cases = [
            ("application/json", true),
            ("Application/JSON", true),
            ("application/json, text/plain, */*", true),
            ("text/plain;q=0.9 , application/json ;q=0.1", true),
            ("application/json;charset=utf-8", true),
            ("application/json; charset=\"utf-8\"; q=1.000", true),
            ("application/json;q=0.001", true),
            ("application/json;Q=1.", true),
            ("text/html;q=0.5, application/json", true),
            ("text/html;q=0, application/json;q=0.1", true),
            ("text/plain;a=\"\\\"\", application/json", true),
            (", ,application/json,", true),
            ("", false),
            ("*/*", false),
            ("application/*", false),
            ("application/json;q=0", false),
            ("application/json;q=0.000", false),
            ("application/json, text/html", false),
            ("text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8", false),
            ("application/xhtml+xml, application/json", false),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false),
            ("application/problem+json", false),
            ("application/jsonp", false),
            ("application/json-seq", false),
            ("text/json", false),
            ("x-application/json", false),
            ("text/plain;a=\"application/json\"", false),
            ("text/plain;a=\", application/json\"", false),
            ("text/plain;a=\"\\\", application/json\"", false),
            ("text/plain;a=\", application/json", false),
            ("application/json;q=2", false),
            ("application/json;q=1.001", false),
            ("application/json;q=0.0001", false),
            ("application/json;q=-1", false),
            ("application/json;q=.5", false),
            ("application/json;q=\"1\"", false),
            ("application/json;q", false),
            ("application / json", false),
            ("application/json text/plain", false),
            ("application/json\u{e9}", false),
            ("json", false),
        ];
        for (accept, expected) in cases {
            assert_eq!(asks_for_json(accept.as_bytes()), expected, "{accept}");
        }
        assert!(!asks_for_json(b"application/json, \xFF"));
        assert!(asks_for_page(b"text/html;q=0.1") && !asks_for_page(b"*/*") && !asks_for_page(b"text/html;q=0"));
    }

    #[test]
    fn what_is_looked_at_beforehand() {
        for (purpose, expected) in
            [("prefetch", true), ("prefetch;prerender", true), ("Preview", true), ("", false), ("navigate", false)]
        {
            assert_eq!(is_looked_at_beforehand(purpose.as_bytes()), expected, "{purpose}");
        }
    }

    #[test]
    fn bearer_tokens() {
        let cases = [
            ("Bearer a.b-c_d~e+f/g==", Some("a.b-c_d~e+f/g==")),
            ("bearer abc", Some("abc")),
            ("BEARER   abc", Some("abc")),
            (" Bearer abc\t", Some("abc")),
            ("Bearer", None),
            ("Bearer ", None),
            ("Bearer\tabc", None),
            ("Bearerabc", None),
            ("Bearer =", None),
            ("Bearer a b", None),
            ("Bearer a=b", None),
            ("Bearer abc, Bearer abc", None),
            ("Bearer abc,Bearer abc", None),
            ("Bearer abc,", None),
            ("Bearer \"abc\"", None),
            ("Bearer ä", None),
            ("Basic abc", None),
            ("", None),
        ];
        for (header, expected) in cases {
            assert_eq!(bearer(header.as_bytes()), expected, "{header}");
        }
        assert_eq!(bearer(b"Bearer \xFF"), None);
    }

    #[test]
    fn entity_tags() {
        let cases: [(&[u8], bool); 25] = [
            (b"\"v1\"", true),
            (b" \"v1\"\t", true),
            (b"*", true),
            (b"\"v0\", \"v1\"", true),
            (b"\"v0\",\"v1\"", true),
            (b", ,\"v1\",,", true),
            (b"\"a,b\" , \"v1\"", true),
            (b"W/\"v1\", \"v1\"", true),
            (b"\"\xE4\", \"v1\"", true),
            (b"\"\", \"v1\"", true),
            (b"", false),
            (b",", false),
            (b"\"v0\"", false),
            (b"W/\"v1\"", false),
            (b"\"V1\"", false),
            (b"v1", false),
            (b"\"v1", false),
            (b"v1\"", false),
            (b"\"v0,\"v1\"", false),
            (b"\"v1\" \"v0\"", false),
            (b"\"v1\", *", false),
            (b"*, \"v1\"", false),
            (b"\"v1\", v0", false),
            (b"w/\"v0\", \"v1\"", false),
            (b"\"v 0\", \"v1\"", false),
        ];
        for (header, expected) in cases {
            assert_eq!(matches(header, "\"v1\""), expected, "{}", String::from_utf8_lossy(header));
        }
    }

    #[test]
    fn idempotency_keys() {
        let (longest, too_long) = ("x".repeat(255), "x".repeat(256));
        let cases: [(&[u8], bool); 14] = [
            (b"8e03978e-40d5-43e8-bc93-6a57d3b5b0d1", true),
            (b"\"8e03978e\"", true),
            (b" a ", true),
            (b"~!", true),
            (longest.as_bytes(), true),
            (too_long.as_bytes(), false),
            (b"", false),
            (b"  ", false),
            (b"a,b", false),
            (b"a, a", false),
            (b"a b", false),
            (b"a\tb", false),
            ("ä".as_bytes(), false),
            (b"\xFF", false),
        ];
        for (header, expected) in cases {
            assert_eq!(idempotency_key(header).is_ok(), expected, "{}", String::from_utf8_lossy(header));
        }
        assert_eq!(idempotency_key(b" a "), Ok("a"));
    }

    #[test]
    fn encodings() {
        for (encoding, identity) in [
            ("", true),
            ("identity", true),
            ("Identity, identity", true),
            ("gzip", false),
            ("identity, br", false),
            ("deflate", false),
        ] {
            assert_eq!(is_identity(encoding.as_bytes()), identity, "{encoding}");
        }
    }
}
