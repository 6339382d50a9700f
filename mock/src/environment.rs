//! What a function finds in its environment: the template's variables, with the local secrets filled in and the AWS
//! endpoints replaced by the local ones.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use crate::arn::REGION;
use crate::iam::UNRESTRICTED;
use crate::template::{Function, fill};

/// Where the local AWS is reached.
pub(crate) struct Endpoints {
    pub(crate) dynamodb: String,
    pub(crate) ses: String,
    pub(crate) api: String,
}

/// The environment of `function`. What `extra` names wins over everything.
pub(crate) fn of_function(
    function: &Function,
    secrets: &BTreeMap<String, String>,
    endpoints: &Endpoints,
    extra: &HashMap<String, String>,
) -> Result<HashMap<String, String>, String> {
    let mut environment = HashMap::new();
    for (name, value) in &function.environment {
        environment.insert(name.clone(), fill(value, secrets)?);
    }
    // The names of the variables are the SDKs' own, so that any AWS tool understands them. The keys open nothing, but the
    // first tells who calls.
    for (name, value) in [
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", &function.binary),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_ENDPOINT_URL_DYNAMODB", &endpoints.dynamodb),
        ("AWS_ENDPOINT_URL_SESV2", &endpoints.ses),
    ] {
        environment.insert(name.to_owned(), value.to_owned());
    }
    if let Some(api) = environment.get_mut("API_URL") {
        api.clone_from(&endpoints.api);
    }
    environment.extend(extra.clone());
    Ok(environment)
}

/// Every variable of any function, for a tool that runs them all. It cannot tell which of them calls, so all may do everything.
pub(crate) fn union<'a>(environments: impl Iterator<Item = &'a HashMap<String, String>>) -> BTreeMap<String, String> {
    let mut variables: BTreeMap<String, String> =
        environments.flatten().map(|(name, value)| (name.clone(), value.clone())).collect();
    variables.insert("AWS_ACCESS_KEY_ID".to_owned(), UNRESTRICTED.to_owned());
    variables
}

/// `NAME=value` lines, each with `prefix`, that a shell and `cargo lambda --env-file` both read.
#[must_use]
pub fn lines(environment: &BTreeMap<String, String>, prefix: &str) -> String {
    environment.iter().fold(String::new(), |mut lines, (name, value)| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+,".contains(c);
        let value =
            if value.chars().all(plain) { value.clone() } else { format!("'{}'", value.replace('\'', r"'\''")) };
        // Writing to a String cannot fail.
        let _ = writeln!(lines, "{prefix}{name}={value}");
        lines
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_local_endpoints_win_over_the_template_and_extra_over_both() {
        let function = Function {
            id: "F".into(),
            binary: "f".into(),
            environment: BTreeMap::from([
                ("AWS_ENDPOINT_URL_DYNAMODB".into(), String::new()),
                ("CONFIRMATION_PAGE".into(), "https://front.example".into()),
            ]),
            routes: vec![],
            mappings: vec![],
            timeout_seconds: 3,
            memory_mb: 128,
            policies: Value::Null,
        };
        let endpoints = Endpoints {
            dynamodb: "http://127.0.0.1:8000".into(),
            ses: "http://127.0.0.1:3000/ses".into(),
            api: "http://127.0.0.1:3000".into(),
        };
        let extra = HashMap::from([("CONFIRMATION_PAGE".to_owned(), "http://localhost:5173".to_owned())]);
        let environment = of_function(&function, &BTreeMap::new(), &endpoints, &extra).unwrap();
        assert_eq!(environment["AWS_ENDPOINT_URL_DYNAMODB"], "http://127.0.0.1:8000");
        assert_eq!(environment["CONFIRMATION_PAGE"], "http://localhost:5173");
        assert_eq!(environment["AWS_REGION"], "eu-central-1");
        assert_eq!(environment["AWS_ACCESS_KEY_ID"], "f");
        assert_eq!(union([&environment].into_iter())["AWS_ACCESS_KEY_ID"], "local");
    }

    #[test]
    fn lines_survive_a_shell() {
        let environment = BTreeMap::from([
            ("A".to_owned(), "http://127.0.0.1:8000".to_owned()),
            ("B".to_owned(), "it's $HOME".to_owned()),
            ("C".to_owned(), String::new()),
        ]);
        assert_eq!(
            lines(&environment, "export "),
            "export A=http://127.0.0.1:8000\nexport B='it'\\''s $HOME'\nexport C=\n"
        );
    }
}
