//! IAM: judges every call of a function by the function's policies in the template, and remembers which of these it
//! needed. A caller that is no function may do everything, as a developer's own tools do.

mod policy;
mod request;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, header};
use serde_json::Value;

use self::policy::{Statement, parse};
use self::request::{Ask, Keys};
use crate::tell;
use crate::template::{Function, Template};

/// The access key of callers that are no function.
pub(crate) const UNRESTRICTED: &str = "local";

/// A permission of a function.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Grant {
    /// The function's binary.
    pub function: String,
    /// The number of the statement among all of the function's, from 1 on.
    pub statement: usize,
    /// An action on a resource or on a kind of items, or an action with a value of another condition.
    pub what: String,
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, statement {}: {}", self.function, self.statement, self.what)
    }
}

/// The policies of all functions, and what became of them so far.
#[derive(Debug)]
pub(crate) struct Iam {
    policies: HashMap<String, Vec<Statement>>,
    keys: Keys,
    record: Mutex<Record>,
}

#[derive(Debug, Default)]
struct Record {
    used: BTreeSet<Grant>,
    refusals: Vec<String>,
}

impl Iam {
    /// Knows the template's functions, their policies and the tables.
    ///
    /// # Errors
    /// The place in the template that is not understood.
    pub(crate) fn new(template: &Template) -> Result<Self, String> {
        let of_function = |Function { id, binary, policies, .. }: &Function| {
            Ok((binary.clone(), parse(policies).map_err(|fault| format!("{id}.{fault}"))?))
        };
        let policies = template.functions.iter().map(of_function).collect::<Result<_, String>>()?;
        Ok(Self { policies, keys: Keys::new(&template.tables), record: Mutex::default() })
    }

    /// The function that signed the request; none for anybody else. The access key of each is its name.
    pub(crate) fn function(&self, headers: &HeaderMap) -> Option<&str> {
        let signed = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (_, credential) = signed.split_once("Credential=")?;
        self.policies.get_key_value(credential.split('/').next()?).map(|(name, _)| name.as_str())
    }

    /// Judges a call of `DynamoDB`.
    ///
    /// # Errors
    /// The message of the refusal.
    pub(crate) fn judge_dynamodb(&self, function: &str, operation: &str, body: &[u8]) -> Result<(), String> {
        let asks = serde_json::from_slice::<Value>(body)
            .map_err(|error| error.to_string())
            .and_then(|body| request::of_dynamodb(operation, &body, &self.keys));
        self.judge(function, &format!("dynamodb:{operation}"), asks)
    }

    /// Judges the sending of a mail.
    ///
    /// # Errors
    /// The message of the refusal.
    pub(crate) fn judge_mail(&self, function: &str, body: &[u8]) -> Result<(), String> {
        let body = serde_json::from_slice::<Value>(body).map_err(|error| error.to_string());
        self.judge(function, "ses:SendEmail", body.map(|body| request::of_mail(&body)))
    }

    /// All grants of the policies.
    pub(crate) fn grants(&self) -> BTreeSet<Grant> {
        let of_function = |(function, statements): (&String, &Vec<Statement>)| -> Vec<Grant> {
            let whats = statements
                .iter()
                .enumerate()
                .flat_map(|(index, statement)| statement.grants().into_iter().map(move |what| (index + 1, what)));
            whats.map(|(statement, what)| Grant { function: function.clone(), statement, what }).collect()
        };
        self.policies.iter().flat_map(of_function).collect()
    }

    /// The grants that calls have needed so far.
    pub(crate) fn used(&self) -> BTreeSet<Grant> {
        self.record().used.clone()
    }

    /// The messages of all refusals so far.
    pub(crate) fn refusals(&self) -> Vec<String> {
        self.record().refusals.clone()
    }

    /// Allows the call if every ask of it is allowed. A call that is not understood is refused.
    fn judge(&self, function: &str, action: &str, asks: Result<Vec<Ask>, String>) -> Result<(), String> {
        let judged = asks
            .map_err(|fault| format!("User: {function} is not authorized to perform: {action}, for {fault}"))
            .and_then(|asks| asks.iter().map(|ask| self.judge_one(function, ask)).collect::<Result<Vec<_>, _>>());
        match judged {
            Ok(used) => {
                self.record().used.extend(used.into_iter().flatten());
                Ok(())
            }
            Err(message) => {
                tell(&message);
                self.record().refusals.push(message.clone());
                Err(message)
            }
        }
    }

    /// Finds the first statement that allows the ask. A second one that would allow it too counts as unneeded.
    fn judge_one(&self, function: &str, ask: &Ask) -> Result<Vec<Grant>, String> {
        let mut missing = Vec::new();
        for (index, statement) in self.policies.get(function).into_iter().flatten().enumerate() {
            let number = index + 1;
            match statement.judge(ask) {
                Some(Ok(used)) => {
                    let grant = |what| Grant { function: function.to_owned(), statement: number, what };
                    return Ok(used.into_iter().map(grant).collect());
                }
                Some(Err(why)) => missing.push(format!("in statement {number}, {why}")),
                None => {}
            }
        }
        let (action, resource) = (&ask.action, ask.resources.first().map_or("*", String::as_str));
        let refused = format!("User: {function} is not authorized to perform: {action} on resource: {resource}");
        Err(if missing.is_empty() {
            format!("{refused} because no statement of its policies allows the action on the resource")
        } else {
            format!("{refused} because no statement of its policies allows it: {}", missing.join("; "))
        })
    }

    /// A panic while the lock was held leaves a record that is still one.
    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
