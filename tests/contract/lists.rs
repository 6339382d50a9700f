//! `GET /user` and `GET /event`.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Service, User, picnic, vote};

async fn names(service: &Service, user: &User, query: &str) -> (Vec<String>, Value) {
    let page = service.get(user, &format!("/event{query}")).await.expect(200).body;
    let events = page["events"].as_array().unwrap();
    (events.iter().map(|event| event["name"].as_str().unwrap().to_owned()).collect(), page["cursor"].clone())
}

/// Five drafts of Jane's, a to e, of which b and d are sent to John.
async fn started() -> (Service, User, User) {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    for name in ["a", "b", "c", "d", "e"] {
        service.pass(1);
        let mut body = picnic(std::slice::from_ref(&john));
        body["event"]["name"] = json!(name);
        let id = service.draft(&jane, &body).await;
        if name == "b" || name == "d" {
            service.send_event(&jane, &format!("/event/{id}")).await.expect(200);
        }
    }
    (service, jane, john)
}

#[tokio::test]
async fn a_user_sees_oneself() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let user = service.get(&jane, "/user").await.expect(200).body;
    let expected = json!({"user": {
        "id": jane.id, "username": "jane", "e-mail": "jane@example.com", "name": "jane", "avatar": "",
        "contacts": [], "events": [], "chats": [], "searchable": true, "mails": true, "language": "en",
    }});
    assert_eq!(user, expected);

    let path = service.picnic(&jane, std::slice::from_ref(&john)).await;
    let id = path.strip_prefix("/event/").unwrap();
    let user = service.get(&jane, "/user").await.expect(200).body["user"].clone();
    assert_eq!(user["contacts"], json!([{"id": john.id, "name": "john", "avatar": "", "username": "john"}]));
    let listed = json!([{"id": id, "name": "Picnic", "status": true, "date": ""}]);
    assert_eq!((&user["events"], &user["chats"]), (&listed, &json!([id])));
    let user = service.get(&john, "/user").await.expect(200).body["user"].clone();
    let knows = json!([{"id": jane.id, "name": "jane", "avatar": "", "username": "jane"}]);
    assert_eq!((&user["contacts"], &user["events"], &user["chats"]), (&knows, &listed, &json!([])));

    service.put(&jane, &format!("{path}/vote"), &vote("date", "02.02.2027")).await.expect(200);
    let user = service.get(&john, "/user").await.expect(200).body["user"].clone();
    assert_eq!(user["events"][0]["date"], "02.02.2027", "what was decided");
}

#[tokio::test]
async fn an_entry_of_the_list_is_enough_for_a_menu_and_a_calendar() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = service.picnic(&jane, std::slice::from_ref(&john)).await;
    service.put(&jane, &format!("{path}/vote"), &vote("place", "Pub")).await.expect(200);
    let entry = service.get(&john, "/event").await.expect(200).body["events"][0].clone();
    assert_eq!(entry["name"], "Picnic");
    assert_eq!(entry["date"], json!([{"drafts": [{"date": "01.02.2027"}, {"date": "02.02.2027"}], "confirmed": ""}]));
    assert_eq!(entry["place"], json!([{"drafts": [{"place": "Park"}], "confirmed": "Pub"}]));
}

#[tokio::test]
async fn who_has_a_page_or_an_event_is_told_so() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let event = service.picnic(&jane, std::slice::from_ref(&john)).await;
    for path in [event.as_str(), "/event", "/event?limit=1"] {
        let etag = service.get(&john, path).await.expect(200).header("etag").to_owned();
        let ask = async |known: String| {
            let request = service.request(Method::GET, path).bearer_auth(&john.access);
            service.send(request.header("if-none-match", known)).await
        };
        for known in [etag.clone(), format!("\"x\", W/{etag}"), "*".to_owned()] {
            let response = ask(known).await.expect(304);
            assert_eq!((&response.body, response.header("etag")), (&Value::Null, etag.as_str()), "{path}");
        }
        for other in [format!("\"x\", \"{}y\"", etag.trim_matches('"')), etag.trim_matches('"').to_owned()] {
            ask(other).await.expect(200);
        }
        service
            .put(
                &jane,
                &format!("{event}/vote"),
                &vote("date", if path == event { "01.02.2027" } else { "02.02.2027" }),
            )
            .await
            .expect(200);
        service
            .put(&jane, &format!("{event}/vote"), &vote("place", if path == "/event" { "Park" } else { "Pub" }))
            .await
            .expect(200);
        ask(etag).await.expect(200);
    }
}

