//! The local AWS of event-messenger in one process: API Gateway in front of the real functions, `DynamoDB`, SES with a
//! mailbox, and IAM. Everything it serves is made from `template.yaml`; nothing of it ever reaches AWS.

mod data;
mod dynamodb;
mod environment;
mod error;
mod gateway;
mod iam;
mod mailbox;
mod service;
mod template;

pub use crate::data::Data;
pub use crate::environment::lines;
pub use crate::error::Error;
pub use crate::iam::Grant;
pub use crate::mailbox::{Failure, Mail, Mailbox};
pub use crate::service::{LocalService, Options};
