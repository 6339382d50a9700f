//! What is drawn at random: actions that name nobody, but hold numbers, which are read modulo what there is when their turn comes. So
//! an action means something in any story, and stories can be shortened.

use proptest::prelude::*;
use proptest::sample::select;
use tests::wire::{Fault, Plan};

/// An action.
#[derive(Clone, Debug)]
pub(crate) struct Action {
    /// Who does it.
    pub(crate) who: u8,
    /// What is done.
    pub(crate) kind: Kind,
    /// Who else looks at what has become of it.
    pub(crate) other: u8,
    /// How AWS fails meanwhile.
    pub(crate) trouble: Option<Trouble>,
}

/// What is done. Numbers choose among what there is; a large one chooses something that does not fit.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Register {
        name: u8,
        email: u8,
    },
    Confirm {
        link: u8,
    },
    Resend {
        who: u8,
    },
    Login {
        by: u8,
        wrong: bool,
    },
    Refresh {
        session: u8,
        token: u8,
    },
    LogOut {
        session: u8,
    },
    EndSession {
        session: u8,
    },
    LogOutEverywhere,
    Rename {
        name: u8,
    },
    Searchable {
        searchable: bool,
    },
    Mails {
        wanted: bool,
    },
    Language {
        language: u8,
    },
    Search {
        query: u8,
        limit: u8,
    },
    AddContact {
        who: u8,
    },
    RemoveContact {
        who: u8,
    },
    Leave {
        wrong: bool,
    },
    UseOldToken,
    Draft {
        sketch: Sketch,
        send: bool,
    },
    Edit {
        event: u8,
        sketch: Sketch,
        send: bool,
    },
    Send {
        event: u8,
    },
    Vote {
        event: u8,
        topic: bool,
        option: u8,
        spelling: bool,
    },
    TakeBack {
        event: u8,
        topic: bool,
        option: u8,
    },
    Answer {
        event: u8,
        answer: u8,
    },
    HandOver {
        event: u8,
        to: u8,
    },
    Delete {
        event: u8,
    },
    Invite {
        event: u8,
        invited: Vec<(u8, u8, bool)>,
    },
    TakeOut {
        event: u8,
        who: u8,
    },
    Quit {
        event: u8,
    },
    Amend {
        event: u8,
        name: u8,
        options: [(u8, u8); 2],
    },
    /// By the link of an invitation.
    Visit {
        link: u8,
        latest: bool,
        act: u8,
        option: u8,
    },
    /// By the link of any mail about an event.
    Unsubscribe {
        who: u8,
        wanted: bool,
    },
    /// The last deed once more.
    Again,
    /// That time passes.
    Pass {
        time: u8,
    },
    /// DynamoDB deletes what has expired.
    Sweep,
}

/// A draft.
#[derive(Clone, Debug)]
pub(crate) struct Sketch {
    /// What it is called.
    pub(crate) name: u8,
    /// The polls.
    pub(crate) polls: [SketchedPoll; 2],
    /// Whom it is for, and how each is named.
    pub(crate) invited: Vec<(u8, u8)>,
}

/// A poll of a draft: its first option and how many follow, a decision, and whether several can be chosen.
pub(crate) type SketchedPoll = (u8, u8, Option<u8>, bool);

/// A failure of AWS during a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trouble {
    /// What fails.
    pub(crate) plan: Plan,
    /// Whether the client sends the same request again.
    pub(crate) insists: bool,
}

fn poll() -> impl Strategy<Value = SketchedPoll> {
    (
        any::<u8>(),
        prop_oneof![1 => Just(0u8), 12 => 1..4u8],
        proptest::option::weighted(0.08, any::<u8>()),
        prop::bool::weighted(0.45),
    )
}

fn sketch() -> impl Strategy<Value = Sketch> {
    (any::<u8>(), poll(), poll(), proptest::collection::vec((any::<u8>(), any::<u8>()), 0..9))
        .prop_map(|(name, date, place, invited)| Sketch { name, polls: [date, place], invited })
}

fn trouble() -> impl Strategy<Value = Trouble> {
    // A timeout takes as long as the service waits, and what believes a failed condition is told a lie.
    let faults = [
        Fault::Throttled,
        Fault::ServerError,
        Fault::DroppedBefore,
        Fault::DroppedAfter,
        Fault::Conflict,
        Fault::Unprocessed,
        Fault::KilledBefore,
        Fault::KilledAfter,
    ];
    (0..7usize, select(faults.to_vec()), prop::bool::weighted(0.7), any::<bool>()).prop_map(
        |(call, fault, always, insists)| {
            let always = always && !fault.kills();
            Trouble { plan: Plan { call, fault, always }, insists }
        },
    )
}

