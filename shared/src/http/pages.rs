//! The pages that a browser shows for the links in mails, where there is no front end. Their buttons do what the links are for,
//! so that a mail scanner that opens links does nothing.

use askama::Template;
use lambda_http::http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY};

use super::Reply;
use crate::domain::lifetime::{self, words};
use crate::domain::password::{MAX_LENGTH, MIN_LENGTH};
use crate::error::{Error, Result};
use crate::mail::SERVICE;
use crate::token::digest::csp_hash;

const STYLE: &str = include_str!("../../templates/page.css");
const CONFIRM: &str = include_str!("../../templates/confirm.js");
const EMAIL: &str = include_str!("../../templates/email.js");
const INVITATION_STYLE: &str = include_str!("../../templates/invitation.css");
const INVITATION: &str = include_str!("../../templates/invitation.js");
const UNSUBSCRIBE: &str = include_str!("../../templates/unsubscribe.js");
const RESET: &str = include_str!("../../templates/reset.js");

#[derive(Template)]
#[template(path = "confirm.html")]
struct ConfirmPage<'a> {
    service: &'static str,
    /// Who is confirmed; none if the link confirms nobody.
    username: Option<&'a str>,
    /// What the page says at first.
    message: &'a str,
    /// How long an unconfirmed registration is kept.
    kept: String,
    style: &'static str,
    script: &'static str,
}

#[derive(Template)]
#[template(path = "email.html")]
struct EmailPage<'a> {
    service: &'static str,
    /// Whose address becomes which; none if the link changes none.
    change: Option<(&'a str, &'a str)>,
    /// What the page says at first.
    message: &'a str,
    style: &'static str,
    script: &'static str,
}

#[derive(Template)]
#[template(path = "invitation.html")]
struct InvitationPage {
    service: &'static str,
    style: &'static str,
    script: &'static str,
}

#[derive(Template)]
#[template(path = "unsubscribe.html")]
struct UnsubscribePage<'a> {
    service: &'static str,
    /// Why the link does nothing, if it does nothing.
    message: Option<&'a str>,
    style: &'static str,
    script: &'static str,
}

#[derive(Template)]
#[template(path = "reset.html")]
struct ResetPage {
    service: &'static str,
    style: &'static str,
    script: &'static str,
    min_length: usize,
    max_length: usize,
}

/// The page that confirms the address of the user of that name, or says why it does not.
///
/// # Errors
/// When the template cannot be filled in.
pub fn confirm_page(user: std::result::Result<&str, &str>) -> Result<Reply> {
    let message = user.err().unwrap_or("One click, and your e-mail address is confirmed.");
    page(
        &ConfirmPage {
            service: SERVICE,
            username: user.ok(),
            message,
            kept: words(lifetime::CONFIRMATION),
            style: STYLE,
            script: CONFIRM,
        },
        CONFIRM,
    )
}

/// The page that gives the user of that name that address, or says why it does not.
///
/// # Errors
/// When the template cannot be filled in.
pub fn email_page(change: std::result::Result<(&str, &str), &str>) -> Result<Reply> {
    let message = change.err().unwrap_or("One click, and the new address is confirmed.");
    page(&EmailPage { service: SERVICE, change: change.ok(), message, style: STYLE, script: EMAIL }, EMAIL)
}

/// The page that sets a new password.
///
/// # Errors
/// When the template cannot be filled in.
pub fn reset_page() -> Result<Reply> {
    let (min_length, max_length) = (MIN_LENGTH, MAX_LENGTH);
    page(&ResetPage { service: SERVICE, style: STYLE, script: RESET, min_length, max_length }, RESET)
}

/// The page of an invitation's link. It reads the token in the fragment, and all else from the API.
///
/// # Errors
/// When the template cannot be filled in.
pub fn invitation_page() -> Result<Reply> {
    let template = InvitationPage { service: SERVICE, style: INVITATION_STYLE, script: INVITATION };
    styled_page(&template, INVITATION, INVITATION_STYLE)
}

/// The page that stops mails about events, or says why it cannot.
///
/// # Errors
/// When the template cannot be filled in.
pub fn unsubscribe_page(message: Option<&str>) -> Result<Reply> {
    let template = UnsubscribePage { service: SERVICE, message, style: INVITATION_STYLE, script: UNSUBSCRIBE };
    styled_page(&template, UNSUBSCRIBE, INVITATION_STYLE)
}

/// The page. It may run its own script and style and call this API, nothing else.
fn page(template: &impl Template, script: &str) -> Result<Reply> {
    styled_page(template, script, STYLE)
}

fn styled_page(template: &impl Template, script: &str, style: &str) -> Result<Reply> {
    let page = template.render().map_err(|error| Error::internal("page", error))?;
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        csp_hash(script),
        csp_hash(style)
    );
    Reply::html(page).with(CONTENT_SECURITY_POLICY, &policy)?.with(REFERRER_POLICY, "no-referrer")
}
