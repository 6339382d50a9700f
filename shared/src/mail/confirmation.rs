//! The mail with the link that confirms an address.

use askama::Template;
use jiff::Timestamp;

use super::inert::Inert;
use super::{Mail, SERVICE, moment};
use crate::error::Result;

#[derive(Template)]
#[template(path = "confirmation.txt")]
struct Text<'a> {
    username: Inert<'a>,
    link: &'a str,
    expires: &'a str,
    service: &'a str,
}

#[derive(Template)]
#[template(path = "confirmation.html")]
struct Html<'a> {
    username: Inert<'a>,
    link: &'a str,
    expires: &'a str,
    service: &'a str,
}

/// The mail that asks this user to open this link, which works until then.
///
/// # Errors
/// When a template cannot be filled in.
pub fn confirmation(username: &str, link: &str, expires_at: Timestamp) -> Result<Mail> {
    let (username, expires, service) = (Inert(username), &moment(expires_at)?, SERVICE);
    Mail::render(
        "Confirm your e-mail address",
        Text { username, link, expires, service },
        Html { username, link, expires, service },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_user_typed_is_escaped_in_html_alone() {
        let mail = confirmation("a'&b", "https://example.com/?token=x&y", Timestamp::UNIX_EPOCH).unwrap();
        assert!(mail.text.contains("Hello a'&b,"), "{}", mail.text);
        assert!(mail.text.contains("\nhttps://example.com/?token=x&y\n"), "{}", mail.text);
        assert!(mail.html.contains("Hello a&#39;&#38;b,"), "{}", mail.html);
        assert!(mail.html.contains("href=\"https://example.com/?token=x&#38;y\""), "{}", mail.html);
        assert!(mail.text.contains("01 January 1970, 00:00 UTC"), "{}", mail.text);
    }

    #[test]
    fn it_says_which_username_is_confirmed_and_what_to_do_about_anothers() {
        let mail = confirmation("jane", "https://example.com", Timestamp::UNIX_EPOCH).unwrap();
        for text in [mail.text, mail.html] {
            for sentence in [
                "the username jane",
                "If you did not choose that username, do nothing",
                "deleted within a day",
                "register with a username of your own",
            ] {
                assert!(text.contains(sentence), "{sentence}: {text}");
            }
        }
    }
}
