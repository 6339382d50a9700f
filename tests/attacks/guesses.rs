//! Guessing passwords.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{PASSWORD, Service, report};

/// A service with the limits of the template, and some that are changed.
async fn limited(changed: &[(&str, u32)]) -> Service {
    Service::start_with(|options| {
        let changed = changed.iter().map(|(limit, value)| ((*limit).to_owned(), value.to_string()));
        options.env = changed.collect();
    })
    .await
}

/// How many of the guesses were evaluated. The others got a 429.
fn looked_at(attack: &str, statuses: &[u16]) -> usize {
    let looked_at = statuses.iter().filter(|status| **status == 403).count();
    let refused = statuses.iter().filter(|status| **status == 429).count();
    report(&format!("{attack}: {} guesses tried, {looked_at} looked at", statuses.len()));
    assert_eq!(looked_at + refused, statuses.len(), "{statuses:?}");
    looked_at
}

#[tokio::test(flavor = "multi_thread")]
async fn of_guesses_at_once_five_are_looked_at() {
    for number in [40, 100] {
        let service = limited(&[]).await;
        let jane = service.user("jane").await;
        let network = service.from("198.51.100.7");
        let statuses = join_all((0..number).map(|_| network.login("jane", "guess"))).await;
        assert_eq!(looked_at("at once", &statuses), 5);
        assert_eq!(network.login("jane", PASSWORD).await, 429, "however right");
        assert_eq!(service.from("192.0.2.1").login(&jane.email, PASSWORD).await, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn however_the_login_is_spelt() {
    let service = limited(&[]).await;
    let jane = service.user("jane").await;
    let id = jane.id.to_string();
    let spellings =
        ["jane", "JANE", "Jane", "jane@example.com", "JANE@EXAMPLE.COM", "jane@Example.com", &id, &id.to_uppercase()];
    let network = service.from("198.51.100.7");
    let guesses = spellings.iter().cycle().take(80).map(|spelling| network.login(spelling, "guess"));
    assert_eq!(looked_at("in many spellings", &join_all(guesses).await), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn by_whatever_route() {
    let (other, guess) = ("battery staple", "guess");
    let cases = [
        ("PUT", "/user/e-mail", json!({"password": guess, "e-mail": "new@example.com"})),
        ("PUT", "/user/password", json!({"old_password": guess, "new_password": other})),
        ("PUT", "/user/password", json!({"old_password": guess, "new_password": PASSWORD})),
        ("DELETE", "/user", json!({"password": guess})),
        ("POST", "/user/confirm", json!({"username": "jane", "password": guess})),
    ];
    for (method, path, body) in cases {
        let service = limited(&[]).await;
        let jane = service.user("jane").await;
        let network = service.from("198.51.100.7");
        let method: Method = method.parse().unwrap();
        let guesses = join_all((0..40).map(|_| network.call(Some(&jane), method.clone(), path, &body))).await;
        let statuses: Vec<_> = guesses.into_iter().map(|(status, _)| status).collect();
        assert_eq!(looked_at(&format!("{method} {path}"), &statuses), 5);
        assert_eq!(network.login("jane", guess).await, 429, "all routes count together");
        assert_eq!(service.from("192.0.2.1").login("jane", PASSWORD).await, 200);
    }
}

/// A customer may have a /48 of IPv6, with 65,536 networks in it, or a whole /24 of IPv4.
#[tokio::test(flavor = "multi_thread")]
async fn wider_networks_have_bounds_of_their_own() {
    let networks: [fn(usize) -> String; 2] =
        [|index| format!("2001:db8:7:{index:x}::1"), |index| format!("198.51.100.{index}")];
    for network in networks {
        let service = limited(&[]).await;
        service.user("jane").await;
        let clients: Vec<_> = (0..60).map(|index| service.from(network(index))).collect();
        let statuses = join_all(clients.iter().map(|client| client.login("jane", "guess"))).await;
        assert_eq!(looked_at(&format!("from {} and its like", network(0)), &statuses), 20);
        assert_eq!(clients[0].login("jane", PASSWORD).await, 429);
        assert_eq!(service.from("192.0.2.1").login("jane", PASSWORD).await, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_bears_a_hundred_an_hour_and_its_owner_is_not_shut_out() {
    let service = limited(&[]).await;
    let jane = service.user("jane").await;
    let home = service.from("192.0.2.1");
    assert_eq!(home.login("jane", PASSWORD).await, 200);
    let clients: Vec<_> = (0..200).map(|index| service.from(format!("2001:db8:{index:x}::1"))).collect();
    let statuses = join_all(clients.iter().map(|client| client.login("jane", "guess"))).await;
    assert_eq!(looked_at("from as many networks", &statuses), 100);
    let elsewhere = service.from("203.0.113.9");
    for password in [PASSWORD, "guess"] {
        assert_eq!(elsewhere.login("jane", password).await, 429, "whether right or wrong");
    }
    assert_eq!(home.login("jane", PASSWORD).await, 200, "where she has a session");
    let statuses = join_all((0..20).map(|_| home.login("jane", "guess"))).await;
    assert_eq!(looked_at("from where she has a session", &statuses), 5);
    service.pass(1);
    let change = json!({"old_password": PASSWORD, "new_password": "battery staple"});
    assert_eq!(home.call(Some(&jane), Method::PUT, "/user/password", &change).await.0, 200);
    service.pass(60 * 60);
    assert_eq!(elsewhere.login("jane", "battery staple").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_password_on_many_accounts_at_once() {
    let service = limited(&[("FREE_FAILURES_OF_NETWORK", 10)]).await;
    let one = |_: usize| "198.51.100.7".to_owned();
    let wide = |index: usize| format!("2001:db8:7:{:x}::1", index % 40);
    let attack = async |name: &str, network: &dyn Fn(usize) -> String| {
        let clients: Vec<_> = (0..150).map(|index| (format!("{name}{index}"), service.from(network(index)))).collect();
        let statuses = join_all(clients.iter().map(|(login, client)| client.login(login, "guess"))).await;
        looked_at(&format!("on many accounts from one {name}"), &statuses)
    };
    assert_eq!(attack("network", &one).await, 10);
    assert_eq!(attack("wide-network", &wide).await, 100);
}

#[tokio::test]
async fn good_passwords_take_nobodys_turns() {
    let service = limited(&[("FREE_FAILURES_OF_NETWORK", 3)]).await;
    service.users(["jane", "john"]).await;
    let office = service.from("198.51.100.7");
    for _ in 0..12 {
        assert_eq!(office.login("jane", PASSWORD).await, 200);
        assert_eq!(office.login("john@example.com", PASSWORD).await, 200);
    }
    assert_eq!(office.login("jane", "mistyped").await, 403);
    for _ in 0..12 {
        assert_eq!(office.login("jane", PASSWORD).await, 200);
    }
}

/// A flood from many networks over days does not make the counting item exceed DynamoDB's limit.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_of_date_is_not_kept() {
    let service = limited(&[("FREE_FAILURES", 20)]).await;
    service.user("jane").await;
    let flood = async |first: usize| {
        let clients: Vec<_> =
            (first..first + 110).map(|index| service.from(format!("2001:db8:{index:x}::1"))).collect();
        let statuses = join_all(clients.iter().map(|client| client.login("jane", "guess"))).await;
        assert_eq!(looked_at("in one hour", &statuses), 110);
    };
    let largest = async || {
        let table = service.local.environment("login")["USERS_TABLE"].clone();
        let items = service.local.dynamodb_client().scan().table_name(table).send().await.unwrap();
        items.items().iter().map(std::collections::HashMap::len).max().unwrap()
    };
    for round in 0..4 {
        flood(round * 110).await;
        service.pass(60 * 60);
    }
    assert!(largest().await < 500, "{}", largest().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_link_is_no_way_to_test_passwords() {
    let service = limited(&[]).await;
    let jane = service.user("jane").await;
    service.forgot("jane").await.expect(200);
    let token = service.mailed_token(&jane.email);
    let reset = |password: &str| json!({"token": token, "new_password": password});
    let thief = service.from("198.51.100.7");
    assert_eq!(thief.post("/user/password/reset", &reset("battery staple")).await, 200);
    let session = service.login("jane", "battery staple").await.expect(200).body["refresh_token"].clone();
    let mut statuses = Vec::new();
    for password in ["guess one", "battery staple", "guess two", "battery staple", "guess three", "battery staple"] {
        statuses.push(thief.post("/user/password/reset", &reset(password)).await);
    }
    assert_eq!(statuses, [410, 410, 410, 410, 410, 429], "whatever the password");
    service.post("/token", &json!({"refresh_token": session})).await.expect(200);
    assert_eq!(service.get(&jane, "/event").await.body["events"], Value::Array(Vec::new()));
}
