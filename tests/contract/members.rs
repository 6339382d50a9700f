//! `GET /event/{id}` and `PUT /event/{id}/answer`: what members see, and what they may do.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Service, picnic, vote};

#[tokio::test]
async fn what_each_role_may_do() {
    let service = Service::start().await;
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let (answer, ballot, edit) = (json!({"answer": "yes"}), vote("date", "01.02.2027"), json!({"name": "Dinner"}));
    let none = Value::Null;
    let actions = [
        (Method::GET, "", &none),
        (Method::PUT, "/answer", &answer),
        (Method::PUT, "/vote", &ballot),
        (Method::PUT, "", &edit),
        (Method::POST, "/send", &none),
        (Method::DELETE, "", &none),
    ];
    //                   get  ans  vote edit send del
    let matrix = [
        ("draft", &jane, [200, 403, 409, 200, 200, 204]),
        ("draft", &john, [404, 404, 404, 404, 404, 404]),
        ("draft", &jim, [404, 404, 404, 404, 404, 404]),
        ("sent", &jane, [200, 403, 200, 409, 200, 204]),
        ("sent", &john, [200, 200, 200, 403, 403, 403]),
        ("sent", &jim, [404, 404, 404, 404, 404, 404]),
    ];
    for (state, user, expected) in matrix {
        for ((method, suffix, body), status) in actions.iter().zip(expected) {
            let invitees = std::slice::from_ref(&john);
            let path = if state == "sent" {
                service.picnic(&jane, invitees).await
            } else {
                format!("/event/{}", service.draft(&jane, &picnic(invitees)).await)
            };
            let response = service.call(user, method.clone(), &format!("{path}{suffix}"), body).await;
            assert_eq!(
                response.status, status,
                "{} {method} {suffix} on a {state} event: {}",
                user.name, response.body
            );
        }
    }
}

#[tokio::test]
async fn an_event_that_does_not_exist_is_not_found() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let path = "/event/0192f0c1-2345-4abc-8def-0123456789ab";
    service.get(&jane, path).await.expect(404);
    service.put(&jane, path, &json!({"name": "x"})).await.expect(404);
    service.put(&jane, &format!("{path}/answer"), &json!({"answer": "yes"})).await.expect(404);
    service.put(&jane, &format!("{path}/vote"), &vote("date", "01.02.2027")).await.expect(404);
    service.send_event(&jane, path).await.expect(404);
    service.call(&jane, Method::DELETE, path, &Value::Null).await.expect(404);
}

#[tokio::test]
async fn yes_and_maybe_open_the_chat_and_may_be_changed() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = service.picnic(&jane, std::slice::from_ref(&john)).await;
    for (answer, list, chat, chats) in [
        ("no", "invited", false, 0),
        ("maybe", "invited", true, 1),
        ("yes", "confirmed", true, 1),
        ("yes", "confirmed", true, 1),
        ("no", "invited", false, 0),
    ] {
        let event = service.put(&john, &format!("{path}/answer"), &json!({ "answer": answer })).await.expect(200).body;
        assert_eq!(event, service.get(&john, &path).await.expect(200).body, "{answer}");
        let members = event["event"]["members"][0][list].as_array().unwrap();
        let own = members.iter().find(|entry| entry["id"] == json!(john.id)).expect(answer);
        assert_eq!(own["chat_success"], chat, "{answer}");
        let user = service.get(&john, "/user").await.expect(200).body;
        assert_eq!(user["user"]["chats"].as_array().unwrap().len(), chats, "{answer}");
    }
}

#[tokio::test]
async fn an_answer_is_one_of_three() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = service.picnic(&jane, std::slice::from_ref(&john)).await;
    for body in [json!({}), json!({"answer": "perhaps"}), json!({"answer": 1})] {
        assert_eq!(service.put(&john, &format!("{path}/answer"), &body).await.expect(400).fields(), ["answer"]);
    }
}

#[tokio::test]
async fn a_sent_event_has_another_etag_after_each_change() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = service.picnic(&jane, std::slice::from_ref(&john)).await;
    let mut etags = vec![service.get(&john, &path).await.header("etag").to_owned()];
    service.put(&john, &format!("{path}/answer"), &json!({"answer": "maybe"})).await.expect(200);
    etags.push(service.get(&john, &path).await.header("etag").to_owned());
    service.put(&john, &format!("{path}/vote"), &vote("date", "01.02.2027")).await.expect(200);
    etags.push(service.get(&john, &path).await.header("etag").to_owned());
    etags.dedup();
    assert_eq!(etags.len(), 3);
    assert_eq!(service.get(&john, &path).await.header("etag"), etags[2]);
}
