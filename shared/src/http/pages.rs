//! The pages: the one for people, and those that a browser shows for the links in mails, where there is no front end. Each is the same
//! shell around the same script (`shared/page`), which is told what it is to show. Buttons of the script do what the links are for, so
//! that a mail scanner that opens links does nothing.

use std::collections::BTreeMap;

use askama::Template;
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, REFERRER_POLICY, VARY};
use serde::Serialize;
use strum::VariantArray;

use super::negotiation::Encoding;
use super::views::to_json;
use super::{Reply, Request};
use crate::config::{ConfigError, Env, FromEnv};
use crate::domain::language::Language;
use crate::error::{Error, Result};
use crate::mail::SERVICE;
use crate::page::{File, ICON, MAIN, PREACT, STYLE, texts};
use crate::texts;

/// The page runs its own script and style and calls this API, nothing else. Pictures of people may come from elsewhere. No text becomes
/// markup.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' https:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// The shells. An operator who has a front end turns the page for people off: then those of the links stand alone.
#[derive(Clone, Copy, Debug)]
pub struct Shell {
    off: bool,
}

impl FromEnv for Shell {
    fn from_env(env: &Env) -> std::result::Result<Self, ConfigError> {
        match env.require("PAGE")?.as_str() {
            "on" => Ok(Self { off: false }),
            "off" => Ok(Self { off: true }),
            other => Err(ConfigError::Unusable("PAGE", format!("it is {other:?}, not on or off"))),
        }
    }
}

/// What the script shows.
#[derive(Clone, Copy, Debug)]
enum View {
    Home,
    Confirm,
    Reset,
    Email,
    Invitation,
    Unsubscribe,
}

/// What was found out about a link, for the script.
#[derive(Default, Serialize)]
struct Facts<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    #[serde(rename = "e-mail", skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<&'static str>,
}

/// Why a link does nothing.
#[derive(Clone, Copy, Debug)]
pub enum LinkFault {
    /// It is cut off, or none at all.
    NoToken,
    /// It was replaced, or is too old.
    Spent,
    /// It has confirmed the address already.
    Confirmed,
    /// It has changed the address already.
    Changed,
    /// The address was confirmed under another username.
    OtherUsername,
}

#[derive(Template)]
#[template(path = "shell.html")]
struct ShellPage<'a> {
    service: &'static str,
    language: &'static str,
    /// The folder of the files, relative to the page.
    app: &'a str,
    icon: &'static str,
    style: &'static str,
    preact: &'static str,
    main: &'static str,
    /// The file of the reader's texts.
    texts: &'static str,
    view: &'static str,
    off: bool,
    /// The addresses of the texts by language, as JSON.
    all_texts: String,
    /// What was found out, as JSON.
    facts: String,
    noscript: &'static str,
}

impl Shell {
    /// The page for people, to be kept by its reader as long as it stays the same.
    ///
    /// # Errors
    /// `NoSuchPage` where it is turned off.
    pub fn home(self, request: &Request) -> Result<Reply> {
        if self.off {
            return Err(Error::NoSuchPage);
        }
        Ok(self.reply(request, View::Home, &Facts::default())?.with_tag()?.unless_known(request))
    }

    /// The page that confirms the address of the user of that name, or says why it does not.
    pub fn confirm(self, request: &Request, user: Result<&str, LinkFault>) -> Result<Reply> {
        let facts = match user {
            Ok(username) => Facts { username: Some(username), ..Facts::default() },
            Err(fault) => fault.into(),
        };
        self.reply(request, View::Confirm, &facts)
    }

    /// The page that gives the user of that name that address, or says why it does not.
    pub fn email(self, request: &Request, change: Result<(&str, &str), LinkFault>) -> Result<Reply> {
        let facts = match change {
            Ok((username, email)) => Facts { username: Some(username), email: Some(email), fault: None },
            Err(fault) => fault.into(),
        };
        self.reply(request, View::Email, &facts)
    }

    /// The page that sets a new password.
    pub fn reset(self, request: &Request) -> Result<Reply> {
        self.reply(request, View::Reset, &Facts::default())
    }

