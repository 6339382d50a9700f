//! The storage: the only place that names the DynamoDB SDK. A failed condition becomes its outcome right where it happens.

pub mod attempts;
mod change;
pub mod contacts;
mod decisions;
mod departures;
mod drafts;
mod event_items;
pub mod events;
mod exports;
pub mod lists;
mod memberships;
pub mod people;
pub mod quotas;
mod registrations;
pub mod resets;
pub mod sessions;
mod succession;
pub mod users;

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, KeysAndAttributes, TransactWriteItem, WriteRequest};
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::users::built;
use crate::aws::{self, Connection};
use crate::config::{ConfigError, Env};
use crate::error::{Error, Result};

/// An item as the SDK has it.
type Item = HashMap<String, AttributeValue>;

/// The TTL attribute of both tables, in seconds since 1970. DynamoDB deletes late, so every read takes what is past it as absent.
const EXPIRES_AT: &str = "expires_at";

/// How often a call is repeated that DynamoDB did only in part, or that met another transaction.
const ROUNDS: u32 = 5;

/// DynamoDB's own limit on the keys of one `BatchGetItem`.
const BATCH_GET: usize = 100;

/// DynamoDB's own limit on the writes of one `BatchWriteItem`.
const BATCH_WRITE: usize = 25;

/// One of the tables.
#[derive(Clone, Debug)]
pub struct Table {
    client: Client,
    name: String,
}

/// Makes the client of DynamoDB.
///
/// # Errors
/// Names the variable of the environment that is missing or wrong.
pub fn client(env: &Env) -> Result<Client, ConfigError> {
    let connection = Connection::from_env(env)?;
    let endpoint = env.get("AWS_ENDPOINT_URL_DYNAMODB");
    let mut config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(connection.behavior)
        .region(connection.region)
        .credentials_provider(connection.credentials)
        .timeout_config(connection.timeouts)
        .retry_config(connection.retries)
        .http_client(aws::http_client(env)?);
    if let Some(url) = endpoint {
        config = config.endpoint_url(url);
    }
    Ok(Client::from_conf(config.build()))
}

impl Table {
    /// The table whose name that variable gives.
    ///
    /// # Errors
    /// When it is not set.
    pub fn from_env(client: Client, env: &Env, variable: &'static str) -> Result<Self, ConfigError> {
        Ok(Self { client, name: env.require(variable)? })
    }

    /// Reads one item, as it is now.
    async fn get(&self, key: Item) -> Result<Option<Item>> {
        self.get_as(key, true, None).await
    }

    /// Reads one item, or that much of it.
    async fn get_as(&self, key: Item, consistent: bool, projection: Option<&Projection<'_>>) -> Result<Option<Item>> {
        let mut get = self.client.get_item().table_name(&self.name).set_key(Some(key)).consistent_read(consistent);
        if let Some(projection) = projection {
            get = get.projection_expression(projection.expression);
            for (name, attribute) in projection.names {
                get = get.expression_attribute_names(*name, *attribute);
            }
        }
        let output = get.send().await.map_err(|error| failure("GetItem", error))?;
        Ok(output.item)
    }

    /// Reads many items at once, in any order; those that do not exist are left out.
    async fn get_many(
        &self,
        keys: Vec<Item>,
        consistent: bool,
        projection: Option<&Projection<'_>>,
    ) -> Result<Vec<Item>> {
        let mut found = Vec::with_capacity(keys.len());
        let mut keys = keys;
        let mut rounds = Rounds::new("BatchGetItem");
        while !keys.is_empty() {
            let later = keys.split_off(keys.len().min(BATCH_GET));
            let mut request = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(consistent);
            if let Some(projection) = projection {
                request = request.projection_expression(projection.expression);
                for (name, attribute) in projection.names {
                    request = request.expression_attribute_names(*name, *attribute);
                }
            }
            let request = request.build().map_err(|error| Error::internal("BatchGetItem", error))?;
            let output = self
                .client
                .batch_get_item()
                .request_items(&self.name, request)
                .send()
                .await
                .map_err(|error| failure("BatchGetItem", error))?;
            found.extend(output.responses.into_iter().flat_map(HashMap::into_values).flatten());
            keys = later;
            let left = output.unprocessed_keys.into_iter().flat_map(HashMap::into_values).flat_map(|left| left.keys);
            let before = keys.len();
            keys.extend(left);
            if keys.len() > before {
                rounds.wait().await?;
            }
        }
        Ok(found)
    }

