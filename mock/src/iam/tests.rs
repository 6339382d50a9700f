//! What is allowed and what is refused, with the words of the refusal, by the policies of the small template.

use std::sync::Arc;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use shared::lambda::Endpoint;

use super::*;
use crate::{LocalService, Options, TemplateFile};

const TEMPLATE: &str = include_str!("../template/fixture.yaml");

fn parsed(text: &str) -> Result<Iam, String> {
    Iam::new(&Template::parse(text, &HashMap::new()).unwrap())
}

fn iam() -> Iam {
    parsed(TEMPLATE).unwrap()
}

#[test]
fn a_policy_that_is_not_understood_names_its_function() {
    let fault = parsed(&TEMPLATE.replacen("Effect: Allow", "Effect: Deny", 1)).unwrap_err();
    assert_eq!(fault, "EchoFunction.Policies[0].Statement[0].Effect: only Allow is understood");
}

fn key(pk: &str) -> Value {
    json!({"pk": {"S": pk}, "sk": {"S": "-"}})
}

#[test]
fn what_is_allowed_and_what_is_missing() {
    let users = "arn:aws:dynamodb:eu-central-1:000000000000:table/UsersTable";
    let batch = |keys: &[&str], more: Value| {
        let keys: Vec<_> = keys.iter().map(|pk| key(pk)).collect();
        let mut request = json!({"Keys": keys});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"RequestItems": {"UsersTable": request}})
    };
    let named = || json!({"ProjectionExpression": "#n", "ExpressionAttributeNames": {"#n": "name"}});
    let query = |condition: &str, value: &str| {
        json!({
            "TableName": "UsersTable", "KeyConditionExpression": condition, "ExpressionAttributeNames": {"#p": "pk"},
            "ExpressionAttributeValues": {":p": {"S": value}, ":s": {"S": "-"}},
        })
    };
    let of_user = |index: Option<&str>| {
        json!({
            "TableName": "EventsTable", "IndexName": index, "KeyConditionExpression": "user_id = :u",
            "ExpressionAttributeValues": {":u": {"S": "USER#1"}},
        })
    };
    let transaction = |pk: &str| {
        let check = json!({"ConditionCheck": {"TableName": "UsersTable", "Key": key("SESSION#1")}});
        let members = [json!({"Put": {"TableName": "UsersTable", "Item": key("SESSION#1")}})];
        let more = if pk.is_empty() { check } else { json!({"Update": {"TableName": "UsersTable", "Key": key(pk)}}) };
        json!({"TransactItems": [members[0], more]})
    };
    let put = |table: &str, pk: &str| json!({"TableName": table, "Item": key(pk)});
    let no_statement = "because no statement of its policies allows the action on the resource";
    for (operation, body, expected) in [
        ("BatchGetItem", batch(&["USER#1", "NAME#jane"], named()), ""),
        (
            "BatchGetItem",
            batch(&["USER#1", "SESSION#1"], named()),
            "in statement 1, dynamodb:LeadingKeys may be USER#*, NAME#* and not SESSION#…",
        ),
        (
            "BatchGetItem",
            batch(&["USER#1"], json!({})),
            "in statement 1, dynamodb:Attributes may be pk, sk, name and not all",
        ),
        (
            "BatchGetItem",
            batch(&["USER#1"], json!({"ProjectionExpression": "password"})),
            "in statement 1, dynamodb:Attributes may be pk, sk, name and not password",
        ),
        (
            "BatchGetItem",
            batch(&["USER#1"], json!({"AttributesToGet": ["name"]})),
            "the local IAM does not understand AttributesToGet",
        ),
        ("PutItem", put("UsersTable", "SESSION#1"), ""),
        ("PutItem", put(users, "SESSION#1"), ""),
        (
            "PutItem",
            put("UsersTable", "MAIL#jane@example.com"),
            "in statement 2, dynamodb:LeadingKeys may be SESSION#* and not MAIL#…",
        ),
        (
            "PutItem",
            json!({"TableName": "UsersTable", "Item": {}}),
            "in statement 2, dynamodb:LeadingKeys may be SESSION#* and is missing",
        ),
        ("PutItem", put("EventsTable", "SESSION#1"), no_statement),
        ("DeleteItem", json!({"TableName": "UsersTable", "Key": key("SESSION#1")}), no_statement),
        ("Query", query("#p = :p", "SESSION#1"), ""),
        ("Query", query("sk = :s AND #p = :p", "SESSION#1"), ""),
        ("Query", query("#p = :p", "USER#1"), "in statement 2, dynamodb:LeadingKeys may be SESSION#* and not USER#…"),
        ("Query", query("sk = :s", "SESSION#1"), "dynamodb:LeadingKeys may be SESSION#* and is missing"),
        ("Query", of_user(Some("by_user")), ""),
        ("Query", of_user(None), no_statement),
        ("TransactWriteItems", transaction("SESSION#1"), ""),
        (
            "TransactWriteItems",
            transaction("USER#1"),
            "in statement 2, dynamodb:LeadingKeys may be SESSION#* and not USER#…",
        ),
        ("TransactWriteItems", transaction(""), "perform: dynamodb:ConditionCheckItem on resource: arn:"),
        ("Scan", json!({"TableName": "UsersTable"}), "perform: dynamodb:Scan on resource: * because no statement"),
    ] {
        let judged = iam().judge_dynamodb("echo", operation, body.to_string().as_bytes());
        match judged {
            Ok(()) => assert_eq!(expected, "", "{operation} {body}"),
            Err(message) => {
                assert!(!expected.is_empty() && message.contains(expected), "{operation} {body}: {message}");
            }
        }
    }
    assert!(iam().judge_dynamodb("echo", "PutItem", b"{").is_err());
    let refused = iam().judge_dynamodb("panic", "PutItem", put("UsersTable", "SESSION#1").to_string().as_bytes());
    assert_eq!(
        refused.unwrap_err(),
        format!("User: panic is not authorized to perform: dynamodb:PutItem on resource: {users} {no_statement}")
    );
}

