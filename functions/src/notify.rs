//! Reads the stream of the table of events, and is the only function that mails members: the invitation, that date and place stand, that
//! they are open again, and that the event is off.
//!
//! What a record tells is mailed as the event is by now; what has been overtaken is not mailed. Each mail is claimed before it is sent and
//! marked after, so that a batch that comes again sends only what is missing. `{"events": ["<id>", …]}` in place of records mails what
//! the members of these events have to have heard of and have not: for whoever redrives what was given up.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shared::config::{ConfigError, Env, FromEnv};
use shared::domain::event::{Answer, Event, Invitee};
use shared::domain::invitation::Invitation;
use shared::domain::limits::Limits;
use shared::domain::login::parse_id;
use shared::domain::news::{Fact, Seen};
use shared::domain::{EventId, UserId};
use shared::error::{Error, Result};
use shared::lambda::Batch;
use shared::log::Mailed;
use shared::mail::cancelled::cancelled;
use shared::mail::decided::decided;
use shared::mail::invitation::invitation;
use shared::mail::reopened::reopened;
use shared::mail::taken_out::taken_out;
use shared::mail::{Courier, Mail, Occasion, may_be_sent};
use shared::store::changes::{RowChange, records};
use shared::store::contacts::Contacts;
use shared::store::events::{Events, Record};
use shared::store::mailboxes::{Mailbox, Mailboxes};
use shared::store::told::{Claimed, Notice, Told};
use shared::token::Signer;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::mailing::unsubscribing;

/// The time that one batch takes at most, a little less than the `Timeout` of the template. What is left then comes again.
pub const WORK: Duration = Duration::from_secs(105);

/// The mails that are sent at a time.
const AT_ONCE: usize = 10;

/// The pauses after SES has not taken a mail: the first, and the longest.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];

/// How long to wait for a process that is about to send the same mail. Twenty tries of a batch outlast a claim.
const OTHERS: Duration = Duration::from_secs(10);

/// How often the decisions of one event are mailed. Who goes back and forth more often does it to annoy.
const MAX_DECISIONS: u32 = 30;

/// What it takes.
#[derive(Clone)]
pub struct Parts {
    events: Events,
    contacts: Contacts,
    mailboxes: Mailboxes,
    told: Told,
    signer: Signer,
    courier: Courier,
    limits: Limits,
    pages: Pages,
}

/// Where the links of the mails lead.
#[derive(Clone)]
struct Pages {
    invitation: String,
    unsubscribe: String,
}

impl FromEnv for Pages {
    fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let api = env.require("API_URL")?;
        let invitation = env.get("INVITATION_PAGE").unwrap_or_else(|| format!("{api}/invitation"));
        Ok(Self { invitation, unsubscribe: format!("{api}/mail/unsubscribe") })
    }
}

impl FromEnv for Parts {
    fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let (events, contacts, mailboxes, told) = FromEnv::from_env(env)?;
        let (signer, courier, limits, pages) = FromEnv::from_env(env)?;
        Ok(Self { events, contacts, mailboxes, told, signer, courier, limits, pages })
    }
}

/// `{"batchItemFailures": […]}` with the records that have to come again.
///
/// # Errors
/// `Internal` for what is neither records nor events. `Unavailable` if mails of events that were named are left.
pub async fn handle(batch: Batch, parts: Parts) -> Result<Value> {
    let shift = Shift { batch: Arc::new(batch), parts, started: Instant::now() };
    if let Some(events) = shift.batch.payload["events"].as_array() {
        for event in events {
            let id = event.as_str().and_then(parse_id);
            shift.catch_up(id.ok_or_else(|| Error::internal("redrive", "no id of an event"))?).await?;
        }
        return Ok(json!({}));
    }
    let mut failures = Vec::new();
    for record in records(shift.batch.payload.clone())? {
        let Some(change) = record.change else { continue };
        // Once one failed, Lambda comes again with it and all after it. These may succeed all the same.
        if let Err(error) = shift.tell(change).await {
            shift.batch.trouble("a change of an event is yet to be mailed", &error);
            failures.push(json!({ "itemIdentifier": record.sequence_number }));
        }
    }
    Ok(json!({ "batchItemFailures": failures }))
}

/// The work on one batch.
#[derive(Clone)]
struct Shift {
    batch: Arc<Batch>,
    parts: Parts,
    started: Instant,
}

/// A mail to somebody.
struct Letter {
    notice: Notice,
    address: String,
    mail: Mail,
}

impl Shift {
    async fn tell(&self, change: RowChange) -> Result<()> {
        let facts = change.now.news_since(&change.former);
        let is_deletion = change.now.deleted && !change.former.deleted;
        if facts.is_empty() && !is_deletion {
            return Ok(());
        }
        let Some(record) = self.parts.events.find_record(change.event).await? else { return Ok(()) };
        for fact in facts {
            self.mail(&record, fact, &change.former).await?;
        }
        self.tidy(&record).await
    }

