//! The mail with the link that confirms an address.

use jiff::Timestamp;

use super::Mail;
use super::dates::{lasting, moment};
use super::inert::Inert;
use super::letter::Letter;
use crate::domain::language::Language;
use crate::domain::lifetime;
use crate::error::Result;
use crate::texts;

/// The mail that asks this user to open this link, which works until then.
pub fn confirmation(language: Language, username: &str, link: &str, expires_at: Timestamp) -> Result<Mail> {
    let username = Inert(username);
    Letter::new(language, texts::confirmation_subject(language), username)
        .text(texts::confirmation_please(language, &username))
        .link(texts::confirmation_button(language), link)
        .text(texts::letter_once(language, &moment(language, expires_at)))
        .text(texts::confirmation_other(language, &lasting(language, lifetime::CONFIRMATION)))
        .render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_user_typed_is_escaped_in_html_alone() {
        let mail = confirmation(Language::En, "a'&b", "https://example.com/?token=x&y", Timestamp::UNIX_EPOCH).unwrap();
        assert!(mail.text.contains("Hello a'&b,"), "{}", mail.text);
        assert!(mail.text.contains("\nhttps://example.com/?token=x&y\n"), "{}", mail.text);
        assert!(mail.html.contains("Hello a&#39;&#38;b,"), "{}", mail.html);
        assert!(mail.html.contains("href=\"https://example.com/?token=x&#38;y\""), "{}", mail.html);
        assert!(mail.text.contains("until 1 January 1970, 00:00 UTC"), "{}", mail.text);
    }

    #[test]
    fn it_says_which_username_is_confirmed_and_what_to_do_about_anothers() {
        let mail = confirmation(Language::En, "jane", "https://example.com", Timestamp::UNIX_EPOCH).unwrap();
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
