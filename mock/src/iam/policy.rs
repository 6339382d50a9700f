//! A function's policies as the template has them. What is not understood is a fault: a policy skipped here would be in
//! force on AWS.

use serde_json::{Map, Value};

use super::request::{ATTRIBUTES, Ask, FROM_ADDRESS, LEADING_KEYS, RETURN_VALUES, SELECT};

/// A statement, which allows each of its actions on each of its resources, as far as its conditions hold.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Statement {
    actions: Vec<String>,
    resources: Vec<String>,
    conditions: Vec<Condition>,
}

/// A condition. It holds if every value of the request for the key is one of these.
#[derive(Clone, Debug, PartialEq)]
struct Condition {
    key: &'static str,
    /// Whether asterisks and question marks stand for other characters.
    like: bool,
    /// Whether it also holds if the request has no value.
    if_exists: bool,
    values: Vec<String>,
}

/// The statements in a function's `Policies`.
pub(crate) fn parse(policies: &Value) -> Result<Vec<Statement>, String> {
    let mut parsed = Vec::new();
    for (place, policy) in one_or_many(policies) {
        let at = |fault: String| format!("Policies{place}{fault}");
        let policy = object(policy, &["Version", "Statement"]).map_err(at)?;
        if policy.get("Version").is_none_or(|version| version != "2012-10-17") {
            return Err(at(".Version: must be 2012-10-17".into()));
        }
        for (place, statement) in one_or_many(policy.get("Statement").unwrap_or(&Value::Null)) {
            parsed.push(Statement::parse(statement).map_err(|fault| at(format!(".Statement{place}{fault}")))?);
        }
    }
    Ok(parsed)
}

impl Statement {
    fn parse(statement: &Value) -> Result<Self, String> {
        let statement = object(statement, &["Sid", "Effect", "Action", "Resource", "Condition"])?;
        if statement.get("Effect").is_none_or(|effect| effect != "Allow") {
            return Err(".Effect: only Allow is understood".into());
        }
        let list = |name: &str| {
            let value = statement.get(name).ok_or_else(|| format!(" has no {name}"))?;
            texts(value).map_err(|fault| format!(".{name}{fault}"))
        };
        let mut conditions = Vec::new();
        if let Some(block) = statement.get("Condition") {
            let operators = block.as_object().ok_or(".Condition: must be a map")?;
            for (operator, keys) in operators {
                let at = |fault: String| format!(".Condition.{operator}{fault}");
                for (key, values) in keys.as_object().ok_or_else(|| at(": must be a map".into()))? {
                    conditions.push(Condition::parse(operator, key, values).map_err(at)?);
                }
            }
        }
        Ok(Self { actions: list("Action")?, resources: list("Resource")?, conditions })
    }

    /// Everything that it allows: its actions, each on each resource and with each value of each condition.
    pub(super) fn grants(&self) -> Vec<String> {
        let of_action = |action: &String| {
            let on_resources = self.resources.iter().map(|resource| on(action, resource)).collect::<Vec<_>>();
            let with_values = self.conditions.iter().flat_map(|condition| condition.grants(action));
            on_resources.into_iter().chain(with_values).collect::<Vec<_>>()
        };
        self.actions.iter().flat_map(of_action).collect()
    }

    /// The grants that allow the ask, or why a condition does not hold. None if action or resource do not fit.
    pub(super) fn judge(&self, ask: &Ask) -> Option<Result<Vec<String>, String>> {
        let action = self.actions.iter().find(|pattern| like(pattern, &ask.action))?;
        let fits = |pattern: &&String| ask.resources.iter().any(|resource| like(pattern, resource));
        let resource = self.resources.iter().find(fits)?;
        let mut used = vec![on(action, resource)];
        for condition in &self.conditions {
            match condition.judge(ask) {
                Ok(values) => used.extend(values.into_iter().map(|value| condition.with(action, value))),
                Err(why) => return Some(Err(why)),
            }
        }
        Some(Ok(used))
    }
}

impl Condition {
    fn parse(operator: &str, key: &str, values: &Value) -> Result<Self, String> {
        let (for_all, like, if_exists) = match operator {
            "ForAllValues:StringLike" => (true, true, false),
            "ForAllValues:StringEquals" => (true, false, false),
            "StringLike" => (false, true, false),
            "StringEquals" => (false, false, false),
            "StringEqualsIfExists" => (false, false, true),
            _ => return Err(" is not understood".into()),
        };
        let known = [LEADING_KEYS, ATTRIBUTES, SELECT, RETURN_VALUES, FROM_ADDRESS];
        let key = known.into_iter().find(|known| *known == key).ok_or_else(|| format!(".{key} is not understood"))?;
        if for_all != [LEADING_KEYS, ATTRIBUTES].contains(&key) {
            let needs = if for_all { "has one value and takes no" } else { "has several values and takes" };
            return Err(format!(".{key} {needs} ForAllValues"));
        }
        let values = texts(values).map_err(|fault| format!(".{key}{fault}"))?;
        Ok(Self { key, like, if_exists, values })
    }

    /// The values of this that fit those of the request, the first for each; or why it does not hold.
    ///
    /// Stricter than AWS, where `ForAllValues` holds if the request has no value at all.
    fn judge(&self, ask: &Ask) -> Result<Vec<&String>, String> {
        let may_be = || format!("{} may be {}", self.key, self.values.join(", "));
        if self.key == ATTRIBUTES && ask.is_of_all_attributes {
            return Err(may_be() + " and not all");
        }
        let asked = ask.values(self.key);
        if asked.is_empty() && !self.if_exists {
            return Err(may_be() + " and is missing");
        }
        let fits =
            |pattern: &&String, value: &str| if self.like { like(pattern, value) } else { pattern.as_str() == value };
        let found = asked.iter().map(|value| {
            let found = self.values.iter().find(|pattern| fits(pattern, value));
            found.ok_or_else(|| format!("{} and not {}", may_be(), shown(self.key, value)))
        });
        found.collect()
    }