    /// Mails what the members of the event have to have heard of.
    async fn catch_up(&self, event: EventId) -> Result<()> {
        let Some(record) = self.parts.events.find_record(event).await? else { return Ok(()) };
        let now = Seen::of(&record.event, record.deleted_until.is_some());
        for fact in now.all_news() {
            self.mail(&record, fact, &Seen::default()).await?;
        }
        self.tidy(&record).await
    }

    /// Lets what is left of a deleted event expire.
    async fn tidy(&self, record: &Record) -> Result<()> {
        match record.deleted_until {
            Some(expires_at) => self.parts.events.expire_members(record.event.id, expires_at).await,
            None => Ok(()),
        }
    }

    /// Mails that fact to all whom it concerns, unless it has been overtaken.
    async fn mail(&self, record: &Record, fact: Fact, former: &Seen) -> Result<()> {
        let event = &record.event;
        let is_deleted = record.deleted_until.is_some();
        let stands = event.is_decided();
        let is_last = |decision: u32| event.history.decisions == decision && decision <= MAX_DECISIONS;
        let holds = match fact {
            Fact::Invited { .. } | Fact::TakenOut { .. } => !is_deleted,
            Fact::Decided(decision) => !is_deleted && stands && is_last(decision),
            Fact::Reopened(decision) => !is_deleted && !stands && is_last(decision),
            Fact::Cancelled => is_deleted,
        };
        if !holds {
            return Ok(());
        }
        let concerned = concerned(record, fact);
        let mailboxes = self.parts.mailboxes.find(&concerned.iter().map(|one| one.id).collect::<Vec<_>>()).await?;
        let mut letters = Vec::with_capacity(concerned.len());
        for one in &concerned {
            if let Some(mailbox) = mailboxes.get(&one.id).filter(|mailbox| mailbox.wants_mails) {
                letters.push(self.letter(event, fact, former, one, mailbox)?);
            }
        }
        self.send(event.id, letters).await?;
        if matches!(fact, Fact::Invited { .. }) {
            // Each invitee finds the organiser again; a guest has no address book.
            let users: Vec<UserId> = concerned
                .iter()
                .map(|one| one.id)
                .filter(|id| mailboxes.get(id).is_some_and(|mailbox| mailbox.language.is_some()))
                .collect();
            self.parts.contacts.introduce(event.organiser.id, &users).await?;
        }
        Ok(())
    }

    fn letter(
        &self,
        event: &Event,
        fact: Fact,
        former: &Seen,
        &Concerned { id: member, invitee, removal }: &Concerned<'_>,
        mailbox: &Mailbox,
    ) -> Result<Letter> {
        let Pages { invitation: page, unsubscribe } = &self.parts.pages;
        let opens = invitee.filter(|_| !matches!(fact, Fact::Cancelled | Fact::TakenOut { .. }));
        let number = invitee.map(Invitee::number).unwrap_or_default();
        let link = match opens {
            Some(_) => {
                let token = self.parts.signer.invitation_token(&Invitation { event: event.id, member, number })?;
                // In the fragment, which no server sees.
                Some(format!("{page}#token={token}"))
            }
            None => None,
        };
        let unsubscribe = format!("{unsubscribe}?token={}", unsubscribing(&self.parts.signer, member, &mailbox.email));
        let name = invitee.map_or(event.organiser.name.as_str(), |invitee| invitee.names().0);
        let language = mailbox.language.unwrap_or(event.language);
        let occasion = Occasion { event, language, name, link: link.as_deref(), unsubscribe: &unsubscribe };
        let now = self.batch.now();
        let made = event.created_at.as_millisecond();
        let news = |kind, number| Notice::News { event: event.id, member, made, kind, number };
        let (notice, mail) = match fact {
            Fact::Invited { decided, .. } => {
                (Notice::Invitation { event: event.id, member, number }, invitation(&occasion, decided, now)?)
            }
            Fact::Decided(decision) => (news("decided", decision), decided(&occasion, now)?),
            Fact::Reopened(decision) => {
                let [date, place] = former.decided;
                let text = |options: &[String], index: Option<usize>| {
                    index.and_then(|index| options.get(index).cloned()).unwrap_or_default()
                };
                let stood = (text(&event.date.options, date), text(&event.place.options, place));
                (news("reopened", decision), reopened(&occasion, (&stood.0, &stood.1), now)?)
            }
            Fact::TakenOut { .. } => (news("taken out", removal), taken_out(&occasion, now)?),
            Fact::Cancelled => (news("cancelled", 0), cancelled(&occasion, now)?),
        };
        Ok(Letter { notice, address: mailbox.email.clone(), mail })
    }

