//! `PUT /event/{id}/vote` over HTTP. The tables of the rules are in `shared/src/domain/vote.rs`.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Service, User, picnic_on_any_day, vote};

async fn started(invitees: usize) -> (Service, User, Vec<User>, String) {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let guests = service.guests(invitees).await;
    let path = service.picnic(&jane, &guests).await;
    (service, jane, guests, path)
}

fn drafts(event: &Value, topic: &str) -> Vec<(String, u64)> {
    let drafts = event["event"][topic][0]["drafts"].as_array().unwrap();
    drafts.iter().map(|draft| (draft[topic].as_str().unwrap().to_owned(), draft["votes"].as_u64().unwrap())).collect()
}

#[tokio::test]
async fn a_vote_counts_once_and_may_be_moved() {
    let (service, jane, guests, path) = started(3).await;
    let url = format!("{path}/vote");
    let event = service.put(&guests[0], &url, &vote("date", "01.02.2027")).await.expect(200).body;
    assert_eq!(drafts(&event, "date"), [("01.02.2027".to_owned(), 1), ("02.02.2027".to_owned(), 0)]);
    assert_eq!(event["event"]["date"][0]["my_vote"], "01.02.2027");
    assert_eq!(service.get(&guests[0], &path).await.expect(200).body, event);

    let again = service.put(&guests[0], &url, &vote("date", "01.02.2027")).await.expect(200).body;
    assert_eq!(again, event);
    let moved = service.put(&guests[0], &url, &vote("date", "02.02.2027")).await.expect(200).body;
    assert_eq!(drafts(&moved, "date"), [("01.02.2027".to_owned(), 0), ("02.02.2027".to_owned(), 1)]);
    let seen = service.get(&jane, &path).await.expect(200).body;
    assert_eq!((&seen["event"]["date"][0]["voters"], &seen["event"]["date"][0]["my_vote"]), (&json!(1), &json!(null)));
}

#[tokio::test]
async fn who_voted_for_what_is_shown_to_every_member() {
    let (service, jane, guests, path) = started(5).await;
    let url = format!("{path}/vote");
    for (guest, date) in [(0, "01.02.2027"), (1, "02.02.2027"), (2, "02.02.2027")] {
        service.put(&guests[guest], &url, &vote("date", date)).await.expect(200);
    }
    let poll = async |reader| service.get(reader, &path).await.expect(200).body["event"]["date"][0].clone();
    let voted = |guests: &[&User]| guests.iter().map(|guest| json!(guest.id)).collect::<Value>();
    for reader in [&jane, &guests[0], &guests[4]] {
        let poll = poll(reader).await;
        assert_eq!(poll["drafts"][0]["voted"], voted(&[&guests[0]]), "{}", reader.name);
        assert_eq!(poll["drafts"][1]["voted"], voted(&[&guests[1], &guests[2]]), "{}", reader.name);
        assert_eq!((&poll["confirmed_votes"], &poll["confirmed_voted"]), (&json!(0), &json!([])));
    }

    service.put(&guests[1], &format!("{path}/answer"), &json!({"answer": "no"})).await.expect(200);
    service.put(&jane, &url, &vote("date", "02.02.2027")).await.expect(200);
    let decided = poll(&guests[0]).await;
    assert_eq!((&decided["confirmed_votes"], &decided["confirmed_voted"]), (&json!(1), &voted(&[&guests[2]])));
}

