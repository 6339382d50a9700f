//! What users do with the service.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Service, User, vote};

/// Registers a user, opens the mailed link, and logs in.
async fn join(service: &Service, name: &str) -> User {
    service.register(name).await.expect(200);
    let email = format!("{name}@example.com");
    service.confirm(&service.mailed_token(&email)).await.expect(200);
    let tokens = service.login(name, &format!("{name}'s password")).await.expect(200).body;
    let text = |field: &str| tokens[field].as_str().unwrap().to_owned();
    let id = text("user_id").parse().unwrap();
    User { id, name: name.to_owned(), email, access: text("access_token"), refresh: text("refresh_token") }
}

#[tokio::test]
async fn friends_plan_a_picnic() {
    let service = Service::start().await;
    let (jane, john, jim) = (join(&service, "jane").await, join(&service, "john").await, join(&service, "jim").await);

    // In two sessions.
    let id = service.draft(&jane, &json!({"event": {"name": "Picnic"}})).await;
    let path = format!("/event/{id}");
    let draft = json!({"event": {
        "name": "Picnic",
        "date": [{"drafts": [{"date": "01.02.2027, time: 12:00"}, {"date": "02.02.2027, time: 12:00"}, {"date": ""}]}],
        "place": [{"drafts": [{"place": "Park"}, {"place": "Beach"}]}],
        "members": [{"invited": [{"id": "john"}, {"id": "jim@example.com"}]}],
        "additional": "Bring a blanket.",
    }});
    service.put(&jane, &path, &draft).await.expect(200);
    service.get(&john, &path).await.expect(404);
    service.send_event(&jane, &path).await.expect(200);

    // Both agree on the date; the organiser decides on the place.
    let url = format!("{path}/vote");
    for guest in [&john, &jim] {
        service.put(guest, &url, &vote("date", "02.02.2027, time: 12:00")).await.expect(200);
    }
    service.put(&john, &url, &vote("place", "Beach")).await.expect(200);
    service.put(&jane, &url, &vote("place", "Park")).await.expect(200);

    service.put(&john, &format!("{path}/answer"), &json!({"answer": "yes"})).await.expect(200);
    service.put(&jim, &format!("{path}/answer"), &json!({"answer": "maybe"})).await.expect(200);

    let event = service.get(&jim, &path).await.expect(200).body;
    assert_eq!(
        event,
        json!({"event": {
            "id": id, "name": "Picnic", "status": true, "additional": "Bring a blanket.",
            "date": [{
                "drafts": [{"date": "01.02.2027, time: 12:00", "votes": 0, "voted": []}],
                "confirmed": "02.02.2027, time: 12:00", "choice": "one",
                "confirmed_votes": 2, "confirmed_voted": [john.id, jim.id],
                "voters": 2, "my_vote": "02.02.2027, time: 12:00",
            }],
            "place": [{
                "drafts": [{"place": "Beach", "votes": 1, "voted": [john.id]}],
                "confirmed": "Park", "choice": "one", "confirmed_votes": 0, "confirmed_voted": [],
                "voters": 1, "my_vote": null,
            }],
            "members": [{
                "invited": [{"id": jim.id, "name": "jim", "username": "jim", "role": "user", "chat_success": true, "answer": "maybe"}],
                "confirmed": [
                    {"id": jane.id, "name": "jane", "username": "jane", "role": "admin", "chat_success": true},
                    {"id": john.id, "name": "john", "username": "john", "role": "user", "chat_success": true},
                ],
            }],
        }})
    );
    let user = service.get(&jane, "/user").await.expect(200).body["user"].clone();
    assert_eq!(
        user["contacts"],
        json!([{"id": john.id, "name": "john", "avatar": "", "username": "john"}]),
        "not who was named by an address"
    );
    for user in [&jane, &john, &jim] {
        assert_eq!(service.get(user, "/user").await.expect(200).body["user"]["chats"], json!([id]), "{}", user.name);
    }
}

