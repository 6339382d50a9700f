//! Mails: the only place that names the SES SDK. One file for each mail.

pub mod account_deleted;
pub mod confirmation;
pub mod email_change;
pub mod email_notice;
pub mod password_changed;
pub mod password_reset;

mod inert;
mod letter;
#[cfg(test)]
mod links;
mod refusal;

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::BuildError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use jiff::Timestamp;

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

/// A mail in its two forms. The subject holds nothing that a user typed, and nothing that a user typed is a link: see `inert`.
#[derive(Debug)]
pub struct Mail {
    subject: &'static str,
    text: String,
    html: String,
}

impl FromEnv for Mailer {
    fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let connection = Connection::from_env(env)?;
        let endpoint = env.get("AWS_ENDPOINT_URL_SESV2");
        let mut config = aws_sdk_sesv2::Config::builder()
            .behavior_version(connection.behavior)
            .region(connection.region)
            .credentials_provider(connection.credentials)
            .timeout_config(connection.timeouts)
            .retry_config(connection.retries)
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
        let message = Message::builder()
            .subject(content(mail.subject)?)
            .body(Body::builder().text(content(mail.text)?).html(content(mail.html)?).build())
            .build();
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

/// An instant as a mail names it.
fn moment(at: Timestamp) -> Result<String> {
    let text = jiff::fmt::strtime::format("%d %B %Y, %H:%M UTC", at);
    text.map_err(|error| Error::internal("mail", error))
}

fn content(data: impl Into<String>) -> Result<Content> {
    let content: Result<Content, BuildError> = Content::builder().data(data).charset("UTF-8").build();
    content.map_err(|error| Error::internal("mail", error))
}
