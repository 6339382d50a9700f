//! The log: lines of JSON on standard error, which Lambda hands to CloudWatch.
//!
//! | `type` | a line for each |
//! |---|---|
//! | `request` | request, when it is answered: route, status, outcome, how long it took |
//! | `audit` | thing that was done to an account or an event, or tried: an [`Act`] |
//! | `mail` | mail about an event: to whom, of what, and what became of it |
//! | `trouble` | thing that went wrong beside the request's own outcome |
//!
//! No name, mail address, password, token or hash stands in any of them. People stand in them as ids and network addresses.
//!
//! A line that counts for the operator, a [`Metric`], says so in CloudWatch's
//! [embedded metric format](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).

use std::fmt;
use std::io::Write;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use strum::VariantArray;

use crate::clock::Clock;
use crate::domain::{EventId, UserId};
use crate::error::{Cause, Error, SEND_EMAIL};

/// Where the lines go. Cheap to clone.
#[derive(Clone)]
pub struct Log {
    write: Arc<dyn Fn(&str) + Send + Sync>,
    /// The namespace of the metrics; without one there are none.
    namespace: Option<Arc<str>>,
}

impl Log {
    /// A log that hands each line to `write`.
    pub fn new(write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { write: Arc::new(write), namespace: None }
    }

    /// The same log, whose lines count in this namespace of CloudWatch's metrics.
    #[must_use]
    pub fn with_metrics(self, namespace: Option<String>) -> Self {
        Self { namespace: namespace.map(Arc::from), ..self }
    }

    /// Standard error.
    #[must_use]
    pub fn stderr() -> Self {
        // In one write, so that no other line comes in between. Where nobody reads it, there is nobody to be told.
        Self::new(|line| drop(std::io::stderr().write_all(format!("{line}\n").as_bytes())))
    }

    fn write(&self, fields: &[(&str, Value)]) {
        let fields = fields.iter().filter(|(_, value)| !value.is_null());
        let line: serde_json::Map<_, _> = fields.map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        (self.write)(&Value::Object(line).to_string());
    }

    fn trouble(&self, message: &str, error: &Error, request_id: Option<&str>, now: Timestamp) {
        let cause = error.cause();
        let [directive, count] = self.count(Metric::of_failure(cause), now);
        self.write(&[
            directive,
            count,
            ("level", json!("ERROR")),
            ("type", json!("trouble")),
            ("request_id", json!(request_id)),
            ("message", json!(message)),
            ("during", json!(cause.map(|cause| cause.during))),
            ("what", json!(cause.map(|cause| &cause.what))),
        ]);
    }

    /// The fields that make a line count one for the metric.
    fn count(&self, metric: Option<Metric>, at: Timestamp) -> [(&'static str, Value); 2] {
        let Some((metric, namespace)) = metric.zip(self.namespace.as_deref()) else {
            return [("_aws", Value::Null), ("_aws", Value::Null)];
        };
        let name = metric.name();
        let directive = json!([{
            "Namespace": namespace,
            "Dimensions": [[]],
            "Metrics": [{"Name": name, "Unit": "Count"}],
        }]);
        [("_aws", json!({"Timestamp": at.as_millisecond(), "CloudWatchMetrics": directive})), (name, json!(1))]
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Log")
    }
}

/// What is counted for the operator. `.github/OPERATIONS.md` tells what each means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum Metric {
    /// Accounts that were registered, confirmed or not.
    Registered,
    /// Accounts that were confirmed.
    Confirmed,
    /// Passwords that were wrong, or not looked at because too many had been.
    LoginFailed,
    /// Votes of invitees.
    Votes,
    /// Mails that SES did not take.
    MailFailed,
}

impl Metric {
    /// All of them.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// How CloudWatch calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registered => "Registered",
            Self::Confirmed => "Confirmed",
            Self::LoginFailed => "LoginFailed",
            Self::Votes => "Votes",
            Self::MailFailed => "MailFailed",
        }
    }

    const fn of(act: Act) -> Option<Self> {
        match act {
            Act::Registered => Some(Self::Registered),
            Act::Confirmed => Some(Self::Confirmed),
            Act::PasswordRefused | Act::PasswordNotTaken => Some(Self::LoginFailed),
            Act::Voted => Some(Self::Votes),
            _ => None,
        }
    }

    fn of_failure(cause: Option<&Cause>) -> Option<Self> {
        cause.filter(|cause| cause.during == SEND_EMAIL).map(|_| Self::MailFailed)
    }
}

