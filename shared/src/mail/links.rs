//! No mail has a link that the service did not put there, whatever people call themselves.

use jiff::Timestamp;
use linkify::LinkFinder;
use strum::VariantArray;

use super::account_deleted::account_deleted;
use super::cancelled::cancelled;
use super::confirmation::confirmation;
use super::decided::decided;
use super::email_change::email_change;
use super::email_notice::email_notice;
use super::invitation::invitation;
use super::password_changed::password_changed;
use super::password_reset::password_reset;
use super::reopened::reopened;
use super::taken_out::taken_out;
use super::{Mail, Occasion, SERVICE};
use crate::domain::event::tests::event;
use crate::domain::language::Language;
use crate::domain::poll::Poll;

const LINK: &str = "https://api.example.com/user/confirm?token=abc-DEF_123&x=y";

/// What people might call themselves, and the address of a network.
const HOSTILE: [&str; 22] = [
    "evil.example/win1",
    "evil.example",
    "www.evil.example",
    "https://evil.example/x",
    "http://evil.example:80",
    "http:evil.example",
    "//evil.example",
    "ftp://1.2.3.4/x",
    "1.2.3.4/x",
    "203.0.113.7",
    "2001:db8::1",
    "[2001:db8::1]/x",
    "a@evil.example",
    "mailto:a@evil.example",
    "jane,evil.example;www.evil.example",
    "(evil.example)",
    "<a href=\"https://evil.example\">x</a>",
    "\"https://evil.example\"",
    "evil\u{3002}example",
    "\u{ff45}vil\u{ff0e}example",
    "https://\u{fc}ber.example",
    "xn--ber-goa.example",
];

/// The page that stops mails.
const STOP: &str = "https://api.example.com/mail/unsubscribe?token=abc-DEF_123";

/// Every mail with that for all that is not the service's own, and whether it has a link.
fn mails(language: Language, typed: &str) -> [(&'static str, Mail, bool); 11] {
    let at = Timestamp::UNIX_EPOCH;
    let mut event = event(1);
    event.organiser.name = typed.to_owned();
    event.name = typed.to_owned();
    event.additional = format!("{typed}\n{typed}");
    event.date = Poll { options: vec![typed.to_owned()], chosen: Some(0), ..Poll::default() };
    event.place = event.date.clone();
    let occasion = Occasion { event: &event, language, name: typed, link: Some(LINK), unsubscribe: STOP };
    let last = Occasion { link: None, ..occasion };
    [
        ("account_deleted", account_deleted(language, typed, at, typed).unwrap(), false),
        ("cancelled", cancelled(&last, at).unwrap(), false),
        ("confirmation", confirmation(language, typed, LINK, at).unwrap(), true),
        ("decided", decided(&occasion, at).unwrap(), true),
        ("email_change", email_change(language, typed, LINK, at).unwrap(), true),
        ("email_notice", email_notice(language, typed, typed, at, typed).unwrap(), false),
        ("invitation", invitation(&occasion, true, at).unwrap(), true),
        ("password_changed", password_changed(language, typed, at, typed).unwrap(), false),
        ("password_reset", password_reset(language, typed, LINK, at).unwrap(), true),
        ("reopened", reopened(&occasion, (typed, typed), at).unwrap(), true),
        ("taken_out", taken_out(&last, at).unwrap(), false),
    ]
}

/// What a program would make a link of.
fn links(text: &str) -> Vec<String> {
    let mut finder = LinkFinder::new();
    finder.url_must_have_scheme(false).email_domain_must_have_dot(false);
    let mut links: Vec<_> = finder.links(text).map(|link| link.as_str().to_owned()).collect();
    links.dedup();
    links
}

/// What a reader sees of the HTML.
fn shown(html: &str) -> String {
    let texts = html.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text);
    unescaped(&texts.collect::<Vec<_>>().join("\n"))
}

fn unescaped(html: &str) -> String {
    [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")]
        .into_iter()
        .fold(html.to_owned(), |text, (escaped, c)| text.replace(escaped, c))
}

#[test]
fn the_only_link_of_a_mail_is_the_services_own() {
    for (language, typed) in Language::VARIANTS.iter().flat_map(|language| HOSTILE.map(|typed| (*language, typed))) {
        for (name, mail, has_link) in mails(language, typed) {
            let stop = mail.unsubscribe.clone();
            let expected: Vec<_> = has_link.then(|| LINK.to_owned()).into_iter().chain(stop.clone()).collect();
            assert!(links(&mail.subject).is_empty(), "{name} for {typed}: {}", mail.subject);
            assert_eq!(links(&mail.text), expected, "{name} for {typed}: {}", mail.text);
            let shown_links: Vec<_> = has_link.then(|| LINK.to_owned()).into_iter().collect();
            assert_eq!(links(&shown(&mail.html)), shown_links, "{name} for {typed}: {}", mail.html);
            let mut targets: Vec<_> =
                mail.html.split("href=\"").skip(1).map(|rest| unescaped(rest.split('"').next().unwrap())).collect();
            targets.dedup();
            assert_eq!(targets, expected, "{name} for {typed}: {}", mail.html);
        }
    }
}

/// What the test above rests on.
#[test]
fn what_is_hostile_would_be_a_link() {
    for greeting in ["Hello {},", "Добрий день, {}."] {
        let linked = HOSTILE.into_iter().filter(|typed| !links(&greeting.replace("{}", typed)).is_empty()).count();
        assert!(linked >= 15, "{greeting} {linked}");
    }
}

/// A mail that is missing here is no mail that is safe.
#[test]
fn every_mail_is_looked_at() {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/mail")).unwrap();
    let files = folder.map(|file| file.unwrap().path()).filter(|path| {
        let source = std::fs::read_to_string(path).unwrap();
        source.contains("\npub fn ") && (source.contains("Letter::new(") || source.contains(".letter("))
    });
    let mut names: Vec<_> = files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    assert_eq!(names, mails(Language::En, "jane").map(|(name, _, _)| name));
}

/// In each language a mail is whole: nothing of it is left in another one, and no placeholder stays.
#[test]
fn every_mail_is_in_its_language() {
    let alphabet = |c: char| c.is_ascii_alphabetic();
    for language in Language::VARIANTS {
        for (name, mail, _) in mails(*language, "1") {
            assert!(!mail.text.contains(['{', '}']) && !mail.subject.contains(['{', '}']), "{name}: {}", mail.text);
            assert!(mail.html.contains(&format!("<html lang=\"{}\">", language.tag())), "{name}: {}", mail.html);
            let (english, text) = (*language == Language::En, mail.text.replace(SERVICE, ""));
            let own = text.lines().filter(|line| !line.starts_with("https://")).collect::<Vec<_>>().join("\n");
            let words = own.replace("UTC", "");
            assert_eq!(words.contains(alphabet), english, "{name}: {words}");
            assert_eq!(
                shown(&mail.html).contains("Or open this link"),
                english && mail.html.contains("<a href=\"https://api.example.com/user"),
                "{name}"
            );
        }
    }
}
