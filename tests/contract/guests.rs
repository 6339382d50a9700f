//! Guests: people who were invited by an address that nobody has registered.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Response, Service, User, email_of, picnic, vote};

/// Makes and sends a picnic to these addresses, and waits for the mails.
async fn picnic_for(service: &Service, organiser: &User, invited: &Value) -> String {
    let mut body = picnic(&[]);
    body["event"]["members"] = json!([{ "invited": invited }]);
    let path = format!("/event/{}", service.draft(organiser, &body).await);
    service.send_event(organiser, &path).await.expect(200);
    service.settle().await;
    path
}

/// Calls with the token of the invitation that was last mailed to that address.
async fn as_invited(service: &Service, email: &str, method: Method, path: &str, body: &Value) -> Response {
    let request = service.request(method, path).bearer_auth(service.mailed_token(email));
    service.send(if body.is_null() { request } else { request.json(body) }).await
}

#[tokio::test]
async fn a_guest_votes_and_answers_and_finds_the_invitation_after_registering() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let ann = email_of("ann");
    let path = picnic_for(&service, &jane, &json!([{"id": ann, "name": "Annie"}])).await;
    let event = as_invited(&service, &ann, Method::GET, &path, &Value::Null).await.expect(200).body;
    let guest = event["event"]["members"][0]["invited"][0].clone();
    assert_eq!((&guest["name"], guest.get("username")), (&json!("Annie"), None));

    let token = service.mailed_token(&ann);
    let body = vote("date", "02.02.2027");
    let voted = as_invited(&service, &ann, Method::PUT, &format!("{path}/vote"), &body).await.expect(200).body;
    assert_eq!(voted["event"]["date"][0]["confirmed"], "02.02.2027", "the only vote is more than half");
    let answer = json!({"answer": "yes"});
    let answered = as_invited(&service, &ann, Method::PUT, &format!("{path}/answer"), &answer).await.expect(200).body;
    assert_eq!(answered["event"]["members"][0]["confirmed"][1]["chat_success"], true);

    service.register("ann").await.expect(200);
    let tokens = service.confirm(&service.mailed_token(&ann)).await.expect(200).body;
    let access = tokens["access_token"].as_str().unwrap();
    let listed = service.send(service.request(Method::GET, "/event").bearer_auth(access)).await.expect(200).body;
    assert_eq!((&listed["events"][0]["id"], &listed["events"][0]["answer"]), (&event["event"]["id"], &json!("yes")));
    let seen = service.send(service.request(Method::GET, &path).bearer_auth(&token)).await.expect(200).body;
    let member = &seen["event"]["members"][0]["confirmed"][1];
    assert_eq!((&member["id"], &member["name"], &member["username"]), (&guest["id"], &json!("ann"), &json!("ann")));
    service.login("ann", &tests::password_of("ann")).await.expect(200);
    service.login(&ann, &tests::password_of("ann")).await.expect(200);
    service.login(guest["id"].as_str().unwrap(), &tests::password_of("ann")).await.expect(200);
}

/// The ids of the invited, as that user sees them.
async fn invited(service: &Service, user: &User, path: &str) -> Vec<Value> {
    let event = service.event(user, path).await;
    event["members"][0]["invited"].as_array().unwrap().iter().map(|entry| entry["id"].clone()).collect()
}

#[tokio::test]
async fn nobody_sees_whether_an_address_has_an_account() {
    let service = Service::start().await;
    let [jane, _john] = service.users(["jane", "john"]).await;
    let path = picnic_for(&service, &jane, &json!([email_of("john"), email_of("ann")])).await;
    let event = service.event(&jane, &path).await;
    let shape = |entry: &Value| entry.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let entries = event["members"][0]["invited"].as_array().unwrap();
    assert_eq!(shape(&entries[0]), shape(&entries[1]));
    assert_eq!([&entries[0]["name"], &entries[1]["name"]], ["john", "ann"]);
    assert_eq!(service.get(&jane, "/user").await.expect(200).body["user"]["contacts"], json!([]));
}

#[tokio::test]
async fn a_link_ends_as_the_event_and_its_member_do() {
    for (what, over) in
        [("anew", true), ("taken out", true), ("left", true), ("deleted", true), ("later", true), ("nothing", false)]
    {
        let service = Service::start().await;
        let jane = service.user("jane").await;
        let ann = email_of("ann");
        let path = picnic_for(&service, &jane, &json!([ann])).await;
        let token = service.mailed_token(&ann);
        let id = invited(&service, &jane, &path).await[0].as_str().unwrap().to_owned();
        let member = format!("{path}/members/{id}");
        let with_link =
            async |method: Method, path: &str| service.send(service.request(method, path).bearer_auth(&token)).await;
        with_link(Method::GET, &path).await.expect(200);
        match what {
            "anew" => {
                let again = json!({"invited": [{"e-mail": ann, "again": true}]});
                service.call(&jane, Method::POST, &format!("{path}/members"), &again).await.expect(200);
            }
            "taken out" => drop(service.call(&jane, Method::DELETE, &member, &Value::Null).await.expect(204)),
            "left" => drop(with_link(Method::DELETE, &member).await.expect(204)),
            "deleted" => drop(service.call(&jane, Method::DELETE, &path, &Value::Null).await.expect(204)),
            // The last date is the second of February.
            "later" => service.pass((31 + 2 + 30 + 1) * 24 * 60 * 60),
            _ => {}
        }
        let answer = with_link(Method::GET, &path).await;
        let expected = if over { (401, json!("invitation_over")) } else { (200, Value::Null) };
        assert_eq!((answer.status, answer.body["code"].clone()), expected, "{what}");
        if what == "anew" {
            service.settle().await;
            as_invited(&service, &ann, Method::GET, &path, &Value::Null).await.expect(200);
        }
    }
}

