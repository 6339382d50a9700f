//! `PATCH /user`, `GET /user/export` and `DELETE /user`.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{PASSWORD, Response, Service, User, picnic, vote};

async fn patch(service: &Service, user: &User, body: &Value) -> Response {
    service.call(user, Method::PATCH, "/user", body).await
}

async fn export(service: &Service, user: &User) -> Value {
    service.get(user, "/user/export").await.expect(200).body["export"].clone()
}

#[tokio::test]
async fn what_is_changed_is_seen_and_the_rest_stays() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let url = "https://example.com/jane.png";
    for (body, name, avatar) in [
        (json!({"user": {"name": "Jane Doe"}}), "Jane Doe", ""),
        (json!({"avatar": url}), "Jane Doe", url),
        (json!({"name": "Jane", "avatar": url}), "Jane", url),
        (json!({"avatar": ""}), "Jane", ""),
    ] {
        let changed = patch(&service, &jane, &body).await.expect(200).body;
        assert_eq!(changed, service.get(&jane, "/user").await.expect(200).body, "{body}");
        assert_eq!((&changed["user"]["name"], &changed["user"]["avatar"]), (&json!(name), &json!(avatar)), "{body}");
        assert_eq!(changed["user"]["username"], "jane");
    }
}

#[tokio::test]
async fn what_does_not_fit_changes_nothing() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let body = json!({"user": {"name": " ", "avatar": "http://example.com/a.png"}});
    assert_eq!(patch(&service, &jane, &body).await.expect(400).fields(), ["user.name", "user.avatar"]);
    let body = json!({"name": "Jane Doe", "avatar": 7});
    assert_eq!(patch(&service, &jane, &body).await.expect(400).fields(), ["avatar"]);
    assert_eq!(service.get(&jane, "/user").await.expect(200).body["user"]["name"], "jane");
}

#[tokio::test]
async fn a_new_name_is_seen_wherever_the_user_is() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let own = service.picnic(&jane, std::slice::from_ref(&john)).await;
    let invited = service.picnic(&john, std::slice::from_ref(&jane)).await;
    let draft = format!("/event/{}", service.draft(&john, &picnic(std::slice::from_ref(&jane))).await);
    patch(&service, &jane, &json!({"name": "Jane Doe"})).await.expect(200);
    for (path, list) in [(own, "confirmed"), (invited, "invited"), (draft, "invited")] {
        let event = service.event(&john, &path).await;
        let members = event["members"][0][list].as_array().unwrap();
        let entry = members.iter().find(|entry| entry["id"] == json!(jane.id)).unwrap();
        assert_eq!(entry["name"], "Jane Doe", "{event}");
        assert_eq!(event["name"], "Picnic");
    }
    let contacts = service.get(&john, "/user").await.expect(200).body["user"]["contacts"].clone();
    assert_eq!(contacts, json!([{"id": jane.id, "name": "Jane Doe", "avatar": "", "username": "jane"}]));
}

#[tokio::test]
async fn a_new_name_is_seen_in_more_events_than_are_listed() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let oldest = service.draft(&jane, &picnic(&[])).await;
    service.pass(1);
    for _ in 0..101 {
        service.draft(&jane, &picnic(&[])).await;
    }
    let changed = patch(&service, &jane, &json!({"name": "Jane Doe"})).await.expect(200).body;
    assert_eq!(changed, service.get(&jane, "/user").await.expect(200).body);
    assert_eq!(changed["user"]["events"].as_array().unwrap().len(), 100);
    let event = service.event(&jane, &format!("/event/{oldest}")).await;
    assert_eq!(event["members"][0]["confirmed"][0]["name"], "Jane Doe", "{event}");
}

