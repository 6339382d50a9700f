//! Changes of the organiser: `PUT /event/{id}/organiser`, and events whose organiser leaves.

use aws_sdk_dynamodb::types::AttributeValue;
use reqwest::Method;
use serde_json::{Value, json};
use shared::domain::poll::{Choice, Topic};
use shared::store::members::Members;
use tests::{Response, Service, User, picnic, vote};

async fn hands_over(service: &Service, path: &str, user: &User, to: &Value) -> Response {
    service.put(user, &format!("{path}/organiser"), &json!({ "id": to })).await
}

async fn answers(service: &Service, path: &str, user: &User, answer: &str) {
    service.put(user, &format!("{path}/answer"), &json!({ "answer": answer })).await.expect(200);
}

async fn event(service: &Service, path: &str, user: &User) -> Value {
    service.event(user, path).await
}

/// The event's organiser: id and name.
fn organiser(event: &Value) -> (Value, Value) {
    let entry = &event["members"][0]["confirmed"][0];
    assert_eq!(entry["role"], "admin", "{event}");
    (entry["id"].clone(), entry["name"].clone())
}

fn of(user: &User) -> (Value, Value) {
    (json!(user.id), json!(user.name))
}

/// An organiser is shown by name. To hand over to an address must not disclose the name.
#[tokio::test]
async fn nothing_is_handed_over_to_an_address_that_has_not_acted() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let entries = json!([{"id": "john@example.com", "name": "Johnny"}]);
    let path = crate::invitees::sent(&service, &jane, &entries).await;
    let refused = hands_over(&service, &path, &jane, &json!(john.id)).await.expect(400);
    assert_eq!(refused.fields(), ["id"]);
    service.put(&john, &format!("{path}/answer"), &json!({"answer": "maybe"})).await.expect(200);
    let after = hands_over(&service, &path, &jane, &json!(john.id)).await.expect(200).body["event"].clone();
    assert_eq!(organiser(&after), of(&john));
}

#[tokio::test]
async fn the_organiser_hands_the_event_over() {
    let service = Service::start().await;
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let path = service.picnic(&jane, &[john.clone(), jim.clone()]).await;
    service.put(&john, &format!("{path}/vote"), &vote("date", "01.02.2027")).await.expect(200);
    service.put(&jane, &format!("{path}/vote"), &vote("place", "Pub")).await.expect(200);
    let after = hands_over(&service, &path, &jane, &json!(john.id)).await.expect(200).body["event"].clone();
    assert_eq!(after, event(&service, &path, &jane).await);
    assert_eq!(organiser(&after), of(&john));
    // The former organiser comes and has no votes, the votes of the new one are gone, and decisions stay.
    let former = json!({"id": jane.id, "name": "jane", "username": "jane", "role": "user", "chat_success": true});
    assert_eq!(after["members"][0]["confirmed"][1], former);
    assert_eq!((&after["date"][0]["voters"], &after["date"][0]["confirmed"]), (&json!(0), &json!("")));
    assert_eq!((&after["date"][0]["my_vote"], &after["place"][0]["confirmed"]), (&json!(null), &json!("Pub")));

    // The two have swapped their roles.
    service.call(&jane, Method::DELETE, &path, &Value::Null).await.expect(403);
    service.put(&jane, &format!("{path}/vote"), &vote("place", "Park")).await.expect(409);
    service.put(&john, &format!("{path}/answer"), &json!({"answer": "no"})).await.expect(403);
    for (user, role) in [(&jane, "user"), (&john, "admin"), (&jim, "user")] {
        let events = service.get(user, "/event").await.expect(200).body["events"].clone();
        assert_eq!((events.as_array().unwrap().len(), &events[0]["role"]), (1, &json!(role)), "{}", user.name);
    }
    let decided = service.put(&john, &format!("{path}/vote"), &vote("date", "02.02.2027")).await.expect(200).body;
    assert_eq!(decided["event"]["date"][0]["confirmed"], "02.02.2027");
    service.call(&john, Method::DELETE, &path, &Value::Null).await.expect(204);
}

