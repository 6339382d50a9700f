//! What the Lambda functions of event-messenger share: the rules (`domain`), the storage (`store`), the mails (`mail`),
//! HTTP (`http`), and how a function is started (`lambda`) with the parts that it names (`config`).
//!
//! What holds throughout:
//! - `domain` is pure: no I/O, no clock of its own, no AWS, no HTTP.
//! - No module but `store` names the DynamoDB SDK, none but `mail` the SES SDK (`aws` holds what their clients have in common),
//!   none but `http` and `lambda` names `lambda_http`.
//! - There is no trait to be mocked: what is faked in a test is faked at the wire.

pub mod aws;
pub mod calendar;
pub mod clock;
pub mod config;
pub mod domain;
pub mod error;
pub mod http;
pub mod lambda;
pub mod log;
pub mod mail;
pub mod page;
pub mod store;
mod texts;
pub mod token;
