//! Mailboxes that are flooded, and mails that are used up.

use serde_json::json;
use tests::{Service, registration};

async fn limited() -> Service {
    Service::start_with(|options| options.parameters.clear()).await
}

#[tokio::test]
async fn a_stranger_does_not_use_up_an_owners_mails() {
    let service = limited().await;
    let jane = service.user("jane").await;
    let forgot = json!({"username": "jane@example.com"});
    let mails = || service.local.mailbox().mails(Some(&jane.email)).len();
    // All the networks of one customer.
    for index in 0..12 {
        for address in [format!("2001:db8:7:{index:x}::1"), "198.51.100.7".to_owned()] {
            assert_eq!(service.from(address).post("/user/password/forgot", &forgot).await, 200);
            service.pass(60);
        }
    }
    assert_eq!(mails(), 15, "ten for the wide network, five for the other");
    assert_eq!(service.from("192.0.2.1").post("/user/password/forgot", &forgot).await, 200);
    assert_eq!(mails(), 16, "the owner's own");
}

#[tokio::test]
async fn a_mailbox_is_sent_a_bounded_number_a_day() {
    let service = limited().await;
    let jane = service.user("jane").await;
    for index in 0..60 {
        let body = json!({"username": "jane"});
        let client = service.from(format!("2001:db8:{index:x}::1"));
        assert_eq!(client.post("/user/password/forgot", &body).await, 200);
        service.pass(60);
    }
    assert_eq!(service.local.mailbox().mails(Some(&jane.email)).len(), 40);
}

#[tokio::test]
async fn registrations_for_one_address_are_bounded_too() {
    let service = limited().await;
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
    let service = limited().await;
    service.user("jane").await;
    for _ in 0..8 {
        let body = json!({"username": "jane", "password": "long enough", "e-mail": "new@example.com"});
        service.post("/user", &body).await.expect(409);
    }
    service.post("/user", &registration("new")).await.expect(200);
}

#[tokio::test]
async fn mails_that_could_not_be_sent_use_up_none() {
    let service = limited().await;
    service.local.mailbox().set_failure(mock::Failure::Down);
    for _ in 0..8 {
        service.register("jane").await.expect(503);
    }
    service.local.mailbox().set_failure(mock::Failure::None);
    service.register("jane").await.expect(200);
}

#[tokio::test]
async fn the_networks_of_one_customer_are_counted_together() {
    let service = limited().await;
    let mut taken = 0;
    for index in 0..250 {
        let client = service.from(format!("2001:db8:7:{index:x}::1"));
        let status = client.post("/user/password/forgot", &json!({"username": format!("nobody{index}")})).await;
        assert!([200, 429].contains(&status), "{status}");
        taken += usize::from(status == 200);
        if status == 429 {
            break;
        }
    }
    assert_eq!(taken, 200);
}
