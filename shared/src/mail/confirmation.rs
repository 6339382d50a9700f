//! The mail with the link that confirms an address.

use jiff::Timestamp;

use super::inert::Inert;
use super::letter::Letter;
use super::{Mail, moment};
use crate::domain::lifetime::{self, words};
use crate::error::Result;

/// The mail that asks this user to open this link, which works until then.
pub fn confirmation(username: &str, link: &str, expires_at: Timestamp) -> Result<Mail> {
    let username = Inert(username);
    Letter::new("Confirm your e-mail address", username)
        .text(format_args!(
            "please confirm that this is your e-mail address, and that you chose the username {username}, by opening this link:"
        ))
        .link("Confirm the address", link)
        .text(format_args!("It works once, until {}.", moment(expires_at)?))
        .text(format_args!(
            "If you did not choose that username, do nothing: somebody else gave your address, and without you the registration \
             is deleted within {}. You can register with a username of your own at any time.",
            words(lifetime::CONFIRMATION),
        ))
        .render()
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
