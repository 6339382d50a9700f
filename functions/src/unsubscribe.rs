//! `GET` and `POST /mail/unsubscribe?token=…`: stops the mails about events to an address, in one click
//! ([RFC 8058](https://www.rfc-editor.org/rfc/rfc8058)) or by a page, and lets them come again.

use shared::domain::UserId;
use shared::error::{Error, Result};
use shared::http::pages::{LinkFault, Shell};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::store::mailboxes::Mailboxes;
use shared::token::Signer;

use crate::mailing::{fingerprint_of, unsubscriber};

/// What the form of the page says to undo it.
const UNDO: &str = "List-Unsubscribe=Undo";

/// `200` with a page that asks, so that nobody is unsubscribed by a program that looks at links; `200 {}` once it is done. An address
/// that its member has not any more gets no mails anyway.
///
/// # Errors
/// `Invalid` for text that is no token, `BodyTooLarge`, `BodyEncoded`.
pub async fn handle(request: Request, (signer, mailboxes, shell): (Signer, Mailboxes, Shell)) -> Result<Reply> {
    let token = request.query("token");
    let known = token.as_ref().and_then(|token| unsubscriber(&signer, token));
    if request.is_get() {
        // A page that is loaded again has the token no more in its address, and knows it.
        let is_broken = token.is_some() && known.is_none();
        return shell.unsubscribe(&request, is_broken.then_some(LinkFault::NoToken));
    }
    let (member, fingerprint) =
        known.ok_or_else(|| Error::invalid("token", "must be the token of such a link, in the query"))?;
    request.identify(member);
    let wanted = request.text()?.contains(UNDO);
    if let Some(address) = address(&mailboxes, member, &fingerprint).await? {
        mailboxes.set_wanted(&address, wanted).await?;
        request.audit(if wanted { Act::MailsResumed } else { Act::MailsStopped }, Subject::Account(Some(member)));
    }
    Ok(Reply::done())
}

/// The member's address, if it is still that one.
async fn address(mailboxes: &Mailboxes, member: UserId, fingerprint: &str) -> Result<Option<String>> {
    let mailbox = mailboxes.find(&[member]).await?.remove(&member);
    Ok(mailbox.map(|mailbox| mailbox.email).filter(|email| fingerprint_of(email) == fingerprint))
}