#[tokio::test]
async fn an_export_holds_everything_about_the_user_and_no_secret() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let own = service.picnic(&jane, std::slice::from_ref(&john)).await;
    service.pass(1);
    let invited = service.picnic(&john, std::slice::from_ref(&jane)).await;
    service.pass(1);
    let draft = service.draft(&jane, &picnic(std::slice::from_ref(&john))).await;
    service.put(&jane, &format!("{invited}/vote"), &vote("place", "Pub")).await.expect(200);
    service.put(&jane, &format!("{invited}/answer"), &json!({"answer": "maybe"})).await.expect(200);
    service.forgot("jane").await.expect(200);

    let response = service.get(&jane, "/user/export").await.expect(200);
    assert_eq!(response.header("content-disposition"), "attachment; filename=\"event-messenger.json\"");
    let export = &response.body["export"];
    assert_eq!(export["user"]["e-mail"], jane.email);
    assert_eq!(export["contacts"], json!([{"id": john.id, "name": "john", "avatar": "", "username": "john"}]));
    assert_eq!(export["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(export["password_reset_mailed_at"], "2027-01-01T12:00:02Z");
    let events = export["events"].as_array().unwrap();
    let facts = |event: &Value| {
        (event["id"].clone(), event["role"].clone(), event["answer"].clone(), event["place"]["my_vote"].clone())
    };
    let id = |path: &str| json!(path.strip_prefix("/event/").unwrap());
    let expected = [
        (json!(draft), json!("admin"), Value::Null, Value::Null),
        (id(&invited), json!("user"), json!("maybe"), json!("Pub")),
        (id(&own), json!("admin"), Value::Null, Value::Null),
    ];
    assert_eq!(events.iter().map(facts).collect::<Vec<_>>(), expected);
    assert_eq!(events[0]["invited"], json!([john.id]));
    let text = response.body.to_string();
    for secret in ["argon2", "hash", "$", &jane.refresh] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn deleting_takes_the_password() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let wrong = json!({"password": "guess"});
    for _ in 0..5 {
        service.call(&jane, Method::DELETE, "/user", &wrong).await.expect(403);
    }
    service.leave(&jane).await.expect(429);
    service.pass(1);
    assert_eq!(service.call(&jane, Method::DELETE, "/user", &json!({})).await.expect(400).fields(), ["password"]);
    service.get(&jane, "/user").await.expect(200);
    service.leave(&jane).await.expect(204);
}

#[tokio::test]
async fn nothing_of_a_deleted_user_is_left() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let own = service.picnic(&jane, std::slice::from_ref(&john)).await;
    let invited = service.picnic(&john, std::slice::from_ref(&jane)).await;
    let declined = service.picnic(&jane, std::slice::from_ref(&john)).await;
    service.put(&john, &format!("{declined}/answer"), &json!({"answer": "no"})).await.expect(200);
    let unsent = service.draft(&jane, &picnic(std::slice::from_ref(&john))).await;
    service.draft(&john, &picnic(std::slice::from_ref(&jane))).await;
    patch(&service, &jane, &json!({"name": "Jane Doe"})).await.expect(200);
    service.forgot("jane").await.expect(200);
    service.login("jane", "guess").await.expect(403);
    service.leave(&jane).await.expect(204);

    let client = service.local.dynamodb_client();
    let id = jane.id.to_string();
    for variable in ["USERS_TABLE", "EVENTS_TABLE"] {
        let table = service.local.variables()[variable].clone();
        for item in client.scan().table_name(table).send().await.unwrap().items() {
            let text = format!("{item:?}");
            // John's own draft keeps the id of the invitee, which leads nowhere now.
            let is_draft_of_john = text.contains(&john.id.to_string()) && text.contains("\"invitees\"");
            // For an hour a marker replaces her items, so that no running request creates them again.
            let is_mark = item.len() == 4 && item.contains_key("left") && item.contains_key("expires_at");
            let is_contact_of_john = text.contains(&format!("CONTACTS#{}", john.id));
            assert!(!text.contains(&id) || is_draft_of_john || is_mark || is_contact_of_john, "{text}");
            for personal in ["jane@example.com", "Jane Doe", "\"jane\"", "NAME#jane", PASSWORD] {
                assert!(!text.contains(personal), "{personal}: {text}");
            }
        }
    }
    for path in [&own, &invited] {
        service.get(&john, path).await.expect(200);
        service.get(&jane, path).await.expect(404);
    }
    for path in [&declined, &format!("/event/{unsent}")] {
        service.get(&john, path).await.expect(404);
        service.get(&jane, path).await.expect(404);
    }
    for (method, path) in [(Method::GET, "/user"), (Method::GET, "/token"), (Method::GET, "/user/export")] {
        service.call(&jane, method, path, &Value::Null).await.expect(401);
    }
    service.post("/token", &json!({"refresh_token": jane.refresh})).await.expect(401);
    service.login("jane", PASSWORD).await.expect(403);
    service.leave(&jane).await.expect(401);
    assert_eq!(service.get(&john, "/user").await.expect(200).body["user"]["contacts"], json!([]));
}