/// What the audit trail tells of. The names are stable: alarms and searches rest on them. `.github/SECURITY.md` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum Act {
    /// Somebody registered; the account is pending.
    Registered,
    /// A pending user was mailed a new link.
    ConfirmationResent,
    /// A user confirmed the address and has a first session.
    Confirmed,
    /// A session was opened with the password.
    LoggedIn,
    /// A login or a password was wrong.
    PasswordRefused,
    /// A password was not looked at, because too many were wrong before.
    PasswordNotTaken,
    /// The token of a link or of a session was wrong, spent or too old.
    TokenRefused,
    /// A session went on.
    Refreshed,
    /// A refresh token came back that had been spent: its session was ended.
    Replayed,
    /// A session was ended by its holder.
    LoggedOut,
    /// All sessions of a user were ended by the user.
    LoggedOutEverywhere,
    /// A password was changed with the old one.
    PasswordChanged,
    /// A link to set a new password was asked for; the account is named if there is one to mail it to.
    PasswordForgotten,
    /// A password was set by such a link.
    PasswordReset,
    /// A link that changes the address was mailed to the new one.
    EmailChangeAsked,
    /// An address was changed by such a link.
    EmailChanged,
    /// Name, picture or whether one is found were changed.
    UserUpdated,
    /// All that is held of a user was handed out.
    UserExported,
    /// An account was deleted.
    UserDeleted,
    /// A draft was made.
    EventCreated,
    /// A draft was changed.
    EventUpdated,
    /// A draft was sent.
    EventSent,
    /// Name, text or options of an event were changed.
    EventAmended,
    /// An event was deleted.
    EventDeleted,
    /// A member voted.
    Voted,
    /// A member took the vote back.
    VoteTakenBack,
    /// The organiser decided a poll.
    Decided,
    /// The organiser took a decision back.
    Reopened,
    /// A majority decided a poll; whose request recorded it says nothing of the vote.
    Settled,
    /// An invitee answered.
    Answered,
    /// The organiser invited more people, or some of them anew.
    Invited,
    /// The organiser took an invitee out.
    TakenOut,
    /// An invitee left.
    Left,
    /// The organiser handed the event over to another member.
    HandedOver,
    /// Somebody stopped the mails about events to an address.
    MailsStopped,
    /// Somebody lets them come again.
    MailsResumed,
}

impl Act {
    /// All of them.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// How the log calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registered => "user.registered",
            Self::ConfirmationResent => "user.confirmation_resent",
            Self::Confirmed => "user.confirmed",
            Self::LoggedIn => "session.opened",
            Self::PasswordRefused => "password.refused",
            Self::PasswordNotTaken => "password.not_taken",
            Self::TokenRefused => "token.refused",
            Self::Refreshed => "session.refreshed",
            Self::Replayed => "session.replayed",
            Self::LoggedOut => "session.ended",
            Self::LoggedOutEverywhere => "session.all_ended",
            Self::PasswordChanged => "password.changed",
            Self::PasswordForgotten => "password.forgotten",
            Self::PasswordReset => "password.reset",
            Self::EmailChangeAsked => "email.change_asked",
            Self::EmailChanged => "email.changed",
            Self::UserUpdated => "user.updated",
            Self::UserExported => "user.exported",
            Self::UserDeleted => "user.deleted",
            Self::EventCreated => "event.created",
            Self::EventUpdated => "event.updated",
            Self::EventSent => "event.sent",
            Self::EventAmended => "event.amended",
            Self::EventDeleted => "event.deleted",
            Self::Voted => "event.voted",
            Self::VoteTakenBack => "event.vote_taken_back",
            Self::Decided => "event.decided",
            Self::Reopened => "event.reopened",
            Self::Settled => "event.settled",
            Self::Answered => "event.answered",
            Self::Invited => "event.invited",
            Self::TakenOut => "event.taken_out",
            Self::Left => "event.left",
            Self::HandedOver => "event.handed_over",
            Self::MailsStopped => "mails.stopped",
            Self::MailsResumed => "mails.resumed",
        }
    }

    const fn level(self) -> &'static str {
        match self {
            Self::PasswordRefused | Self::PasswordNotTaken | Self::TokenRefused | Self::Replayed => "WARN",
            _ => "INFO",
        }
    }
}

