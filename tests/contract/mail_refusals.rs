//! Mails that SES refuses, temporarily or permanently.

use mock::Failure;
use serde_json::{Value, json};
use tests::{PASSWORD, Service, registration};

/// Permanent refusals of SES.
const FOR_GOOD: [Failure; 2] = [Failure::Refuse, Failure::Address];

fn mend(service: &Service) {
    service.local.mailbox().set_failure(Failure::None);
}

#[tokio::test]
async fn a_refused_mail_is_a_500_of_its_own_that_keeps_nothing() {
    let service = Service::start_with(|options| {
        options.env.insert("METRICS_NAMESPACE".to_owned(), "plans".to_owned());
    })
    .await;
    service.local.mailbox().set_failure(Failure::Refuse);
    let response = service.register("jane").await.expect(500);
    assert_eq!(response.header("retry-after"), "", "that it may help to try again is not said");
    let line = service.logged("request").remove(0);
    let facts = ["status", "outcome", "level", "during", "what", "MailFailed"].map(|field| line[field].clone());
    let told =
        [json!(500), json!("mail_refused"), json!("ERROR"), json!("SendEmail"), json!("MessageRejected"), json!(1)];
    assert_eq!(facts, told);
    mend(&service);
    service.register("jane").await.expect(200);
}

#[tokio::test]
async fn a_refused_address_is_a_fault_of_the_field_that_it_came_in_and_keeps_nothing() {
    let service = Service::start().await;
    for (envelope, field, named) in [
        (Some("post-data"), "e-mail", "post-data.e-mail"),
        (Some("post-data"), "email", "post-data.email"),
        (None, "e-mail", "e-mail"),
        (None, "email", "email"),
    ] {
        let user = json!({"username": "jane", "password": "long enough", field: "jane@example.com"});
        let body = envelope.map_or(user.clone(), |name| json!({name: user}));
        service.local.mailbox().set_failure(Failure::Address);
        assert_eq!(service.post("/user", &body).await.expect(400).fields(), [named]);
        mend(&service);
    }
    assert_eq!(service.logged("trouble").len(), 4);
    service.register("jane").await.expect(200);
}

/// Refused by the rules for addresses or by SES: a client cannot tell which.
#[tokio::test]
async fn addresses_that_no_mail_reaches() {
    let service = Service::start().await;
    let long = format!("{}@example.com", "l".repeat(65));
    for address in ["a..b@example.com", ".a@example.com", "a.@example.com", &long] {
        let body = json!({"username": "jane", "password": "long enough", "e-mail": address});
        assert_eq!(service.post("/user", &body).await.expect(400).fields(), ["e-mail"], "{address}");
    }
    service.post("/user", &registration("jane")).await.expect(200);
}

#[tokio::test]
async fn a_refused_new_link_is_told_and_the_old_one_goes_on_working() {
    for failure in FOR_GOOD {
        let is_address = failure == Failure::Address;
        let service = Service::start().await;
        service.register("jane").await.expect(200);
        let token = service.mailed_token("jane@example.com");
        service.pass(60);
        service.local.mailbox().set_failure(failure);
        let body = json!({"username": "jane", "password": "jane's password"});
        let refused = service.post("/user/confirm", &body).await.expect(if is_address { 400 } else { 500 });
        assert_eq!(refused.fields(), if is_address { vec!["username"] } else { vec![] });
        let outcome = if is_address { "invalid" } else { "mail_refused" };
        assert_eq!(service.logged("request")[1]["outcome"], outcome);
        service.confirm(&token).await.expect(200);
    }
}

#[tokio::test]
async fn forgetting_a_password_tells_nothing_of_it() {
    for failure in FOR_GOOD {
        let service = Service::start().await;
        let jane = service.user("jane").await;
        service.local.mailbox().set_failure(failure);
        let [known, unknown] = [service.forgot("jane").await, service.forgot("nobody").await];
        assert_eq!((known.status, known.body), (200, json!({})));
        assert_eq!((unknown.status, unknown.body), (200, json!({})));
        let told: Vec<_> = service.logged("audit").iter().map(|line| line["account"].clone()).collect();
        assert_eq!(told, [Value::Null, Value::Null], "nothing was mailed");
        assert_eq!(service.logged("trouble").len(), 2);
        mend(&service);
        service.forgot("jane").await.expect(200);
        assert_eq!(service.local.mailbox().mails(Some(&jane.email)).len(), 1, "the next need not wait");
    }
}

#[tokio::test]
async fn without_a_notice_things_are_done_all_the_same() {
    for failure in FOR_GOOD {
        let service = Service::start().await;
        let jane = service.user("jane").await;
        service.local.mailbox().set_failure(failure);
        let change = json!({"old_password": PASSWORD, "new_password": "battery staple"});
        service.put(&jane, "/user/password", &change).await.expect(200);
        assert_eq!(service.logged("trouble").len(), 1);
    }
}

#[tokio::test]
async fn the_log_tells_why_the_local_ses_refuses() {
    let (service, wire) = Service::start_on_wire(|_| {}).await;
    wire.call_it("elsewhere.example");
    service.register("jane").await.expect(500);
    let what = service.logged("request")[0]["what"].clone();
    assert!(what.as_str().unwrap().starts_with("AccessDeniedException: The local SES is called elsewhere"), "{what}");
}
