//! A mail as it is written: its paragraphs, from which the plain text and the HTML are made by one layout.

use std::fmt::Display;

use askama::Template;

use super::inert::Inert;
use super::{Attachment, Mail, SERVICE};
use crate::calendar::Method;
use crate::error::{Error, Result};

/// A mail that is being written. What somebody typed goes in by [`Inert`] alone.
pub(super) struct Letter {
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
    subject: &'a str,
    preheader: &'a str,
    paragraphs: &'a [Paragraph],
    reason: Option<&'a Reason>,
    service: &'a str,
}

impl Letter {
    /// A mail with that subject to somebody of that name.
    pub(super) fn new(subject: impl Into<String>, name: Inert<'_>) -> Self {
        let (subject, paragraphs) = (subject.into(), Vec::new());
        Self { subject, preheader: "", paragraphs, reason: None, attachment: None }.text(format_args!("Hello {name},"))
    }

    /// What one can do, for lists of mails.
    pub(super) fn preheader(mut self, preheader: &'static str) -> Self {
        self.preheader = preheader;
        self
    }

    /// A paragraph.
    pub(super) fn text(mut self, text: impl Display) -> Self {
        self.paragraphs.push(Paragraph::Text(text.to_string()));
        self
    }

    /// The link that the mail is for: in HTML a button, and the link itself for who cannot click on it.
    pub(super) fn link(mut self, label: &'static str, url: &str) -> Self {
        self.paragraphs.push(Paragraph::Link { label, url: url.to_owned() });
        self
    }

    /// Why the mail comes, as the end of a sentence, and the page that stops such mails. Only mails that nobody asked for have it.
    pub(super) fn reason(mut self, reason: impl Display, unsubscribe: &str) -> Self {
        let text = format!("You get this mail because {reason}");
        self.reason = Some(Reason { text, unsubscribe: unsubscribe.to_owned() });
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
        let Self { subject, preheader, paragraphs, reason, attachment } = self;
        let reason_shown = reason.as_ref();
        let html =
            Html { subject: &subject, preheader, paragraphs: &paragraphs, reason: reason_shown, service: SERVICE }
                .render();
        let html = html.map_err(|error| Error::internal("mail", error))?;
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
            text.push_str(" To get no more mails about events, open\n");
            text.push_str(unsubscribe);
        }
        Ok(Mail { subject, text, html, unsubscribe: reason.map(|reason| reason.unsubscribe), attachment })
    }
}
