//! `POST /event`, `PUT /event/{id}`, `DELETE /event/{id}` and `POST /event/{id}/send`.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Service, User, picnic};

#[tokio::test]
async fn a_draft_is_made_over_several_sittings_and_then_sent() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let made = service.call(&jane, Method::POST, "/event", &json!({"event": {}})).await.expect(201);
    let path = made.header("location").to_owned();
    assert_eq!(path, format!("/event/{}", made.body["event"]["id"].as_str().unwrap()));
    assert_eq!(made.body["event"]["status"], false);

    service.put(&jane, &path, &json!({"event": {"name": "Picnic"}})).await.expect(200);
    let full = service.put(&jane, &path, &picnic(&[john])).await.expect(200).body;
    assert_eq!(service.get(&jane, &path).await.expect(200).body, full);
    assert_eq!(full["event"]["status"], false);

    let sent = service.send_event(&jane, &path).await.expect(200).body;
    assert_eq!(sent["event"]["status"], true);
    assert_eq!(service.get(&jane, &path).await.expect(200).body, sent);
}

#[tokio::test]
async fn the_draft_as_sent_replaces_the_stored_one() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let id = service.draft(&jane, &picnic(&[john])).await;
    let event = service.put(&jane, &format!("/event/{id}"), &json!({"name": "Dinner"})).await.expect(200).body;
    assert_eq!(event["event"]["name"], "Dinner");
    assert_eq!(event["event"]["date"][0]["drafts"], json!([]));
    assert_eq!(event["event"]["members"][0]["invited"], json!([]));
}

#[tokio::test]
async fn what_the_server_owns_is_ignored() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let body = json!({"event": {
        "id": "0192f0c1-2345-4abc-8def-0123456789ab", "version": 9, "organiser": john.id,
        "date": [{"drafts": [{"date": "01.02.2027", "votes": 12}], "voters": 5, "my_vote": "01.02.2027"}],
        "members": [{
            "invited": [{"id": john.id, "name": "Boss", "role": "admin", "chat_success": true, "answer": "yes"}],
            "confirmed": [{"id": john.id, "role": "admin", "chat_success": true}],
        }],
    }});
    let event = service.call(&jane, Method::POST, "/event", &body).await.expect(201).body["event"].clone();
    assert_ne!(event["id"], body["event"]["id"]);
    assert_eq!(event["status"], false);
    assert_eq!(event["date"][0]["drafts"], json!([{"date": "01.02.2027", "votes": 0}]));
    let john = json!({"id": john.id, "name": "john", "username": "john", "role": "user", "chat_success": false, "answer": null});
    assert_eq!(event["members"][0]["invited"], json!([john]));
    let jane = json!({"id": jane.id, "name": "jane", "username": "jane", "role": "admin", "chat_success": true});
    assert_eq!(event["members"][0]["confirmed"], json!([jane]));
}

#[tokio::test]
async fn all_users_who_are_unknown_are_listed() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    service.register("pending").await.expect(200);
    let invited: Vec<_> = ["nobody", &john.name, "pending", "no@example.com", "0192f0c1-2345-4abc-8def-0123456789ab"]
        .map(|id| json!({ "id": id }))
        .to_vec();
    let response =
        service.call(&jane, Method::POST, "/event", &json!({"event": {"members": [{"invited": invited}]}})).await;
    let fields = [0, 2, 4].map(|index| format!("event.members[0].invited[{index}].id"));
    assert_eq!((response.status, response.fields()), (400, fields.iter().map(String::as_str).collect()));
    assert_eq!(service.get(&jane, "/event").await.expect(200).body["events"], json!([]));
}

#[tokio::test]
async fn an_idempotency_key_makes_one_event() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let create = |user: &User, key: &str| {
        let request = service
            .request(Method::POST, "/event")
            .bearer_auth(&user.access)
            .json(&picnic(std::slice::from_ref(&john)));
        service.send(request.header("idempotency-key", key))
    };
    let responses = join_all((0..10).map(|_| create(&jane, "one"))).await;
    let first = responses.first().unwrap().body.clone();
    for response in responses {
        assert_eq!(response.expect(201).body, first);
    }
    assert_ne!(create(&jane, "two").await.expect(201).body["event"]["id"], first["event"]["id"]);
    assert_ne!(create(&john, "one").await.expect(201).body["event"]["id"], first["event"]["id"]);
    assert_eq!(service.get(&jane, "/event").await.expect(200).body["events"].as_array().unwrap().len(), 2);

    let path = format!("/event/{}/send", first["event"]["id"].as_str().unwrap());
    service.call(&jane, Method::POST, &path, &Value::Null).await.expect(200);
    assert_eq!(create(&jane, "one").await.expect(201).body["event"]["status"], true, "the event as it is now");
}

