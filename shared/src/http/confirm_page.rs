//! The page that a browser shows for a confirmation link. Its button confirms, so that a mail scanner that opens links does not.

use askama::Template;
use lambda_http::http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY};

use super::Reply;
use crate::error::{Error, Result};
use crate::mail::SERVICE;
use crate::token::digest::csp_hash;

const STYLE: &str = include_str!("../../templates/confirm.css");
const SCRIPT: &str = include_str!("../../templates/confirm.js");

#[derive(Template)]
#[template(path = "confirm.html")]
struct Page {
    service: &'static str,
    style: &'static str,
    script: &'static str,
}

/// The page. It may run its own script and style and call this API, nothing else.
///
/// # Errors
/// When the template cannot be filled in.
pub fn confirm_page() -> Result<Reply> {
    let page = Page { service: SERVICE, style: STYLE, script: SCRIPT };
    let page = page.render().map_err(|error| Error::internal("page", error))?;
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        csp_hash(SCRIPT),
        csp_hash(STYLE)
    );
    Reply::html(page).with(CONTENT_SECURITY_POLICY, &policy)?.with(REFERRER_POLICY, "no-referrer")
}
