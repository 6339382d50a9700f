//! What IAM is asked for by a request: actions on resources, and the values of the condition keys.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::arn;
use crate::template::Table;

/// The values of the partition keys.
pub(super) const LEADING_KEYS: &str = "dynamodb:LeadingKeys";
/// The names of the attributes that the request names anywhere, at the top level.
pub(super) const ATTRIBUTES: &str = "dynamodb:Attributes";
/// Whether a read names the attributes that it wants.
pub(super) const SELECT: &str = "dynamodb:Select";
/// What a write gives back.
pub(super) const RETURN_VALUES: &str = "dynamodb:ReturnValues";
/// The sender of a mail.
pub(super) const FROM_ADDRESS: &str = "ses:FromAddress";

/// The parameters that expressions have replaced. They name attributes too, and nothing here reads them.
const LEGACY: [&str; 7] = [
    "AttributesToGet",
    "AttributeUpdates",
    "ConditionalOperator",
    "Expected",
    "KeyConditions",
    "QueryFilter",
    "ScanFilter",
];

const EXPRESSIONS: [&str; 5] =
    ["ProjectionExpression", "KeyConditionExpression", "FilterExpression", "ConditionExpression", "UpdateExpression"];

/// An action on a resource, and the values for its conditions.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Ask {
    pub(super) action: String,
    /// The names of the resource: that one of them is allowed suffices.
    pub(super) resources: Vec<String>,
    /// The values of the condition keys.
    context: Vec<(&'static str, Vec<String>)>,
    /// Whether the request reads, or is given back, attributes that it does not name. AWS does not say clearly what a
    /// condition on the attributes makes of that; here it does not hold.
    pub(super) is_of_all_attributes: bool,
}

impl Ask {
    /// The values that the request has for a condition key.
    pub(super) fn values(&self, key: &str) -> &[String] {
        self.context.iter().find(|(name, _)| *name == key).map_or(&[], |(_, values)| values)
    }
}

/// The names of the partition keys, of tables and of their indexes.
#[derive(Debug)]
pub(super) struct Keys(HashMap<(String, Option<String>), String>);

impl Keys {
    pub(super) fn new(tables: &[Table]) -> Self {
        let mut names = HashMap::new();
        for table in tables {
            let of_indexes = table.global_secondary_indexes.iter();
            let of_indexes = of_indexes.map(|index| (Some(index.name.clone()), &index.key_schema));
            for (index, schema) in of_indexes.chain([(None, &table.key_schema)]) {
                let partition = schema.iter().find(|key| key.key_type == "HASH");
                names.extend(partition.map(|key| ((table.name.clone(), index), key.attribute_name.clone())));
            }
        }
        Self(names)
    }

    fn partition(&self, table: &str, index: Option<&str>) -> Option<&str> {
        self.0.get(&(table.to_owned(), index.map(str::to_owned))).map(String::as_str)
    }
}

/// What a call of `DynamoDB` asks for: the members of a transaction, each by its own action.
pub(super) fn of_dynamodb(operation: &str, body: &Value, keys: &Keys) -> Result<Vec<Ask>, String> {
    match operation {
        "GetItem" | "PutItem" | "UpdateItem" | "DeleteItem" | "Query" => {
            Call::of_one(operation.to_owned(), body).ask(keys).map(|ask| vec![ask])
        }
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = body["RequestItems"].as_object().into_iter().flatten();
            tables.map(|(table, parameters)| Call::of_batch(operation, table, parameters).ask(keys)).collect()
        }
        "TransactWriteItems" => {
            let members = body["TransactItems"].as_array().into_iter().flatten();
            let members = members.filter_map(Value::as_object).flatten();
            let asks = members.map(|(kind, parameters)| Call::of_one(format!("{kind}Item"), parameters).ask(keys));
            asks.collect::<Result<_, _>>().map(merged)
        }
        _ => Ok(vec![Ask {
            action: format!("dynamodb:{operation}"),
            resources: vec!["*".to_owned()],
            is_of_all_attributes: true,
            ..Ask::default()
        }]),
    }
}