#[tokio::test]
async fn with_any_choice_a_member_has_a_vote_on_each_of_several_days() {
    let service = Service::start().await;
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let body = picnic_on_any_day(&[john.clone(), jim.clone()]);
    let path = format!("/event/{}", service.draft(&jane, &body).await);
    let draft = service.event(&jane, &path).await;
    assert_eq!((&draft["date"][0]["choice"], &draft["place"][0]["choice"]), (&json!("any"), &json!("one")));
    assert_eq!((&draft["date"][0]["my_vote"], &draft["place"][0]["my_vote"]), (&json!([]), &json!(null)));
    service.send_event(&jane, &path).await.expect(200);

    let url = format!("{path}/vote");
    for (guest, day) in [(&john, "02.02.2027"), (&john, "01.02.2027"), (&john, "02.02.2027"), (&jim, "02.02.2027")] {
        service.put(guest, &url, &vote("date", day)).await.expect(200);
    }
    let seen = service.get(&john, &path).await.expect(200).body;
    let poll = &seen["event"]["date"][0];
    assert_eq!(poll["my_vote"], json!(["01.02.2027", "02.02.2027"]));
    assert_eq!(drafts(&seen, "date"), [("01.02.2027".to_owned(), 1), ("02.02.2027".to_owned(), 2)]);
    assert_eq!((&poll["voters"], &poll["confirmed"]), (&json!(2), &json!("")), "all agree, and nothing is decided");

    let taken_back = service.call(&john, Method::DELETE, &url, &vote("date", "02.02.2027")).await.expect(200).body;
    assert_eq!(taken_back["event"]["date"][0]["my_vote"], json!(["01.02.2027"]));
    let again = service.call(&john, Method::DELETE, &url, &vote("date", "02.02.2027")).await.expect(200).body;
    assert_eq!(again, taken_back);

    let decided = service.put(&jane, &url, &vote("date", "01.02.2027")).await.expect(200).body;
    assert_eq!(decided["event"]["date"][0]["confirmed_voted"], json!([john.id]));
    for (day, status) in [("01.02.2027", 200), ("02.02.2027", 409)] {
        service.put(&john, &url, &vote("date", day)).await.expect(status);
    }
    service.call(&john, Method::DELETE, &url, &vote("date", "01.02.2027")).await.expect(409);
}

#[tokio::test]
async fn a_draft_is_read_and_sent_back_with_its_choice() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = format!("/event/{}", service.draft(&jane, &picnic_on_any_day(std::slice::from_ref(&john))).await);
    let read = service.get(&jane, &path).await.expect(200);
    let saved = service.put(&jane, &path, &read.body).await.expect(200);
    assert_eq!((&saved.body, saved.header("etag")), (&read.body, read.header("etag")));
    let mut other = read.body.clone();
    other["event"]["date"][0]["choice"] = json!("one");
    other["event"]["place"][0]["choice"] = json!("any");
    let saved = service.put(&jane, &path, &other).await.expect(200).body["event"].clone();
    assert_eq!((&saved["date"][0]["choice"], &saved["place"][0]["choice"]), (&json!("one"), &json!("any")));
    other["event"]["date"][0]["choice"] = json!("two");
    let refused = service.put(&jane, &path, &other).await.expect(400).body;
    assert_eq!(refused["errors"][0]["field"], "event.date[0].choice");
}

#[tokio::test]
async fn votes_on_several_days_stay_when_their_owner_leaves() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = format!("/event/{}", service.draft(&jane, &picnic_on_any_day(std::slice::from_ref(&john))).await);
    service.send_event(&jane, &path).await.expect(200);
    for day in ["01.02.2027", "02.02.2027"] {
        service.put(&john, &format!("{path}/vote"), &vote("date", day)).await.expect(200);
    }
    service.leave(&john).await.expect(204);
    let seen = service.get(&jane, &path).await.expect(200).body;
    assert_eq!(drafts(&seen, "date"), [("01.02.2027".to_owned(), 1), ("02.02.2027".to_owned(), 1)]);
    assert_eq!(seen["event"]["date"][0]["voters"], 1);
}

#[tokio::test]
async fn more_than_half_decide_and_the_rest_come_too_late() {
    let (service, jane, guests, path) = started(3).await;
    let url = format!("{path}/vote");
    service.put(&guests[0], &url, &vote("place", "Pub")).await.expect(200);
    let decided = service.put(&guests[1], &url, &vote("place", "Pub")).await.expect(200).body;
    assert_eq!(decided["event"]["place"][0]["confirmed"], "Pub");
    assert_eq!(drafts(&decided, "place"), [("Park".to_owned(), 0)]);
    service.put(&guests[1], &url, &vote("place", "Pub")).await.expect(200);
    service.put(&guests[1], &url, &vote("place", "Park")).await.expect(409);
    service.put(&guests[2], &url, &vote("place", "Pub")).await.expect(409);
    service.put(&guests[2], &url, &vote("date", "01.02.2027")).await.expect(200);
    assert_eq!(service.get(&jane, &path).await.expect(200).body["event"]["place"][0]["voters"], 2);
}

