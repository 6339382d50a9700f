//! Mass assignment: no client can set the fields that the service owns.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{PASSWORD, Service, picnic, registration};

/// The attributes of all rows, with values that can be recognised.
fn owned() -> Value {
    json!({
        "id": "0192f0c1-2345-4abc-8def-0123456789ab", "user_id": "0192f0c1-2345-4abc-8def-0123456789ab",
        "event_id": "0192f0c1-2345-4abc-8def-0123456789ab", "pk": "USER#1", "sk": "USER", "row": "EVENT",
        "active": true, "confirmed": true, "leaving": true, "role": "admin", "admin": true, "is_admin": true,
        "confirm_hash": "x", "confirm_sent_at": 0, "confirm_mails": 0, "hash": "x", "password_hash": "x",
        "status": true, "sent": true, "version": 99, "listed_at": 0, "created_at": "2000-01-01T00:00:00Z",
        "expires_at": 0, "ends_at": 4_000_000_000_u64, "organiser": {"id": "x"}, "user_name": "Mallory",
        "votes": 99, "voters": 99, "my_vote": "Park", "chat_success": true, "answer": "yes", "position": 0,
        "contacts": [{"id": "x", "name": "Mallory"}], "events": [{"id": "x"}], "chats": ["x"],
        "access_token": "x", "refresh_token": "x", "expires_in": 99, "__proto__": {"active": true},
    })
}

/// The body with these attributes at every depth.
fn spiced(body: &Value) -> Value {
    match body {
        Value::Object(object) => {
            let mut spiced = owned();
            for (name, value) in object {
                spiced[name] = self::spiced(value);
            }
            spiced
        }
        Value::Array(items) => items.iter().map(spiced).collect(),
        other => other.clone(),
    }
}

#[tokio::test]
async fn a_registration_stays_inactive() {
    let service = Service::start().await;
    let mut body = registration("mallory");
    body["post-data"] = spiced(&body["post-data"]);
    service.post("/user", &body).await.expect(200);
    let refused = service.login("mallory", "mallory's password").await.expect(403);
    assert!(refused.body["message"].as_str().unwrap().contains("Confirm"), "{}", refused.body);
    service.local.sweep().unwrap();
    service.confirm(&service.mailed_token("mallory@example.com")).await.expect(200);
}

#[tokio::test]
async fn a_profile_changes_in_name_and_picture_alone() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let before = service.get(&jane, "/user").await.expect(200).body["user"].clone();
    let mut body = spiced(&json!({"user": {"name": "Jane Doe"}}));
    body["user"]["username"] = json!("mallory");
    body["user"]["e-mail"] = json!("mallory@example.com");
    body["user"]["password"] = json!("mallory's password");
    let after = service.call(&jane, Method::PATCH, "/user", &body).await.expect(200).body["user"].clone();
    let mut expected = before;
    expected["name"] = json!("Jane Doe");
    assert_eq!(after, expected);
    service.login("jane", PASSWORD).await.expect(200);
    service.login("mallory", PASSWORD).await.expect(403);
}

#[tokio::test]
async fn a_draft_stays_a_draft_of_its_organiser() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let plain = service.draft(&jane, &picnic(std::slice::from_ref(&john))).await;
    let mut body = spiced(&picnic(std::slice::from_ref(&john)));
    // These the organiser may set: whether it is sent, and an option chosen without a vote.
    body["event"]["status"] = json!(false);
    body["event"]["date"][0]["confirmed"] = json!("");
    body["event"]["place"][0]["confirmed"] = json!("");
    body["event"]["members"][0]["confirmed"] = json!([{"id": john.id, "role": "admin", "chat_success": true}]);
    body["event"]["members"][0]["invited"][0]["id"] = json!(john.id);
    let spicy = service.draft(&jane, &body).await;
    let read = async |id: &str| {
        let mut event = service.event(&jane, &format!("/event/{id}")).await;
        event["id"] = Value::Null;
        event
    };
    assert_eq!(read(&spicy).await, read(&plain).await);
    service.put(&jane, &format!("/event/{spicy}"), &body).await.expect(200);
    assert_eq!(read(&spicy).await, read(&plain).await);
    service.get(&john, &format!("/event/{spicy}")).await.expect(404);
}

#[tokio::test]
async fn an_answer_and_a_vote_are_the_senders_own() {
    let service = Service::start().await;
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let path = service.picnic(&jane, &[john.clone(), jim.clone()]).await;
    let mut answer = owned();
    answer["user_id"] = json!(jim.id);
    answer["id"] = json!(jim.id);
    service.put(&john, &format!("{path}/answer"), &answer).await.expect(200);
    let mut ballot = owned();
    ballot["user_id"] = json!(jim.id);
    ballot["place"] = json!([{"confirmed": "Pub", "votes": 99, "voters": 99, "my_vote": "Park"}]);
    ballot["members"] = json!([{"confirmed": [{"id": jim.id, "role": "admin"}]}]);
    service.put(&john, &format!("{path}/vote"), &json!({"event": ballot})).await.expect(200);
    let event = service.event(&jim, &path).await;
    assert_eq!(event["members"][0]["confirmed"].as_array().unwrap().len(), 2);
    assert_eq!(event["members"][0]["invited"][0]["answer"], Value::Null);
    assert_eq!((&event["place"][0]["voters"], &event["place"][0]["my_vote"]), (&json!(1), &Value::Null));
    assert_eq!(event["place"][0]["confirmed"], "");
}