#[tokio::test]
async fn the_two_change_places_in_the_organisers_order() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let guests = service.guests(3).await;
    let path = service.picnic(&jane, &guests).await;
    hands_over(&service, &path, &jane, &json!(guests[1].id)).await.expect(200);
    hands_over(&service, &path, &guests[1], &json!(jane.id)).await.expect(200);
    let event = event(&service, &path, &jane).await;
    assert_eq!(organiser(&event), of(&jane));
    // He comes as the former organiser, so he is listed among the confirmed.
    let ids = |list: &str| {
        event["members"][0][list].as_array().unwrap().iter().map(|entry| entry["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids("invited"), [json!(guests[0].id), json!(guests[2].id)]);
    assert_eq!(ids("confirmed"), [json!(jane.id), json!(guests[1].id)]);
}

#[tokio::test]
async fn handing_over_again_to_the_same_member_changes_nothing() {
    let service = Service::start().await;
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let path = service.picnic(&jane, &[john.clone(), jim.clone()]).await;
    assert_eq!(
        organiser(&hands_over(&service, &path, &jane, &json!(jane.id)).await.expect(200).body["event"]),
        of(&jane)
    );
    let first = hands_over(&service, &path, &jane, &json!(john.id)).await.expect(200).body;
    let acts = service.logged("audit").len();
    // The same request again, by the former organiser, the present one, and another member.
    assert_eq!(hands_over(&service, &path, &jane, &json!(john.id)).await.expect(200).body, first);
    hands_over(&service, &path, &john, &json!(john.id)).await.expect(200);
    hands_over(&service, &path, &jim, &json!(john.id)).await.expect(200);
    for user in [&jane, &jim] {
        hands_over(&service, &path, user, &json!(jim.id)).await.expect(403);
    }
    assert_eq!(service.get(&jane, &path).await.expect(200).body, first);
    assert_eq!(service.logged("audit").len(), acts);
}

#[tokio::test]
async fn it_passes_on_to_members_with_an_account_who_have_not_declined() {
    let service = Service::start().await;
    let [jane, john, jim, joan, eve] = service.users(["jane", "john", "jim", "joan", "eve"]).await;
    let path = service.picnic(&jane, &[john.clone(), jim.clone(), joan.clone()]).await;
    answers(&service, &path, &john, "no").await;
    service.leave(&jim).await.expect(204);
    let before = event(&service, &path, &jane).await;
    let gone = before["members"][0]["invited"][1].clone();
    assert_eq!(gone["name"], "deleted user");
    for id in [&json!(john.id), &gone["id"], &json!(jim.id), &json!(eve.id), &json!("joan"), &json!(7), &Value::Null] {
        assert_eq!(hands_over(&service, &path, &jane, id).await.expect(400).fields(), ["id"], "{id}");
    }
    hands_over(&service, &path, &eve, &json!(eve.id)).await.expect(404);
    assert_eq!(event(&service, &path, &jane).await, before);
    answers(&service, &path, &john, "maybe").await;
    hands_over(&service, &path, &jane, &json!(john.id)).await.expect(200);
}

#[tokio::test]
async fn a_draft_is_not_handed_over() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = format!("/event/{}", service.draft(&jane, &picnic(std::slice::from_ref(&john))).await);
    hands_over(&service, &path, &jane, &json!(john.id)).await.expect(409);
    hands_over(&service, &path, &jane, &json!(jane.id)).await.expect(409);
    hands_over(&service, &path, &john, &json!(john.id)).await.expect(404);
}

/// The answers of three guests, and which of them inherits.
#[tokio::test]
async fn when_the_organiser_leaves_the_first_who_comes_may_come_or_is_open_inherits() {
    for (given, heir) in [
        (["yes", "yes", "yes"], Some(0)),
        (["maybe", "yes", "yes"], Some(1)),
        (["", "maybe", ""], Some(1)),
        (["no", "", ""], Some(1)),
        (["no", "no", "maybe"], Some(2)),
        (["no", "no", "no"], None),
        (["gone", "gone", ""], Some(2)),
        (["gone", "no", "gone"], None),
    ] {
        let service = Service::start().await;
        let jane = service.user("jane").await;
        let guests = service.guests(3).await;
        let path = service.picnic(&jane, &guests).await;
        for (guest, answer) in guests.iter().zip(given) {
            match answer {
                "" => {}
                "gone" => {
                    answers(&service, &path, guest, "yes").await;
                    service.leave(guest).await.expect(204);
                }
                answer => answers(&service, &path, guest, answer).await,
            }
        }
        service.leave(&jane).await.expect(204);
        let Some(heir) = heir else {
            for guest in guests.iter().zip(given).filter(|(_, answer)| *answer != "gone").map(|(guest, _)| guest) {
                service.get(guest, &path).await.expect(404);
                assert_eq!(service.get(guest, "/event").await.expect(200).body["events"], json!([]), "{given:?}");
            }
            continue;
        };
        let event = event(&service, &path, &guests[heir]).await;
        assert_eq!(organiser(&event), of(&guests[heir]), "{given:?}");
        // The rows of the leaver and of the heir are deleted.
        let lists = ["invited", "confirmed"].map(|list| event["members"][0][list].as_array().unwrap().len());
        assert_eq!(lists.iter().sum::<usize>(), 3, "{event}");
        service.call(&guests[heir], Method::DELETE, &path, &Value::Null).await.expect(204);
    }
}

#[tokio::test]
async fn what_the_heir_has_decided_with_others_stays() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let guests = service.guests(3).await;
    let path = service.picnic(&jane, &guests).await;
    for guest in &guests[..2] {
        service.put(guest, &format!("{path}/vote"), &vote("date", "01.02.2027")).await.expect(200);
        // Concurrent votes, so that no request has recorded the decision.
        let id = path.strip_prefix("/event/").unwrap().parse().unwrap();
        service.part::<Members>().add_vote(id, guest.id, (Topic::Place, Choice::One), 1).await.unwrap();
    }
    service.leave(&jane).await.expect(204);
    let event = event(&service, &path, &guests[2]).await;
    assert_eq!(organiser(&event), of(&guests[0]));
    assert_eq!(
        (&event["date"][0]["confirmed"], &event["place"][0]["confirmed"]),
        (&json!("01.02.2027"), &json!("Pub"))
    );
}

