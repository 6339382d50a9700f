//! How a request can fail. The variants name outcomes; what the client is told of them stands in `http::error` alone.

use std::fmt;

use crate::domain::amendment::Unfit;
use crate::domain::fault::Fault;
use crate::domain::vote::Refusal;

/// Why a request did not succeed.
#[derive(Debug)]
pub enum Error {
    /// The body, a parameter or the state of the event does not fit; every fault is named.
    Invalid(Vec<Fault>),
    /// The body is longer than the service reads.
    BodyTooLarge,
    /// The body is compressed, or encoded in another way.
    BodyEncoded,
    /// There is no valid access token.
    Unauthenticated,
    /// The username or the e-mail address is taken.
    UserExists,
    /// Another account has the address by now.
    EmailTaken,
    /// The login is unknown or the password wrong: which of them is not told.
    BadCredentials,
    /// The password is right, but the address is not confirmed yet.
    Unconfirmed,
    /// The address is confirmed already.
    AlreadyConfirmed,
    /// Too often or too soon; the same can be tried again after so many seconds.
    TooSoon(u64),
    /// The link was replaced, is too old, or confirms an address that somebody else has confirmed.
    LinkSpent,
    /// The confirmation link was used.
    ConfirmationLinkUsed,
    /// The link for a new password was used.
    ResetLinkUsed,
    /// The invitation was replaced, its member is not in any more, or the event is gone or long past.
    InvitationOver,
    /// There is no session with this refresh token any more.
    SessionOver,
    /// The user has no such session.
    NoSuchSession,
    /// Nobody has this id.
    NoSuchUser,
    /// The user has no such contact.
    NoSuchContact,
    /// There is no such event for this user.
    NoSuchEvent,
    /// A member asks for what only the organiser may do.
    NotOrganiser,
    /// There is no such file of the page, or the page is turned off.
    NoSuchPage,
    /// The event has no such member.
    NoSuchMember,
    /// The organiser takes the own leave of an event that is then nobody's.
    OrganiserStays,
    /// The organiser answers the own invitation.
    OrganiserNeedNotAnswer,
    /// The event was sent and can no longer be edited.
    AlreadySent,
    /// The draft has changed since the client read it.
    Changed,
    /// The `Idempotency-Key` was used for another body.
    IdempotencyMismatch,
    /// The poll is decided.
    PollDecided,
    /// The event was not sent yet.
    StillDraft,
    /// SES refuses the address that the mail is for, whatever the mail.
    AddressRefused(Cause),
    /// SES refuses the mail, and would refuse it again.
    MailRefused(Cause),
    /// DynamoDB or SES cannot do it now. The same request can be sent again.
    Unavailable(Cause),
    /// What should not happen.
    Internal(Cause),
}

/// The call that hands a mail to SES, as causes name it.
pub const SEND_EMAIL: &str = "SendEmail";

/// The cause of a failure, for the log: there is nothing personal in it.
#[derive(Debug)]
pub struct Cause {
    /// What was being done, like `TransactWriteItems`.
    pub during: &'static str,
    /// What went wrong, like `ThrottlingException`.
    pub what: String,
}

impl Error {
    /// A failure that says nothing of the client's doing.
    pub fn internal(during: &'static str, what: impl fmt::Display) -> Self {
        Self::Internal(Cause { during, what: what.to_string() })
    }

    /// A failure of another service, which may pass.
    pub fn unavailable(during: &'static str, what: impl fmt::Display) -> Self {
        Self::Unavailable(Cause { during, what: what.to_string() })
    }

    /// The stable name of the outcome: in the log, and as the `code` of the response, by which clients tell failures apart. More may
    /// come; none changes.
    #[must_use]
    pub const fn outcome(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid",
            Self::BodyTooLarge => "body_too_large",
            Self::BodyEncoded => "body_encoded",
            Self::Unauthenticated => "unauthenticated",
            Self::UserExists => "user_exists",
            Self::EmailTaken => "email_taken",
            Self::BadCredentials => "bad_credentials",
            Self::Unconfirmed => "unconfirmed",
            Self::AlreadyConfirmed => "already_confirmed",
            Self::TooSoon(_) => "too_soon",
            Self::LinkSpent => "link_spent",
            Self::ConfirmationLinkUsed => "confirmation_link_used",
            Self::ResetLinkUsed => "reset_link_used",
            Self::InvitationOver => "invitation_over",
            Self::SessionOver => "session_over",
            Self::NoSuchSession => "no_such_session",
            Self::NoSuchUser => "no_such_user",
            Self::NoSuchContact => "no_such_contact",
            Self::NoSuchEvent => "no_such_event",
            Self::NotOrganiser => "not_organiser",
            Self::NoSuchPage => "no_such_page",
            Self::NoSuchMember => "no_such_member",
            Self::OrganiserStays => "organiser_stays",
            Self::OrganiserNeedNotAnswer => "organiser_needs_no_answer",
            Self::AlreadySent => "already_sent",
            Self::Changed => "draft_changed",
            Self::IdempotencyMismatch => "idempotency_mismatch",
            Self::PollDecided => "poll_decided",
            Self::StillDraft => "still_draft",
            Self::AddressRefused(_) | Self::MailRefused(_) => "mail_refused",
            Self::Unavailable(_) => "unavailable",
            Self::Internal(_) => "internal",
        }
    }

    /// Whether SES refuses for good what it was to send.
    #[must_use]
    pub const fn is_refused_mail(&self) -> bool {
        matches!(self, Self::AddressRefused(_) | Self::MailRefused(_))
    }

    /// What the log is told, of a failure that is not the client's doing.
    #[must_use]
    pub const fn cause(&self) -> Option<&Cause> {
        match self {
            Self::AddressRefused(cause)
            | Self::MailRefused(cause)
            | Self::Unavailable(cause)
            | Self::Internal(cause) => Some(cause),
            _ => None,
        }
    }

    /// The failure of one field.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Fault::new(field, message)])
    }
}

impl From<Vec<Fault>> for Error {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Invalid(faults)
    }
}

impl From<Unfit> for Error {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Invalid(faults) => Self::Invalid(faults),
            Unfit::Decided => Self::PollDecided,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(faults) => Self::Invalid(faults),
            Refusal::Decided => Self::PollDecided,
            Refusal::StillDraft => Self::StillDraft,
        }
    }
}

/// The result of what can fail in one of these ways.
pub type Result<T, E = Error> = std::result::Result<T, E>;
