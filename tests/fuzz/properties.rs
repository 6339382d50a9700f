//! Properties that hold for every input. `cargo fuzz` searches for inputs that break them, and `cargo test` tries the whole corpus.

use std::sync::LazyLock;

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::config::Env;
use shared::domain::date::When;
use shared::domain::draft::Draft;
use shared::domain::email::Email;
use shared::domain::event::{Event, History, Invitee, Role};
use shared::domain::language::Language;
use shared::domain::login::{Credentials, Login};
use shared::domain::password::Password;
use shared::domain::person::Person;
use shared::domain::poll::{Poll, Topic};
use shared::domain::user::{NewUser, ProfileChanges};
use shared::domain::vote::{Effect, Vote};
use shared::error::Result;
use shared::http::{Reply, Request};
use shared::lambda::{Handler, start};
use shared::log::Log;
use shared::token::{MailedToken, RefreshToken, Signer};
use uuid::Uuid;

/// A parsed draft is within its limits, and a vote names an existing option.
pub(crate) fn event(data: &[u8]) {
    let Ok(body) = serde_json::from_slice::<Value>(data) else { return };
    if let Ok(draft) = Draft::parse(&body) {
        assert!(draft.name.chars().count() <= 100 && draft.additional.chars().count() <= 4000);
        assert!(!draft.name.chars().any(char::is_control));
        for (topic, poll) in [(Topic::Date, &draft.date), (Topic::Place, &draft.place)] {
            assert!(poll.options.len() <= 50 && poll.chosen.is_none_or(|chosen| chosen < poll.options.len()));
            assert!(poll.options.iter().enumerate().all(|(n, option)| poll.find(topic, option) == Some(n)));
            assert!(poll.options.iter().all(|option| !option.trim().is_empty()));
        }
        assert!(draft.date.options.iter().all(|option| When::parse(option).is_ok()));
    }
    if let Ok(vote) = Vote::parse(&body) {
        for role in [Role::Organiser, Role::Invitee(0)] {
            let effect = vote.effect(&picnic(), role);
            match effect {
                Ok(Effect::Vote { topic, option, .. } | Effect::Decision { topic, option: Some(option) }) => {
                    assert!(option < picnic().poll(topic).options.len());
                }
                Ok(Effect::Withdrawal { .. } | Effect::Decision { option: None, .. }) => {
                    panic!("a vote takes nothing back")
                }
                Ok(Effect::Nothing) | Err(_) => {}
            }
        }
    }
}

fn picnic() -> Event {
    let person = |id| Person { id: Uuid::from_u128(id), name: "somebody".to_owned(), username: None };
    let poll = |options: [&str; 2]| Poll { options: options.map(str::to_owned).to_vec(), ..Poll::default() };
    Event {
        id: Uuid::nil(),
        name: "Picnic".to_owned(),
        sent: true,
        created_at: Timestamp::UNIX_EPOCH,
        organiser: person(1),
        date: poll(["01.02.2027", "02.02.2027"]),
        place: poll(["Park", "Pub"]),
        addressees: Vec::new(),
        invitees: vec![Invitee::new(person(2), 0, Timestamp::UNIX_EPOCH)],
        additional: String::new(),
        version: 1,
        history: History::default(),
        language: Language::En,
    }
}

/// White space around a date does not change it.
pub(crate) fn date(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(when) = When::parse(text) {
        assert!(text.len() <= 64, "{text}");
        assert_eq!(When::parse(text), Ok(when));
    }
}

/// An accepted address is valid, and the same in every case.
pub(crate) fn email(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(email) = Email::parse(text) {
        let address = email.as_str();
        assert!(address.is_ascii() && address.len() <= 254 && address.matches('@').count() == 1);
        assert!(!address.contains([' ', ',', ';', '<', '>', '"', '\r', '\n']));
        assert_eq!(Email::parse(address), Ok(email.clone()));
        assert!(Email::parse(&email.key()).is_ok_and(|again| again.key() == email.key()));
    }
    if let Ok(login) = Login::parse(text) {
        assert!(Login::parse(&login.key()).is_ok_and(|again| again.key() == login.key()));
    }
}

