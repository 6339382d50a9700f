//! Reading a body as JSON, and saying why it cannot be read.

use serde_json::Value;
use serde_json::error::Category;

/// The octets as JSON. A byte order mark is read over; of keys that stand twice the last one counts.
pub(super) fn read(bytes: &[u8]) -> Result<Value, String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.trim_ascii().is_empty() {
        return Err("is missing; it must be a JSON object".to_owned());
    }
    if is_utf16(bytes) {
        return Err("is not JSON in UTF-8: it is in UTF-16".to_owned());
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| format!("is not JSON in UTF-8: octet {} is of no character", error.valid_up_to() + 1))?;
    match serde_json::from_str(text) {
        Err(error) if is(&error, "number out of range") => serde_json::from_str(&finite(text)),
        result => result,
    }
    .map_err(|error| reason(&error, text))
}

fn reason(error: &serde_json::Error, text: &str) -> String {
    let place = format!("at line {}, column {}", error.line(), error.column());
    if is(error, "recursion limit exceeded") {
        return format!("is nested too deeply {place}");
    }
    let what = match error.classify() {
        Category::Eof => "ends too early",
        _ if is(error, "trailing characters") => "goes on after its end",
        _ if is(error, "lone leading surrogate") => "holds half a character",
        _ if text.contains('\0') => "holds a NUL",
        _ => "cannot be read",
    };
    format!("is not JSON in UTF-8: it {what} {place}")
}

/// `serde_json` tells its reasons in words alone.
fn is(error: &serde_json::Error, reason: &str) -> bool {
    error.to_string().starts_with(reason)
}

/// Text in UTF-16 begins with a mark of its own, or has a NUL in its first character, which is one of ASCII in JSON.
fn is_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, 1..=255, ..] | [1..=255, 0, ..])
}

/// The text with every number that is too large for a double brought down to the largest there is: where it is read over, it does
/// no harm, and elsewhere it is as wrong as before.
fn finite(text: &str) -> String {
    let mut finite = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(['"', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) {
        let (before, found) = rest.split_at(start);
        finite.push_str(before);
        let length = if found.starts_with('"') { string(found) } else { number(found) };
        let (token, after) = found.split_at(length);
        match token.parse::<f64>() {
            Ok(number) if number.is_infinite() => finite.push_str(if number > 0.0 { "1e308" } else { "-1e308" }),
            _ => finite.push_str(token),
        }
        rest = after;
    }
    finite + rest
}

/// The length of the string that the text begins with, its quotes included.
fn string(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|octet| {
        let ends = octet == b'"' && !escaped;
        escaped = octet == b'\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}

/// The length of the number that the text begins with.
fn number(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_digit() && !"+-.eE".contains(c)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_read() {
        let cases: [(&[u8], Value); 8] = [
            (b"{}", json!({})),
            (b"\xEF\xBB\xBF{\"a\": 1}", json!({"a": 1})),
            (b"{\"a\": 1, \"a\": 2}", json!({"a": 2})),
            (b"{\"a\": \"\\u0000\"}", json!({"a": "\u{0}"})),
            (b"{\"a\": 1e999, \"b\": [-1E+999, 1e-999, 12]}", json!({"a": 1e308, "b": [-1e308, 0.0, 12]})),
            (br#"{"1e999": "\"1e999\\", "b": 1e999}"#, json!({"1e999": "\"1e999\\", "b": 1e308})),
            (br#"{"a": 1e99999999999999999999}"#, json!({"a": 1e308})),
            (b"12345678901234567890123", json!(12_345_678_901_234_567_890_123_f64)),
        ];
        for (bytes, expected) in cases {
            assert_eq!(read(bytes), Ok(expected), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn why_a_body_is_not_read() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let deep = "[".repeat(200);
        let deep_object = format!("{}1{}", "{\"a\":".repeat(200), "}".repeat(200));
        let cases: [(&[u8], &str); 18] = [
            (b"", "is missing"),
            (b" \r\n", "is missing"),
            (b"\xEF\xBB\xBF", "is missing"),
            (b"{\"a\": \"\xFF\"}", "is not JSON in UTF-8: octet 8 is of no character"),
            (b"\xFF\xFE{\0}\0", "is not JSON in UTF-8: it is in UTF-16"),
            (b"\xFE\xFF\0{\0}", "is not JSON in UTF-8: it is in UTF-16"),
            (&utf16("{\"a\": 1}"), "is not JSON in UTF-8: it is in UTF-16"),
            (b"\0{\0}", "is not JSON in UTF-8: it is in UTF-16"),
            (b"{\"a\": \"\0\"}", "is not JSON in UTF-8: it holds a NUL"),
            (b"{} \0", "is not JSON in UTF-8: it goes on after its end"),
            (b"{} {}", "is not JSON in UTF-8: it goes on after its end at line 1, column 4"),
            (b"{\"a\": ", "is not JSON in UTF-8: it ends too early at line 1"),
            (b"{'a': 1}", "is not JSON in UTF-8: it cannot be read at line 1, column 2"),
            (br#"{"a": "\ud83c\u0041"}"#, "is not JSON in UTF-8: it holds half a character"),
            (b"{\"a\": NaN}", "is not JSON in UTF-8: it cannot be read"),
            (b"{\"a\": 1e999, }", "is not JSON in UTF-8: it cannot be read"),
            (deep.as_bytes(), "is nested too deeply"),
            (deep_object.as_bytes(), "is nested too deeply"),
        ];
        for (bytes, start) in cases {
            let found = read(bytes).unwrap_err();
            assert!(found.starts_with(start), "{}: {found}", String::from_utf8_lossy(bytes));
        }
    }
}
