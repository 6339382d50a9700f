//! Names, addresses and texts as people type them, and how they are compared.

use reqwest::Method;
use reqwest::header::ACCEPT;
use serde_json::{Value, json};
use shared::domain::email::Email;
use shared::domain::password::Password;
use shared::domain::session::Device;
use shared::domain::user::NewUser;
use shared::domain::username::Username;
use shared::store::accounts::Account;
use shared::store::registrations::Registrations;
use shared::token::MailedToken;
use shared::token::Signer;
use tests::{PASSWORD, PASSWORD_HASH, Service, vote};
use uuid::Uuid;

fn new_user(username: &str, email: &str) -> Value {
    json!({"username": username, "password": "correct horse battery", "e-mail": email})
}

#[tokio::test]
async fn white_space_around_names_addresses_and_tokens_does_not_count() {
    let service = Service::start().await;
    service.post("/user", &new_user(" tim\t", " tim@example.com ")).await.expect(200);
    let token = service.mailed_token("tim@example.com");
    let confirm = service.request(Method::GET, &format!("/user/confirm?token=%20{token}%0A"));
    let tokens = service.send(confirm.header(ACCEPT, "application/json")).await.expect(200).body;
    let tim = tokens["user_id"].as_str().unwrap();
    for login in ["tim ", "\ttim", " TIM@example.com\n", "\u{a0}tim@example.com", &format!(" {tim} ")] {
        service.login(login, "correct horse battery").await.expect(200);
    }
    for password in [" correct horse battery", "correct horse battery "] {
        service.login("tim", password).await.expect(403);
    }
    let refresh = format!(" {}\n", tokens["refresh_token"].as_str().unwrap());
    service.post("/token", &json!({"refresh_token": refresh})).await.expect(200);
    service.forgot(" tim@example.com ").await.expect(200);
    let reset =
        json!({"token": format!(" {} ", service.mailed_token("tim@example.com")), "new_password": "battery staple"});
    service.post("/user/password/reset", &reset).await.expect(200);

    let jane = service.user("jane").await;
    let invited = json!([{"id": " tim "}, {"id": format!("{tim} ")}]);
    let id = service.draft(&jane, &json!({"event": {"name": " Picnic ", "members": [{"invited": invited}]}})).await;
    let event = service.event(&jane, &format!("/event/{id}%20")).await;
    assert_eq!((&event["name"], event["members"][0]["invited"].as_array().unwrap().len()), (&json!("Picnic"), 1));
}

#[tokio::test]
async fn text_that_looks_the_same_is_the_same() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let places = |texts: &[&str]| {
        let drafts: Vec<_> = texts.iter().map(|text| json!({"place": text})).collect();
        json!({"event": {"name": "Rene\u{301}", "place": [{"drafts": drafts}]}})
    };
    let twice = places(&["Caf\u{e9}", "Cafe\u{301}"]);
    let refused = service.call(&jane, Method::POST, "/event", &twice).await.expect(400);
    assert_eq!(refused.fields(), ["event.place[0].drafts[1].place"]);
    let id = service.draft(&jane, &places(&["\u{200b}", "Cafe\u{301}", "\u{200b}\u{200b}", "\u{3164}"])).await;
    let event = service.event(&jane, &format!("/event/{id}")).await;
    assert_eq!(
        (&event["name"], &event["place"][0]["drafts"]),
        (&json!("Ren\u{e9}"), &json!([{"place": "Caf\u{e9}", "votes": 0, "voted": []}]))
    );
}

#[tokio::test]
async fn text_that_turns_or_hides_is_refused_wherever_it_is_typed() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    for hidden in
        ["\u{202e}", "\u{2066}", "\u{200f}", "\u{200b}", "\u{2060}", "\u{feff}", "\u{ad}", "\u{3164}", "\u{e0041}"]
    {
        let text = format!("a{hidden}b");
        let body = json!({"event": {"name": text, "place": [{"drafts": [{"place": text}], "confirmed": text}], "additional": text}});
        let refused = service.call(&jane, Method::POST, "/event", &body).await.expect(400);
        let fields = ["event.name", "event.place[0].drafts[0].place", "event.place[0].confirmed", "event.additional"];
        assert_eq!(refused.fields(), fields, "{text:?}");
        let refused = service.call(&jane, Method::PATCH, "/user", &json!({"name": text})).await.expect(400);
        assert_eq!(refused.fields(), ["name"], "{text:?}");
    }
}