    /// The page of an invitation's link. It reads the token in the fragment, and all else from the API.
    pub fn invitation(self, request: &Request) -> Result<Reply> {
        self.reply(request, View::Invitation, &Facts::default())
    }

    /// The page that stops mails about events, or says why it cannot.
    pub fn unsubscribe(self, request: &Request, fault: Option<LinkFault>) -> Result<Reply> {
        self.reply(request, View::Unsubscribe, &fault.map(Facts::from).unwrap_or_default())
    }

    fn reply(self, request: &Request, view: View, facts: &Facts) -> Result<Reply> {
        let language = request.language().unwrap_or_default();
        let app = view.folder(request.path());
        let addresses =
            Language::VARIANTS.iter().map(|language| (language.tag(), format!("{app}{}", texts(*language))));
        let page = ShellPage {
            service: SERVICE,
            language: language.tag(),
            icon: ICON,
            style: STYLE,
            preact: PREACT,
            main: MAIN,
            texts: texts(language),
            view: view.name(),
            off: self.off,
            all_texts: to_json(&addresses.collect::<BTreeMap<_, _>>())?,
            facts: to_json(facts)?,
            noscript: texts::shell_noscript(language),
            app: &app,
        };
        let page = page.render().map_err(|error| Error::internal("page", error))?;
        let headers = [(CONTENT_SECURITY_POLICY, POLICY), (REFERRER_POLICY, "no-referrer"), (VARY, "Accept-Language")];
        headers.into_iter().try_fold(Reply::html(page), |reply, (name, value)| reply.with(name, value))
    }
}

impl From<LinkFault> for Facts<'_> {
    fn from(fault: LinkFault) -> Self {
        let fault = match fault {
            LinkFault::NoToken => "no_token",
            LinkFault::Spent => "link_spent",
            LinkFault::Confirmed => "confirmation_link_used",
            LinkFault::Changed => "email_link_used",
            LinkFault::OtherUsername => "other_username",
        };
        Self { fault: Some(fault), ..Self::default() }
    }
}

impl View {
    const fn name(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Confirm => "confirm",
            Self::Reset => "reset",
            Self::Email => "email",
            Self::Invitation => "invitation",
            Self::Unsubscribe => "unsubscribe",
        }
    }

    /// Where the files are, relative to the page at that path: an API may have a stage or a domain's path before all of its own. The
    /// root of an API can be asked for without a slash at its end.
    fn folder(self, path: &str) -> String {
        let above = match self {
            Self::Home => {
                let last = path.rsplit('/').next().unwrap_or_default();
                return if last.is_empty() { "app/".to_owned() } else { format!("./{last}/app/") };
            }
            Self::Invitation => 0,
            Self::Confirm | Self::Unsubscribe => 1,
            Self::Reset | Self::Email => 2,
        };
        "../".repeat(above) + "app/"
    }
}

/// A file of the page, compressed as its reader takes it. It may be kept for good, since its name changes with it.
pub fn file(request: &Request, file: &'static File) -> Result<Reply> {
    let (content, encoding) = match request.encoding() {
        Encoding::Plain => (file.plain, None),
        Encoding::Brotli => (file.brotli, Some("br")),
        Encoding::Gzip => (file.gzip, Some("gzip")),
    };
    let reply = Reply::file(content, file.kind)?
        .with(CACHE_CONTROL, "public, max-age=31536000, immutable")?
        .with(VARY, "Accept-Encoding")?;
    if let Some(encoding) = encoding { reply.with(CONTENT_ENCODING, encoding) } else { Ok(reply) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_files_are() {
        for (view, path, folder) in [
            (View::Home, "/", "app/"),
            (View::Home, "/prod/", "app/"),
            (View::Home, "/prod", "./prod/app/"),
            (View::Home, "", "app/"),
            (View::Invitation, "/prod/invitation", "app/"),
            (View::Confirm, "/user/confirm", "../app/"),
            (View::Unsubscribe, "/prod/mail/unsubscribe", "../app/"),
            (View::Reset, "/user/password/reset", "../../app/"),
            (View::Email, "/user/e-mail/confirm", "../../app/"),
        ] {
            assert_eq!(view.folder(path), folder, "{view:?} {path}");
        }
    }
}