#[tokio::test]
async fn five_friends_find_the_day_that_suits_them_all() {
    let service = Service::start().await;
    let ada = join(&service, "ada").await;
    let mut friends = Vec::new();
    for name in ["ben", "cleo", "dan", "eve", "finn"] {
        friends.push(join(&service, name).await);
    }
    let [friday, saturday, sunday] = ["05.02.2027", "06.02.2027", "07.02.2027"];

    // Ada asks for all the days that suit, and sends it at once.
    let event = json!({"event": {
        "name": "Hike", "status": true,
        "date": [{"choice": "any", "drafts": [{"date": friday}, {"date": saturday}, {"date": sunday}]}],
        "place": [{"confirmed": "Old mill"}],
        "members": [{"invited": ["ben", "cleo", "dan", "eve", "finn"]}],
    }});
    let hike = service.call(&ada, Method::POST, "/event", &event).await.expect(201).body;
    let path = format!("/event/{}", hike["event"]["id"].as_str().unwrap());
    let url = format!("{path}/vote");

    // Each says what suits. With one vote each, three for Friday would have settled it without Dan and Finn.
    let suits: [&[&str]; 5] =
        [&[friday, saturday], &[friday, saturday, sunday], &[saturday], &[friday, saturday], &[saturday, sunday]];
    for (friend, days) in friends.iter().zip(suits) {
        for day in days {
            service.put(friend, &url, &vote("date", day)).await.expect(200);
        }
    }
    // Cleo's Sunday is taken after all.
    let cleo = &friends[1];
    let poll = service.call(cleo, Method::DELETE, &url, &vote("date", sunday)).await.expect(200).body;
    assert_eq!(poll["event"]["date"][0]["my_vote"], json!([friday, saturday]));

    // Ada sees who can come when, and the day that suits all.
    let poll = service.event(&ada, &path).await["date"][0].clone();
    let ids = |of: &[usize]| of.iter().map(|friend| json!(friends[*friend].id)).collect::<Value>();
    assert_eq!((&poll["confirmed"], &poll["voters"]), (&json!(""), &json!(5)));
    assert_eq!(
        poll["drafts"],
        json!([
            {"date": friday, "votes": 3, "voted": ids(&[0, 1, 3])},
            {"date": saturday, "votes": 5, "voted": ids(&[0, 1, 2, 3, 4])},
            {"date": sunday, "votes": 1, "voted": ids(&[4])},
        ])
    );
    service.put(&ada, &url, &vote("date", saturday)).await.expect(200);
    let menu = service.get(cleo, "/event").await.expect(200).body["events"][0].clone();
    assert_eq!((&menu["name"], &menu["date"][0]["confirmed"]), (&json!("Hike"), &json!(saturday)));
    service.put(cleo, &url, &vote("date", sunday)).await.expect(409);
}

#[tokio::test]
async fn a_stranger_learns_nothing() {
    let service = Service::start().await;
    let (jane, john, eve) = (join(&service, "jane").await, join(&service, "john").await, join(&service, "eve").await);
    let path = service.picnic(&jane, &[john]).await;
    let unknown = service.get(&eve, "/event/0192f0c1-2345-4abc-8def-0123456789ab").await.expect(404).body;
    assert_eq!(service.get(&eve, &path).await.expect(404).body, unknown);
    assert_eq!(service.get(&eve, "/event").await.expect(200).body["events"], json!([]));
}

#[tokio::test]
async fn a_stolen_session_is_over_once_its_owner_goes_on() {
    let service = Service::start().await;
    let jane = join(&service, "jane").await;
    let refresh = async |token: &str| service.post("/token", &json!({"refresh_token": token})).await;
    let stolen = jane.refresh.clone();
    let next = refresh(&jane.refresh).await.expect(200).body["refresh_token"].as_str().unwrap().to_owned();
    service.pass(60);
    refresh(&stolen).await.expect(401);
    refresh(&next).await.expect(401);
    service.login("jane", "jane's password").await.expect(200);
}