/// Asks for what members of a transaction have in common at once. AWS does not say whether each is judged by itself, or all
/// that do the same in a table together; what is allowed together is allowed one by one.
fn merged(asks: Vec<Ask>) -> Vec<Ask> {
    let mut merged: Vec<Ask> = Vec::new();
    for ask in asks {
        let like = |other: &&mut Ask| other.action == ask.action && other.resources == ask.resources;
        let Some(other) = merged.iter_mut().find(like) else {
            merged.push(ask);
            continue;
        };
        other.is_of_all_attributes |= ask.is_of_all_attributes;
        for ((_, values), (_, more)) in other.context.iter_mut().zip(ask.context) {
            values.extend(more);
        }
    }
    merged
}

/// What the sending of a mail asks for: the sender's address and its domain, since SES judges the one that it finds verified, and
/// the configuration set if one is named.
pub(super) fn of_mail(body: &Value) -> Vec<Ask> {
    let sender = body["FromEmailAddress"].as_str().unwrap_or_default();
    let address = sender.rsplit_once('<').map_or(sender, |(_, address)| address.trim_end_matches('>'));
    let domain = address.rsplit_once('@').map(|(_, domain)| arn::of_mail("identity", domain));
    let ask = |resource| Ask {
        action: "ses:SendEmail".to_owned(),
        resources: vec![resource],
        context: vec![(FROM_ADDRESS, vec![address.to_owned()])],
        ..Ask::default()
    };
    let set = body["ConfigurationSetName"].as_str().map(|name| arn::of_mail("configuration-set", name));
    [arn::of_mail("identity", address)].into_iter().chain(domain).chain(set).map(ask).collect()
}

/// The part of a call that concerns one table.
struct Call<'a> {
    action: String,
    table: &'a str,
    index: Option<&'a str>,
    /// The keys, or whole items, that it names.
    items: Vec<&'a Value>,
    parameters: &'a Value,
}

impl<'a> Call<'a> {
    fn of_one(action: String, parameters: &'a Value) -> Self {
        Self {
            action,
            table: parameters["TableName"].as_str().unwrap_or_default(),
            index: parameters["IndexName"].as_str(),
            items: ["Key", "Item"].into_iter().filter_map(|name| parameters.get(name)).collect(),
            parameters,
        }
    }

    fn of_batch(operation: &str, table: &'a str, parameters: &'a Value) -> Self {
        let gets = parameters["Keys"].as_array().into_iter().flatten();
        let writes = parameters.as_array().into_iter().flatten();
        let writes = writes.flat_map(|write| [&write["PutRequest"]["Item"], &write["DeleteRequest"]["Key"]]);
        let items = gets.chain(writes).filter(|item| item.is_object()).collect();
        Self { action: operation.to_owned(), table, index: None, items, parameters }
    }

    fn ask(&self, keys: &Keys) -> Result<Ask, String> {
        if let Some(name) = LEGACY.into_iter().find(|name| self.parameters.get(name).is_some()) {
            return Err(format!("the local IAM does not understand {name}"));
        }
        // A table may be named by its ARN too.
        let table = self.table.rsplit('/').next().unwrap_or_default();
        let index = self.index.map(|index| format!("/index/{index}")).unwrap_or_default();
        let text = |name: &str| self.parameters[name].as_str();
        let is_read = ["BatchGetItem", "GetItem", "Query"].contains(&self.action.as_str());
        let is_projected = text("ProjectionExpression").is_some();
        let select = is_read.then_some(if is_projected { "SPECIFIC_ATTRIBUTES" } else { "ALL_ATTRIBUTES" });
        let given_back = text("ReturnValues");
        let gives_all = |name: &str| text(name).is_some_and(|values| values.starts_with("ALL_"));
        let one = |value: Option<&str>| value.map(str::to_owned).into_iter().collect();
        Ok(Ask {
            action: format!("dynamodb:{}", self.action),
            resources: vec![arn::of_table(table) + &index],
            context: vec![
                (LEADING_KEYS, self.leading_keys(keys.partition(table, self.index))),
                (ATTRIBUTES, self.attributes().into_iter().map(str::to_owned).collect()),
                (SELECT, one(text("Select").or(select))),
                (RETURN_VALUES, one(given_back)),
            ],
            is_of_all_attributes: is_read && !is_projected
                || gives_all("ReturnValues")
                || gives_all("ReturnValuesOnConditionCheckFailure"),
        })
    }