#[tokio::test]
async fn a_draft_is_shown_with_the_names_of_now_whatever_one_has() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = format!("/event/{}", service.draft(&jane, &picnic(std::slice::from_ref(&john))).await);
    let etag = service.get(&jane, &path).await.header("etag").to_owned();
    service.call(&john, Method::PATCH, "/user", &json!({"name": "John Doe"})).await.expect(200);
    let request = service.request(Method::GET, &path).bearer_auth(&jane.access).header("if-none-match", etag);
    let draft = service.send(request).await.expect(200).body;
    assert_eq!(draft["event"]["members"][0]["invited"][0]["name"], "John Doe");
}

#[tokio::test]
async fn a_draft_has_no_chat_and_makes_nobody_a_contact() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let id = service.draft(&jane, &picnic(&[john])).await;
    let user = service.get(&jane, "/user").await.expect(200).body["user"].clone();
    let listed = json!([{"id": id, "name": "Picnic", "status": false, "date": ""}]);
    assert_eq!((&user["contacts"], &user["events"], &user["chats"]), (&json!([]), &listed, &json!([])));
}

#[tokio::test]
async fn the_newest_come_first_and_invitees_see_what_was_sent() {
    let (service, jane, john) = started().await;
    assert_eq!(names(&service, &jane, "").await, (["e", "d", "c", "b", "a"].map(str::to_owned).to_vec(), Value::Null));
    assert_eq!(names(&service, &john, "").await, (["d", "b"].map(str::to_owned).to_vec(), Value::Null));
    assert_eq!(names(&service, &jane, "?status=draft").await.0, ["e", "c", "a"]);
    assert_eq!(names(&service, &jane, "?status=sent").await.0, ["d", "b"]);
    assert_eq!(names(&service, &john, "?status=draft").await.0, [""; 0]);
}

#[tokio::test]
async fn an_entry_tells_the_readers_part() {
    let (service, jane, john) = started().await;
    let page = service.get(&john, "/event?limit=1").await.expect(200).body;
    let id = page["events"][0]["id"].as_str().unwrap();
    service.put(&john, &format!("/event/{id}/answer"), &json!({"answer": "maybe"})).await.expect(200);
    let parts = |event: &Value| json!([event["status"], event["role"], event["chat_success"], event["answer"]]);
    let page = service.get(&john, "/event?limit=1").await.expect(200).body;
    assert_eq!(parts(&page["events"][0]), json!([true, "user", true, "maybe"]));
    assert_eq!(page["events"][0]["created_at"], "2027-01-01T12:00:04Z");
    let page = service.get(&jane, "/event?limit=1").await.expect(200).body;
    assert_eq!(parts(&page["events"][0]), json!([false, "admin", true, null]));
}

#[tokio::test]
async fn a_cursor_leads_through_all_pages() {
    let (service, jane, _) = started().await;
    for (filter, expected) in [("", "edcba"), ("&status=draft", "eca"), ("&status=sent", "db")] {
        for limit in 1..=6 {
            let (mut all, mut cursor, mut pages) = (String::new(), Value::Null, 0);
            loop {
                let next = cursor.as_str().map_or(String::new(), |cursor| format!("&cursor={cursor}"));
                let (page, more) = names(&service, &jane, &format!("?limit={limit}{filter}{next}")).await;
                assert!(page.len() <= limit);
                all += &page.concat();
                pages += 1;
                cursor = more;
                if cursor.is_null() || pages > 10 {
                    break;
                }
            }
            assert_eq!(all, expected, "limit {limit}{filter}");
        }
    }
}

