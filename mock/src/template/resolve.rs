//! The intrinsic functions of `CloudFormation` that our template uses. They are resolved only in values that the local
//! service reads; others may use any function.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::arn::{self, ACCOUNT, REGION};

/// What parameters without a default are here. On AWS every deployment has to name them.
const HERE: [(&str, &str); 1] = [("MailSender", "events@example.com")];

/// Resolves the values of one template.
pub(super) struct Resolver<'a> {
    document: &'a Value,
    overrides: &'a HashMap<String, String>,
}

impl<'a> Resolver<'a> {
    /// A resolver for `document`, whose parameters have their defaults unless `overrides` names them.
    pub(super) fn new(document: &'a Value, overrides: &'a HashMap<String, String>) -> Result<Self, String> {
        match overrides.keys().find(|name| document["Parameters"][name.as_str()].is_null()) {
            Some(name) => Err(format!("Parameters: there is no {name} to be set")),
            None => Ok(Self { document, overrides }),
        }
    }

    /// `value` without intrinsic functions. `AWS::NoValue` disappears, together with its key.
    pub(super) fn resolve(&self, value: &Value) -> Result<Option<Value>, String> {
        match value {
            Value::Object(entries) => match call(entries) {
                Some((function, argument)) => self.call(function, argument),
                None => self.map(entries).map(Some),
            },
            Value::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| self.resolve(item)).collect::<Result<_, _>>()?;
                Ok(Some(items.into_iter().flatten().collect()))
            }
            plain => Ok(Some(plain.clone())),
        }
    }

    fn map(&self, entries: &Map<String, Value>) -> Result<Value, String> {
        let mut resolved = Map::new();
        for (key, entry) in entries {
            let entry = self.resolve(entry).map_err(|fault| format!("{key}: {fault}"))?;
            resolved.extend(entry.map(|entry| (key.clone(), entry)));
        }
        Ok(Value::Object(resolved))
    }

    /// Whether a resource's `Condition` lets it exist.
    pub(super) fn exists(&self, resource: &Value) -> Result<bool, String> {
        resource["Condition"].as_str().map_or(Ok(true), |name| self.condition(name))
    }

    fn call(&self, function: &str, argument: &Value) -> Result<Option<Value>, String> {
        match (function, argument) {
            ("Ref", Value::String(name)) if name == "AWS::NoValue" => Ok(None),
            ("Ref", Value::String(name)) => self.reference(name).map(Some),
            ("Fn::GetAtt", Value::Array(path)) => match path.as_slice() {
                [Value::String(resource), Value::String(attribute)] => {
                    self.attribute(resource, attribute).map(|text| Some(json!(text)))
                }
                _ => Err("Fn::GetAtt takes a resource and an attribute".into()),
            },
            ("Fn::Sub", Value::String(text)) => self.substitute(text, &Map::new()).map(|text| Some(json!(text))),
            ("Fn::Sub", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(text), Value::Object(names)] => match self.map(names)? {
                    Value::Object(names) => self.substitute(text, &names).map(|text| Some(json!(text))),
                    _ => Err("Fn::Sub takes a map".into()),
                },
                _ => Err("Fn::Sub takes a text and a map".into()),
            },
            ("Fn::If", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(name), then, otherwise] => {
                    self.resolve(if self.condition(name)? { then } else { otherwise })
                }
                _ => Err("Fn::If takes a condition and two values".into()),
            },
            ("Fn::FindInMap", Value::Array(path)) => match path.as_slice() {
                [map, row, column] => self.find_in_map([map, row, column]).map(Some),
                _ => Err("Fn::FindInMap takes a mapping and two keys".into()),
            },
            _ => Err(format!("{function} is not known to the local service")),
        }
    }

    fn find_in_map(&self, path: [&Value; 3]) -> Result<Value, String> {
        let mut names = Vec::new();
        let mut found = &self.document["Mappings"];
        for name in path {
            let name = text(&self.resolve(name)?.unwrap_or_default());
            found = &found[name.as_str()];
            names.push(name);
        }
        match found {
            Value::Null => Err(format!("Fn::FindInMap: there is no {}", names.join("."))),
            found => Ok(found.clone()),
        }
    }

    fn reference(&self, name: &str) -> Result<Value, String> {
        let pseudo = match name {
            "AWS::Region" => REGION,
            "AWS::AccountId" => ACCOUNT,
            "AWS::Partition" => "aws",
            "AWS::StackName" => "local",
            "AWS::URLSuffix" => "amazonaws.com",
            _ => return self.parameter_or_resource(name),
        };
        Ok(json!(pseudo))
    }

    fn parameter_or_resource(&self, name: &str) -> Result<Value, String> {
        if let Some(value) = self.overrides.get(name) {
            return Ok(json!(value));
        }
        let parameter = &self.document["Parameters"][name];
        if !parameter.is_null() {
            return match &parameter["Default"] {
                Value::Null => match HERE.iter().find(|(here, _)| *here == name) {
                    Some((_, value)) => Ok(json!(value)),
                    None => Err(format!("the parameter {name} has no Default")),
                },
                default => Ok(default.clone()),
            };
        }
        let resource = &self.document["Resources"][name];
        match resource["Type"].as_str() {
            None => Err(format!("Ref {name}: there is no such parameter or resource")),
            Some("AWS::DynamoDB::Table") => Ok(json!(self.physical(name, "TableName")?)),
            Some("AWS::SecretsManager::Secret") => Ok(json!(arn::of_secret(&self.physical(name, "Name")?))),
            Some(_) => Ok(json!(name)),
        }
    }

    fn attribute(&self, resource: &str, attribute: &str) -> Result<String, String> {
        match (self.document["Resources"][resource]["Type"].as_str(), attribute) {
            (None, _) => Err(format!("Fn::GetAtt {resource}.{attribute}: there is no such resource")),
            (Some("AWS::DynamoDB::Table"), "Arn") => Ok(arn::of_table(&self.physical(resource, "TableName")?)),
            (Some("AWS::DynamoDB::Table"), "StreamArn") => Ok(arn::of_stream(&self.physical(resource, "TableName")?)),
            (Some("AWS::SQS::Queue"), "Arn") => Ok(arn::of_queue(&self.physical(resource, "QueueName")?)),
            (Some("AWS::Serverless::Function"), "Arn") => Ok(arn::of_function(resource)),
            // The local service sets its own address where functions look for it.
            (Some("AWS::Serverless::HttpApi"), "ApiEndpoint") => {
                Ok(format!("https://{resource}.execute-api.{}.amazonaws.com", arn::REGION))
            }
            (Some("AWS::SecretsManager::Secret"), "Id") => Ok(arn::of_secret(&self.physical(resource, "Name")?)),
            _ => Err(format!("Fn::GetAtt {resource}.{attribute} is not known to the local service")),
        }
    }

    /// A resource's physical name: the value of its property, else its logical id.
    pub(super) fn physical(&self, resource: &str, property: &str) -> Result<String, String> {
        let name = self.resolve(&self.document["Resources"][resource]["Properties"][property])?;
        Ok(name.as_ref().and_then(Value::as_str).unwrap_or(resource).to_owned())
    }

    /// `${Name}`, `${Resource.Attribute}` and `${!literal}` in a text.
    fn substitute(&self, template: &str, names: &Map<String, Value>) -> Result<String, String> {
        let mut result = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').ok_or_else(|| format!("Fn::Sub {template}: a }} is missing"))?;
            result.push_str(before);
            match (name.strip_prefix('!'), names.get(name), name.split_once('.')) {
                (Some(literal), ..) => result.extend(["${", literal, "}"]),
                (_, Some(value), _) => result.push_str(&text(value)),
                (_, _, Some((resource, attribute))) => result.push_str(&self.attribute(resource, attribute)?),
                _ => result.push_str(&text(&self.reference(name)?)),
            }
            rest = after;
        }
        Ok(result + rest)
    }

    fn condition(&self, name: &str) -> Result<bool, String> {
        match &self.document["Conditions"][name] {
            Value::Null => Err(format!("there is no condition {name}")),
            expression => self.holds(expression).map_err(|fault| format!("Conditions.{name}: {fault}")),
        }
    }

    fn holds(&self, expression: &Value) -> Result<bool, String> {
        let call = expression.as_object().and_then(call);
        let Some((function, argument)) = call else { return Err("a condition function is expected".into()) };
        match (function, argument.as_array().map(Vec::as_slice)) {
            ("Condition", _) => self.condition(argument.as_str().unwrap_or_default()),
            ("Fn::Equals", Some([left, right])) => {
                let text_of = |value| self.resolve(value).map(|value| text(&value.unwrap_or_default()));
                Ok(text_of(left)? == text_of(right)?)
            }
            ("Fn::Not", Some([inner])) => Ok(!self.holds(inner)?),
            ("Fn::And", Some(all)) => all.iter().try_fold(true, |so_far, part| Ok(self.holds(part)? && so_far)),
            _ => Err(format!("{function} is not known to the local service, or its arguments are wrong")),
        }
    }
}

