//! Limits slow down guessing and flooding, and nobody else.

use serde_json::json;
use shared::store::accounts::Accounts;
use tests::{OLD_HASH, PASSWORD, Service, registration};

#[tokio::test]
async fn a_stranger_who_guesses_does_not_lock_out_the_owner() {
    let service = Service::start_with_limits().await;
    service.user("jane").await;
    for _ in 0..5 {
        assert_eq!(service.from("198.51.100.7").login("jane", "guess").await, 403);
    }
    assert_eq!(service.from("198.51.100.7").login("jane", PASSWORD).await, 429);
    assert_eq!(service.from("192.0.2.1").login("jane", PASSWORD).await, 200);
}

#[tokio::test]
async fn all_addresses_of_one_ipv6_network_are_one_guesser() {
    let service = Service::start_with_limits().await;
    service.user("jane").await;
    for host in 0..5 {
        assert_eq!(service.from(format!("2001:db8:1:2::{host}")).login("jane", "guess").await, 403);
    }
    assert_eq!(service.from("2001:db8:1:2:ffff::1").login("jane", PASSWORD).await, 429);
    assert_eq!(service.from("2001:db8:1:3::1").login("jane", PASSWORD).await, 200);
}

#[tokio::test]
async fn one_password_tried_on_everybody_is_slowed_down_too() {
    let service = Service::start_with(|options| {
        options.env = [("FREE_FAILURES_OF_NETWORK".to_owned(), "10".to_owned())].into();
    })
    .await;
    for victim in 0..10 {
        assert_eq!(service.from("198.51.100.7").login(&format!("user{victim}"), PASSWORD).await, 403);
    }
    service.user("jane").await;
    assert_eq!(service.from("198.51.100.7").login("jane", PASSWORD).await, 429);
    assert_eq!(service.from("192.0.2.1").login("jane", PASSWORD).await, 200);
    service.pass(1);
    assert_eq!(service.from("198.51.100.7").login("jane", PASSWORD).await, 200);
    // A success on one account does not reset the failures on others.
    assert_eq!(service.from("198.51.100.7").login("john", PASSWORD).await, 403);
    assert_eq!(service.from("198.51.100.7").login("jane", PASSWORD).await, 429);
}

#[tokio::test]
async fn wrong_tokens_are_slowed_down_and_good_ones_never() {
    let service = Service::start_with_limits().await;
    let over = json!({"refresh_token": "A".repeat(86)});
    for _ in 0..5 {
        service.post("/token", &over).await.expect(401);
    }
    service.post("/token", &over).await.expect(429);

    service.register("john").await.expect(200);
    let good = service.mailed_token("john@example.com");
    let wrong = format!("{}{}", &good[..22], "A".repeat(42));
    for _ in 0..5 {
        service.confirm(&wrong).await.expect(410);
    }
    let slowed = service.confirm(&wrong).await.expect(429);
    assert_eq!(slowed.header("retry-after"), "1");
    service.pass(1);
    service.confirm(&wrong).await.expect(410);
    assert_eq!(service.confirm(&wrong).await.expect(429).header("retry-after"), "2");
    service.confirm(&good).await.expect(200);

    let nobody = json!({"token": "B".repeat(64), "new_password": "battery staple"});
    for _ in 0..5 {
        service.post("/user/password/reset", &nobody).await.expect(410);
    }
    service.post("/user/password/reset", &nobody).await.expect(429);
}

#[tokio::test]
async fn registrations_and_forgotten_passwords_are_counted_by_network_and_hour() {
    let service = Service::start_with_limits().await;
    service.user("jane").await;
    let forgot = json!({"username": "jane"});
    for name in 0..10 {
        let registration = registration(&format!("user{name}"));
        assert_eq!(service.from("198.51.100.7").post("/user", &registration).await, 200);
        assert_eq!(service.from("198.51.100.7").post("/user/password/forgot", &forgot).await, 200);
    }
    let more = registration("more");
    assert_eq!(service.from("198.51.100.7").post("/user", &more).await, 429);
    assert_eq!(service.from("198.51.100.7").post("/user/password/forgot", &forgot).await, 429);
    assert_eq!(service.from("192.0.2.1").post("/user", &more).await, 200);
    service.pass(60 * 60);
    assert_eq!(service.from("198.51.100.7").post("/user", &registration("later")).await, 200);
}

#[tokio::test]
async fn a_request_that_does_not_fit_takes_no_turn() {
    let service = Service::start_with_limits().await;
    for _ in 0..25 {
        service.post("/user", &json!({})).await.expect(400);
    }
    service.register("jane").await.expect(200);
}

#[tokio::test]
async fn nobody_is_mailed_a_link_for_a_new_password_more_than_five_times_a_day() {
    let service = Service::start_with_limits().await;
    let jane = service.user("jane").await;
    for minute in 0..10 {
        service.forgot("jane").await.expect(200);
        // A second mail within the minute is not sent either, which the response does not disclose.
        service.forgot("jane@example.com").await.expect(200);
        let mails = service.local.mailbox().mails(Some(&jane.email)).len();
        assert_eq!(mails, std::cmp::min(minute + 1, 5));
        service.pass(60);
    }
    service.pass(24 * 60 * 60);
    service.forgot("jane").await.expect(200);
    assert_eq!(service.local.mailbox().mails(Some(&jane.email)).len(), 6);
}

#[tokio::test]
async fn nobody_is_mailed_a_confirmation_link_more_than_five_times_a_day() {
    let service = Service::start_with_limits().await;
    service.register("jane").await.expect(200);
    let body = json!({"username": "jane", "password": "jane's password"});
    for _ in 0..4 {
        service.pass(60);
        service.post("/user/confirm", &body).await.expect(200);
    }
    service.pass(60);
    let refused = service.post("/user/confirm", &body).await.expect(429);
    assert_eq!(refused.header("retry-after"), (12 * 60 * 60 - 5 * 60).to_string(), "until midnight");
    assert_eq!(service.local.mailbox().mails(Some("jane@example.com")).len(), 5);
    service.confirm(&service.mailed_token("jane@example.com")).await.expect(200);
}

#[tokio::test]
async fn without_limits_nothing_is_slowed_down() {
    let service = Service::start_with(|options| {
        options.env.clear();
        options.parameters = [("Limits".to_owned(), "off".to_owned())].into();
    })
    .await;
    let jane = service.user("jane").await;
    for round in 0..30 {
        service.login("jane", "guess").await.expect(403);
        service.register(&format!("user{round}")).await.expect(200);
        service.forgot("jane").await.expect(200);
        service.pass(60);
    }
    service.login("jane", PASSWORD).await.expect(200);
    assert_eq!(service.local.mailbox().mails(Some(&jane.email)).len(), 30);
}

#[tokio::test]
async fn a_hash_of_less_work_is_replaced_at_the_next_login() {
    let service = Service::start().await;
    let jane = service.user_with("jane", OLD_HASH).await;
    let stored =
        async || service.part::<Accounts>().find_account(jane.id, service.now()).await.unwrap().unwrap().password_hash;
    service.login("jane", "guess").await.expect(403);
    assert_eq!(stored().await, OLD_HASH);
    service.login("jane", PASSWORD).await.expect(200);
    assert!(stored().await.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    service.login("jane", PASSWORD).await.expect(200);
}