#[tokio::test]
async fn the_last_page_says_that_it_is_the_last() {
    let (service, jane, john) = started().await;
    for (user, query, last) in [(&jane, "?limit=5", 5), (&john, "?limit=2", 2)] {
        let (names, cursor) = names(&service, user, query).await;
        assert_eq!((names.len(), cursor), (last, Value::Null), "{query}");
    }
}

#[tokio::test]
async fn no_page_is_empty_before_the_end() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    service.draft(&jane, &json!({"name": "oldest"})).await;
    for index in 0..60 {
        service.pass(1);
        // The events that jane has sent, and those that she received.
        let (organiser, guest) = if index % 3 == 0 { (&john, &jane) } else { (&jane, &john) };
        service.picnic(organiser, std::slice::from_ref(guest)).await;
        if index == 7 {
            service.pass(1);
            service.draft(&jane, &json!({"name": "older"})).await;
        }
    }
    for (limit, pages) in [(1, vec!["older", "oldest"]), (2, vec!["olderoldest"]), (20, vec!["olderoldest"])] {
        let (mut cursor, mut found) = (String::new(), Vec::new());
        loop {
            let (page, next) = names(&service, &jane, &format!("?status=draft&limit={limit}{cursor}")).await;
            found.push(page.concat());
            let Some(next) = next.as_str() else { break };
            assert!(!page.is_empty(), "an empty page with a cursor, limit {limit}: {found:?}");
            cursor = format!("&cursor={next}");
        }
        // The last page may be empty.
        found.retain(|page| !page.is_empty());
        assert_eq!(found, pages, "limit {limit}");
    }
    assert_eq!(names(&service, &john, "?status=draft&limit=1").await, (vec![], Value::Null));
}

#[tokio::test]
async fn a_cursor_from_elsewhere_is_refused() {
    let (service, jane, john) = started().await;
    let (_, cursor) = names(&service, &jane, "?limit=1").await;
    let cursor = cursor.as_str().unwrap();
    for (user, query) in [
        (&john, format!("?cursor={cursor}")),
        (&jane, format!("?status=sent&cursor={cursor}")),
        (&jane, format!("?cursor={}", &cursor[1..])),
        (&jane, "?cursor=nonsense".to_owned()),
        (&jane, "?cursor=%00%ff".to_owned()),
    ] {
        let response = service.get(user, &format!("/event{query}")).await;
        assert_eq!((response.status, response.fields()), (400, vec!["cursor"]), "{query}");
    }
}

#[tokio::test]
async fn every_fault_of_the_query_is_named() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let response = service.get(&jane, "/event?status=open&limit=0&cursor=x").await.expect(400);
    assert_eq!(response.fields(), ["status", "limit", "cursor"]);
    for limit in ["51", "-1", "ten", "1e1"] {
        service.get(&jane, &format!("/event?limit={limit}")).await.expect(400);
    }
    service.get(&jane, "/event?limit=50").await.expect(200);
}

#[tokio::test]
async fn the_newest_hundred_events_and_contacts_are_shown() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let guests = service.guests(103).await;
    service.picnic(&jane, &guests[..60]).await;
    service.picnic(&jane, &guests[40..]).await;
    for _ in 0..100 {
        service.draft(&jane, &json!({"event": {}})).await;
    }
    let user = service.get(&jane, "/user").await.expect(200).body["user"].clone();
    assert_eq!(user["events"].as_array().unwrap().len(), 100);
    let contacts: Vec<_> = user["contacts"].as_array().unwrap().iter().map(|contact| contact["name"].clone()).collect();
    let expected: Vec<_> = (40..103).chain(0..37).map(|index| json!(format!("guest{index}"))).collect();
    assert_eq!(contacts, expected, "those of the last event first");
}