    fn grants(&self, action: &str) -> Vec<String> {
        self.values.iter().map(|value| self.with(action, value)).collect()
    }

    fn with(&self, action: &str, value: &str) -> String {
        if self.key == LEADING_KEYS { on(action, value) } else { format!("{action} with {} {value}", self.key) }
    }
}

fn on(action: &str, what: &str) -> String {
    format!("{action} on {what}")
}

/// Of a key only the kind is told, since the rest may be an address: the message goes into the function's log.
fn shown(key: &str, value: &str) -> String {
    match value.split_once('#') {
        _ if key != LEADING_KEYS => value.to_owned(),
        Some((kind, _)) => format!("{kind}#…"),
        None => "…".to_owned(),
    }
}

/// Whether the text fits the pattern, in which an asterisk stands for any characters and a question mark for one.
fn like(pattern: &str, text: &str) -> bool {
    let mut rest = text.chars();
    let mut pattern = pattern.chars();
    match (pattern.next(), rest.next()) {
        (None, None) => true,
        (Some('*'), _) => {
            let ends = text.char_indices().map(|(index, _)| index).chain([text.len()]);
            ends.into_iter().any(|start| like(pattern.as_str(), &text[start..]))
        }
        (Some(wanted), Some(found)) => (wanted == '?' || wanted == found) && like(pattern.as_str(), rest.as_str()),
        _ => false,
    }
}

/// The items of a list with their places; a value that is no list is its only item.
fn one_or_many(value: &Value) -> Vec<(String, &Value)> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (format!("[{index}]"), item)).collect(),
        one => vec![(String::new(), one)],
    }
}

/// A map of which nothing but these is expected.
fn object<'a>(value: &'a Value, known: &[&str]) -> Result<&'a Map<String, Value>, String> {
    let object = value.as_object().ok_or_else(|| format!(": {value} is not understood"))?;
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(unknown) => Err(format!(".{unknown} is not understood")),
        None => Ok(object),
    }
}

/// A text, or a list of them. What has a policy variable, such as `${aws:username}`, is not understood.
fn texts(value: &Value) -> Result<Vec<String>, String> {
    let texts = one_or_many(value).into_iter().map(|(_, item)| item.as_str().filter(|text| !text.contains("${")));
    let texts: Option<Vec<_>> = texts.map(|text| text.map(str::to_owned)).collect();
    texts.filter(|texts| !texts.is_empty()).ok_or_else(|| format!(": {value} is not understood"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("USER#*", "USER#1", true),
            ("USER#*", "USER#", true),
            ("USER#*", "SESSION#1", false),
            ("*", "", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b-", false),
            ("a?c", "aäc", true),
            ("a?c", "ac", false),
            ("table/Users", "table/Users/index/by_user", false),
        ] {
            assert_eq!(like(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_a_fault_that_names_the_place() {
        let sound = json!([{"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "a", "Resource": ["b"], "Condition": {"StringEquals": {SELECT: "COUNT"}},
        }]}]);
        assert_eq!(parse(&sound).unwrap().len(), 1);
        assert_eq!(parse(&sound[0]).unwrap().len(), 1);
        assert_eq!(parse(&Value::Null).unwrap(), []);
        for (pointer, value, expected) in [
            ("/0", json!("AmazonDynamoDBFullAccess"), "Policies[0]: \"AmazonDynamoDBFullAccess\" is not"),
            ("/0", json!({"DynamoDBReadPolicy": {}}), "Policies[0].DynamoDBReadPolicy is not understood"),
            ("/0/Version", json!("2008-10-17"), "Policies[0].Version: must be"),
            ("/0/Statement/0/Effect", json!("Deny"), "Policies[0].Statement[0].Effect: only Allow"),
            ("/0/Statement/0/Action", json!([]), "Policies[0].Statement[0].Action: [] is not understood"),
            ("/0/Statement/0/Resource", json!("${aws:username}"), "Policies[0].Statement[0].Resource: "),
            ("/0/Statement/0", json!({"Effect": "Allow", "NotAction": "a"}), "Policies[0].Statement[0].NotAction is"),
            ("/0/Statement/0", json!({"Effect": "Allow", "Action": "a"}), "Policies[0].Statement[0] has no Resource"),
            (
                "/0/Statement/0/Condition",
                json!({"Bool": {SELECT: "COUNT"}}),
                "Policies[0].Statement[0].Condition.Bool is not understood",
            ),
            (
                "/0/Statement/0/Condition",
                json!({"StringLike": {"aws:SourceIp": "::1"}}),
                "Policies[0].Statement[0].Condition.StringLike.aws:SourceIp is not understood",
            ),
            (
                "/0/Statement/0/Condition",
                json!({"StringLike": {LEADING_KEYS: "a"}}),
                "Policies[0].Statement[0].Condition.StringLike.dynamodb:LeadingKeys has several values and takes",
            ),
        ] {
            let mut broken = sound.clone();
            *broken.pointer_mut(pointer).unwrap() = value;
            let fault = parse(&broken).unwrap_err();
            assert!(fault.starts_with(expected), "{fault}");
        }
    }
}