    /// All items of one partition, as they are now.
    async fn partition(&self, attribute: &str, value: String) -> Result<Vec<Item>> {
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.name)
                .key_condition_expression("#partition = :value")
                .expression_attribute_names("#partition", attribute)
                .expression_attribute_values(":value", AttributeValue::S(value.clone()))
                .consistent_read(true)
                .set_exclusive_start_key(start);
            let output = query.send().await.map_err(|error| failure("Query", error))?;
            items.extend(output.items.unwrap_or_default());
            start = output.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() {
                return Ok(items);
            }
        }
    }

    /// Deletes these items, in any order.
    async fn delete_many(&self, keys: Vec<Item>) -> Result<()> {
        for chunk in keys.chunks(BATCH_WRITE) {
            let deletes = chunk.iter().map(|key| {
                let delete = built(DeleteRequest::builder().set_key(Some(key.clone())).build())?;
                Ok(WriteRequest::builder().delete_request(delete).build())
            });
            self.write_batch(deletes.collect::<Result<_>>()?).await?;
        }
        Ok(())
    }

    async fn write_batch(&self, mut writes: Vec<WriteRequest>) -> Result<()> {
        let mut rounds = Rounds::new("BatchWriteItem");
        loop {
            let request = self.client.batch_write_item().request_items(&self.name, writes);
            let output = request.send().await.map_err(|error| failure("BatchWriteItem", error))?;
            writes = output.unprocessed_items.into_iter().flatten().flat_map(|(_, writes)| writes).collect();
            if writes.is_empty() {
                return Ok(());
            }
            rounds.wait().await?;
        }
    }

    /// Writes all of it or nothing.
    async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<(), NotWritten> {
        let mut rounds = Rounds::new("TransactWriteItems");
        loop {
            let sent = self.client.transact_write_items().set_transact_items(Some(writes.clone())).send().await;
            let Err(error) = sent else { return Ok(()) };
            let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) = error.as_service_error() else {
                return Err(NotWritten::Failed(failure("TransactWriteItems", error)));
            };
            let codes: Vec<_> =
                canceled.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or("")).collect();
            if codes.contains(&"ConditionalCheckFailed") {
                return Err(NotWritten::Condition);
            }
            if !codes.iter().any(|code| is_passing(code)) {
                return Err(NotWritten::Failed(Error::internal("TransactWriteItems", codes.join(", "))));
            }
            rounds.wait().await.map_err(NotWritten::Failed)?;
        }
    }
}

/// What of an item is read.
struct Projection<'a> {
    expression: &'a str,
    names: &'a [(&'a str, &'a str)],
}

/// Why a transaction wrote nothing.
enum NotWritten {
    /// One of its conditions did not hold.
    Condition,
    /// It failed.
    Failed(Error),
}

impl NotWritten {
    /// The error, with the outcome that a failed condition means here.
    fn or(self, outcome: Error) -> Error {
        match self {
            Self::Condition => outcome,
            Self::Failed(error) => error,
        }
    }
}

/// Repeats a call a few times, each after a longer pause of random length.
struct Rounds {
    during: &'static str,
    done: u32,
}

impl Rounds {
    const fn new(during: &'static str) -> Self {
        Self { during, done: 0 }
    }

    async fn wait(&mut self) -> Result<()> {
        self.done += 1;
        if self.done >= ROUNDS {
            return Err(Error::unavailable(self.during, "contention"));
        }
        let mut random = [0];
        getrandom::fill(&mut random).map_err(|error| Error::internal("getrandom", error))?;
        let longest = 20 << self.done;
        tokio::time::sleep(Duration::from_millis(u64::from(random[0]) * longest / 255)).await;
        Ok(())
    }
}

/// Whether the same call may well succeed a moment later.
fn is_passing(code: &str) -> bool {
    matches!(
        code,
        "InternalServerError"
            | "LimitExceededException"
            | "ProvisionedThroughputExceeded"
            | "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "ServiceUnavailable"
            | "ThrottlingError"
            | "ThrottlingException"
            | "TransactionConflict"
            | "TransactionConflictException"
            | "TransactionInProgressException"
    )
}

/// What the failure of a call means. DynamoDB's messages name actions and resources, never values.
fn failure<E: ProvideErrorMetadata>(during: &'static str, error: SdkError<E>) -> Error {
    match error {
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or("unknown");
            let what = format!("{code}: {}", service.err().message().unwrap_or(""));
            let passing = is_passing(code) || service.raw().status().is_server_error();
            if passing { Error::unavailable(during, what) } else { Error::internal(during, what) }
        }
        SdkError::ConstructionFailure(_) => Error::internal(during, "the request could not be built"),
        SdkError::TimeoutError(_) => Error::unavailable(during, "timeout"),
        SdkError::DispatchFailure(failure) => {
            let why = failure.as_connector_error().map_or_else(String::new, ToString::to_string);
            Error::unavailable(during, format!("no connection: {why}"))
        }
        _ => Error::unavailable(during, "no readable response"),
    }
}

/// Whether a write on a condition was done; `false` if the condition did not hold.
fn conditional<T, E: ProvideErrorMetadata>(during: &'static str, sent: Result<T, SdkError<E>>) -> Result<bool> {
    match sent {
        Ok(_) => Ok(true),
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(false),
        Err(error) => Err(failure(during, error)),
    }
}

/// An item of what is to be stored.
fn to_item(value: impl Serialize) -> Result<Item> {
    serde_dynamo::to_item(value).map_err(|error| Error::internal("to_item", error))
}

/// What an item holds. It was written by this service, so anything else in it is a fault of the service.
fn from_item<T: DeserializeOwned>(item: Item) -> Result<T> {
    serde_dynamo::from_item(item).map_err(|error| Error::internal("from_item", error))
}

fn text(value: &impl ToString) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

fn number(value: &impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The whole number that an attribute of the item holds, if it holds one.
fn integer(item: &Item, attribute: &str) -> Option<i64> {
    item.get(attribute)?.as_n().ok()?.parse().ok()
}