fn account() -> impl Strategy<Value = Kind> {
    prop_oneof![
        6 => any::<(u8, u8)>().prop_map(|(name, email)| Kind::Register { name, email }),
        7 => any::<u8>().prop_map(|link| Kind::Confirm { link }),
        2 => any::<u8>().prop_map(|who| Kind::Resend { who }),
        3 => (any::<u8>(), prop::bool::weighted(0.2)).prop_map(|(by, wrong)| Kind::Login { by, wrong }),
        4 => any::<(u8, u8)>().prop_map(|(session, token)| Kind::Refresh { session, token }),
        2 => any::<u8>().prop_map(|session| Kind::LogOut { session }),
        2 => any::<u8>().prop_map(|session| Kind::EndSession { session }),
        1 => Just(Kind::LogOutEverywhere),
        2 => any::<u8>().prop_map(|name| Kind::Rename { name }),
        3 => any::<bool>().prop_map(|searchable| Kind::Searchable { searchable }),
        2 => any::<bool>().prop_map(|wanted| Kind::Mails { wanted }),
        2 => any::<u8>().prop_map(|language| Kind::Language { language }),
        4 => any::<(u8, u8)>().prop_map(|(query, limit)| Kind::Search { query, limit }),
        4 => any::<u8>().prop_map(|who| Kind::AddContact { who }),
        3 => any::<u8>().prop_map(|who| Kind::RemoveContact { who }),
        4 => prop::bool::weighted(0.1).prop_map(|wrong| Kind::Leave { wrong }),
        1 => Just(Kind::UseOldToken),
    ]
}

fn event() -> impl Strategy<Value = Kind> {
    let (is_date, spelling) = (prop::bool::weighted(0.5), prop::bool::weighted(0.2));
    let further = proptest::collection::vec((any::<u8>(), any::<u8>(), prop::bool::weighted(0.3)), 0..5);
    let visit = (any::<u8>(), prop::bool::weighted(0.85), any::<u8>(), any::<u8>());
    prop_oneof![
        1 => (any::<u8>(), prop::bool::weighted(0.4)).prop_map(|(who, wanted)| Kind::Unsubscribe { who, wanted }),
        12 => visit.prop_map(|(link, latest, act, option)| Kind::Visit { link, latest, act, option }),
        7 => (sketch(), prop::bool::weighted(0.6)).prop_map(|(sketch, send)| Kind::Draft { sketch, send }),
        4 => (any::<u8>(), sketch(), prop::bool::weighted(0.4)).prop_map(|(event, sketch, send)| Kind::Edit { event, sketch, send }),
        4 => any::<u8>().prop_map(|event| Kind::Send { event }),
        26 => (any::<u8>(), is_date, any::<u8>(), spelling)
            .prop_map(|(event, topic, option, spelling)| Kind::Vote { event, topic, option, spelling }),
        12 => any::<(u8, bool, u8)>().prop_map(|(event, topic, option)| Kind::TakeBack { event, topic, option }),
        14 => any::<(u8, u8)>().prop_map(|(event, answer)| Kind::Answer { event, answer }),
        5 => any::<(u8, u8)>().prop_map(|(event, to)| Kind::HandOver { event, to }),
        2 => any::<u8>().prop_map(|event| Kind::Delete { event }),
        5 => (any::<u8>(), further).prop_map(|(event, invited)| Kind::Invite { event, invited }),
        2 => any::<(u8, u8)>().prop_map(|(event, who)| Kind::TakeOut { event, who }),
        1 => any::<u8>().prop_map(|event| Kind::Quit { event }),
        4 => (any::<(u8, u8)>(), any::<[(u8, u8); 2]>())
            .prop_map(|((event, name), options)| Kind::Amend { event, name, options }),
    ]
}

/// Any action.
pub(crate) fn any_action() -> impl Strategy<Value = Action> {
    let kind = prop_oneof![
        40 => account(),
        65 => event(),
        4 => Just(Kind::Again),
        3 => any::<u8>().prop_map(|time| Kind::Pass { time }),
        1 => Just(Kind::Sweep),
    ];
    (any::<u8>(), kind, any::<u8>(), proptest::option::weighted(0.1, trouble()))
        .prop_map(|(who, kind, other, trouble)| Action { who, kind, other, trouble })
}
