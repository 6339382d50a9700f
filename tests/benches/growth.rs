//! Growth: of a vote and of reading an event with the members, of a list, a search and a login with the users.

use std::collections::HashMap;
use std::ops::Range;
use std::time::Instant;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use reqwest::Method;
use serde_json::{Value, json};
use tests::wire::Wire;
use tests::{PASSWORD, Service, User, vote};
use uuid::Uuid;

use crate::table::{median, print};

const ROUNDS: usize = 20;

async fn start() -> (Service, Wire) {
    let wire = Wire::start().await;
    let service = Service::start_with(|options| {
        options.env.insert("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), wire.url().to_owned());
    })
    .await;
    wire.connect(service.local.dynamodb_url(), service.local.ses_url());
    (service, wire)
}

struct Measured<'a> {
    service: &'a Service,
    wire: &'a Wire,
    rows: Vec<Vec<Value>>,
}

impl Measured<'_> {
    /// Sends the request several times, and adds a row with its figures.
    async fn note(
        &mut self,
        what: &str,
        size: String,
        user: &User,
        (method, path): (Method, &str),
        bodies: [Value; 2],
    ) {
        let mut milliseconds = Vec::new();
        let (mut calls, mut reads, mut writes) = (0, 0.0, 0.0);
        for round in 0..ROUNDS {
            self.wire.plan(None);
            let started = Instant::now();
            self.service.call(user, method.clone(), path, &bodies[round % 2]).await.expect(200);
            milliseconds.push(started.elapsed().as_secs_f64() * 1e3);
            let made = self.wire.calls();
            calls = made.len();
            reads = made.iter().map(|call| call.reads).sum();
            writes = made.iter().map(|call| call.writes).sum();
        }
        self.rows.push(vec![
            json!(what),
            json!(size),
            json!(median(milliseconds)),
            json!(calls),
            json!(writes),
            json!(reads),
        ]);
    }
}

pub(crate) async fn run() {
    let mut rows = Vec::new();
    for members in [10, 100, 500] {
        let (service, wire) = start().await;
        let jane = service.user("jane").await;
        let guests = service.guests(members).await;
        let path = service.picnic(&jane, &guests).await;
        let mut measured = Measured { service: &service, wire: &wire, rows: Vec::new() };
        let size = format!("{members} members");
        let ballots = [vote("date", "01.02.2027"), vote("date", "02.02.2027")];
        measured.note("vote", size.clone(), &guests[3], (Method::PUT, &format!("{path}/vote")), ballots).await;
        measured.note("get-event", size, &guests[3], (Method::GET, &path), [Value::Null, Value::Null]).await;
        rows.extend(measured.rows);
    }
    let (service, wire) = start().await;
    let jane = service.user("jane").await;
    service.picnic(&jane, &[service.user("john").await]).await;
    let pattern = Pattern::of(&service, &service.user("user-pattern").await).await;
    let mut users = 3;
    for many in [10, 1_000, 100_000] {
        pattern.add(&service, users..many).await;
        users = many;
        let mut measured = Measured { service: &service, wire: &wire, rows: Vec::new() };
        let size = format!("{many} users");
        measured.note("list-events", size.clone(), &jane, (Method::GET, "/event"), [Value::Null, Value::Null]).await;
        let search = (Method::GET, "/user/search?query=user1");
        measured.note("find-users", size.clone(), &jane, search, [Value::Null, Value::Null]).await;
        let body = json!({"username": "jane", "password": PASSWORD});
        measured.note("login", size, &jane, (Method::POST, "/login"), [body.clone(), body]).await;
        rows.extend(measured.rows);
    }
    print(
        "growth",
        "What grows: medians of 20 requests to the local service",
        &["request", "with", "ms", "calls", "write units", "read units"],
        &rows,
    );
}

/// The rows of a user, as the pattern for many others. To make these over HTTP would take half an hour.
struct Pattern {
    table: String,
    rows: Vec<HashMap<String, AttributeValue>>,
    id: String,
    name: String,
}

impl Pattern {
    async fn of(service: &Service, user: &User) -> Self {
        let table = service.local.environment("login")["USERS_TABLE"].clone();
        let scan = service.local.dynamodb_client().scan().table_name(&table).send().await.unwrap();
        let (id, name) = (user.id.to_string(), user.name.clone());
        let is_own = |row: &HashMap<String, AttributeValue>| {
            let key = row["pk"].as_s().unwrap();
            key.contains(&id) || key.contains(&name)
        };
        Self { table, rows: scan.items.unwrap().into_iter().filter(is_own).collect(), id, name }
    }

    /// Adds the users with these numbers.
    async fn add(&self, service: &Service, numbers: Range<usize>) {
        let client = service.local.dynamodb_client();
        let rows = numbers.flat_map(|number| {
            let (id, name) = (Uuid::new_v4().to_string(), format!("user{number}"));
            self.rows.iter().map(move |row| {
                let row = row.iter().map(|(attribute, value)| {
                    let value = match value {
                        AttributeValue::S(text) => {
                            AttributeValue::S(text.replace(&self.id, &id).replace(&self.name, &name))
                        }
                        other => other.clone(),
                    };
                    (attribute.clone(), value)
                });
                let put = PutRequest::builder().set_item(Some(row.collect())).build().unwrap();
                WriteRequest::builder().put_request(put).build()
            })
        });
        for batch in rows.collect::<Vec<_>>().chunks(25) {
            let written = client.batch_write_item().request_items(&self.table, batch.to_vec()).send().await.unwrap();
            assert!(written.unprocessed_items.unwrap_or_default().is_empty());
        }
    }
}