/// The function and its argument, if the map is a call.
fn call(entries: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (key, argument) = entries.iter().next().filter(|_| entries.len() == 1)?;
    (key == "Ref" || key == "Condition" && argument.is_string() || key.starts_with("Fn::"))
        .then_some((key.as_str(), argument))
}

/// A scalar as `CloudFormation` writes it into a text.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::yaml;

    const DOCUMENT: &str = "
Parameters:
  Stage: {Type: String, Default: dev}
  Mail: {Type: String}
  MailSender: {Type: String}
  Empty: {Type: String, Default: ''}
Mappings:
  Limits: {Guesses: {dev: 0, live: 5}}
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
  HasEmpty: !Not [!Equals [!Ref Empty, '']]
  Both: !And [!Condition IsDev, !Condition HasEmpty]
Resources:
  Users: {Type: AWS::DynamoDB::Table}
  Named: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub 'events-${Stage}'}}
  Unsent: {Type: AWS::SQS::Queue}
  Key: {Type: AWS::SecretsManager::Secret}
  Vote: {Type: AWS::Serverless::Function}
";

    #[test]
    fn values() {
        let document = yaml::parse(DOCUMENT).unwrap();
        let overrides = HashMap::from([("Mail".to_owned(), "me@example.com".to_owned())]);
        let resolver = Resolver::new(&document, &overrides).unwrap();
        for (text, expected) in [
            ("!Ref Stage", json!("dev")),
            ("!Ref Mail", json!("me@example.com")),
            ("!Ref MailSender", json!("events@example.com")),
            ("!Ref Users", json!("Users")),
            ("!Ref Named", json!("events-dev")),
            ("!Ref AWS::Region", json!("eu-central-1")),
            ("!GetAtt Named.Arn", json!("arn:aws:dynamodb:eu-central-1:000000000000:table/events-dev")),
            (
                "!GetAtt Named.StreamArn",
                json!("arn:aws:dynamodb:eu-central-1:000000000000:table/events-dev/stream/1970-01-01T00:00:00.000"),
            ),
            ("!GetAtt Unsent.Arn", json!("arn:aws:sqs:eu-central-1:000000000000:Unsent")),
            ("!GetAtt Vote.Arn", json!("arn:aws:lambda:eu-central-1:000000000000:function:Vote")),
            (
                "!Sub '${Stage}/${Users.Arn}/${!Stage}'",
                json!("dev/arn:aws:dynamodb:eu-central-1:000000000000:table/Users/${Stage}"),
            ),
            ("!Sub ['${a}-${Stage}', {a: 7}]", json!("7-dev")),
            (
                "!Sub '{{resolve:secretsmanager:${Key}}}'",
                json!("{{resolve:secretsmanager:arn:aws:secretsmanager:eu-central-1:000000000000:secret:Key}}"),
            ),
            ("!If [IsDev, 1, 2]", json!(1)),
            ("!If [HasEmpty, 1, 2]", json!(2)),
            ("!If [Both, 1, 2]", json!(2)),
            ("{a: !Ref AWS::NoValue, b: [!Ref AWS::NoValue, 1]}", json!({"b": [1]})),
            ("{Ref: Stage}", json!("dev")),
            ("!FindInMap [Limits, Guesses, !Ref Stage]", json!(0)),
        ] {
            assert_eq!(resolver.resolve(&yaml::parse(text).unwrap()), Ok(Some(expected)), "{text}");
        }
    }

    #[test]
    fn faults() {
        let document = yaml::parse(DOCUMENT).unwrap();
        let overrides = HashMap::new();
        let resolver = Resolver::new(&document, &overrides).unwrap();
        for (text, expected) in [
            ("!Ref Nobody", "Ref Nobody: there is no such parameter or resource"),
            ("!Ref Mail", "the parameter Mail has no Default"),
            ("{A: {B: !Ref Nobody}}", "A: B: Ref Nobody: there is no such parameter or resource"),
            ("!GetAtt Nobody.Arn", "Fn::GetAtt Nobody.Arn: there is no such resource"),
            ("!GetAtt Users.Colour", "Fn::GetAtt Users.Colour is not known to the local service"),
            ("!Sub '${Nobody}'", "Ref Nobody: there is no such parameter or resource"),
            ("!Sub '${Stage'", "Fn::Sub ${Stage: a } is missing"),
            ("!If [Nothing, 1, 2]", "there is no condition Nothing"),
            ("!FindInMap [Limits, Guesses, test]", "Fn::FindInMap: there is no Limits.Guesses.test"),
            ("!FindInMap [Limits, Guesses]", "Fn::FindInMap takes a mapping and two keys"),
            ("!Cidr [1, 2, 3]", "Fn::Cidr is not known to the local service"),
        ] {
            assert_eq!(resolver.resolve(&yaml::parse(text).unwrap()), Err(expected.to_owned()), "{text}");
        }
        let unknown = HashMap::from([("Nobody".to_owned(), String::new())]);
        assert_eq!(
            Resolver::new(&document, &unknown).err(),
            Some("Parameters: there is no Nobody to be set".to_owned())
        );
    }
}
