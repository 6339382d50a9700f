//! An update of an item, composed of independent parts.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;

/// The changes of an item and their conditions. [`Change::name`] gives the attribute of a placeholder.
#[derive(Default)]
pub(super) struct Change {
    set: Vec<String>,
    add: Vec<String>,
    delete: Vec<String>,
    remove: Vec<String>,
    conditions: Vec<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Change {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Sets the attribute to this value.
    pub(super) fn set(mut self, attribute: &str, value: AttributeValue) -> Self {
        let placeholder = self.placeholder(value);
        self.set.push(format!("{attribute} = {placeholder}"));
        self
    }

    /// Adds this number to the attribute, or these elements to the set there; without one, to zero or an empty set.
    pub(super) fn add(mut self, attribute: &str, value: AttributeValue) -> Self {
        let placeholder = self.placeholder(value);
        self.add.push(format!("{attribute} {placeholder}"));
        self
    }

    /// Takes these elements out of the set there. An attribute whose set is empty then is removed.
    pub(super) fn delete(mut self, attribute: &str, value: AttributeValue) -> Self {
        let placeholder = self.placeholder(value);
        self.delete.push(format!("{attribute} {placeholder}"));
        self
    }

    /// Removes the attribute.
    pub(super) fn remove(mut self, attribute: &str) -> Self {
        self.remove.push(attribute.to_owned());
        self
    }

    /// Adds a condition; all of them have to hold.
    pub(super) fn when(mut self, condition: &str) -> Self {
        self.conditions.push(format!("({condition})"));
        self
    }

    /// The attribute that a placeholder stands for.
    pub(super) fn name(mut self, placeholder: &str, attribute: impl Into<String>) -> Self {
        self.names.insert(placeholder.to_owned(), attribute.into());
        self
    }

    /// The value that a placeholder of a condition stands for.
    pub(super) fn value(mut self, placeholder: &str, value: AttributeValue) -> Self {
        self.values.insert(placeholder.to_owned(), value);
        self
    }

    fn placeholder(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    /// The update of the item that `update` is of.
    pub(super) fn of(self, update: UpdateItemFluentBuilder) -> UpdateItemFluentBuilder {
        let clauses = [("SET", self.set), ("ADD", self.add), ("DELETE", self.delete), ("REMOVE", self.remove)];
        let clauses = clauses.into_iter().filter(|(_, parts)| !parts.is_empty());
        let expression: Vec<_> = clauses.map(|(clause, parts)| format!("{clause} {}", parts.join(", "))).collect();
        let conditions = (!self.conditions.is_empty()).then(|| self.conditions.join(" AND "));
        update
            .update_expression(expression.join(" "))
            .set_condition_expression(conditions)
            .set_expression_attribute_names((!self.names.is_empty()).then_some(self.names))
            .set_expression_attribute_values((!self.values.is_empty()).then_some(self.values))
    }
}
