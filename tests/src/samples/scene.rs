//! The users and events that requests are about, and how to make them.

use std::future::Future;
use std::pin::Pin;

use reqwest::Method;
use serde_json::json;
use shared::domain::poll::{Choice, Topic};
use shared::store::members::Members;
use uuid::Uuid;

use crate::{PASSWORD, PASSWORD_HASH, Response, Service, User, password_of, picnic, picnic_on_any_day, vote};

/// The future of a function that the table names.
pub type Step<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The users and events that a request is about.
#[derive(Clone, Debug)]
pub struct Scene {
    /// Organises the event.
    pub jane: User,
    /// Is invited to it.
    pub john: User,
    /// Is a second invitee or a bystander; john again in scenes of two users.
    pub jim: User,
    /// The name of a user who registers.
    pub newcomer: String,
    /// The password of that user.
    pub password: String,
    /// The path of the event; empty where there is none.
    pub event: String,
    /// The path of another event.
    pub other_event: String,
    /// A token of a link, or of a second session.
    pub token: String,
}

impl Scene {
    /// A scene of these, without an event.
    pub fn of(jane: User, john: User, jim: User) -> Self {
        let newcomer = "newcomer".to_owned();
        let password = password_of(&newcomer);
        let [event, other_event, token] = [const { String::new() }; 3];
        Self { jane, john, jim, newcomer, password, event, other_event, token }
    }

    /// A scene of users and an event that do not exist.
    pub fn made_up() -> Self {
        let user = || {
            let (id, name) = (Uuid::new_v4(), Uuid::new_v4().simple().to_string()[..20].to_owned());
            User { id, email: format!("{name}@example.com"), name, access: String::new(), refresh: "A".repeat(86) }
        };
        Self { event: format!("/event/{}", Uuid::new_v4()), ..Self::of(user(), user(), user()) }
    }
}

/// Two users, without an event.
pub(super) async fn two_users(service: &Service) -> Scene {
    let [jane, john] = service.users(["jane", "john"]).await;
    Scene::of(jane, john.clone(), john)
}

/// A user who registered a minute ago, with the token of the link.
pub(super) async fn pending(service: &Service) -> Scene {
    service.register("newcomer").await.expect(200);
    service.pass(60);
    Scene { token: service.mailed_token("newcomer@example.com"), ..two_users(service).await }
}

/// John does not want to be found.
pub(super) async fn hidden(service: &Service) -> Scene {
    let scene = sent(service).await;
    service.call(&scene.john, Method::PATCH, "/user", &json!({"searchable": false})).await.expect(200);
    scene
}

pub(super) async fn failed_login(service: &Service) -> Scene {
    let scene = two_users(service).await;
    service.login("jane", "guess").await.expect(403);
    scene
}

/// Jane is logged in a second time, with a refresh token in the scene.
pub(super) async fn two_sessions(service: &Service) -> Scene {
    let scene = two_users(service).await;
    let tokens = service.login("jane", PASSWORD).await.expect(200).body;
    Scene { token: tokens["refresh_token"].as_str().unwrap().to_owned(), ..scene }
}

/// Jane has been mailed a link for a new password.
pub(super) async fn forgotten(service: &Service) -> Scene {
    let scene = two_users(service).await;
    service.forgot(&scene.jane.name).await.expect(200);
    Scene { token: service.mailed_token(&scene.jane.email), ..scene }
}

pub(super) async fn draft(service: &Service) -> Scene {
    let scene = two_users(service).await;
    let id = service.draft(&scene.jane, &picnic(std::slice::from_ref(&scene.john))).await;
    Scene { event: format!("/event/{id}"), ..scene }
}

pub(super) async fn sent(service: &Service) -> Scene {
    let scene = two_users(service).await;
    let event = service.picnic(&scene.jane, std::slice::from_ref(&scene.john)).await;
    Scene { event, ..scene }
}

pub(super) async fn sent_to_two(service: &Service) -> Scene {
    let scene = two_users(service).await;
    let jim = service.user("jim").await;
    let event = service.picnic(&scene.jane, &[scene.john.clone(), jim.clone()]).await;
    Scene { jim, event, ..scene }
}

/// Jim is not invited.
pub(super) async fn sent_past_a_bystander(service: &Service) -> Scene {
    Scene { jim: service.user("jim").await, ..sent(service).await }
}

/// John was mailed the invitation, with the token that stops such mails in the scene.
pub(super) async fn invited_by_mail(service: &Service) -> Scene {
    let scene = sent(service).await;
    service.settle().await;
    service.hold_streams().await;
    Scene { token: service.unsubscribing_token(&scene.john.email), ..scene }
}

