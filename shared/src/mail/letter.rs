//! A mail as it is written: its paragraphs, from which the plain text and the HTML are made by one layout.

use askama::Template;

use super::inert::Inert;
use super::{Attachment, Mail, SERVICE};
use crate::calendar::Method;
use crate::domain::language::Language;
use crate::error::{Error, Result};
use crate::texts;

/// A mail that is being written. What somebody typed goes in by [`Inert`] alone.
pub(super) struct Letter {
    language: Language,
    subject: String,
    /// What a list of mails shows after the subject.
    preheader: &'static str,
    paragraphs: Vec<Paragraph>,
    reason: Option<Reason>,
    attachment: Option<Attachment>,
}

enum Paragraph {
    Text(String),
    /// The link and the label of its button.
    Link {
        label: &'static str,
        url: String,
    },
}

/// Why the mail comes, and how to stop such mails.
struct Reason {
    text: String,
    unsubscribe: String,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    language: &'static str,
    subject: &'a str,
    preheader: &'a str,
    paragraphs: &'a [Paragraph],
    reason: Option<&'a Reason>,
    service: &'a str,
    /// What stands before a link that is written out, and what the one says that stops such mails.
    open: &'static str,
    stop: &'static str,
}

impl Letter {
    /// A mail in that language, with that subject, to somebody of that name.
    pub(super) fn new(language: Language, subject: impl Into<String>, name: Inert<'_>) -> Self {
        let (subject, paragraphs) = (subject.into(), Vec::new());
        Self { language, subject, preheader: "", paragraphs, reason: None, attachment: None }
            .text(texts::letter_greeting(language, &name))
    }

    /// What one can do, for lists of mails.
    pub(super) fn preheader(mut self, preheader: &'static str) -> Self {
        self.preheader = preheader;
        self
    }

    /// A paragraph.
    pub(super) fn text(mut self, text: impl Into<String>) -> Self {
        self.paragraphs.push(Paragraph::Text(text.into()));
        self
    }

    /// The link that the mail is for: in HTML a button, and the link itself for who cannot click on it.
    pub(super) fn link(mut self, label: &'static str, url: &str) -> Self {
        self.paragraphs.push(Paragraph::Link { label, url: url.to_owned() });
        self
    }

    /// Why the mail comes, and the page that stops such mails. Only mails that nobody asked for have it.
    pub(super) fn reason(mut self, reason: impl Into<String>, unsubscribe: &str) -> Self {
        self.reason = Some(Reason { text: reason.into(), unsubscribe: unsubscribe.to_owned() });
        self
    }

    /// The entry for a calendar.
    pub(super) fn entry(mut self, content: String, method: Method) -> Self {
        let content_type = format!("text/calendar; charset=utf-8; method={}", method.name());
        self.attachment = Some(Attachment { file_name: "event.ics", content_type, content });
        self
    }

    /// The mail in its two forms.
    pub(super) fn render(self) -> Result<Mail> {
        let Self { language, subject, preheader, paragraphs, reason, attachment } = self;
        let html = Html {
            language: language.tag(),
            subject: &subject,
            preheader,
            paragraphs: &paragraphs,
            reason: reason.as_ref(),
            service: SERVICE,
            open: texts::letter_open(language),
            stop: texts::letter_stop(language),
        };
        let html = html.render().map_err(|error| Error::internal("mail", error))?;
        let mut text = String::new();
        for paragraph in paragraphs {
            text += match &paragraph {
                Paragraph::Text(text) => text,
                Paragraph::Link { url, .. } => url,
            };
            text += "\n\n";
        }
        text += SERVICE;
        if let Some(Reason { text: reason, unsubscribe }) = &reason {
            text.push_str("\n\n");
            text.push_str(reason);
            text.push(' ');
            text.push_str(texts::letter_stop_by(language));
            text.push('\n');
            text.push_str(unsubscribe);
        }
        Ok(Mail { subject, text, html, unsubscribe: reason.map(|reason| reason.unsubscribe), attachment })
    }
}
