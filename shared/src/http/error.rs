//! What a client is told of a failure: the one place that gives each its status, its message and its headers.

use lambda_http::http::StatusCode;
use lambda_http::http::header::{ACCEPT_ENCODING, RETRY_AFTER, WWW_AUTHENTICATE};
use serde::Serialize;
use serde_json::json;

use super::Reply;
use super::views::to_json;
use crate::domain::fault::Fault;
use crate::error::Error;

/// The body of every failure, in the shape of `mock/JSON_Schems/error.json`.
#[derive(Serialize)]
struct ErrorBody<'a> {
    message: &'a str,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<&'a [Fault]>,
}

impl From<&Error> for Reply {
    fn from(error: &Error) -> Self {
        let (status, message) = describe(error);
        let faults = if let Error::Invalid(faults) = error { Some(faults.as_slice()) } else { None };
        let message = faults.map_or_else(|| message.to_owned(), summary);
        // Texts alone can always be written; if they could not, the message would go out by itself.
        let body = to_json(&ErrorBody { message: &message, code: error.outcome(), errors: faults })
            .unwrap_or_else(|_| json!({ "message": message }).to_string());
        let reply = || Self::json(status, body.clone());
        let header = match error {
            // Each `401` has one, by RFC 9110 (section 15.5.2).
            Error::Unauthenticated | Error::InvitationOver | Error::SessionOver => {
                reply().with(WWW_AUTHENTICATE, "Bearer")
            }
            Error::BodyEncoded => reply().with(ACCEPT_ENCODING, "identity"),
            Error::TooSoon(seconds) => reply().with(RETRY_AFTER, &seconds.to_string()),
            Error::Unavailable(_) => reply().with(RETRY_AFTER, "1"),
            _ => Ok(reply()),
        };
        header.unwrap_or_else(|_| reply())
    }
}

/// The first fault, for whoever shows nothing else, and how many more there are.
fn summary(faults: &[Fault]) -> String {
    let first = faults.first().map_or_else(|| "The request does not fit.".to_owned(), Fault::sentence);
    match faults.len().saturating_sub(1) {
        0 => first,
        1 => format!("{first} (And 1 more fault.)"),
        more => format!("{first} (And {more} more faults.)"),
    }
}