#[tokio::test]
async fn an_idempotency_key_is_of_one_body() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let create = |text: &str| {
        let request = service.request(Method::POST, "/event").bearer_auth(&jane.access).header("idempotency-key", "1");
        service.send(request.header("content-type", "application/json").body(text.to_owned()))
    };
    let body = r#"{"name": "Picnic", "members": {"invited": [{"id": "john"}]}}"#;
    let other = r#"{"name": "Dinner"}"#;
    // The key of a failed request is not remembered.
    create(r#"{"name": 7}"#).await.expect(400);
    let path = create(body).await.expect(201).header("location").to_owned();
    service.put(&jane, &path, &json!({"name": "Brunch", "members": {"invited": [{"id": "john"}]}})).await.expect(200);
    let again = create(r#"{"members":{"invited":[{"id":"john"}]},"name":"Picnic"}"#).await.expect(201);
    assert_eq!((again.header("location"), &again.body["event"]["name"]), (path.as_str(), &json!("Brunch")));
    let refused = create(other).await.expect(422);
    assert!(refused.body["message"].as_str().unwrap().contains("Idempotency-Key"), "{}", refused.body);
    // The same request finds its event again, even after the account of an invitee was deleted.
    service.leave(&john).await.expect(204);
    assert_eq!(create(body).await.expect(201).header("location"), path);
    service.call(&jane, Method::DELETE, &path, &Value::Null).await.expect(204);
    create(body).await.expect(400);
    assert_eq!(create(other).await.expect(201).header("location"), path);
}

#[tokio::test]
async fn if_match_protects_what_another_tab_has_written() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let made = service.call(&jane, Method::POST, "/event", &json!({"name": "Picnic"})).await.expect(201);
    let (path, etag) = (made.header("location").to_owned(), made.header("etag").to_owned());
    let put = |name: &str, etag: &str| {
        let request = service.request(Method::PUT, &path).bearer_auth(&jane.access).json(&json!({ "name": name }));
        service.send(request.header("if-match", etag))
    };
    let second = put("Dinner", &etag).await.expect(200);
    assert_ne!(second.header("etag"), etag);
    put("Brunch", &etag).await.expect(412);
    put("Dinner", &etag).await.expect(200);
    put("Brunch", "\"nonsense\"").await.expect(412);
    put("Brunch", &format!("\"nonsense\", {}", second.header("etag"))).await.expect(200);
    put("Supper", "*").await.expect(200);
    assert_eq!(service.get(&jane, &path).await.expect(200).body["event"]["name"], "Supper");
}

#[tokio::test]
async fn repeating_a_put_changes_nothing() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let id = service.draft(&jane, &json!({"name": "Picnic"})).await;
    let path = format!("/event/{id}");
    let first = service.put(&jane, &path, &json!({"name": "Dinner"})).await.expect(200);
    let second = service.put(&jane, &path, &json!({"name": "Dinner"})).await.expect(200);
    assert_eq!(first.header("etag"), second.header("etag"));
}

#[tokio::test]
async fn a_sent_event_is_no_longer_edited() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = service.picnic(&jane, &[john]).await;
    service.put(&jane, &path, &json!({"name": "Dinner"})).await.expect(409);
}

#[tokio::test]
async fn all_that_is_missing_is_listed_when_sending() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let id = service.draft(&jane, &json!({"event": {}})).await;
    let path = format!("/event/{id}/send");
    let response = service.call(&jane, Method::POST, &path, &Value::Null).await.expect(400);
    assert_eq!(response.fields(), ["event.name", "event.date", "event.place", "event.members"]);
    assert_eq!(service.get(&jane, &format!("/event/{id}")).await.expect(200).body["event"]["status"], false);
}

#[tokio::test]
async fn sending_twice_is_harmless_to_votes_and_answers() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = service.picnic(&jane, std::slice::from_ref(&john)).await;
    service.put(&john, &format!("{path}/answer"), &json!({"answer": "yes"})).await.expect(200);
    let before = service.get(&jane, &path).await.expect(200).body;
    let again = service.send_event(&jane, &path).await.expect(200).body;
    assert_eq!(again, before);
}

#[tokio::test]
async fn what_is_confirmed_in_a_draft_needs_no_vote() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let body = json!({"event": {"name": "Picnic",
        "date": [{"drafts": [], "confirmed": "01.02.2027, time: 12:00"}],
        "place": [{"drafts": [{"place": "Park"}, {"place": "Pub"}], "confirmed": "Pub"}],
        "members": [{"invited": [{"id": "john"}]}]}});
    let id = service.draft(&jane, &body).await;
    let path = format!("/event/{id}");
    service.send_event(&jane, &path).await.expect(200);
    let event = service.event(&john, &path).await;
    assert_eq!(event["date"][0]["confirmed"], "01.02.2027, time: 12:00");
    assert_eq!(
        (&event["place"][0]["confirmed"], &event["place"][0]["drafts"]),
        (&json!("Pub"), &json!([{"place": "Park", "votes": 0}]))
    );
    service.put(&john, &format!("{path}/vote"), &tests::vote("place", "Park")).await.expect(409);
}

#[tokio::test]
async fn a_deleted_event_is_gone_for_all() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = service.picnic(&jane, std::slice::from_ref(&john)).await;
    service.call(&john, Method::DELETE, &path, &Value::Null).await.expect(403);
    assert_eq!(service.call(&jane, Method::DELETE, &path, &Value::Null).await.expect(204).body, Value::Null);
    service.call(&jane, Method::DELETE, &path, &Value::Null).await.expect(404);
    for user in [&jane, &john] {
        service.get(user, &path).await.expect(404);
        assert_eq!(service.get(user, "/event").await.expect(200).body["events"], json!([]));
    }
    service.put(&john, &format!("{path}/vote"), &tests::vote("date", "01.02.2027")).await.expect(404);
}

#[tokio::test]
async fn five_hundred_invitees_are_sent_to_and_deleted() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let invitees = service.guests(500).await;
    let path = service.picnic(&jane, &invitees).await;
    let event = service.get(&invitees[499], &path).await.expect(200).body;
    let ids: Vec<_> =
        event["event"]["members"][0]["invited"].as_array().unwrap().iter().map(|entry| entry["id"].clone()).collect();
    assert_eq!(ids, invitees.iter().map(|user| json!(user.id)).collect::<Vec<_>>(), "in the organiser's order");
    service.call(&jane, Method::DELETE, &path, &Value::Null).await.expect(204);
    service.get(&invitees[250], &path).await.expect(404);
}