#[tokio::test]
async fn a_mail_tells_of_it() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    service.leave(&jane).await.expect(204);
    let mail = service.local.mailbox().mails(Some(&jane.email)).remove(0);
    assert_eq!(mail.subject, "Your account was deleted");
    assert!(mail.text.contains("1 January 2027, 12:00 UTC") && mail.text.contains("127.0.0.1"), "{}", mail.text);
}

#[tokio::test]
async fn without_the_mail_the_account_is_deleted_all_the_same() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    service.local.mailbox().set_failure(mock::Failure::Down);
    service.leave(&jane).await.expect(204);
    service.get(&jane, "/user").await.expect(401);
}

#[tokio::test]
async fn the_votes_and_the_answer_of_a_deleted_user_stay_without_a_name() {
    let service = Service::start().await;
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let path = service.picnic(&jane, &[john.clone(), jim.clone()]).await;
    service.put(&john, &format!("{path}/vote"), &vote("date", "02.02.2027")).await.expect(200);
    service.put(&john, &format!("{path}/answer"), &json!({"answer": "yes"})).await.expect(200);
    service.leave(&john).await.expect(204);
    let after = service.event(&jane, &path).await;
    let came = &after["members"][0]["confirmed"][1];
    let poll = &after["date"][0];
    assert_eq!((&poll["voters"], &poll["drafts"][1]["votes"]), (&json!(1), &json!(1)));
    assert_eq!(poll["drafts"][1]["voted"], json!([came["id"]]));
    assert_eq!((&came["name"], &came["chat_success"]), (&json!("deleted user"), &json!(true)));
    assert_ne!(came["id"], json!(john.id));
    // The others go on.
    service.put(&jim, &format!("{path}/vote"), &vote("date", "02.02.2027")).await.expect(200);
    assert_eq!(service.get(&jim, &path).await.expect(200).body["event"]["date"][0]["confirmed"], "02.02.2027");
}

#[tokio::test]
async fn an_event_outlives_its_organiser() {
    let service = Service::start().await;
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let path = service.picnic(&jane, &[john.clone(), jim.clone()]).await;
    service.leave(&jane).await.expect(204);
    service.put(&jim, &format!("{path}/vote"), &vote("place", "Park")).await.expect(200);
    let event = service.event(&john, &path).await;
    assert_eq!(event["place"][0]["confirmed"], "Park");
    let heir = json!({"id": john.id, "name": "john", "username": "john", "role": "admin", "chat_success": true});
    assert_eq!(event["members"][0]["confirmed"], json!([heir]));
    assert_eq!(event["members"][0]["invited"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn nobody_is_sent_an_event_after_leaving() {
    let service = Service::start().await;
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let id = service.draft(&jane, &picnic(&[john.clone(), jim.clone()])).await;
    service.leave(&jim).await.expect(204);
    let path = format!("/event/{id}");
    let draft = service.event(&jane, &path).await;
    assert_eq!(draft["members"][0]["invited"][1]["name"], "deleted user");
    let refused = service.send_event(&jane, &path).await.expect(400);
    assert_eq!(refused.fields(), ["event.members[0].invited[1].id"]);
    service.put(&jane, &path, &picnic(std::slice::from_ref(&john))).await.expect(200);
    service.send_event(&jane, &path).await.expect(200);
}

#[tokio::test]
async fn name_and_address_are_free_again() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    service.leave(&jane).await.expect(204);
    let again = service.user("jane").await;
    assert_ne!(again.id, jane.id);
    assert_eq!(export(&service, &again).await["events"], json!([]));
}
