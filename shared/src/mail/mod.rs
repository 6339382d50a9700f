//! Mails: the only place that names the SES SDK. One file for each mail.

pub mod account_deleted;
pub mod cancelled;
pub mod confirmation;
pub mod decided;
pub mod email_change;
pub mod email_notice;
pub mod invitation;
pub mod password_changed;
pub mod password_reset;
pub mod reopened;
pub mod taken_out;

mod dates;
mod inert;
mod letter;
#[cfg(test)]
mod links;
mod occasion;
mod refusal;

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::error::BuildError;
use aws_sdk_sesv2::types::{
    Attachment as SesAttachment, AttachmentContentDisposition, Body, Content, Destination, EmailContent, Message,
    MessageHeader,
};
use aws_smithy_types::Blob;

pub use self::occasion::Occasion;
use crate::aws::{self, Connection};
use crate::config::{ConfigError, Env, FromEnv};
use crate::error::{Error, Result};

/// What the service calls itself in its mails and pages.
pub const SERVICE: &str = "event-messenger";

/// An address that SES takes mails for and gives to nobody, at no cost to the sender's reputation or quota: its
/// [mailbox simulator](https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator).
pub const NOBODY: &str = "success@simulator.amazonses.com";

/// Sends mails through SES v2.
#[derive(Clone, Debug)]
pub struct Mailer {
    client: Client,
    sender: String,
    /// The configuration set by which SES counts what becomes of the mails.
    configuration_set: Option<String>,
}

/// A mail in its two forms. Nothing that a user typed is a link in it: see `inert`.
#[derive(Clone, Debug)]
pub struct Mail {
    subject: String,
    text: String,
    html: String,
    /// The page that stops such mails, in one click too. Mails about the account itself have none.
    unsubscribe: Option<String>,
    attachment: Option<Attachment>,
}

/// A file that comes with a mail.
#[derive(Clone, Debug)]
struct Attachment {
    file_name: &'static str,
    content_type: String,
    content: String,
}

/// A mailer that tries once, for who waits between the tries as a whole: see `Mailer`.
#[derive(Clone, Debug)]
pub struct Courier(Mailer);

impl FromEnv for Mailer {
    fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let connection = Connection::from_env(env)?;
        let retries = connection.retries.clone();
        Self::new(env, connection, retries)
    }
}

impl FromEnv for Courier {
    fn from_env(env: &Env) -> Result<Self, ConfigError> {
        Mailer::new(env, Connection::from_env(env)?, RetryConfig::disabled()).map(Self)
    }
}

impl Courier {
    /// See [`Mailer::send`].
    ///
    /// # Errors
    /// Those of [`Mailer::send`].
    pub async fn send(&self, address: &str, mail: Mail) -> Result<()> {
        self.0.send(address, mail).await
    }
}

/// Whether SES may have taken a mail for all that its sender knows.
#[must_use]
pub fn may_be_sent(error: &Error) -> bool {
    matches!(error, Error::Unavailable(cause) if [refusal::TIMEOUT, refusal::UNREADABLE].contains(&cause.what.as_str()))
}

impl Mailer {
    fn new(env: &Env, connection: Connection, retries: RetryConfig) -> Result<Self, ConfigError> {
        let endpoint = env.get("AWS_ENDPOINT_URL_SESV2");
        let mut config = aws_sdk_sesv2::Config::builder()
            .behavior_version(connection.behavior)
            .region(connection.region)
            .credentials_provider(connection.credentials)
            .timeout_config(connection.timeouts)
            .retry_config(retries)
            .http_client(aws::http_client(env)?);
        if let Some(url) = endpoint {
            config = config.endpoint_url(url);
        }
        Ok(Self {
            client: Client::from_conf(config.build()),
            sender: env.require("MAIL_SENDER")?,
            configuration_set: env.get("SES_CONFIGURATION_SET"),
        })
    }
}

impl Mailer {
    /// Hands the mail over to SES for this address.
    ///
    /// # Errors
    /// `Unavailable` if SES does not take it now, `AddressRefused` if it never takes one for this address, `MailRefused` if it does
    /// not take it for another reason that stays.
    pub async fn send(&self, address: &str, mail: Mail) -> Result<()> {
        let Mail { subject, text, html, unsubscribe, attachment } = mail;
        let mut message = Message::builder()
            .subject(content(subject)?)
            .body(Body::builder().text(content(text)?).html(content(html)?).build());
        if let Some(page) = unsubscribe {
            // One click, by RFC 8058.
            message = message.headers(header("List-Unsubscribe", format!("<{page}>"))?);
            message = message.headers(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")?);
        }
        if let Some(Attachment { file_name, content_type, content }) = attachment {
            let attachment = SesAttachment::builder()
                .file_name(file_name)
                .content_type(content_type)
                .content_disposition(AttachmentContentDisposition::Attachment)
                .raw_content(Blob::new(content))
                .build();
            message = message.attachments(attachment.map_err(|error| Error::internal("mail", error))?);
        }
        let message = message.build();
        let request = self
            .client
            .send_email()
            .from_email_address(&self.sender)
            .set_configuration_set_name(self.configuration_set.clone())
            .destination(Destination::builder().to_addresses(address).build())
            .content(EmailContent::builder().simple(message).build());
        request.send().await.map(drop).map_err(|error| refusal::refused(&error))
    }
}

fn header(name: &str, value: impl Into<String>) -> Result<MessageHeader> {
    let header = MessageHeader::builder().name(name).value(value).build();
    header.map_err(|error| Error::internal("mail", error))
}

fn content(data: impl Into<String>) -> Result<Content> {
    let content: Result<Content, BuildError> = Content::builder().data(data).charset("UTF-8").build();
    content.map_err(|error| Error::internal("mail", error))
}