#[tokio::test]
async fn the_organiser_decides_and_may_decide_otherwise() {
    let (service, jane, guests, path) = started(3).await;
    let url = format!("{path}/vote");
    service.put(&guests[0], &url, &vote("date", "01.02.2027")).await.expect(200);
    let first = service.put(&jane, &url, &vote("date", "02.02.2027")).await.expect(200).body;
    assert_eq!(first["event"]["date"][0]["confirmed"], "02.02.2027");
    assert_eq!(drafts(&first, "date"), [("01.02.2027".to_owned(), 1)]);
    assert_eq!(service.put(&jane, &url, &vote("date", "02.02.2027")).await.expect(200).body, first);
    let second = service.put(&jane, &url, &vote("date", "01.02.2027")).await.expect(200).body;
    assert_eq!(second["event"]["date"][0]["confirmed"], "01.02.2027");
    assert_eq!(drafts(&second, "date"), [("02.02.2027".to_owned(), 0)]);
    service.put(&guests[1], &url, &vote("date", "02.02.2027")).await.expect(409);
}

#[tokio::test]
async fn one_who_declines_neither_counts_nor_holds_up_the_others() {
    let (service, jane, guests, path) = started(3).await;
    let url = format!("{path}/vote");
    service.put(&guests[0], &url, &vote("date", "01.02.2027")).await.expect(200);
    service.put(&guests[1], &url, &vote("date", "02.02.2027")).await.expect(200);
    service.put(&guests[1], &format!("{path}/answer"), &json!({"answer": "no"})).await.expect(200);
    let event = service.get(&jane, &path).await.expect(200).body;
    assert_eq!(drafts(&event, "date"), [("01.02.2027".to_owned(), 1), ("02.02.2027".to_owned(), 0)]);
    service.put(&guests[2], &format!("{path}/answer"), &json!({"answer": "no"})).await.expect(200);
    let event = service.get(&jane, &path).await.expect(200).body;
    assert_eq!(event["event"]["date"][0]["confirmed"], "01.02.2027", "the only one who has not declined decides");
}

#[tokio::test]
async fn exactly_one_element_has_to_move() {
    let (service, jane, guests, path) = started(3).await;
    let url = format!("{path}/vote");
    let both = json!({"event": {"date": [{"confirmed": "01.02.2027"}], "place": [{"confirmed": "Pub"}]}});
    let unchanged = service.get(&guests[0], &path).await.expect(200).body;
    for (body, fields) in [
        (&both, vec!["event.date[0].confirmed", "event.place[0].confirmed"]),
        (&unchanged, vec!["event"]),
        (&json!({"event": {}}), vec!["event"]),
        (&vote("date", "03.02.2027"), vec!["event.date[0].confirmed"]),
    ] {
        for voter in [&jane, &guests[0]] {
            let response = service.put(voter, &url, body).await;
            assert_eq!((response.status, response.fields()), (400, fields.clone()), "{body}");
        }
    }
    assert_eq!(service.get(&guests[0], &path).await.expect(200).body, unchanged);
}

#[tokio::test]
async fn the_whole_event_with_one_element_moved_is_a_vote() {
    let (service, _, guests, path) = started(3).await;
    let mut body = service.get(&guests[0], &path).await.expect(200).body;
    let moved = body["event"]["place"][0]["drafts"].as_array_mut().unwrap().remove(0);
    body["event"]["place"][0]["confirmed"] = moved["place"].clone();
    let event = service.put(&guests[0], &format!("{path}/vote"), &body).await.expect(200).body;
    assert_eq!(event["event"]["place"][0]["my_vote"], "Park");
}

#[tokio::test]
async fn a_draft_takes_no_votes() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let id = service.draft(&jane, &tests::picnic(std::slice::from_ref(&john))).await;
    let url = format!("/event/{id}/vote");
    service.put(&jane, &url, &vote("date", "01.02.2027")).await.expect(409);
    service.put(&john, &url, &vote("date", "01.02.2027")).await.expect(404);
}
