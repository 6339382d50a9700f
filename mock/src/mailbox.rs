//! SES, `SendEmail` alone: each mail lands in a mailbox that a person or a test can read.

mod address;

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::clock::Clock;
use uuid::Uuid;

use crate::Error;
use crate::data::{Folder, private};

/// Where the addresses of SES's [mailbox simulator](https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator) are.
const SIMULATOR: &str = "@simulator.amazonses.com";

/// A mail that was handed over.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Mail {
    /// Who sent it.
    pub from: String,
    /// Whom it is for; several addresses are separated by a comma.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The body for a reader without HTML.
    pub text: String,
    /// The body as HTML.
    pub html: String,
    /// When it was handed over, as RFC 3339.
    pub sent_at: String,
}

/// How the mail service fails.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Failure {
    /// It does not.
    #[default]
    None,
    /// More is sent than allowed: `429 TooManyRequestsException`.
    Throttle,
    /// It is out of order: `503 ServiceUnavailable`.
    Down,
    /// It wants no mail from here: `400 MessageRejected`.
    Refuse,
    /// It takes no address for one: `400 BadRequestException`.
    Address,
}

/// The mails, and the switch that makes sending fail. Every clone is the same mailbox.
#[derive(Clone)]
pub struct Mailbox {
    clock: Clock,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    mails: Vec<Mail>,
    failure: Failure,
    sent: usize,
    file: Option<File>,
}

/// An answer of SES: the status, the error's type if it is one, and the body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) error: Option<&'static str>,
    pub(crate) body: Value,
}

impl Mailbox {
    /// A mailbox that lasts as long as the process.
    pub(crate) fn in_memory(clock: Clock) -> Self {
        Self { clock, inner: Arc::default() }
    }

    /// A mailbox with the mails of the folder, which keeps those to come.
    pub(crate) fn in_folder(clock: Clock, folder: &Folder) -> Result<Self, Error> {
        let path = folder.file("mails.jsonl");
        let opened = private(OpenOptions::new().read(true).append(true).create(true)).open(&path);
        let read = opened.and_then(|mut file| {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            // A line that a crash cut short is no mail any more, and must not spoil the next one.
            if bytes.last().is_some_and(|last| *last != b'\n') {
                file.write_all(b"\n")?;
            }
            let mails =
                bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
            Ok(Inner { mails, file: Some(file), ..Inner::default() })
        });
        let inner = read.map_err(|error| Error::Data(path, error))?;
        Ok(Self { clock, inner: Arc::new(Mutex::new(inner)) })
    }

    /// The mails, oldest first; those to one address if `to` is given, whatever its case.
    #[must_use]
    pub fn mails(&self, to: Option<&str>) -> Vec<Mail> {
        let wanted = |mail: &&Mail| {
            to.is_none_or(|to| mail.to.split(", ").any(|address| address.to_lowercase() == to.to_lowercase()))
        };
        self.lock().mails.iter().filter(wanted).cloned().collect()
    }

    /// How many mails were handed over since the start, whatever became of them since.
    #[must_use]
    pub fn sent(&self) -> usize {
        self.lock().sent
    }

    /// Throws all mails away.
    pub fn clear(&self) -> io::Result<()> {
        let mut inner = self.lock();
        inner.mails.clear();
        inner.file.as_ref().map_or(Ok(()), |file| file.set_len(0))
    }

    /// Makes every mail from now on fail, or none.
    pub fn set_failure(&self, failure: Failure) {
        self.lock().failure = failure;
    }

    /// How mails fail at present.
    #[must_use]
    pub fn failure(&self) -> Failure {
        self.lock().failure
    }

    /// What SES answers to `POST /v2/email/outbound-emails`.
    pub(crate) fn send(&self, body: &[u8]) -> Answer {
        match self.failure() {
            Failure::None => {}
            Failure::Throttle => return refusal(429, "TooManyRequestsException", "Maximum sending rate exceeded."),
            Failure::Down => return refusal(503, "ServiceUnavailable", "The service is not available."),
            Failure::Refuse => return refusal(400, "MessageRejected", "Email address is not verified."),
            Failure::Address => return refusal(400, "BadRequestException", "Illegal address"),
        }
        let mail = match read(body, &self.clock) {
            Ok(mail) => mail,
            Err(fault) => return refusal(400, "BadRequestException", &fault),
        };
        let taken = Answer { status: 200, error: None, body: json!({"MessageId": Uuid::new_v4()}) };
        // As by SES itself, what is sent to its simulator is taken and given to nobody.
        if mail.to.ends_with(SIMULATOR) {
            return taken;
        }
        let mut inner = self.lock();
        let kept = inner.file.as_mut().map_or(Ok(()), |file| file.write_all(format!("{}\n", json!(mail)).as_bytes()));
        if let Err(error) = kept {
            return refusal(500, "InternalFailure", &format!("the mailbox cannot be written: {error}"));
        }
        inner.mails.push(mail);
        inner.sent += 1;
        taken
    }