/// A row from before deleted users were marked: only the name shows it.
#[tokio::test]
async fn who_left_long_ago_does_not_inherit() {
    let service = Service::start().await;
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let path = service.picnic(&jane, &[john.clone(), jim.clone()]).await;
    answers(&service, &path, &john, "yes").await;
    service.leave(&john).await.expect(204);
    let (client, table) = (service.local.dynamodb_client(), service.local.variables()["EVENTS_TABLE"].clone());
    let rows = client.scan().table_name(&table).send().await.unwrap();
    let left = rows.items().iter().find(|item| item.contains_key("gone")).expect("a row with the mark");
    let key = ["event_id", "row"].map(|name| (name.to_owned(), left[name].clone()));
    let unmark = client.update_item().table_name(&table).set_key(Some(key.into())).update_expression("REMOVE gone");
    unmark.send().await.unwrap();
    service.leave(&jane).await.expect(204);
    assert_eq!(organiser(&event(&service, &path, &jim).await), of(&jim));
}

#[tokio::test]
async fn an_interrupted_sending_leaves_nothing_of_who_leaves() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let id = service.draft(&jane, &picnic(std::slice::from_ref(&john))).await;
    let (client, table) = (service.local.dynamodb_client(), service.local.variables()["EVENTS_TABLE"].clone());
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let number = |number: &str| AttributeValue::N(number.to_owned());
    let put = client.put_item().table_name(&table).item("event_id", text(&id));
    let put = put.item("row", text(&format!("MEMBER#{}", john.id))).item("user_id", text(&john.id.to_string()));
    let put = put.item("listed_at", number("1")).item("name", text("john")).item("position", number("0"));
    put.send().await.unwrap();
    service.leave(&john).await.expect(204);
    let rows = client.scan().table_name(&table).send().await.unwrap();
    assert_eq!(rows.items().len(), 1, "the draft: {rows:?}");
}