/// A user's input is accepted, or every fault is named.
pub(crate) fn user(data: &[u8]) {
    if let Ok(body) = serde_json::from_slice::<Value>(data) {
        if let Err(faults) = NewUser::parse(&body).map(drop) {
            assert!(!faults.is_empty());
        }
        if let Err(faults) = Credentials::parse(&body).map(drop) {
            assert!(!faults.is_empty());
        }
        match ProfileChanges::parse(&body) {
            Ok(changes) => assert!(changes.name.is_some() || changes.avatar.is_some()),
            Err(faults) => assert!(!faults.is_empty()),
        }
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = Password::parse(text, Some(text), Some("jane@example.com"));
        let _ = Password::parse("correct horse", Some(text), Some(text));
    }
}

static SIGNER: LazyLock<Signer> = LazyLock::new(|| Signer::new(b"0123456789abcdef0123456789abcdef"));

/// Only what was sealed for the same purpose can be unsealed.
pub(crate) fn cursor(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        assert!(SIGNER.unseal("list", text).is_none());
    }
    let sealed = SIGNER.seal("list", data);
    assert_eq!(SIGNER.unseal("list", &sealed).as_deref(), Some(data));
    assert!(SIGNER.unseal("other list", &sealed).is_none());
}

/// A token has exactly one form, and only the service can sign an access token.
pub(crate) fn token(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    assert!(SIGNER.verify_access(text, Timestamp::UNIX_EPOCH).is_err());
    if let Some(token) = MailedToken::parse(text) {
        assert_eq!(token.encode(), text.trim());
    }
    if let Some(token) = RefreshToken::parse(text) {
        assert_eq!(token.encode(), text.trim());
        assert!(SIGNER.successors(&token).next.hash() != token.hash());
    }
}

/// Reads all of a request that any function reads.
async fn read(request: Request, (): ()) -> Result<Reply> {
    let (_, _, _) = (request.base_url(), request.device(), request.asks_for_json());
    let (_, _, _) = (request.query("token"), request.query("cursor"), request.may_replace("\"v1\""));
    let (key, draft) = (request.idempotency_key().map(drop), request.parse(Draft::parse));
    let (id, user) = (request.event_id(), request.user(&SIGNER));
    key?;
    draft?;
    id?;
    user?;
    Ok(Reply::done())
}

static READER: LazyLock<Handler> = LazyLock::new(|| {
    let clock = Clock::new(|| Timestamp::UNIX_EPOCH);
    start(read, &Env::table([].into()), clock, Log::new(|_| {})).unwrap()
});

/// The parts of API Gateway's event that a client controls: a line each, the body last. (API Gateway sets the rest, and `lambda_http`
/// panics at some values that it never sends, such as a host with a backtick.)
fn event_of(text: &str) -> Value {
    let mut lines = text.splitn(6, '\n');
    let mut next = || lines.next().unwrap_or_default();
    let (id, query, authorization, if_match, key, body) = (next(), next(), next(), next(), next(), next());
    let is_in_uri = |c: &char| c.is_ascii_graphic() && !"\"<>\\^`{|}#".contains(*c);
    json!({
        "version": "2.0", "routeKey": "PUT /event/{id}", "rawPath": "/event/id",
        "rawQueryString": query.chars().filter(is_in_uri).collect::<String>(),
        "headers": {
            "authorization": authorization, "if-match": if_match, "idempotency-key": key, "accept": if_match, "user-agent": key,
            "host": "api.example", "x-forwarded-proto": "https",
        },
        "pathParameters": {"id": id},
        "requestContext": {
            "accountId": "1", "apiId": "1", "domainName": "api.example", "requestId": "r", "stage": "$default", "timeEpoch": 0,
            "http": {"method": "PUT", "path": "/event/id", "protocol": "HTTP/1.1", "sourceIp": id, "userAgent": key},
        },
        "body": body,
        "isBase64Encoded": false,
    })
}

/// A stranger's input is always refused.
pub(crate) fn request(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // HTTP never transports an invalid header.
    let Ok(request) = lambda_http::request::from_str(&event_of(text).to_string()) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let status = runtime.block_on(READER(request)).status().as_u16();
    assert!([400, 401].contains(&status), "{status}");
}