    /// Sends the letters, each once, some at a time. If some are left the first failure is the result, once all others are sent.
    async fn send(&self, event: EventId, letters: Vec<Letter>) -> Result<()> {
        let room = Arc::new(Semaphore::new(AT_ONCE));
        let mut sending = JoinSet::new();
        for letter in letters {
            let (shift, room) = (self.clone(), Arc::clone(&room));
            sending.spawn(async move {
                let _turn = room.acquire().await.map_err(|error| Error::internal("send", error))?;
                shift.send_once(event, letter).await
            });
        }
        let mut result = Ok(());
        while let Some(sent) = sending.join_next().await {
            let sent = sent.map_err(|error| Error::internal("send", error)).and_then(|sent| sent);
            result = result.and(sent);
        }
        result
    }

    async fn send_once(&self, event: EventId, Letter { notice, address, mail }: Letter) -> Result<()> {
        if self.is_late() {
            return Err(Error::unavailable("invocation", "out of time"));
        }
        let Parts { told, courier, limits, .. } = &self.parts;
        let most = limits.invitations_to_address;
        let mut claimed = told.claim(notice, most, self.batch.now()).await?;
        if claimed == Claimed::Others {
            // A process that died leaves its claims for two minutes, and the tries of a batch may all be made in less.
            tokio::time::sleep(OTHERS).await;
            claimed = told.claim(notice, most, self.batch.now()).await?;
        }
        let claim = match claimed {
            Claimed::Ours(claim) => claim,
            Claimed::Sent => return Ok(()),
            Claimed::Others => return Err(Error::unavailable("claim", "another process has it")),
            Claimed::TooMany => {
                self.batch.mailed(event, notice.member(), notice.kind(), Mailed::Withheld);
                return Ok(());
            }
        };
        let [mut pause, longest] = PAUSES;
        loop {
            let error = match courier.send(&address, mail.clone()).await {
                Ok(()) => {
                    told.mark(claim).await?;
                    self.batch.mailed(event, notice.member(), notice.kind(), Mailed::Sent);
                    return Ok(());
                }
                Err(error) => error,
            };
            match error {
                // No mail ever gets there.
                Error::AddressRefused(_) => {
                    told.mark(claim).await?;
                    self.batch.trouble("SES refuses an address", &error);
                    self.batch.mailed(event, notice.member(), notice.kind(), Mailed::Refused);
                    return Ok(());
                }
                // The claim stays: after a while somebody tries again, at the risk that it comes twice.
                error if may_be_sent(&error) => return Err(error),
                Error::Unavailable(_) if !self.is_late() => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(longest);
                }
                error => {
                    told.release(claim, most).await?;
                    return Err(error);
                }
            }
        }
    }

    fn is_late(&self) -> bool {
        self.started.elapsed() > WORK
    }
}

/// Somebody whom a fact concerns.
struct Concerned<'a> {
    id: UserId,
    /// None for the organiser.
    invitee: Option<&'a Invitee>,
    /// The number of the removal of one who was taken out.
    removal: u32,
}

impl<'a> Concerned<'a> {
    const fn invitee(invitee: &'a Invitee, removal: u32) -> Self {
        Self { id: invitee.person.id, invitee: Some(invitee), removal }
    }
}

fn concerned(record: &Record, fact: Fact) -> Vec<Concerned<'_>> {
    let event = &record.event;
    let comes = |invitee: &&Invitee| !invitee.gone && invitee.answer != Some(Answer::No);
    let taking_part = || event.invitees.iter().filter(comes).map(|invitee| Concerned::invitee(invitee, 0));
    let organiser = Concerned { id: event.organiser.id, invitee: None, removal: 0 };
    match fact {
        Fact::Invited { after, upto, .. } => {
            let is_new = |invitee: &&Invitee| {
                let is_in_time = after.is_none_or(|after| invitee.round > after) && invitee.round <= upto;
                // Who organised it once knows of it.
                let is_former_organiser = invitee.round == 0 && invitee.answer.is_some();
                is_in_time && !is_former_organiser && !invitee.gone
            };
            event.invitees.iter().filter(is_new).map(|invitee| Concerned::invitee(invitee, 0)).collect()
        }
        Fact::Decided(_) | Fact::Reopened(_) => taking_part().chain([organiser]).collect(),
        Fact::Cancelled => taking_part().chain(Some(organiser).filter(|_| event.is_decided())).collect(),
        Fact::TakenOut { after, upto } => {
            let is_it = |(removal, invitee): &&(u32, Invitee)| *removal > after && *removal <= upto && comes(&invitee);
            let taken_out = record.taken_out.iter().filter(is_it);
            taken_out.map(|(removal, invitee)| Concerned::invitee(invitee, *removal)).collect()
        }
    }
}