fn describe(error: &Error) -> (StatusCode, &'static str) {
    match error {
        Error::Invalid(_) => (StatusCode::BAD_REQUEST, "The request does not fit."),
        Error::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "The body is longer than 512 KiB."),
        Error::BodyEncoded => {
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body must come without a Content-Encoding, as plain JSON.")
        }
        Error::Unauthenticated => (StatusCode::UNAUTHORIZED, "Log in first: there is no valid access token."),
        Error::UserExists => (StatusCode::CONFLICT, "User is already exist in Data Base"),
        Error::EmailTaken => (StatusCode::CONFLICT, "Another account has this e-mail address."),
        Error::BadCredentials => (StatusCode::FORBIDDEN, "The login or the password is wrong."),
        Error::Unconfirmed => {
            (StatusCode::FORBIDDEN, "Confirm your e-mail address first, with the link that was mailed to you.")
        }
        Error::AlreadyConfirmed => (StatusCode::CONFLICT, "The e-mail address is confirmed already."),
        Error::TooSoon(_) => (StatusCode::TOO_MANY_REQUESTS, "Too many attempts; try again later."),
        Error::LinkSpent => (
            StatusCode::GONE,
            "This link was replaced, is too old, or came too late for its address. Ask for a new one, or log in.",
        ),
        Error::ConfirmationLinkUsed => (StatusCode::GONE, "The e-mail address is confirmed already; log in."),
        Error::ResetLinkUsed => (StatusCode::GONE, "This link was used already; log in with the new password."),
        Error::InvitationOver => {
            (StatusCode::UNAUTHORIZED, "This invitation is over; ask the organiser to invite you again, or log in.")
        }
        Error::SessionOver => (StatusCode::UNAUTHORIZED, "The session is over; log in again."),
        Error::NoSuchSession => (StatusCode::NOT_FOUND, "There is no such session."),
        Error::NoSuchUser => (StatusCode::NOT_FOUND, "There is no such user."),
        Error::NoSuchContact => (StatusCode::NOT_FOUND, "There is no such contact."),
        Error::NoSuchEvent => (StatusCode::NOT_FOUND, "There is no such event."),
        Error::NotOrganiser => (StatusCode::FORBIDDEN, "Only the organiser may do this."),
        Error::NoSuchPage => (StatusCode::NOT_FOUND, "There is no such page."),
        Error::NoSuchMember => (StatusCode::NOT_FOUND, "The event has no such member."),
        Error::OrganiserStays => {
            (StatusCode::CONFLICT, "The organiser cannot leave; hand the event over first, or delete it.")
        }
        Error::OrganiserNeedNotAnswer => (StatusCode::FORBIDDEN, "The organiser takes part without an answer."),
        Error::AlreadySent => (StatusCode::CONFLICT, "The event was sent and can no longer be changed."),
        Error::Changed => (StatusCode::PRECONDITION_FAILED, "The draft has changed since; read it again."),
        Error::IdempotencyMismatch => {
            (StatusCode::UNPROCESSABLE_ENTITY, "This Idempotency-Key was used for another body; take a new one.")
        }
        Error::PollDecided => (StatusCode::CONFLICT, "This poll is decided."),
        Error::StillDraft => (StatusCode::CONFLICT, "The event is still a draft; send it first."),
        Error::AddressRefused(_) | Error::MailRefused(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "The mail cannot be sent, for a reason on our side.")
        }
        Error::Unavailable(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, "The service is busy. Nothing was lost; send the same request again.")
        }
        Error::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Cause;

    #[test]
    fn every_outcome_has_its_status() {
        let cause = || Cause { during: "SendEmail", what: "secret".to_owned() };
        let cases = [
            (Error::invalid("a", "b"), 400),
            (Error::BodyTooLarge, 413),
            (Error::BodyEncoded, 415),
            (Error::Unauthenticated, 401),
            (Error::UserExists, 409),
            (Error::EmailTaken, 409),
            (Error::BadCredentials, 403),
            (Error::Unconfirmed, 403),
            (Error::AlreadyConfirmed, 409),
            (Error::TooSoon(7), 429),
            (Error::LinkSpent, 410),
            (Error::ConfirmationLinkUsed, 410),
            (Error::ResetLinkUsed, 410),
            (Error::InvitationOver, 401),
            (Error::SessionOver, 401),
            (Error::NoSuchSession, 404),
            (Error::NoSuchUser, 404),
            (Error::NoSuchContact, 404),
            (Error::NoSuchEvent, 404),
            (Error::NotOrganiser, 403),
            (Error::NoSuchMember, 404),
            (Error::OrganiserStays, 409),
            (Error::OrganiserNeedNotAnswer, 403),
            (Error::AlreadySent, 409),
            (Error::Changed, 412),
            (Error::IdempotencyMismatch, 422),
            (Error::PollDecided, 409),
            (Error::StillDraft, 409),
            (Error::AddressRefused(cause()), 500),
            (Error::MailRefused(cause()), 500),
            (Error::unavailable("Query", "secret"), 503),
            (Error::internal("Query", "secret"), 500),
        ];
        for (error, status) in cases {
            let response = Reply::from(&error).into_response(None);
            assert_eq!(response.status().as_u16(), status, "{error:?}");
            let body = format!("{:?}", response.body());
            assert!(body.contains("message") && !body.contains("secret"), "{error:?}: {body}");
        }
    }

    #[test]
    fn the_message_of_a_400_is_its_first_fault() {
        let fault = || Fault::new("event.date[0].confirmed", "is a date that no calendar has");
        let cases = [
            (1, "event.date[0].confirmed is a date that no calendar has."),
            (2, "event.date[0].confirmed is a date that no calendar has. (And 1 more fault.)"),
            (4, "event.date[0].confirmed is a date that no calendar has. (And 3 more faults.)"),
        ];
        for (count, message) in cases {
            let reply = Reply::from(&Error::from(vec![fault(); count])).into_response(None);
            let lambda_http::Body::Text(body) = reply.body() else { panic!("{reply:?}") };
            let body: serde_json::Value = serde_json::from_str(body).unwrap();
            assert_eq!((&body["message"], body["errors"].as_array().unwrap().len()), (&json!(message), count));
        }
    }

    #[test]
    fn a_429_says_when_and_a_401_says_how() {
        let header = |error: &Error, name: &str| {
            Reply::from(error).into_response(None).headers().get(name).map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(header(&Error::TooSoon(7), "retry-after").as_deref(), Some("7"));
        assert_eq!(header(&Error::Unauthenticated, "www-authenticate").as_deref(), Some("Bearer"));
        assert_eq!(header(&Error::BodyEncoded, "accept-encoding").as_deref(), Some("identity"));
        assert_eq!(header(&Error::NoSuchEvent, "retry-after"), None);
    }
}
