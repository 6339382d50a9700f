//! Every route for everybody: who is not logged in, who has not confirmed, who is no more, a stranger, an invitee, the organiser.

use reqwest::Method;
use serde_json::{Value, json};
use shared::domain::user::NewUser;
use shared::store::accounts::Account;
use shared::store::registrations::Registrations;
use shared::token::MailedToken;
use shared::token::Signer;
use tests::{PASSWORD, Service, User, picnic, registration, report, vote};
use uuid::Uuid;

const ROLES: [&str; 6] = ["nobody", "unconfirmed", "deleted", "stranger", "invitee", "organiser"];

/// A request, and its status for each role.
type Row = (Method, &'static str, Value, [u16; 6]);

fn rows(state: &str) -> Vec<Row> {
    let (none, empty) = (Value::Null, json!({}));
    let (answer, ballot, edit) = (json!({"answer": "yes"}), vote("date", "01.02.2027"), json!({"name": "Dinner"}));
    let successor = json!({"id": "INVITEE"});
    let events = match state {
        //                                                    nobody unconf deleted stranger invitee organiser
        "sent" => vec![
            (Method::GET, "EVENT", none.clone(), [401, 404, 404, 404, 200, 200]),
            (Method::PUT, "EVENT", edit, [401, 404, 404, 404, 403, 409]),
            (Method::DELETE, "EVENT", none.clone(), [401, 404, 404, 404, 403, 204]),
            (Method::POST, "EVENT/send", none.clone(), [401, 404, 404, 404, 403, 200]),
            (Method::PUT, "EVENT/vote", ballot.clone(), [401, 404, 404, 404, 200, 200]),
            (Method::DELETE, "EVENT/vote", ballot, [401, 404, 404, 404, 200, 200]),
            (Method::PUT, "EVENT/answer", answer, [401, 404, 404, 404, 200, 403]),
            (Method::PUT, "EVENT/organiser", successor, [401, 404, 404, 404, 403, 200]),
        ],
        _ => vec![
            (Method::GET, "EVENT", none.clone(), [401, 404, 404, 404, 404, 200]),
            (Method::PUT, "EVENT", edit, [401, 404, 404, 404, 404, 200]),
            (Method::DELETE, "EVENT", none.clone(), [401, 404, 404, 404, 404, 204]),
            (Method::POST, "EVENT/send", none.clone(), [401, 404, 404, 404, 404, 200]),
            (Method::PUT, "EVENT/vote", ballot.clone(), [401, 404, 404, 404, 404, 409]),
            (Method::DELETE, "EVENT/vote", ballot, [401, 404, 404, 404, 404, 409]),
            (Method::PUT, "EVENT/answer", answer, [401, 404, 404, 404, 404, 403]),
            (Method::PUT, "EVENT/organiser", successor, [401, 404, 404, 404, 404, 409]),
        ],
    };
    let change = json!({"old_password": PASSWORD, "new_password": "battery staple"});
    let login = json!({"username": "bystander", "password": "guess"});
    let forgot = json!({"username": "bystander"});
    let reset = json!({"token": "A".repeat(64), "new_password": "battery staple"});
    let refresh = json!({"refresh_token": "A".repeat(86)});
    let own = vec![
        (Method::GET, "/user", none.clone(), [401, 401, 401, 200, 200, 200]),
        (Method::PATCH, "/user", json!({"name": "Somebody"}), [401, 401, 401, 200, 200, 200]),
        (Method::PUT, "/user/password", change, [401, 401, 401, 200, 200, 200]),
        (Method::GET, "/user/export", none.clone(), [401, 401, 401, 200, 200, 200]),
        (Method::DELETE, "/user", json!({"password": PASSWORD}), [401, 401, 401, 204, 204, 204]),
        (Method::GET, "/token", none.clone(), [401, 401, 401, 200, 200, 200]),
        (Method::POST, "/token/revoke", json!({"all": true}), [401, 200, 200, 200, 200, 200]),
        (Method::POST, "/event", json!({"name": "Dinner"}), [401, 401, 401, 201, 201, 201]),
        (Method::GET, "/event", none.clone(), [401, 200, 200, 200, 200, 200]),
        // Those for which nobody has to be logged in are the same for all.
        (Method::POST, "/user", registration("newcomer"), [200; 6]),
        (Method::GET, "/user/confirm", none.clone(), [200; 6]),
        (Method::HEAD, "/user/confirm", none.clone(), [200; 6]),
        (Method::POST, "/user/confirm", login.clone(), [403; 6]),
        (Method::POST, "/login", login, [403; 6]),
        (Method::POST, "/token", refresh.clone(), [401; 6]),
        (Method::POST, "/token/revoke", refresh, [200; 6]),
        (Method::POST, "/token/revoke", empty, [400; 6]),
        (Method::POST, "/user/password/forgot", forgot, [200; 6]),
        (Method::POST, "/user/password/reset", reset, [410; 6]),
        (Method::GET, "/user/password/reset", none.clone(), [200; 6]),
        (Method::HEAD, "/user/password/reset", none, [200; 6]),
    ];
    if state == "sent" { [events, own].concat() } else { events }
}

/// Everybody with a token of their own, and the path of the event.
async fn cast(service: &Service, state: &str) -> ([Option<User>; 6], String) {
    let [deleted, stranger, invitee, organiser, _] =
        service.users(["leaver", "stranger", "invitee", "hostess", "bystander"]).await;
    let invitees = [invitee.clone(), deleted.clone()];
    let path = if state == "sent" {
        service.picnic(&organiser, &invitees).await
    } else {
        format!("/event/{}", service.draft(&organiser, &picnic(std::slice::from_ref(&invitee))).await)
    };
    service.call(&deleted, Method::DELETE, "/user", &json!({"password": PASSWORD})).await.expect(204);
    ([None, Some(unconfirmed(service).await), Some(deleted), Some(stranger), Some(invitee), Some(organiser)], path)
}

/// A user who could not have a token, with one.
async fn unconfirmed(service: &Service) -> User {
    let (signer, registrations): (Signer, Registrations) = service.part();
    let now = service.now();
    let token = MailedToken::new(Uuid::new_v4()).unwrap();
    let new = NewUser::parse(&registration("unconfirmed")).unwrap();
    let hash = tests::OLD_HASH.to_owned();
    let account = Account::new(token.user(), &new, hash, token.hash(), now);
    registrations.create_account(&account, now).await.unwrap();
    let session = signer.first_token(account.id).unwrap();
    let access = signer.access_token(&session, now).unwrap();
    User { id: account.id, name: account.name, email: account.email, access, refresh: session.encode() }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_for_every_role() {
    let mut cases = 0;
    let mut routes = std::collections::BTreeSet::new();
    for state in ["sent", "draft"] {
        for (method, path, body, statuses) in rows(state) {
            for (role, status) in ROLES.iter().zip(statuses) {
                let service = Service::start().await;
                let (cast, event) = cast(&service, state).await;
                let index = ROLES.iter().position(|name| name == role).unwrap();
                let target = path.replace("EVENT", &event);
                let mut request = service.request(method.clone(), &target);
                if let Some(user) = &cast[index] {
                    request = request.bearer_auth(&user.access);
                }
                let invitee = cast[4].as_ref().unwrap().id;
                let body: Value =
                    serde_json::from_str(&body.to_string().replace("INVITEE", &invitee.to_string())).unwrap();
                let request = if body.is_null() { request } else { request.json(&body) };
                let response = service.send(request).await;
                assert_eq!(response.status, status, "{method} {path} of a {state} event by {role}: {}", response.body);
                routes.insert(format!("{method} {}", path.replace("EVENT", "/event/{id}")));
                cases += 1;
            }
        }
    }
    let service = Service::start().await;
    let all = service.local.routes().iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    assert_eq!(routes, all, "every route has its row");
    report(&format!("{cases} cases: {} routes, {} roles", routes.len(), ROLES.len()));
}
