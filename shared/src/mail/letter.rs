//! A mail as it is written: its paragraphs, from which the plain text and the HTML are made by one layout.

use std::fmt::Display;

use askama::Template;

use super::inert::Inert;
use super::{Mail, SERVICE};
use crate::error::{Error, Result};

/// A mail that is being written. What somebody typed goes in by [`Inert`] alone.
pub(super) struct Letter {
    subject: &'static str,
    paragraphs: Vec<Paragraph>,
}

enum Paragraph {
    Text(String),
    /// The link and the label of its button.
    Link {
        label: &'static str,
        url: String,
    },
}

#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    subject: &'a str,
    paragraphs: &'a [Paragraph],
    service: &'a str,
}

impl Letter {
    /// A mail with that subject to the user of that name.
    pub(super) fn new(subject: &'static str, username: Inert<'_>) -> Self {
        Self { subject, paragraphs: Vec::new() }.text(format_args!("Hello {username},"))
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

    /// The mail in its two forms.
    pub(super) fn render(self) -> Result<Mail> {
        let Self { subject, paragraphs } = self;
        let html = Html { subject, paragraphs: &paragraphs, service: SERVICE }.render();
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
        Ok(Mail { subject, text, html })
    }
}