#[test]
fn who_may_send_mails() {
    for (function, from, set, expected) in [
        ("mail", "events@example.com", None, ""),
        ("mail", "Events <events@example.com>", Some("mails"), ""),
        ("mail", "boss@example.com", None, "ses:FromAddress may be events@example.com and not boss@example.com"),
        ("mail", "events@example.org", None, "ses:FromAddress may be events@example.com and not events@example.org"),
        ("mail", "events@example.com", Some("other"), "configuration-set/other because no statement"),
        ("echo", "events@example.com", None, "User: echo is not authorized to perform: ses:SendEmail"),
    ] {
        let mail = json!({"FromEmailAddress": from, "ConfigurationSetName": set}).to_string();
        match iam().judge_mail(function, mail.as_bytes()) {
            Ok(()) => assert_eq!(expected, "", "{function} {mail}"),
            Err(message) => assert!(!expected.is_empty() && message.contains(expected), "{message}"),
        }
    }
}

/// Which one SES judges depends on what is verified, and that may change.
#[test]
fn a_mail_takes_the_right_to_the_address_and_to_its_domain() {
    let mail = json!({"FromEmailAddress": "events@example.com"}).to_string();
    for (allowed, refused) in [("example.com", "events@example.com"), ("events@example.com", "example.com")] {
        let iam = parsed(&TEMPLATE.replace("identity/*", &format!("identity/{allowed}"))).unwrap();
        let message = iam.judge_mail("mail", mail.as_bytes()).unwrap_err();
        assert!(message.contains(&format!(":identity/{refused} because no statement")), "{message}");
    }
}

#[test]
fn what_was_used_is_remembered_and_the_rest_is_known() {
    let iam = iam();
    let update = json!({"TableName": "UsersTable", "Key": key("SESSION#1")}).to_string();
    iam.judge_dynamodb("echo", "UpdateItem", update.as_bytes()).unwrap();
    iam.judge_dynamodb("echo", "DeleteItem", update.as_bytes()).unwrap_err();
    let texts = |grants: BTreeSet<Grant>| grants.iter().map(Grant::to_string).collect::<Vec<_>>();
    assert_eq!(
        texts(iam.used()),
        [
            "echo, statement 2: dynamodb:UpdateItem on SESSION#*",
            "echo, statement 2: dynamodb:UpdateItem on arn:aws:dynamodb:eu-central-1:000000000000:table/UsersTable",
        ]
    );
    let all = texts(iam.grants());
    assert_eq!(all.len(), 18, "{all:#?}");
    for one in [
        "echo, statement 1: dynamodb:BatchGetItem with dynamodb:Attributes name",
        "echo, statement 1: dynamodb:BatchGetItem with dynamodb:Select SPECIFIC_ATTRIBUTES",
        "echo, statement 3: dynamodb:Query on arn:aws:dynamodb:eu-central-1:000000000000:table/EventsTable/index/by_user",
        "mail, statement 1: ses:SendEmail with ses:FromAddress events@example.com",
    ] {
        assert!(all.iter().any(|grant| grant == one), "{one}");
    }
    assert_eq!(iam.refusals().len(), 1);
}

/// The functions of the small template, which do nothing.
fn endpoints() -> [Endpoint; 3] {
    ["echo", "mail", "panic"].map(|name| Endpoint {
        name,
        start: |_, _, _| Ok(Arc::new(|_| Box::pin(async { lambda_http::Response::default() }))),
    })
}

#[tokio::test]
async fn a_refusal_looks_as_by_dynamodb_and_only_functions_are_refused() {
    let template = TemplateFile::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/template/fixture.yaml"));
    let clock = shared::clock::Clock::system();
    let service =
        LocalService::start_with(Options { template, ..Options::in_memory(clock) }, &endpoints(), &[]).await.unwrap();
    let unrestricted = service.dynamodb_client();
    let keys = aws_sdk_dynamodb::config::Credentials::new("echo", "local", None, None, "test");
    let config = unrestricted.config().to_builder().credentials_provider(keys).build();
    let echo = aws_sdk_dynamodb::Client::from_conf(config);
    let put = |client: &aws_sdk_dynamodb::Client, pk: &str| {
        let put = client.put_item().table_name("UsersTable").item("sk", AttributeValue::S("-".into()));
        put.item("pk", AttributeValue::S(pk.into())).send()
    };
    put(&unrestricted, "USER#1").await.unwrap();
    put(&echo, "SESSION#1").await.unwrap();
    let refused = put(&echo, "USER#1").await.unwrap_err();
    let response = refused.raw_response().unwrap();
    assert_eq!(response.status().as_u16(), 400);
    assert_eq!(response.headers().get("content-type"), Some("application/x-amz-json-1.0"));
    let error = refused.into_service_error();
    assert_eq!(error.code(), Some("AccessDeniedException"));
    assert!(error.message().unwrap().contains("dynamodb:LeadingKeys may be SESSION#* and not USER#…"), "{error:?}");
    assert_eq!(service.refusals(), [error.message().unwrap()]);
    assert_eq!(service.used_grants().len(), 2);
    service.shutdown().await;
}
