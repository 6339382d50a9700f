//! Items and their attributes, as the SDK has them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// An item, or the key of one.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The TTL attribute of both tables, in seconds since 1970. DynamoDB deletes late, so every read takes an expired item as absent.
pub(super) const EXPIRES_AT: &str = "expires_at";

/// The part of an item that is read.
pub(super) struct Projection<'a> {
    pub(super) expression: &'a str,
    pub(super) names: &'a [(&'a str, &'a str)],
}

/// The item that stores this value.
pub(super) fn to_item(value: impl Serialize) -> Result<Item> {
    serde_dynamo::to_item(value).map_err(|error| Error::internal("to_item", error))
}

/// The value that an item stores. The service wrote it, so an item that cannot be read is a fault of the service.
pub(super) fn from_item<T: DeserializeOwned>(item: Item) -> Result<T> {
    serde_dynamo::from_item(item).map_err(|error| Error::internal("from_item", error))
}

/// The attribute that stores this value.
pub(super) fn attribute(value: impl Serialize) -> Result<AttributeValue> {
    serde_dynamo::to_attribute_value(value).map_err(|error| Error::internal("to_attribute_value", error))
}

pub(super) fn text(value: &impl ToString) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

pub(super) fn number(value: &impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A set of numbers, of which there is at least one.
pub(super) fn numbers(values: impl IntoIterator<Item = usize>) -> AttributeValue {
    AttributeValue::Ns(values.into_iter().map(|value| value.to_string()).collect())
}

/// The whole number that an attribute of the item holds, if it holds one.
pub(super) fn integer(item: &Item, attribute: &str) -> Option<i64> {
    item.get(attribute)?.as_n().ok()?.parse().ok()
}

/// The text that an attribute of the item holds, if it holds one.
pub(super) fn string<'a>(item: &'a Item, attribute: &str) -> Option<&'a str> {
    item.get(attribute)?.as_s().ok().map(String::as_str)
}
