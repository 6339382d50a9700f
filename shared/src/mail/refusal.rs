//! Why SES did not take a mail, and whether it would take it another time.

use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;

use crate::error::{Cause, Error, SEND_EMAIL};

/// What passes without anybody's doing, or by the operator's, who has paused the sending, besides all of SES's own failures
/// ([errors of `SendEmail`](https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors),
/// [common ones](https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html)).
const PASSING: [&str; 7] = [
    "TooManyRequestsException",
    "LimitExceededException",
    "SendingPausedException",
    "ThrottlingException",
    "Throttling",
    "ExpiredTokenException",
    "RequestExpired",
];

/// That SES did not answer in time.
pub(super) const TIMEOUT: &str = "timeout";

/// That the answer of SES was cut off.
pub(super) const UNREADABLE: &str = "no readable response";

/// What SES says of a request that is at fault: mostly of an address, which the message may quote.
const BAD_REQUEST: &str = "BadRequestException";

/// What SES says of a mail that it does not want. The message names the addresses that are not verified.
const REJECTED: &str = "MessageRejected";

/// How much of a message is kept, in characters.
const MAX_MESSAGE: usize = 300;

/// What a failed call means for the request.
pub(super) fn refused(error: &SdkError<SendEmailError>) -> Error {
    match error {
        SdkError::ServiceError(service) => {
            let refused = service.err();
            refusal(service.raw().status().as_u16(), refused.code(), refused.message().unwrap_or_default())
        }
        SdkError::TimeoutError(_) => Error::unavailable(SEND_EMAIL, TIMEOUT),
        SdkError::DispatchFailure(_) => Error::unavailable(SEND_EMAIL, "no connection"),
        _ => Error::unavailable(SEND_EMAIL, UNREADABLE),
    }
}

fn refusal(status: u16, code: Option<&str>, message: &str) -> Error {
    let cause = Cause { during: SEND_EMAIL, what: what(status, code, message) };
    let passes = status >= 500 || [408, 429].contains(&status) || code.is_some_and(|code| PASSING.contains(&code));
    if passes {
        Error::Unavailable(cause)
    } else if code == Some(BAD_REQUEST) && is_of_address(message) {
        Error::AddressRefused(cause)
    } else {
        Error::MailRefused(cause)
    }
}

/// Whether a bad request is so for its address: *Local address contains dot-dot*, *Domain contains illegal character*, *Missing
/// final '@domain'*, *Invalid email address*.
fn is_of_address(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    ["address", "domain"].iter().any(|word| message.contains(word))
}

/// What the log is told: the code, and the message where that names no address.
fn what(status: u16, code: Option<&str>, message: &str) -> String {
    let may_name_one = code.is_some_and(|code| [BAD_REQUEST, REJECTED].contains(&code)) || message.contains('@');
    let code = code.map_or_else(|| format!("HTTP {status}"), str::to_owned);
    if may_name_one || message.is_empty() {
        return code;
    }
    format!("{code}: {}", message.chars().take(MAX_MESSAGE).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Kind = fn(&Error) -> bool;

    #[test]
    fn what_passes_and_what_does_not() {
        let unavailable = |error: &Error| matches!(error, Error::Unavailable(_));
        let refused = |error: &Error| matches!(error, Error::MailRefused(_));
        let of_address = |error: &Error| matches!(error, Error::AddressRefused(_));
        let cases: [(u16, Option<&str>, &str, Kind); 20] = [
            (429, Some("TooManyRequestsException"), "Maximum sending rate exceeded.", unavailable),
            (400, Some("LimitExceededException"), "", unavailable),
            (400, Some("SendingPausedException"), "", unavailable),
            (400, Some("ThrottlingException"), "", unavailable),
            (403, Some("ExpiredTokenException"), "", unavailable),
            (500, Some("InternalFailure"), "", unavailable),
            (503, Some("ServiceUnavailable"), "", unavailable),
            (502, None, "", unavailable),
            (400, Some("MessageRejected"), "Email address is not verified.", refused),
            (400, Some("MailFromDomainNotVerifiedException"), "", refused),
            (400, Some("AccountSuspendedException"), "", refused),
            (404, Some("NotFoundException"), "Configuration set <x> does not exist.", refused),
            (403, Some("AccessDeniedException"), "", refused),
            (403, None, "", refused),
            (400, Some("BadRequestException"), "Subject must be one line", refused),
            (400, Some("BadRequestException"), "Local address contains dot-dot", of_address),
            (400, Some("BadRequestException"), "Domain contains illegal character", of_address),
            (400, Some("BadRequestException"), "Missing final '@domain'", of_address),
            (400, Some("BadRequestException"), "Invalid email address <a..b@example.com>.", of_address),
            (400, Some("BadRequestException"), "Illegal address", of_address),
        ];
        for (status, code, message, expected) in cases {
            let error = refusal(status, code, message);
            assert!(expected(&error), "{status} {code:?} {message}: {error:?}");
        }
    }

    #[test]
    fn no_address_is_told() {
        let not_verified = "Email address is not verified. The following identities failed: jane@example.com";
        let not_allowed =
            "User: arn:aws:sts::1:x is not authorized to perform: ses:SendEmail on resource: identity/jane@example.com";
        for (status, code, message, expected) in [
            (400, Some("MessageRejected"), not_verified, "MessageRejected"),
            (403, Some("AccessDeniedException"), not_allowed, "AccessDeniedException"),
            (400, Some("BadRequestException"), "Invalid domain: jane.example", "BadRequestException"),
            (403, Some("AccessDeniedException"), "It is called x.", "AccessDeniedException: It is called x."),
            (404, Some("NotFoundException"), "There is no set x.", "NotFoundException: There is no set x."),
            (403, None, "", "HTTP 403"),
        ] {
            assert_eq!(what(status, code, message), expected);
        }
        assert_eq!(what(403, Some("X"), &"a".repeat(1_000)).len(), 303);
    }
}
