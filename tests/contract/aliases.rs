//! The name under which members see a guest who was invited by an address.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Service, vote};

use crate::invitees::{contacts, each, invited, inviting, sent};

#[tokio::test]
async fn a_name_that_comes_with_an_address_is_one_like_any_other() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    for (name, status) in [
        (json!("x".repeat(50)), 201),
        (json!(""), 201),
        (Value::Null, 201),
        (json!("x".repeat(51)), 400),
        (json!("two\nlines"), 400),
        (json!(7), 400),
    ] {
        let body = inviting(&json!([{"id": "ann@example.com", "name": name}]));
        let response = service.call(&jane, Method::POST, "/event", &body).await.expect(status);
        let fields = if status == 400 { vec!["event.members[0].invited[0].name"] } else { vec![] };
        assert_eq!(response.fields(), fields, "{name}");
    }
}

#[tokio::test]
async fn who_is_invited_by_an_address_is_shown_by_the_own_name_once_having_acted() {
    let acts = [
        ("vote", vote("date", "02.02.2027"), "invited"),
        ("vote", vote("place", "Pub"), "invited"),
        ("answer", json!({"answer": "yes"}), "confirmed"),
        ("answer", json!({"answer": "no"}), "invited"),
    ];
    for (given, shown) in [(json!("Annie"), "Annie"), (Value::Null, "ann")] {
        for (route, act, list) in &acts {
            let service = Service::start().await;
            let [jane, ann, jim] = service.users(["jane", "ann", "jim"]).await;
            service.call(&ann, Method::PATCH, "/user", &json!({"name": "Ann Real-Name"})).await.expect(200);
            let entries = json!([{"id": "ann@example.com", "name": given}, {"id": "jim"}]);
            let path = sent(&service, &jane, &entries).await;
            for reader in [&jane, &ann, &jim] {
                let event = service.get(reader, &path).await.expect(200).body;
                assert!(!event.to_string().contains("Real-Name"), "{event}");
                let entry = &invited(&event)[0];
                assert_eq!((&entry["id"], &entry["name"]), (&json!(ann.id), &json!(shown)), "{}", reader.name);
                assert_eq!(entry.get("username"), None, "{}", reader.name);
            }
            let answer = service.put(&ann, &format!("{path}/{route}"), act).await.expect(200).body;
            assert_eq!(answer, service.get(&ann, &path).await.expect(200).body);
            for reader in [&jane, &ann, &jim] {
                let event = service.get(reader, &path).await.expect(200).body;
                let members = event["event"]["members"][0][list].as_array().unwrap();
                let entry = members.iter().find(|entry| entry["id"] == json!(ann.id)).unwrap();
                let names = (&entry["name"], &entry["username"]);
                assert_eq!(names, (&json!("Ann Real-Name"), &json!("ann")), "{act} {}", reader.name);
            }
        }
    }
}

#[tokio::test]
async fn what_an_invitee_did_removes_the_alias_for_good() {
    let service = Service::start().await;
    let [jane, ann] = service.users(["jane", "ann"]).await;
    let path = sent(&service, &jane, &json!([{"id": "ann@example.com", "name": "Annie"}])).await;
    service.put(&ann, &format!("{path}/vote"), &vote("date", "02.02.2027")).await.expect(200);
    let table = service.local.environment("vote")["EVENTS_TABLE"].clone();
    let rows = service.local.dynamodb_client().scan().table_name(table).send().await.unwrap();
    assert!(rows.items().iter().all(|row| !row.contains_key("alias")), "{rows:?}");
}

#[tokio::test]
async fn a_new_name_lets_no_alias_fall() {
    let service = Service::start().await;
    let [jane, ann] = service.users(["jane", "ann"]).await;
    let path = sent(&service, &jane, &json!([{"id": "ann@example.com", "name": "Annie"}])).await;
    service.call(&ann, Method::PATCH, "/user", &json!({"name": "Ann Real-Name"})).await.expect(200);
    for reader in [&jane, &ann] {
        assert_eq!(each(&service.get(reader, &path).await.expect(200).body, "name"), ["Annie"]);
    }
    service.put(&ann, &format!("{path}/answer"), &json!({"answer": "maybe"})).await.expect(200);
    assert_eq!(each(&service.get(&jane, &path).await.expect(200).body, "name"), ["Ann Real-Name"]);
}

#[tokio::test]
async fn who_leaves_under_an_alias_is_a_deleted_user_like_others() {
    let service = Service::start().await;
    let [jane, ann] = service.users(["jane", "ann"]).await;
    let path = sent(&service, &jane, &json!([{"id": "ann@example.com", "name": "Annie"}])).await;
    service.leave(&ann).await.expect(204);
    let event = service.get(&jane, &path).await.expect(200).body;
    assert_eq!((each(&event, "name"), each(&event, "username")), (vec![json!("deleted user")], vec![Value::Null]));
}

#[tokio::test]
async fn only_those_named_as_users_become_contacts() {
    let service = Service::start().await;
    let [jane, john, jim, ann] = service.users(["jane", "john", "jim", "ann"]).await;
    let entries = json!([{"id": "ann@example.com"}, {"id": "john"}, {"id": jim.id}]);
    let path = sent(&service, &jane, &entries).await;
    let expected = json!([
        {"id": john.id, "name": "john", "avatar": "", "username": "john"},
        {"id": jim.id, "name": "jim", "avatar": "", "username": "jim"},
    ]);
    assert_eq!(contacts(&service, &jane).await, expected);
    service.put(&ann, &format!("{path}/answer"), &json!({"answer": "yes"})).await.expect(200);
    assert_eq!(contacts(&service, &jane).await, expected);
}

#[tokio::test]
async fn the_export_says_what_was_typed_and_under_which_name_one_is_shown() {
    let service = Service::start().await;
    let [jane, ann] = service.users(["jane", "ann"]).await;
    sent(&service, &jane, &json!([{"id": "ann@example.com", "name": "Annie"}])).await;
    let entries = json!([{"id": "ann"}, {"id": "bob@example.com"}]);
    service.draft(&ann, &inviting(&entries)).await;
    let export = service.get(&ann, "/user/export").await.expect(200).body["export"].clone();
    let by_role = |role: &str| {
        export["events"].as_array().unwrap().iter().find(|event| event["role"] == json!(role)).unwrap().clone()
    };
    assert_eq!(by_role("admin")["invited"], json!(["bob@example.com"]));
    assert_eq!((&by_role("user")["alias"], &by_role("user")["invited"]), (&json!("Annie"), &json!([])));
}
