//! `POST /token/revoke`: ends a session ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009#section-2.2)), or all of one's sessions.

use serde_json::Value;
use shared::domain::fault::{Fault, Node};
use shared::error::Result;
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::store::sessions::Sessions;
use shared::token::RefreshToken;
use shared::token::Signer;

use crate::tokens::{TOKEN, refresh_token};

/// The sessions that are to end.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    /// The session of this refresh token.
    One(String),
    /// All sessions of the user whose access token the request carries.
    All,
}

/// `200 {}`, also for an unknown token: afterwards there is no session with it.
///
/// # Errors
/// `Invalid`; `Unauthenticated` if all are to end and there is no access token.
pub async fn handle(request: Request, (signer, sessions): (Signer, Sessions)) -> Result<Reply> {
    match request.parse(parse)? {
        Wanted::All => {
            let user = request.user(&signer)?;
            sessions.revoke_sessions(user, None).await?;
            request.audit(Act::LoggedOutEverywhere, Subject::Account(Some(user)));
        }
        Wanted::One(text) => {
            if let Some(token) = RefreshToken::parse(&text)
                && sessions.revoke_session(&token).await?
            {
                request.identify(token.user());
                request.audit(Act::LoggedOut, Subject::Account(Some(token.user())));
            }
        }
    }
    Ok(Reply::done())
}

fn parse(body: &Value) -> Result<Wanted, Vec<Fault>> {
    let all = Node::body(body, &[], TOKEN)?.get("all");
    let mut faults = Vec::new();
    match all.flag(&mut faults) {
        Some(true) => Ok(Wanted::All),
        _ if faults.is_empty() => refresh_token(body).map(Wanted::One),
        _ => Err(faults),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_to_end() {
        let one = || Wanted::One("x".to_owned());
        let cases = [
            (json!({"refresh_token": "x"}), Ok(one())),
            (json!({"refresh_token": "x", "all": false}), Ok(one())),
            (json!({"refresh_token": "x", "all": null}), Ok(one())),
            (json!({"all": true}), Ok(Wanted::All)),
            (json!({"refresh_token": "x", "all": true}), Ok(Wanted::All)),
            (json!({"all": false}), Err("refresh_token")),
            (json!({"all": "true", "refresh_token": "x"}), Err("all")),
            (json!({"token": "x"}), Err("token")),
            (json!({}), Err("refresh_token")),
            (json!(true), Err("body")),
        ];
        for (body, expected) in cases {
            let found = parse(&body).map_err(|faults| faults[0].field.clone());
            assert_eq!(found, expected.map_err(str::to_owned), "{body}");
        }
    }
}