    /// A panic while the lock was held leaves a mailbox that is still one.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A refusal of SES.
pub(crate) fn refusal(status: u16, error: &'static str, message: &str) -> Answer {
    Answer { status, error: Some(error), body: json!({"message": message}) }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEmail {
    from_email_address: String,
    destination: Destination,
    content: Content,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Destination {
    #[serde(default)]
    to_addresses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    simple: Simple,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simple {
    subject: Part,
    body: Parts,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parts {
    text: Option<Part>,
    html: Option<Part>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Part {
    data: String,
}

/// The mail in a request, held to the rules of SES that a slip of ours would break.
fn read(body: &[u8], clock: &Clock) -> Result<Mail, String> {
    let request: SendEmail = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let Simple { subject, body } = request.content.simple;
    let to = request.destination.to_addresses;
    if to.is_empty() {
        return Err("Destination has no address".into());
    }
    to.iter().chain([&request.from_email_address]).try_for_each(|address| address::check(address))?;
    if subject.data.contains(['\r', '\n']) {
        return Err("Subject must be one line".into());
    }
    if body.text.is_none() && body.html.is_none() {
        return Err("Body must have Text or Html".into());
    }
    Ok(Mail {
        from: request.from_email_address,
        to: to.join(", "),
        subject: subject.data,
        text: body.text.unwrap_or_default().data,
        html: body.html.unwrap_or_default().data,
        sent_at: clock.now().to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::tests::Scratch;

    fn request(to: &[&str]) -> Value {
        json!({
            "FromEmailAddress": "events@example.com",
            "Destination": {"ToAddresses": to},
            "Content": {"Simple": {
                "Subject": {"Data": "Grüße", "Charset": "UTF-8"},
                "Body": {"Text": {"Data": "hello"}, "Html": {"Data": "<p>hello"}},
            }},
        })
    }

    fn send(mailbox: &Mailbox, request: &Value) -> Answer {
        mailbox.send(request.to_string().as_bytes())
    }

    fn mailbox() -> Mailbox {
        Mailbox::in_memory(Clock::new(|| jiff::Timestamp::UNIX_EPOCH))
    }

    #[test]
    fn mails_are_kept_and_filtered() {
        let mailbox = mailbox();
        for to in [&["Ann@Example.com"][..], &["bob@example.com"], &["ann@example.com", "carl@example.com"]] {
            let answer = send(&mailbox, &request(to));
            assert_eq!((answer.status, answer.error), (200, None));
            assert!(answer.body["MessageId"].is_string());
        }
        let count = |to| mailbox.mails(to).len();
        assert_eq!(
            [count(None), count(Some("ANN@example.com")), count(Some("carl@example.com")), count(Some("example.com"))],
            [3, 2, 1, 0]
        );
        assert_eq!(
            json!(mailbox.mails(Some("bob@example.com"))),
            json!([{
                "from": "events@example.com", "to": "bob@example.com", "subject": "Grüße", "text": "hello",
                "html": "<p>hello", "sent_at": "1970-01-01T00:00:00Z",
            }])
        );
        mailbox.clear().unwrap();
        assert_eq!((mailbox.mails(None).len(), mailbox.sent()), (0, 3));
    }

    #[test]
    fn the_simulator_takes_mails_and_keeps_none() {
        let mailbox = mailbox();
        assert_eq!(send(&mailbox, &request(&["success@simulator.amazonses.com"])).status, 200);
        assert_eq!((mailbox.mails(None).len(), mailbox.sent()), (0, 0));
        mailbox.set_failure(Failure::Down);
        assert_eq!(send(&mailbox, &request(&["success@simulator.amazonses.com"])).status, 503);
    }

    #[test]
    fn the_switch() {
        let mailbox = mailbox();
        for (failure, expected) in [
            (Failure::Throttle, (429, Some("TooManyRequestsException"))),
            (Failure::Down, (503, Some("ServiceUnavailable"))),
            (Failure::Refuse, (400, Some("MessageRejected"))),
            (Failure::Address, (400, Some("BadRequestException"))),
            (Failure::None, (200, None)),
        ] {
            mailbox.set_failure(failure);
            let answer = send(&mailbox, &request(&["ann@example.com"]));
            assert_eq!((answer.status, answer.error), expected);
        }
        assert_eq!(mailbox.sent(), 1);
    }

    #[test]
    fn what_ses_would_refuse() {
        let sound = request(&["ann@example.com"]);
        let broken = |pointer: &str, value: Value| {
            let mut request = sound.clone();
            *request.pointer_mut(pointer).unwrap() = value;
            request
        };
        for (request, expected) in [
            (json!({}), "missing field `FromEmailAddress`"),
            (broken("/FromEmailAddress", json!("nobody")), "Missing final '@domain'"),
            (broken("/Destination/ToAddresses", json!([])), "Destination has no address"),
            (
                broken("/Destination/ToAddresses", json!(["a@b.c, d@e.f"])),
                "Local address contains control or whitespace",
            ),
            (broken("/Destination/ToAddresses", json!(["jürgen@b.c"])), "Local address contains illegal character"),
            (broken("/Content", json!({"Raw": {"Data": ""}})), "missing field `Simple`"),
            (broken("/Content/Simple/Subject/Data", json!("a\r\nBcc: x@y.z")), "Subject must be one line"),
            (broken("/Content/Simple/Body", json!({})), "Body must have Text or Html"),
        ] {
            let answer = send(&mailbox(), &request);
            assert_eq!((answer.status, answer.error), (400, Some("BadRequestException")), "{request}");
            let message = answer.body["message"].as_str().unwrap();
            assert!(message.starts_with(expected), "{message}");
        }
        assert_eq!(mailbox().send(b"not json").status, 400);
    }

    #[test]
    fn a_folder_keeps_the_mails() {
        let scratch = Scratch::new();
        let folder = Folder::open(&scratch.0).unwrap();
        let open = || Mailbox::in_folder(Clock::system(), &folder).unwrap();
        send(&open(), &request(&["ann@example.com"]));
        OpenOptions::new().append(true).open(folder.file("mails.jsonl")).unwrap().write_all(b"{\"to\": cut").unwrap();
        let again = open();
        assert_eq!((again.mails(None).len(), again.sent()), (1, 0));
        send(&again, &request(&["bob@example.com"]));
        assert_eq!(open().mails(None).len(), 2);
        again.clear().unwrap();
        assert_eq!(open().mails(None).len(), 0);
    }
}
