//! Flooding mailboxes, and using up the mails of others.

use futures_util::{StreamExt, stream};
use serde_json::json;
use shared::domain::limits::Limits;
use shared::store::resets::Resets;
use shared::token::MailedToken;
use tests::{PASSWORD_HASH, Service, User, registration};

/// Asks for a link from that network address as the front door does, but for the second that it takes.
async fn ask(service: &Service, user: &User, address: &str) -> bool {
    service.pass(60);
    let limits = Limits {
        failures: 5,
        failures_of_network: 100,
        mail_requests: 20,
        mails: 5,
        invitations_by_address: 100,
        invitations_to_address: 10,
    };
    let token = MailedToken::new(user.id).unwrap();
    service.part::<Resets>().create_reset(&token, PASSWORD_HASH, address, &limits, service.now()).await.unwrap()
}

#[tokio::test]
async fn a_stranger_does_not_use_up_an_owners_mails() {
    let service = Service::start_with_limits().await;
    let jane = service.user("jane").await;
    let mut sent = 0;
    // All the networks of one customer, and one more.
    for index in 0..12 {
        for address in [format!("2001:db8:7:{index:x}::1"), "198.51.100.7".to_owned()] {
            sent += usize::from(ask(&service, &jane, &address).await);
        }
    }
    assert_eq!(sent, 15, "ten for the wide network, five for the other");
    service.pass(60);
    let forgot = json!({"username": "jane@example.com"});
    assert_eq!(service.from("198.51.100.7").post("/user/password/forgot", &forgot).await, 200);
    assert_eq!(service.local.mailbox().mails(Some(&jane.email)).len(), 0);
    assert_eq!(service.from("192.0.2.1").post("/user/password/forgot", &forgot).await, 200);
    assert_eq!(service.local.mailbox().mails(Some(&jane.email)).len(), 1, "the owner's own");
}

#[tokio::test]
async fn a_mailbox_is_sent_a_bounded_number_a_day() {
    let service = Service::start_with_limits().await;
    let jane = service.user("jane").await;
    let mut sent = 0;
    for index in 0..60 {
        sent += usize::from(ask(&service, &jane, &format!("2001:db8:{index:x}::1")).await);
    }
    assert_eq!(sent, 40);
}

#[tokio::test]
async fn registrations_for_one_address_are_bounded_too() {
    let service = Service::start_with_limits().await;
    let register = async |address: String, name: String| {
        let body = json!({"username": name, "password": "long enough", "e-mail": "jane@example.com"});
        service.from(address).post("/user", &body).await
    };
    let mut statuses = Vec::new();
    for index in 0..8 {
        statuses.push(register("198.51.100.7".to_owned(), format!("name{index}")).await);
    }
    assert_eq!(statuses, [200, 200, 200, 200, 200, 429, 429, 429]);
    assert_eq!(register("192.0.2.1".to_owned(), "jane".to_owned()).await, 200, "the owner's own");
    assert_eq!(register("192.0.2.1".to_owned(), "name7".to_owned()).await, 200, "what was refused is not kept");
    for index in 0..60 {
        register(format!("2001:db8:{index:x}::1"), format!("other{index}")).await;
    }
    assert_eq!(service.local.mailbox().mails(Some("jane@example.com")).len(), 40);
}

#[tokio::test]
async fn names_that_are_taken_use_up_no_mails() {
    let service = Service::start_with_limits().await;
    service.user("jane").await;
    for _ in 0..8 {
        let body = json!({"username": "jane", "password": "long enough", "e-mail": "new@example.com"});
        service.post("/user", &body).await.expect(409);
    }
    service.post("/user", &registration("new")).await.expect(200);
}

#[tokio::test]
async fn mails_that_could_not_be_sent_use_up_none() {
    let service = Service::start_with_limits().await;
    service.local.mailbox().set_failure(mock::Failure::Down);
    for _ in 0..8 {
        service.register("jane").await.expect(503);
    }
    service.local.mailbox().set_failure(mock::Failure::None);
    service.register("jane").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_networks_of_one_customer_are_counted_together() {
    let service = Service::start_with_limits().await;
    let requests = (0..250).map(|index| {
        let service = &service;
        async move {
            let client = service.from(format!("2001:db8:7:{index:x}::1"));
            client.post("/user", &registration(&format!("user{index}"))).await
        }
    });
    let statuses: Vec<_> = stream::iter(requests).buffer_unordered(20).collect().await;
    let taken = statuses.iter().filter(|status| **status == 200).count();
    assert!(statuses.iter().all(|status| [200, 429].contains(status)), "{statuses:?}");
    assert_eq!(taken, 200);
}