    /// The values of the partition key, of which a query has one.
    fn leading_keys(&self, partition: Option<&str>) -> Vec<String> {
        let Some(partition) = partition else { return Vec::new() };
        let of_items = self.items.iter().filter_map(|item| item.get(partition));
        let condition = self.parameters["KeyConditionExpression"].as_str().unwrap_or_default();
        let tokens = tokens(condition, &self.parameters["ExpressionAttributeNames"]);
        let bound = tokens.windows(3).filter_map(|three| match three {
            [Token::Attribute(name), Token::Other('='), Token::Value(value)] if *name == partition => Some(value),
            _ => None,
        });
        let of_query = bound.filter_map(|value| self.parameters["ExpressionAttributeValues"].get(value));
        let scalar = |value: &Value| value.as_object()?.values().next()?.as_str().map(str::to_owned);
        of_items.chain(of_query).filter_map(scalar).collect()
    }

    fn attributes(&self) -> BTreeSet<&str> {
        let names = &self.parameters["ExpressionAttributeNames"];
        let of_items = self.items.iter().filter_map(|item| item.as_object()).flat_map(|item| item.keys());
        let expressions = EXPRESSIONS.into_iter().filter_map(|name| self.parameters[name].as_str());
        let named = expressions.flat_map(|expression| tokens(expression, names)).filter_map(|token| match token {
            Token::Attribute(name) => Some(name),
            _ => None,
        });
        of_items.map(String::as_str).chain(named).collect()
    }
}

/// A part of an expression.
#[derive(Debug, PartialEq)]
enum Token<'a> {
    /// An attribute at the top level, by its own name.
    Attribute(&'a str),
    /// Such as `:value`.
    Value(&'a str),
    Other(char),
}

/// Words that are no attributes: an attribute of that name has to be written with a `#`.
const KEYWORDS: [&str; 9] = ["ADD", "AND", "BETWEEN", "DELETE", "IN", "NOT", "OR", "REMOVE", "SET"];

fn tokens<'a>(expression: &'a str, names: &'a Value) -> Vec<Token<'a>> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let mut tokens = Vec::new();
    let mut rest = expression.trim_start();
    let mut is_nested = false;
    while let Some(first) = rest.chars().next() {
        let length = first.len_utf8();
        let is_long = is_word(first) || first == '#' || first == ':';
        let end = if is_long { rest[length..].find(|c| !is_word(c)).unwrap_or(rest.len() - length) } else { 0 };
        let (token, after) = rest.split_at(length + end);
        rest = after.trim_start();
        let is_function = rest.starts_with('(');
        let is_keyword = || KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(token));
        tokens.push(match first {
            ':' => Token::Value(token),
            '#' if !is_nested => Token::Attribute(names[token].as_str().unwrap_or(token)),
            _ if is_long && !is_nested && !is_function && !first.is_numeric() && !is_keyword() => {
                Token::Attribute(token)
            }
            _ => Token::Other(first),
        });
        is_nested = first == '.';
    }
    tokens
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn attributes_in_expressions() {
        let names = json!({"#n": "name", "#at": "expires_at"});
        for (expression, expected) in [
            ("pk, user_id, #n", &["pk", "user_id", "name"][..]),
            (
                "SET #at = if_not_exists(#at, :at), people[0].name = :x REMOVE a.#n, b",
                &["expires_at", "expires_at", "people", "a", "b"],
            ),
            ("ADD failures :one SET last = :now", &["failures", "last"]),
            ("attribute_not_exists(pk) OR NOT size (a) BETWEEN :x AND :y and b IN (:z)", &["pk", "a", "b"]),
            ("#unknown = :x", &["#unknown"]),
            ("", &[]),
        ] {
            let tokens = tokens(expression, &names);
            let found: Vec<_> = tokens
                .iter()
                .filter_map(|token| if let Token::Attribute(name) = token { Some(*name) } else { None })
                .collect();
            assert_eq!(found, expected, "{expression}");
        }
    }
}
