//! The parameters of the template, and whoever names them.

use std::collections::{BTreeMap, BTreeSet};

use regex_lite::Regex;
use serde_json::{Map, Value};

use super::endpoints::{template, text, toml, whole};

fn parameters() -> Map<String, Value> {
    template()["Parameters"].as_object().unwrap().clone()
}

/// The values that `samconfig.toml` gives to parameters, by its environments.
fn configured() -> BTreeMap<String, Vec<(String, String)>> {
    let mut configured = BTreeMap::new();
    for (environment, commands) in toml("samconfig.toml") {
        let overrides = commands.get("deploy").and_then(|deploy| deploy["parameters"].get("parameter_overrides"));
        let Some(overrides) = overrides else { continue };
        let pair = |value: &toml::Value| {
            let (name, value) = value.as_str().unwrap().split_once('=').unwrap();
            (name.to_owned(), value.trim_matches('"').to_owned())
        };
        configured.insert(environment, overrides.as_array().unwrap().iter().map(pair).collect());
    }
    configured
}

/// Whether `CloudFormation` takes the value for the parameter.
fn takes(parameter: &Value, value: &str) -> bool {
    let among =
        |allowed: &Vec<Value>| allowed.iter().any(|one| one.as_str().map_or(one.to_string(), Into::into) == value);
    let fits = |pattern: &str| Regex::new(pattern).unwrap().is_match(value);
    parameter["AllowedValues"].as_array().is_none_or(among) && parameter["AllowedPattern"].as_str().is_none_or(fits)
}

#[test]
fn a_deployment_that_nobody_has_edited_is_refused() {
    let parameters = parameters();
    assert_eq!(parameters["MailSender"]["Default"], Value::Null, "a deployment has to name its sender");
    let configured = configured();
    assert_eq!(configured.keys().collect::<Vec<_>>(), ["production", "test"]);
    for (environment, values) in configured {
        assert!(values.iter().any(|(name, _)| name == "MailSender"), "{environment}");
        for (name, value) in values {
            let parameter = parameters.get(&name).unwrap_or_else(|| panic!("{environment}: there is no {name}"));
            let is_to_be_edited = value.starts_with("YOUR-");
            assert_eq!(takes(parameter, &value), !is_to_be_edited, "{environment}: {name}={value}");
            assert!(!value.contains("example.com"), "{environment}: {name}={value} would deploy and fail later");
        }
    }
}

#[test]
fn every_default_is_a_value_that_is_taken() {
    for (name, parameter) in parameters() {
        let default = &parameter["Default"];
        let default = default.as_str().map_or_else(|| default.to_string(), Into::into);
        assert!(parameter["Default"].is_null() || takes(&parameter, &default), "{name}: {default}");
    }
}

#[test]
fn the_console_asks_for_every_parameter_under_a_heading() {
    let groups = template()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"].clone();
    let grouped = groups.as_array().unwrap().iter().flat_map(|group| group["Parameters"].as_array().unwrap().clone());
    let grouped: Vec<_> = grouped.map(|name| name.as_str().unwrap().to_owned()).collect();
    assert_eq!(grouped.len(), grouped.iter().collect::<BTreeSet<_>>().len(), "one stands in two groups: {grouped:?}");
    let place = "template.yaml, under `Metadata`,";
    whole(place, parameters().into_iter().map(|(name, _)| name), grouped, Clone::clone);
}

#[test]
fn the_page_for_operators_says_when_to_touch_each() {
    let page = text(".github/OPERATIONS.md");
    let section = page.split("\n### Parameters\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let told = rows.flat_map(|cell| cell.split(", ").map(|name| name.trim_matches('`').to_owned()));
    whole(
        ".github/OPERATIONS.md, in the table of parameters,",
        parameters().into_iter().map(|(name, _)| name),
        told,
        |name| format!("| `{name}` | … |"),
    );
}
