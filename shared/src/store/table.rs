//! A table, and the calls that several kinds of items share.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemFluentBuilder;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::builders::{ConditionCheckBuilder, DeleteBuilder, PutBuilder, UpdateBuilder};
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, DeleteRequest, KeysAndAttributes, Put, TransactWriteItem, Update,
    WriteRequest,
};

use super::failure::{NotWritten, Rounds, built, failure, is_passing};
use super::item::{Item, Projection};
use crate::aws::{self, Connection};
use crate::config::{ConfigError, Env};
use crate::error::{Error, Result};

/// DynamoDB's own limit on the keys of one `BatchGetItem`.
const BATCH_GET: usize = 100;

/// DynamoDB's own limit on the writes of one `BatchWriteItem`.
const BATCH_WRITE: usize = 25;

/// One of the tables. It hands out the calls with its own name set. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Table {
    client: Client,
    name: Arc<str>,
}

/// The client of DynamoDB.
fn client(env: &Env) -> Result<Client, ConfigError> {
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
    /// The table of accounts and of all that belongs to one.
    pub(super) fn of_users(env: &Env) -> Result<Self, ConfigError> {
        Self::named_by(env, "USERS_TABLE")
    }

    /// The table of events and their members.
    pub(super) fn of_events(env: &Env) -> Result<Self, ConfigError> {
        Self::named_by(env, "EVENTS_TABLE")
    }

    fn named_by(env: &Env, variable: &'static str) -> Result<Self, ConfigError> {
        let client = env.common(client)?;
        Ok(Self { client, name: env.require(variable)?.into() })
    }

    pub(super) fn put_item(&self, item: Item) -> PutItemFluentBuilder {
        self.client.put_item().table_name(&*self.name).set_item(Some(item))
    }

    pub(super) fn update_item(&self, key: Item) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&*self.name).set_key(Some(key))
    }

    pub(super) fn delete_item(&self, key: Item) -> DeleteItemFluentBuilder {
        self.client.delete_item().table_name(&*self.name).set_key(Some(key))
    }

    pub(super) fn query(&self) -> QueryFluentBuilder {
        self.client.query().table_name(&*self.name)
    }

    /// A put of a transaction.
    pub(super) fn put(&self, item: Item) -> PutBuilder {
        Put::builder().table_name(&*self.name).set_item(Some(item))
    }

    /// An update of a transaction.
    pub(super) fn update(&self, key: Item) -> UpdateBuilder {
        Update::builder().table_name(&*self.name).set_key(Some(key))
    }

    /// A deletion of a transaction.
    pub(super) fn delete(&self, key: Item) -> DeleteBuilder {
        Delete::builder().table_name(&*self.name).set_key(Some(key))
    }

    /// A condition of a transaction on an item that it does not write.
    pub(super) fn check(&self, key: Item) -> ConditionCheckBuilder {
        ConditionCheck::builder().table_name(&*self.name).set_key(Some(key))
    }

    /// Reads one item, as it is now.
    pub(super) async fn get(&self, key: Item) -> Result<Option<Item>> {
        self.get_as(key, true, None).await
    }

    /// Reads one item, or a part of it.
    pub(super) async fn get_as(
        &self,
        key: Item,
        consistent: bool,
        projection: Option<&Projection<'_>>,
    ) -> Result<Option<Item>> {
        let mut get = self.client.get_item().table_name(&*self.name).set_key(Some(key)).consistent_read(consistent);
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
    pub(super) async fn get_many(
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
                .request_items(&*self.name, request)
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
    pub(super) async fn partition(&self, attribute: &str, value: String) -> Result<Vec<Item>> {
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let query = self
                .query()
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
    pub(super) async fn delete_many(&self, keys: Vec<Item>) -> Result<()> {
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
            let request = self.client.batch_write_item().request_items(&*self.name, writes);
            let output = request.send().await.map_err(|error| failure("BatchWriteItem", error))?;
            writes = output.unprocessed_items.into_iter().flatten().flat_map(|(_, writes)| writes).collect();
            if writes.is_empty() {
                return Ok(());
            }
            rounds.wait().await?;
        }
    }

    /// Writes everything or nothing.
    pub(super) async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<(), NotWritten> {
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

/// A part of a transaction, once it is built.
pub(super) trait Part {
    /// The part as the transaction takes it.
    fn part(self) -> Result<TransactWriteItem>;
}

macro_rules! parts {
    ($($builder:ty: $method:ident),+) => {
        $(impl Part for $builder {
            fn part(self) -> Result<TransactWriteItem> {
                Ok(TransactWriteItem::builder().$method(built(self.build())?).build())
            }
        })+
    };
}

parts!(PutBuilder: put, UpdateBuilder: update, DeleteBuilder: delete, ConditionCheckBuilder: condition_check);

/// Makes a type that holds a table a part of functions.
macro_rules! over_table {
    ($kind:ident, $table:ident) => {
        impl From<Table> for $kind {
            fn from(table: Table) -> Self {
                Self(table)
            }
        }

        impl crate::config::FromEnv for $kind {
            fn from_env(env: &crate::config::Env) -> Result<Self, crate::config::ConfigError> {
                Table::$table(env).map(Self)
            }
        }
    };
}
pub(super) use over_table;
