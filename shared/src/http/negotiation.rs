//! What a client would rather have ([RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-12.5)): in which language, and how
//! compressed.

use std::cmp::Reverse;

use super::headers::{is_token, split, thousandths};
use crate::domain::language::Language;

/// How a file is compressed on its way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Encoding {
    Plain,
    Brotli,
    Gzip,
}

/// The language that an `Accept-Language` likes best, of those that there are. Of several that it likes alike, the first.
pub(super) fn language(accept: &[u8]) -> Option<Language> {
    let liked = weighed(accept).into_iter().filter(|(_, weight)| *weight > 0);
    let known = liked.filter_map(|(tag, weight)| Some((Language::of_tag(tag)?, weight)));
    known.min_by_key(|(_, weight)| Reverse(*weight)).map(|(language, _)| language)
}

/// The encoding for an `Accept-Encoding`: the smallest that it names.
pub(super) fn encoding(accept: &[u8]) -> Encoding {
    let codings = weighed(accept);
    let takes = |name: &str| codings.iter().any(|(coding, weight)| *weight > 0 && coding.eq_ignore_ascii_case(name));
    if takes("br") {
        Encoding::Brotli
    } else if takes("gzip") {
        Encoding::Gzip
    } else {
        Encoding::Plain
    }
}

/// The elements of a list with their weights in thousandths. What cannot be read is passed over.
fn weighed(list: &[u8]) -> Vec<(&str, u16)> {
    let elements = std::str::from_utf8(list).ok().and_then(|list| split(list, ',')).unwrap_or_default();
    elements.into_iter().filter_map(element).collect()
}

fn element(element: &str) -> Option<(&str, u16)> {
    let parts = split(element, ';')?;
    let (name, parameters) = parts.split_first()?;
    let weight = match parameters {
        [] => 1000,
        [parameter] => {
            let (name, value) = parameter.split_once('=')?;
            name.eq_ignore_ascii_case("q").then(|| thousandths(value))??
        }
        _ => return None,
    };
    is_token(name).then_some((name, weight))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages() {
        let cases = [
            ("uk", Some(Language::Uk)),
            ("uk-UA,uk;q=0.9,en-US;q=0.8", Some(Language::Uk)),
            ("de-DE, de;q=0.9, ru;q=0.2, en;q=0.1", Some(Language::Ru)),
            ("en;q=0.5, RU ; q=0.7", Some(Language::Ru)),
            ("ru, uk", Some(Language::Ru)),
            ("uk;q=0, en;q=0.001", Some(Language::En)),
            ("uk;q=0", None),
            ("de, *", None),
            ("*", None),
            ("", None),
            ("uk;q=2, en;q=0.1", Some(Language::En)),
            ("uk;level=1, en;q=0.1", Some(Language::En)),
            ("uk ru", None),
            (", ,uk,", Some(Language::Uk)),
        ];
        for (accept, expected) in cases {
            assert_eq!(language(accept.as_bytes()), expected, "{accept}");
        }
        assert_eq!(language(b"uk, \xFF"), None);
    }

    #[test]
    fn encodings() {
        let cases = [
            ("gzip, deflate, br, zstd", Encoding::Brotli),
            ("BR;q=0.1, gzip", Encoding::Brotli),
            ("gzip, br;q=0", Encoding::Gzip),
            ("gzip;q=0.5", Encoding::Gzip),
            ("gzip;q=0", Encoding::Plain),
            ("deflate", Encoding::Plain),
            ("*", Encoding::Plain),
            ("identity", Encoding::Plain),
            ("", Encoding::Plain),
        ];
        for (accept, expected) in cases {
            assert_eq!(encoding(accept.as_bytes()), expected, "{accept}");
        }
    }
}