#[tokio::test]
async fn an_option_is_voted_for_however_it_is_spelt() {
    let service = Service::start().await;
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let dates = json!([{"drafts": [{"date": "01.02.2027"}, {"date": "03.02.2027"}], "confirmed": "2027-02-01"}]);
    let id = service.draft(&jane, &json!({"event": {"date": dates}})).await;
    let date = service.get(&jane, &format!("/event/{id}")).await.expect(200).body["event"]["date"][0].clone();
    assert_eq!((&date["confirmed"], date["drafts"].as_array().unwrap().len()), (&json!("01.02.2027"), 1));

    let path = service.picnic(&jane, &[john.clone(), jim]).await;
    let voted = service.put(&john, &format!("{path}/vote"), &vote("date", "2027-02-02")).await.expect(200);
    assert_eq!(voted.body["event"]["date"][0]["my_vote"], "02.02.2027");
    let decided = service.put(&jane, &format!("{path}/vote"), &vote("date", " 2027-02-02")).await.expect(200);
    assert_eq!(decided.body["event"]["date"][0]["confirmed"], "02.02.2027");
}

#[tokio::test]
async fn addresses_that_smtp_does_not_carry_are_refused() {
    let service = Service::start().await;
    let long = format!("{}@example.com", "l".repeat(65));
    for (n, address) in
        ["a..b@example.com", ".a@example.com", "a.@example.com", &long, "a@-b.example"].iter().enumerate()
    {
        let refused = service.post("/user", &new_user(&format!("u{n}"), address)).await.expect(400);
        assert_eq!(refused.fields(), ["e-mail"], "{address}");
    }
    assert_eq!(service.local.mailbox().sent(), 0);
}

#[tokio::test]
async fn a_domain_in_another_script_is_one_with_its_ascii_form() {
    let service = Service::start().await;
    service.post("/user", &new_user("jane", "Jane@MU\u{308}NCHEN.example")).await.expect(200);
    let token = service.mailed_token("Jane@xn--mnchen-3ya.example");
    service.confirm(&token).await.expect(200);
    for login in ["jane@münchen.example", "jane@xn--mnchen-3ya.example", "JANE@XN--MNCHEN-3YA.EXAMPLE"] {
        service.login(login, "correct horse battery").await.expect(200);
    }
}

#[tokio::test]
async fn names_that_look_like_links_or_like_the_service_are_not_given_any_more() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    for name in ["evil.example/win1", "evil.example", "10.0.0.1", "a/b", "admin", "Deleted_User", "event-messenger"] {
        let refused = service.post("/user", &new_user(name, "a@example.com")).await.expect(400);
        assert_eq!(refused.fields(), ["username"], "{name}");
    }
    for name in ["deleted user", "Admin", "S\u{75}pport!", "ｒｏｏｔ"] {
        let refused = service.call(&jane, Method::PATCH, "/user", &json!({"name": name})).await.expect(400);
        assert_eq!(refused.fields(), ["name"], "{name}");
    }
    assert_eq!(service.local.mailbox().sent(), 0);
}

#[tokio::test]
async fn whoever_has_such_a_name_keeps_it() {
    let service = Service::start().await;
    let (jane, now) = (service.user("jane").await, service.now());
    for name in ["evil.example/win1", "jane.doe", "support"] {
        let email = Email::parse(&format!("{}@example.com", name.replace('/', "-"))).unwrap();
        let password = Password::parse(PASSWORD, None, None).unwrap();
        let new = NewUser { username: Username::parse(name).unwrap(), email, password, language: None };
        let token = MailedToken::new(Uuid::new_v4()).unwrap();
        let account = Account::new(token.user(), &new, PASSWORD_HASH.to_owned(), token.hash(), now);
        service.part::<Registrations>().create_account(&account, now).await.unwrap();
        let session = service.part::<Signer>().first_token(account.id).unwrap();
        service
            .part::<Registrations>()
            .confirm(&account, &token.hash(), &session, Device::default(), now)
            .await
            .unwrap();
        service.login(name, PASSWORD).await.expect(200);
        let draft = json!({"event": {"members": [{"invited": [{"id": name}]}]}});
        service.call(&jane, Method::POST, "/event", &draft).await.expect(201);
    }
}
