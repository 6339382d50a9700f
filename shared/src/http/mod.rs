//! HTTP: the only place, with `lambda`, that names `lambda_http`.

mod body;
mod error;
mod headers;
mod negotiation;
pub mod pages;
mod reply;
mod request;
pub mod views;

pub use reply::{Reply, draft_etag};
pub use request::{Request, both};