/// An event of jane's that john is invited to, one of john's that jane is invited to, and a draft of john's.
pub(super) async fn sent_both_ways(service: &Service) -> Scene {
    let scene = sent(service).await;
    service.pass(1);
    let other_event = service.picnic(&scene.john, std::slice::from_ref(&scene.jane)).await;
    service.pass(1);
    service.draft(&scene.john, &picnic(std::slice::from_ref(&scene.jane))).await;
    Scene { other_event, ..scene }
}

/// Half of the guests, which decides nothing.
pub(super) async fn voted_by_one(service: &Service) -> Scene {
    let scene = sent_to_two(service).await;
    votes(service, &scene).await.expect(200);
    scene
}

/// Votes on several dates are possible, and the only guest has one, which decides nothing.
pub(super) async fn voted_for_one_of_several(service: &Service) -> Scene {
    let scene = two_users(service).await;
    let id = service.draft(&scene.jane, &picnic_on_any_day(std::slice::from_ref(&scene.john))).await;
    let scene = Scene { event: format!("/event/{id}"), ..scene };
    service.send_event(&scene.jane, &scene.event).await.expect(200);
    votes(service, &scene).await.expect(200);
    scene
}

/// The only guest, which decides.
pub(super) async fn decided(service: &Service) -> Scene {
    let scene = sent(service).await;
    votes(service, &scene).await.expect(200);
    scene
}

/// Concurrent votes: no request saw the majority that they make together.
pub(super) async fn voted_past_each_other(service: &Service) -> Scene {
    let scene = sent(service).await;
    let id = scene.event.strip_prefix("/event/").unwrap().parse().unwrap();
    for &topic in Topic::ALL {
        service.part::<Members>().add_vote(id, scene.john.id, (topic, Choice::One), 0).await.unwrap();
    }
    scene
}

/// John votes for the first date.
async fn votes(service: &Service, scene: &Scene) -> Response {
    let path = format!("{}/vote", scene.event);
    service.call(&scene.john, Method::PUT, &path, &vote("date", "01.02.2027")).await
}

/// For benches: the common scene, where the request succeeds any number of times.
pub(super) fn as_it_stands<'a>(_: &'a Service, scene: &'a Scene, _: &'a str) -> Step<'a, Scene> {
    Box::pin(async { scene.clone() })
}

/// For benches: a new user in jane's place.
pub(super) fn a_user<'a>(service: &'a Service, scene: &'a Scene, name: &'a str) -> Step<'a, Scene> {
    Box::pin(async { Scene { jane: service.user(name).await, ..scene.clone() } })
}

/// For benches: a new user in jane's place, with a draft.
pub(super) fn a_draft<'a>(service: &'a Service, scene: &'a Scene, name: &'a str) -> Step<'a, Scene> {
    Box::pin(async {
        let jane = service.user(name).await;
        let id = service.draft(&jane, &picnic(std::slice::from_ref(&scene.john))).await;
        Scene { jane, event: format!("/event/{id}"), ..scene.clone() }
    })
}

/// For benches: a new user in jane's place, with an event that john is invited to.
pub(super) fn an_event<'a>(service: &'a Service, scene: &'a Scene, name: &'a str) -> Step<'a, Scene> {
    Box::pin(async {
        let jane = service.user(name).await;
        let event = service.picnic(&jane, std::slice::from_ref(&scene.john)).await;
        Scene { jane, event, ..scene.clone() }
    })
}

/// For benches: a new user in john's place, who was mailed an invitation.
pub(super) fn a_reader_of_mails<'a>(service: &'a Service, scene: &'a Scene, name: &'a str) -> Step<'a, Scene> {
    Box::pin(async {
        let john = service.user(name).await;
        service.picnic(&scene.jane, std::slice::from_ref(&john)).await;
        service.settle().await;
        Scene { token: service.unsubscribing_token(&john.email), john, ..scene.clone() }
    })
}

/// For benches: a user who registered two minutes ago, so that another link may be mailed, and has not confirmed.
pub(super) fn a_pending_user<'a>(service: &'a Service, scene: &'a Scene, name: &'a str) -> Step<'a, Scene> {
    Box::pin(async move {
        let since = service.now() - std::time::Duration::from_mins(2);
        let (_, token) = service.registered(name, PASSWORD_HASH, since).await;
        let [newcomer, password] = [name, PASSWORD].map(str::to_owned);
        Scene { newcomer, password, token: token.encode(), ..scene.clone() }
    })
}
