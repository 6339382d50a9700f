//! The local AWS of event-messenger in one process: API Gateway in front of the real functions, `DynamoDB`, SES with a
//! mailbox, and IAM. Everything it serves is made from `template.yaml`; nothing of it ever reaches AWS.

mod arn;
mod data;
mod docker;
mod dynamodb;
mod environment;
mod error;
mod gateway;
mod iam;
mod mailbox;
mod openapi;
mod server;
mod service;
mod streams;
mod template;

use std::fmt::Display;

pub use crate::data::Data;
pub use crate::docker::bridge;
pub use crate::environment::lines;
pub use crate::error::Error;
pub use crate::iam::Grant;
pub use crate::mailbox::{Attachment, Failure, Mail, Mailbox};
pub use crate::openapi::OpenApi;
pub use crate::server::Patience;
pub use crate::service::{LocalService, Options};
pub use crate::streams::StreamsHeld;
pub use crate::template::TemplateFile;

/// Writes the line to standard error. A closed standard error is ignored.
pub fn tell(line: impl Display) {
    let line = line.to_string();
    // The macro panics where it cannot write, and is the only way by which tests keep to themselves what is told.
    let _ = std::panic::catch_unwind(|| eprintln!("{line}"));
}
