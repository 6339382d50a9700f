//! What can still be changed in an event that was sent.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Response, Service, User, picnic, vote};

async fn amend(service: &Service, user: &User, path: &str, body: &Value) -> Response {
    service.call(user, Method::PATCH, path, body).await
}

async fn invite(service: &Service, user: &User, path: &str, invited: &Value) -> Response {
    service.call(user, Method::POST, &format!("{path}/members"), &json!({ "invited": invited })).await
}

async fn take_out(service: &Service, user: &User, path: &str, who: &User) -> Response {
    service.call(user, Method::DELETE, &format!("{path}/members/{}", who.id), &Value::Null).await
}

fn names(event: &Value) -> Vec<String> {
    let invited = event["event"]["members"][0]["invited"].as_array().unwrap();
    invited.iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn more_are_invited_and_those_who_are_in_stay_as_they_are() {
    let service = Service::start().await;
    let [jane, john, jim, joan] = service.users(["jane", "john", "jim", "joan"]).await;
    let path = service.picnic(&jane, std::slice::from_ref(&john)).await;
    service.put(&john, &format!("{path}/vote"), &vote("place", "Pub")).await.expect(200);
    for _ in 0..2 {
        let event = invite(&service, &jane, &path, &json!(["jim", {"id": john.id}, joan.email])).await.expect(200).body;
        assert_eq!(names(&event), ["john", "jim", "joan"], "in the order in which they were invited");
        assert_eq!(event["event"]["place"][0]["confirmed_voted"], json!([john.id]));
    }
    service.event(&jim, &path).await;
    assert_eq!(service.get(&joan, "/event").await.expect(200).body["events"].as_array().unwrap().len(), 1);
    let unknown = invite(&service, &jane, &path, &json!(["nobody", {"id": "x"}, {}])).await.expect(400);
    assert!(unknown.fields().iter().all(|field| field.starts_with("invited[")), "{:?}", unknown.fields());
    assert_eq!(invite(&service, &jane, &path, &json!([])).await.expect(400).fields(), ["invited"]);
}

#[tokio::test]
async fn five_hundred_are_the_most_whenever_they_are_invited() {
    let service = Service::start_with(|options| {
        options.env.insert("INVITATIONS_BY_ADDRESS_A_DAY".to_owned(), "0".to_owned());
    })
    .await;
    let jane = service.user("jane").await;
    let path = service.picnic(&jane, &service.guests(350).await).await;
    let strangers = |number| json!((0..number).map(|n| format!("s{n}@example.com")).collect::<Vec<_>>());
    assert_eq!(invite(&service, &jane, &path, &strangers(151)).await.expect(400).fields(), ["invited"]);
    let event = invite(&service, &jane, &path, &strangers(150)).await.expect(200).body;
    assert_eq!(names(&event).len(), 500);
    service.settle().await;
    assert_eq!(service.local.mailbox().sent(), 500);
}

#[tokio::test]
async fn who_is_taken_out_is_a_stranger_until_invited_again() {
    let service = Service::start().await;
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let path = service.picnic(&jane, &[john.clone(), jim.clone()]).await;
    service.put(&john, &format!("{path}/vote"), &vote("place", "Pub")).await.expect(200);
    take_out(&service, &jim, &path, &john).await.expect(403);
    take_out(&service, &jane, &path, &jane).await.expect(409);
    take_out(&service, &jane, &path, &john).await.expect(204);
    take_out(&service, &jane, &path, &john).await.expect(404);
    service.get(&john, &path).await.expect(404);
    assert_eq!(service.get(&john, "/event").await.expect(200).body["events"], json!([]));
    let export = service.get(&john, "/user/export").await.expect(200).body;
    assert_eq!(export["export"]["events"], json!([]));
    let event = invite(&service, &jane, &path, &json!(["john"])).await.expect(200).body;
    assert_eq!(names(&event), ["jim", "john"]);
    assert_eq!(service.event(&john, &path).await["place"][0]["my_vote"], Value::Null, "he begins anew");
}

#[tokio::test]
async fn an_invitee_leaves_and_the_others_may_be_more_than_half_then() {
    for by_organiser in [true, false] {
        let service = Service::start().await;
        let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
        let path = service.picnic(&jane, &[john.clone(), jim.clone()]).await;
        let body = vote("date", "01.02.2027");
        service.put(&john, &format!("{path}/vote"), &body).await.expect(200);
        assert_eq!(service.event(&jane, &path).await["date"][0]["confirmed"], "");
        take_out(&service, if by_organiser { &jane } else { &jim }, &path, &jim).await.expect(204);
        assert_eq!(service.event(&jane, &path).await["date"][0]["confirmed"], "01.02.2027");
        take_out(&service, &jim, &path, &jim).await.expect(404);
    }
}

#[tokio::test]
async fn name_and_text_are_corrected_and_options_added() {
    let service = Service::start().await;
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let path = service.picnic(&jane, &[john.clone(), jim.clone()]).await;
    service.put(&john, &format!("{path}/vote"), &vote("date", "02.02.2027")).await.expect(200);
    let body = json!({"event": {"name": "Hike", "additional": "Boots.", "date": [{"drafts": [{"date": "03.02.2027"}, {"date": "2027-02-01"}]}]}});
    let first = amend(&service, &jane, &path, &body).await.expect(200);
    assert_eq!(amend(&service, &jane, &path, &body).await.expect(200).body, first.body);
    let event = service.event(&john, &path).await;
    assert_eq!((&event["name"], &event["additional"]), (&json!("Hike"), &json!("Boots.")));
    let dates: Vec<_> = event["date"][0]["drafts"].as_array().unwrap().iter().map(|option| &option["date"]).collect();
    assert_eq!(dates, ["01.02.2027", "02.02.2027", "03.02.2027"]);
    assert_eq!(event["date"][0]["my_vote"], "02.02.2027");
    amend(&service, &john, &path, &body).await.expect(403);
    service.put(&jane, &format!("{path}/vote"), &vote("date", "03.02.2027")).await.expect(200);
    let more = json!({"date": [{"drafts": [{"date": "04.02.2027"}]}]});
    assert_eq!(amend(&service, &jane, &path, &more).await.expect(409).body["code"], "poll_decided");
    assert_eq!(amend(&service, &jane, &path, &json!({"name": " "})).await.expect(400).fields(), ["event.name"]);
}

#[tokio::test]
async fn a_draft_is_amended_too() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = format!("/event/{}", service.draft(&jane, &picnic(&[john])).await);
    let event = amend(&service, &jane, &path, &json!({"name": "Hike"})).await.expect(200);
    let read = service.get(&jane, &path).await.expect(200);
    assert_eq!((&event.body, event.header("etag")), (&read.body, read.header("etag")));
    assert_eq!(names(&read.body), ["john"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_changed_at_once_is_all_there() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let guests = service.guests(9).await;
    let path = service.picnic(&jane, &guests[..1]).await;
    let inviting = guests[1..5].iter().map(|guest| {
        let (service, jane, path) = (&service, &jane, &path);
        async move { invite(service, jane, path, &json!([guest.id])).await }
    });
    let adding = (3..7).map(|day| {
        let (service, jane, path) = (&service, &jane, &path);
        async move {
            amend(service, jane, path, &json!({"date": [{"drafts": [{"date": format!("0{day}.02.2027")}]}]})).await
        }
    });
    let (invited, added) =
        tokio::join!(futures_util::future::join_all(inviting), futures_util::future::join_all(adding));
    for response in invited.into_iter().chain(added) {
        assert!([200, 503].contains(&response.status), "{}", response.body);
    }
    for guest in &guests[1..5] {
        invite(&service, &jane, &path, &json!([guest.id])).await.expect(200);
    }
    for day in 3..7 {
        amend(&service, &jane, &path, &json!({"date": [{"drafts": [{"date": format!("0{day}.02.2027")}]}]}))
            .await
            .expect(200);
    }
    let event = service.get(&jane, &path).await.expect(200).body;
    assert_eq!((names(&event).len(), event["event"]["date"][0]["drafts"].as_array().unwrap().len()), (5, 6));
    service.settle().await;
    assert_eq!(service.local.mailbox().sent(), 5);
}

#[tokio::test]
async fn whoever_is_gone_keeps_the_place_when_more_are_invited() {
    let service = Service::start().await;
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let path = service.picnic(&jane, std::slice::from_ref(&john)).await;
    service.leave(&john).await.expect(204);
    let before = service.event(&jane, &path).await["members"][0]["invited"][0].clone();
    let event = invite(&service, &jane, &path, &json!([jim.id])).await.expect(200).body;
    assert_eq!(event["event"]["members"][0]["invited"][0], before);
}

#[tokio::test]
async fn a_put_of_what_was_sent_with_a_stranger_more_comes_too_late() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let mut body = picnic(std::slice::from_ref(&john));
    body["event"]["status"] = json!(true);
    let made = service.call(&jane, Method::POST, "/event", &body).await.expect(201);
    let path = made.header("location").to_owned();
    service.put(&jane, &path, &body).await.expect(200);
    body["event"]["members"][0]["invited"].as_array_mut().unwrap().push(json!("ann@example.com"));
    assert_eq!(service.put(&jane, &path, &body).await.expect(409).body["code"], "already_sent");
}

#[tokio::test]
async fn a_guest_is_invited_by_the_id_too_under_no_name_that_somebody_else_gave() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = service.picnic(&jane, std::slice::from_ref(&john)).await;
    let ann = json!([{"e-mail": "ann@example.com", "name": "My secret love"}]);
    let event = invite(&service, &jane, &path, &ann).await.expect(200).body;
    let guest = event["event"]["members"][0]["invited"][1]["id"].clone();
    invite(&service, &jane, &path, &json!([{"id": guest, "again": true}])).await.expect(200);
    service.settle().await;
    assert_eq!(service.local.mailbox().mails(Some("ann@example.com")).len(), 2);
    let mut body = picnic(&[]);
    body["event"]["members"] = json!([{"invited": [{"id": guest}]}]);
    body["event"]["status"] = json!(true);
    let other = service.call(&john, Method::POST, "/event", &body).await.expect(201).body;
    assert_eq!(other["event"]["members"][0]["invited"][0]["id"], guest);
    assert_eq!(names(&other), ["guest"]);
}
