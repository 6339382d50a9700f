//! Which addresses SES takes: those of [RFC 5321](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2) without quotes, in ASCII.

/// The longest part before the `@`, in octets.
const MAX_LOCAL: usize = 64;

/// The longest domain, in octets.
const MAX_DOMAIN: usize = 253;

/// The longest part of a domain, in octets.
const MAX_LABEL: usize = 63;

/// Checks an address.
///
/// # Errors
/// SES's words for what is wrong with it.
pub(super) fn check(address: &str) -> Result<(), String> {
    let Some((local, domain)) = address.rsplit_once('@') else { return Err("Missing final '@domain'".to_owned()) };
    let fault = match (local.is_empty(), domain.is_empty()) {
        (true, _) => Some("Missing local name".to_owned()),
        (_, true) => Some("Missing domain".to_owned()),
        _ => of_part("Local address", local, is_atom).or_else(|| of_part("Domain", domain, is_of_host)),
    };
    let is_too_long = local.len() > MAX_LOCAL || domain.len() > MAX_DOMAIN;
    let is_no_host = |label: &str| label.len() > MAX_LABEL || label.starts_with('-') || label.ends_with('-');
    match fault {
        Some(fault) => Err(fault),
        None if is_too_long => Err("Illegal address: it is too long".to_owned()),
        None if domain.split('.').any(is_no_host) => Err("Domain contains illegal label".to_owned()),
        None => Ok(()),
    }
}

fn of_part(name: &str, part: &str, allowed: fn(char) -> bool) -> Option<String> {
    let fault = if part.contains(|c: char| c.is_control() || c.is_whitespace()) {
        "contains control or whitespace"
    } else if part.starts_with('.') {
        "starts with dot"
    } else if part.ends_with('.') {
        "ends with dot"
    } else if part.contains("..") {
        "contains dot-dot"
    } else if part.contains(|c| c != '.' && !allowed(c)) {
        "contains illegal character"
    } else {
        return None;
    };
    Some(format!("{name} {fault}"))
}

/// `atext` of [RFC 5322](https://www.rfc-editor.org/rfc/rfc5322#section-3.2.3).
fn is_atom(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)
}

fn is_of_host(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let [l64, l65] = [64, 65].map(|length| format!("{}@example.com", "l".repeat(length)));
        let [d63, d64] = [63, 64].map(|length| format!("a@{}.example", "d".repeat(length)));
        let long = format!("a@{}example", "d.".repeat(124));
        for (address, fault) in [
            ("jane@example.com", None),
            ("o'neil&sons+1@example.co.uk", None),
            ("a!#$%&'*+-/=?^_`{|}~.b@xn--bcher-kva.example", None),
            ("a@localhost", None),
            (&l64, None),
            (&d63, None),
            ("jane", Some("Missing final '@domain'")),
            ("@example.com", Some("Missing local name")),
            ("jane@", Some("Missing domain")),
            ("a..b@example.com", Some("Local address contains dot-dot")),
            (".a@example.com", Some("Local address starts with dot")),
            ("a.@example.com", Some("Local address ends with dot")),
            ("a b@example.com", Some("Local address contains control or whitespace")),
            ("a@b@example.com", Some("Local address contains illegal character")),
            ("\"a b\"@example.com", Some("Local address contains control or whitespace")),
            ("\"a\"@example.com", Some("Local address contains illegal character")),
            ("Jane<jane@example.com", Some("Local address contains illegal character")),
            ("j\u{fc}rgen@example.com", Some("Local address contains illegal character")),
            ("a@b..example", Some("Domain contains dot-dot")),
            ("a@.example", Some("Domain starts with dot")),
            ("a@example.", Some("Domain ends with dot")),
            ("a@exa_mple.com", Some("Domain contains illegal character")),
            ("a@b\u{fc}cher.example", Some("Domain contains illegal character")),
            ("a@example.com\r\nBcc: b", Some("Domain contains control or whitespace")),
            ("a@[127.0.0.1]", Some("Domain contains illegal character")),
            ("a@-b.example", Some("Domain contains illegal label")),
            (&l65, Some("Illegal address: it is too long")),
            (&d64, Some("Domain contains illegal label")),
            (&long, Some("Illegal address: it is too long")),
        ] {
            assert_eq!(check(address).err().as_deref(), fault, "{address}");
        }
    }
}
