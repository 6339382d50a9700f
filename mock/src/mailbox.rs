//! SES, `SendEmail` alone: each mail lands in a mailbox that a person or a test can read.

mod address;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::clock::Clock;
use uuid::Uuid;

use crate::Error;
use crate::data::{Folder, Lines};

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
    /// Its headers beside those that SES makes, by name.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The files that it brings.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// When it was handed over, as RFC 3339.
    pub sent_at: String,
}

/// A file in a mail.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Attachment {
    /// Its name.
    pub file_name: String,
    /// Its MIME type, with parameters; empty if SES is to guess it.
    pub content_type: String,
    /// What is in it, as text.
    pub content: String,
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
    /// How many mails are taken in a second; any number, if there is no value.
    rate: Option<NonZeroUsize>,
    /// When mails were taken lately, while there is a rate.
    taken: VecDeque<Instant>,
    sent: usize,
    file: Lines,
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
        let (mails, file) = Lines::open(folder, "mails.jsonl")?;
        let inner = Inner { mails, file, ..Inner::default() };
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
        inner.file.clear()
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

    /// Takes at most so many mails in any second from now on, by the machine's clock, and refuses others as SES does those of an account
    /// above its rate.
    pub fn set_rate(&self, mails_a_second: Option<NonZeroUsize>) {
        let mut inner = self.lock();
        inner.rate = mails_a_second;
        inner.taken.clear();
    }

    /// What SES answers to `POST /v2/email/outbound-emails`.
    pub(crate) fn send(&self, body: &[u8]) -> Answer {
        match self.failure() {
            Failure::None => {}
            Failure::Throttle => return too_many(),
            Failure::Down => return refusal(503, "ServiceUnavailable", "The service is not available."),
            Failure::Refuse => return refusal(400, "MessageRejected", "Email address is not verified."),
            Failure::Address => return refusal(400, "BadRequestException", "Illegal address"),
        }
        let mail = match read(body, &self.clock) {
            Ok(mail) => mail,
            Err(fault) => return refusal(400, "BadRequestException", &fault),
        };
        if !self.lock().is_within_rate(Instant::now()) {
            return too_many();
        }
        let taken = Answer { status: 200, error: None, body: json!({"MessageId": Uuid::new_v4()}) };
        // As by SES itself, what is sent to its simulator is taken and given to nobody.
        if mail.to.ends_with(SIMULATOR) {
            return taken;
        }
        let mut inner = self.lock();
        if let Err(error) = inner.file.add(&mail) {
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

impl Inner {
    /// Whether one more mail is taken now, which counts as taken then.
    fn is_within_rate(&mut self, now: Instant) -> bool {
        let Some(rate) = self.rate else { return true };
        self.taken.retain(|taken| now.duration_since(*taken) < Duration::from_secs(1));
        let is_within = self.taken.len() < rate.get();
        self.taken.extend(is_within.then_some(now));
        is_within
    }
}

fn too_many() -> Answer {
    refusal(429, "TooManyRequestsException", "Maximum sending rate exceeded.")
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
    #[serde(default)]
    headers: Vec<Header>,
    #[serde(default)]
    attachments: Vec<RawAttachment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Header {
    name: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawAttachment {
    raw_content: String,
    file_name: String,
    #[serde(default)]
    content_type: String,
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
    let Simple { subject, body, headers, attachments } = request.content.simple;
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
    let headers = headers.into_iter().map(|Header { name, value }| {
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
        // SES takes nothing else; what is not ASCII has to be encoded.
        let is_value = value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        if is_name && is_value { Ok((name, value)) } else { Err(format!("Header {name} is not allowed")) }
    });
    let headers = headers.collect::<Result<_, _>>()?;
    let attachments = attachments.into_iter().map(|RawAttachment { raw_content, file_name, content_type }| {
        let content = STANDARD.decode(raw_content).map_err(|error| format!("RawContent of {file_name}: {error}"))?;
        let content = String::from_utf8_lossy(&content).into_owned();
        Ok(Attachment { file_name, content_type, content })
    });
    let attachments = attachments.collect::<Result<_, String>>()?;
    Ok(Mail {
        from: request.from_email_address,
        to: to.join(", "),
        subject: subject.data,
        text: body.text.unwrap_or_default().data,
        html: body.html.unwrap_or_default().data,
        headers,
        attachments,
        sent_at: clock.now().to_string(),
    })
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::Write;

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
                "html": "<p>hello", "headers": {}, "attachments": [], "sent_at": "1970-01-01T00:00:00Z",
            }])
        );
        mailbox.clear().unwrap();
        assert_eq!((mailbox.mails(None).len(), mailbox.sent()), (0, 3));
    }

    #[test]
    fn headers_and_files_are_kept() {
        let mailbox = mailbox();
        let mut request = request(&["ann@example.com"]);
        let simple = &mut request["Content"]["Simple"];
        simple["Headers"] = json!([{"Name": "List-Unsubscribe", "Value": "<https://example.com/off>"}]);
        simple["Attachments"] = json!([
            {"RawContent": "R3LDvMOfZQ==", "FileName": "a.txt", "ContentType": "text/plain", "ContentDisposition": "ATTACHMENT"},
            {"RawContent": "", "FileName": "b"},
        ]);
        assert_eq!(send(&mailbox, &request).status, 200);
        let mail = json!(mailbox.mails(None).remove(0));
        assert_eq!(mail["headers"], json!({"List-Unsubscribe": "<https://example.com/off>"}));
        assert_eq!(
            mail["attachments"],
            json!([
                {"file_name": "a.txt", "content_type": "text/plain", "content": "Grüße"},
                {"file_name": "b", "content_type": "", "content": ""},
            ])
        );
    }

    #[test]
    fn so_many_mails_a_second() {
        let start = Instant::now();
        let mut inner = Inner { rate: NonZeroUsize::new(2), ..Inner::default() };
        for (milliseconds, expected) in
            [(0, true), (600, true), (600, false), (900, false), (1_000, true), (1_599, false), (1_600, true)]
        {
            assert_eq!(inner.is_within_rate(start + Duration::from_millis(milliseconds)), expected, "{milliseconds}");
        }

        let mailbox = mailbox();
        mailbox.set_rate(NonZeroUsize::new(1));
        let mut answers = [(); 2].map(|()| send(&mailbox, &request(&["ann@example.com"])));
        assert_eq!(answers.each_ref().map(|answer| answer.status), [200, 429]);
        assert_eq!(answers[1].error, Some("TooManyRequestsException"));
        assert_eq!(answers[1].body["message"].take(), "Maximum sending rate exceeded.");
        mailbox.set_rate(None);
        assert_eq!(send(&mailbox, &request(&["ann@example.com"])).status, 200);
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
        let with = |name: &str, value: Value| {
            let mut request = sound.clone();
            request["Content"]["Simple"][name] = value;
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
            (with("Headers", json!([{"Name": "A:", "Value": "b"}])), "Header A: is not allowed"),
            (with("Headers", json!([{"Name": "A", "Value": "b\r\nBcc: x@y.z"}])), "Header A is not allowed"),
            (with("Headers", json!([{"Name": "A", "Value": "Grüße"}])), "Header A is not allowed"),
            (with("Attachments", json!([{"FileName": "a", "RawContent": "%"}])), "RawContent of a: Invalid symbol"),
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
