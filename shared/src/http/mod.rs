//! HTTP: the only place, with `lambda`, that names `lambda_http`.

pub mod confirm_page;
mod error;
mod reply;
mod request;

pub use reply::{Reply, draft_etag};
pub use request::{Request, both};