/// What an act was done to.
#[derive(Clone, Copy, Debug)]
pub enum Subject {
    /// An account; none if the login is nobody's.
    Account(Option<UserId>),
    /// An event.
    Event(EventId),
}

/// What became of a mail about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum Mailed {
    /// SES has it.
    Sent,
    /// It was not sent, since the address has had too many invitations that day.
    Withheld,
    /// SES takes nothing for that address.
    Refused,
}

impl Mailed {
    /// How the log calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Withheld => "withheld",
            Self::Refused => "refused",
        }
    }
}

/// What a function of a stream leaves in the log.
#[derive(Clone, Debug)]
pub(crate) struct Journal {
    log: Log,
    clock: Clock,
}

impl Journal {
    pub(crate) fn new(log: &Log, clock: &Clock) -> Self {
        Self { log: log.clone(), clock: clock.clone() }
    }

    pub(crate) fn trouble(&self, message: &str, error: &Error) {
        self.log.trouble(message, error, None, self.clock.now());
    }

    pub(crate) fn mailed(&self, event: EventId, member: UserId, what: &str, how: Mailed) {
        self.log.write(&[
            ("level", json!(if how == Mailed::Sent { "INFO" } else { "WARN" })),
            ("type", json!("mail")),
            ("at", json!(self.clock.now().to_string())),
            ("event", json!(event)),
            ("account", json!(member)),
            ("what", json!(what)),
            ("outcome", json!(how.name())),
        ]);
    }
}

/// What one request leaves in the log.
#[derive(Debug)]
pub(crate) struct RequestLog {
    pub(crate) log: Log,
    pub(crate) clock: Clock,
    pub(crate) request_id: Option<String>,
    /// As API Gateway has it, such as `GET /event/{id}`: without the id, and without the query, which may carry a token.
    pub(crate) route: Option<String>,
    /// The network address that the request comes from.
    pub(crate) address: String,
    /// Who sent it, once that is known.
    pub(crate) user: OnceLock<UserId>,
}

impl RequestLog {
    pub(crate) fn audit(&self, act: Act, subject: Subject) {
        let (account, event) = match subject {
            Subject::Account(id) => (id, None),
            Subject::Event(id) => (None, Some(id)),
        };
        let now = self.clock.now();
        let [directive, count] = self.log.count(Metric::of(act), now);
        self.log.write(&[
            directive,
            count,
            ("level", json!(act.level())),
            ("type", json!("audit")),
            ("at", json!(now.to_string())),
            ("request_id", json!(self.request_id)),
            ("act", json!(act.name())),
            ("by", json!(self.user.get())),
            ("address", json!(self.address)),
            ("account", json!(account)),
            ("event", json!(event)),
        ]);
    }

    pub(crate) fn trouble(&self, message: &str, error: &Error) {
        self.log.trouble(message, error, self.request_id.as_deref(), self.clock.now());
    }

    pub(crate) fn answered(&self, status: u16, error: Option<&Error>, took: Duration, cold: bool) {
        let level = match error {
            Some(error) if matches!(error, Error::Internal(_)) || error.is_refused_mail() => "ERROR",
            Some(Error::Unavailable(_)) => "WARN",
            _ => "INFO",
        };
        let cause = error.and_then(Error::cause);
        let [directive, count] = self.log.count(Metric::of_failure(cause), self.clock.now());
        self.log.write(&[
            directive,
            count,
            ("level", json!(level)),
            ("type", json!("request")),
            ("request_id", json!(self.request_id)),
            ("route", json!(self.route)),
            ("status", json!(status)),
            ("outcome", json!(error.map_or("success", Error::outcome))),
            ("duration_ms", json!(u64::try_from(took.as_millis()).unwrap_or(u64::MAX))),
            ("cold", json!(cold)),
            ("by", json!(self.user.get())),
            ("during", json!(cause.map(|cause| cause.during))),
            ("what", json!(cause.map(|cause: &Cause| &cause.what))),
        ]);
    }
}