#[tokio::test]
async fn a_link_opens_one_event_alone() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let ann = email_of("ann");
    let first = picnic_for(&service, &jane, &json!([ann])).await;
    let token = service.mailed_token(&ann);
    let second = picnic_for(&service, &jane, &json!([ann])).await;
    assert_eq!(
        invited(&service, &jane, &first).await,
        invited(&service, &jane, &second).await,
        "one address, one guest"
    );
    for (path, status) in [(first.as_str(), 200), (&second, 404), ("/event", 401), ("/user", 401)] {
        service.send(service.request(Method::GET, path).bearer_auth(&token)).await.expect(status);
    }
}

#[tokio::test]
async fn of_several_who_register_the_first_to_confirm_takes_the_invitations_over() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let ann = email_of("ann");
    let path = picnic_for(&service, &jane, &json!([ann])).await;
    let guest = invited(&service, &jane, &path).await[0].clone();
    let mut links = Vec::new();
    for name in ["mallory", "ann"] {
        let body = json!({"username": name, "password": "correct horse", "e-mail": ann});
        service.post("/user", &body).await.expect(200);
        links.push(service.mailed_token(&ann));
    }
    let confirmed = service.confirm(&links[1]).await.expect(200).body;
    assert_eq!(confirmed["user_id"], guest);
    let codes = [&links[0], &links[1]].map(async |link| service.confirm(link).await.expect(410).body["code"].clone());
    let [replaced, used] = codes;
    assert_eq!((replaced.await, used.await), (json!("link_spent"), json!("confirmation_link_used")));
    let event = service.event(&jane, &path).await;
    assert_eq!(event["members"][0]["invited"][0]["name"], "ann", "the name that came with the address");
    service.login("ann", "correct horse").await.expect(200);
}

#[tokio::test]
async fn who_takes_a_guests_address_otherwise_leaves_the_guest_as_he_is() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let ann = email_of("ann");
    let path = picnic_for(&service, &jane, &json!([ann])).await;
    let guest = invited(&service, &jane, &path).await;
    let link = service.mailed_token(&ann);
    let change = json!({"password": tests::PASSWORD, "e-mail": ann});
    service.put(&john, "/user/e-mail", &change).await.expect(200);
    let token = json!({"token": service.mailed_token(&ann)});
    service.post("/user/e-mail/confirm", &token).await.expect(200);
    assert_eq!(invited(&service, &jane, &path).await, guest);
    service.send(service.request(Method::GET, &path).bearer_auth(&link)).await.expect(200);
    let next = picnic_for(&service, &jane, &json!([ann])).await;
    assert_eq!(invited(&service, &jane, &next).await, [json!(john.id)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_invite_an_address_at_once_it_is_one_guest() {
    let service = Service::start().await;
    let organisers = service.guests(12).await;
    let ann = email_of("ann");
    let sent = organisers.iter().map(|organiser| async {
        let mut body = picnic(&[]);
        body["event"]["members"] = json!([{"invited": [ann]}]);
        body["event"]["status"] = json!(true);
        service.call(organiser, Method::POST, "/event", &body).await.expect(201).body
    });
    let sent = futures_util::future::join_all(sent).await;
    let mut ids: Vec<_> = sent.iter().map(|body| body["event"]["members"][0]["invited"][0]["id"].to_string()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

#[tokio::test]
async fn a_user_invites_a_hundred_by_address_in_a_day() {
    let service = Service::start_with_limits().await;
    let jane = service.user("jane").await;
    let strangers = |from: usize, number: usize| {
        let entries: Vec<_> = (from..from + number).map(|n| json!(format!("s{n}@example.com"))).collect();
        let mut body = picnic(&[]);
        body["event"]["members"] = json!([{ "invited": entries }]);
        body["event"]["status"] = json!(true);
        body
    };
    for (number, status) in [(101, 429), (60, 201), (41, 429), (40, 201), (1, 429)] {
        service.call(&jane, Method::POST, "/event", &strangers(0, number)).await.expect(status);
    }
    assert_eq!(service.get(&jane, "/event").await.expect(200).body["events"].as_array().unwrap().len(), 2);
    service.pass(24 * 60 * 60);
    let jane = service.logged_in("jane").await;
    service.call(&jane, Method::POST, "/event", &strangers(0, 1)).await.expect(201);
}
