//! `PUT` and `DELETE /user/contacts/{id}`: puts somebody into one's address book, and takes somebody out. `GET /user/contacts?cursor=`
//! reads all of it.

use shared::domain::UserId;
use shared::domain::contact::{PAGE, PageEnd, after};
use shared::error::{Error, Result};
use shared::http::views::{ContactBody, ContactsBody};
use shared::http::{Reply, Request};
use shared::store::contacts::Contacts;
use shared::store::people::People;
use shared::token::Signer;

/// `200` with the contact, who is now the first; `204` once the contact is taken out; `200` with a page, the latest first, and the
/// cursor of the next.
///
/// # Errors
/// `Unauthenticated`, also when the user is no more; `Invalid`, also for oneself; `NoSuchUser`, `NoSuchContact`.
pub async fn handle(request: Request, (signer, contacts, people): (Signer, Contacts, People)) -> Result<Reply> {
    let user = request.user(&signer)?;
    if request.is_get() {
        return list(&request, user, &signer, &contacts, &people).await;
    }
    let contact = request.user_id()?;
    if request.is_delete() {
        let was_there = contacts.delete_contact(user, contact).await?;
        return if was_there { Ok(Reply::no_content()) } else { Err(Error::NoSuchContact) };
    }
    if contact == user {
        return Err(Error::invalid("id", "must be the id of somebody else"));
    }
    Reply::ok(&ContactBody::new(&contacts.create_contact(user, contact).await?))
}

async fn list(request: &Request, user: UserId, signer: &Signer, contacts: &Contacts, people: &People) -> Result<Reply> {
    let purpose = format!("contacts {user}");
    let unseal = |text: String| signer.unseal(&purpose, &text).as_deref().and_then(PageEnd::decode);
    let bad_cursor = || Error::invalid("cursor", "must be the cursor of the page before");
    let from = request.query("cursor").map(|text| unseal(text).ok_or_else(bad_cursor)).transpose()?;
    let all = contacts.find_contacts(user).await?;
    let mut rest = after(&all, from);
    loop {
        let (page, later) = rest.split_at(rest.len().min(PAGE));
        let cards = people.find_cards(page).await?;
        // A page of people who have all left is no end.
        if !cards.is_empty() || later.is_empty() {
            let last = page.last().filter(|_| !later.is_empty());
            let before = u16::try_from(all.len() - later.len()).unwrap_or(u16::MAX).saturating_sub(1);
            let cursor = last.map(|last| signer.seal(&purpose, &PageEnd { last: *last, before }.encode()));
            return Reply::ok(&ContactsBody::new(&cards, cursor.as_deref()));
        }
        rest = later;
    }
}
