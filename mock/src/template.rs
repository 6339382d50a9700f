//! Reads `template.yaml`, the only list of tables, routes, permissions and environments. A fault is one
//! line that names the resource and the property.

mod mapping;
mod pattern;
mod resolve;
mod secret;
mod yaml;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use self::mapping::Mapping;
use self::resolve::{Resolver, text};
pub(crate) use self::secret::{fill, version_of};
pub(crate) use self::yaml::parse as parse_yaml;
use crate::{Error, arn};

/// What the local service takes from the template.
#[derive(Debug, PartialEq)]
pub(crate) struct Template {
    pub(crate) tables: Vec<Table>,
    pub(crate) functions: Vec<Function>,
    pub(crate) cors: Option<Cors>,
    /// The secrets' ARNs. Their values are the local service's affair.
    pub(crate) secrets: Vec<String>,
    /// The queues' ARNs.
    queues: Vec<String>,
}

/// A table, in the words of both `CloudFormation` and the API's `CreateTable`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Table {
    #[serde(default, rename = "TableName")]
    pub(crate) name: String,
    pub(crate) key_schema: Vec<Key>,
    pub(crate) attribute_definitions: Vec<Attribute>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) global_secondary_indexes: Vec<Index>,
    /// Absent means provisioned, as it does for `CloudFormation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) billing_mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provisioned_throughput: Option<Value>,
    #[serde(default, rename = "TimeToLiveSpecification", skip_serializing)]
    pub(crate) ttl: Option<TimeToLive>,
    /// Here the API's words are others: it wants to be told that there is one.
    #[serde(default, rename = "StreamSpecification", skip_serializing)]
    pub(crate) stream: Option<StreamSpec>,
}

/// An attribute's place in a key.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Key {
    pub(crate) attribute_name: String,
    pub(crate) key_type: String,
}

/// A key attribute's type.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Attribute {
    pub(crate) attribute_name: String,
    pub(crate) attribute_type: String,
}

/// A global secondary index.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Index {
    #[serde(rename = "IndexName")]
    pub(crate) name: String,
    pub(crate) key_schema: Vec<Key>,
    pub(crate) projection: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provisioned_throughput: Option<Value>,
}

/// Which attribute says when an item is to be deleted.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TimeToLive {
    pub(crate) attribute_name: String,
    pub(crate) enabled: bool,
}

/// A stream of what changes in a table.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct StreamSpec {
    /// Which images of an item it has.
    pub(crate) stream_view_type: String,
}

/// A Lambda function and what calls it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Function {
    pub(crate) id: String,
    pub(crate) binary: String,
    /// As the template has it: references to secrets are still to be filled in.
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) routes: Vec<Route>,
    /// What hands it the records of streams.
    pub(crate) mappings: Vec<Mapping>,
    pub(crate) timeout_seconds: u64,
    pub(crate) memory_mb: u64,
    /// Its policies as the template has them, resolved; null for none.
    pub(crate) policies: Value,
}

/// A method and a path such as `/event/{id}`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Route {
    pub(crate) method: String,
    pub(crate) path: String,
}

/// An HTTP API's `CorsConfiguration`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Cors {
    pub(crate) allow_origins: Vec<String>,
    pub(crate) allow_methods: Vec<String>,
    pub(crate) allow_headers: Vec<String>,
    pub(crate) expose_headers: Vec<String>,
    pub(crate) max_age: Option<u64>,
    pub(crate) allow_credentials: bool,
}

/// A file with a SAM template. It is read once, when its content is first asked for, and clones share what was read: so the tests,
/// which start thousands of services, read one file once.
#[derive(Clone, Debug)]
pub struct TemplateFile {
    path: PathBuf,
    document: Arc<OnceLock<Value>>,
}

impl TemplateFile {
    /// The file at that path, which need not exist yet.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), document: Arc::default() }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The whole template as JSON, with each intrinsic function in its long form.
    ///
    /// # Errors
    /// [`Error::Template`].
    pub fn document(&self) -> Result<&Value, Error> {
        if let Some(document) = self.document.get() {
            return Ok(document);
        }
        let text = std::fs::read_to_string(&self.path).map_err(|error| self.fault(error.to_string()))?;
        let document = yaml::parse(&text).map_err(|fault| self.fault(fault))?;
        Ok(self.document.get_or_init(|| document))
    }

    /// The error for that fault in the file.
    pub(crate) fn fault(&self, fault: String) -> Error {
        Error::Template(self.path.clone(), fault)
    }
}

impl Template {
    /// The template in that file; `parameters` replace the defaults of its parameters.
    pub(crate) fn read(file: &TemplateFile, parameters: &HashMap<String, String>) -> Result<Self, Error> {
        Self::resolved(file.document()?, parameters).map_err(|fault| file.fault(fault))
    }

    /// The template in `text`.
    #[cfg(test)]
    pub(crate) fn parse(text: &str, parameters: &HashMap<String, String>) -> Result<Self, String> {
        Self::resolved(&yaml::parse(text)?, parameters)
    }

    fn resolved(document: &Value, parameters: &HashMap<String, String>) -> Result<Self, String> {
        let resolver = Resolver::new(document, parameters)?;
        let resources = document["Resources"].as_object().ok_or("Resources is missing")?;
        let mut template = Self { tables: vec![], functions: vec![], cors: None, secrets: vec![], queues: vec![] };
        for (id, resource) in resources {
            let at = |fault: String| format!("{id}.{fault}");
            if !resolver.exists(resource).map_err(|fault| at(format!("Condition: {fault}")))? {
                continue;
            }
            match resource["Type"].as_str() {
                Some("AWS::DynamoDB::Table") => template.tables.push(table(&resolver, id, resource).map_err(at)?),
                Some("AWS::Serverless::Function") => {
                    template.functions.push(function(&resolver, &document["Globals"], id, resource).map_err(at)?);
                }
                Some("AWS::Serverless::HttpApi") => {
                    template.cors = cors(&resolver, &document["Globals"], resource).map_err(at)?;
                }
                Some("AWS::SecretsManager::Secret") => {
                    template.secrets.push(arn::of_secret(&resolver.physical(id, "Name").map_err(at)?));
                }
                Some("AWS::SQS::Queue") => {
                    template.queues.push(arn::of_queue(&resolver.physical(id, "QueueName").map_err(at)?));
                }
                Some(_) => {}
                None => return Err(at("Type is missing".into())),
            }
        }
        template.check_secrets()?;
        template.check_mappings()?;
        Ok(template)
    }

    /// Checks that each of these is deployed by exactly one function, and that no other function is: `endpoints`, which requests call,
    /// and `consumers`, which streams call.
    pub(crate) fn check_functions(&self, endpoints: &[&str], consumers: &[&str]) -> Result<(), String> {
        let mut seen = HashSet::new();
        for Function { id, binary, routes, mappings, .. } in &self.functions {
            let binary = binary.as_str();
            if consumers.contains(&binary) {
                if mappings.is_empty() || !routes.is_empty() {
                    return Err(format!("{id}.Events: {binary} is to be called by a stream, and by no request"));
                }
            } else if !endpoints.contains(&binary) {
                return Err(format!("{id}.Metadata.BuildProperties.Binary: there is no endpoint {binary}"));
            } else if let Some(mapping) = mappings.first() {
                return Err(format!("{id}.Events.{}: {binary} is not to be called by a stream", mapping.name));
            }
            if !seen.insert(binary) {
                return Err(format!("{id}.Metadata.BuildProperties.Binary: another function is {binary} already"));
            }
        }
        match endpoints.iter().chain(consumers).find(|name| !seen.contains(*name)) {
            Some(name) => Err(format!("Resources: no AWS::Serverless::Function has the Binary {name}")),
            None => Ok(()),
        }
    }

    /// Checks that what each mapping reads and writes to is in the template.
    fn check_mappings(&self) -> Result<(), String> {
        let mappings = self.functions.iter().flat_map(|Function { id, mappings, .. }| {
            mappings.iter().map(move |mapping| (format!("{id}.Events.{}: Properties", mapping.name), mapping))
        });
        for (place, mapping) in mappings {
            let is_read = |table: &&Table| table.stream.is_some() && arn::of_stream(&table.name) == mapping.stream;
            if !self.tables.iter().any(|table| is_read(&table)) {
                return Err(format!("{place}.Stream: {} is no stream of a table", mapping.stream));
            }
            if let Some(queue) = mapping.queue.as_ref().filter(|queue| !self.queues.contains(queue)) {
                return Err(format!("{place}.DestinationConfig.OnFailure.Destination: there is no queue {queue}"));
            }
        }
        Ok(())
    }

    fn check_secrets(&self) -> Result<(), String> {
        for Function { id, environment, .. } in &self.functions {
            for (name, value) in environment {
                secret::check(value, &self.secrets).map_err(|fault| format!("{id}.Environment.{name}: {fault}"))?;
            }
        }
        Ok(())
    }
}

fn table(resolver: &Resolver<'_>, id: &str, resource: &Value) -> Result<Table, String> {
    let at = |fault: String| format!("Properties: {fault}");
    let properties = resolver.resolve(&resource["Properties"]).map_err(at)?.unwrap_or_default();
    let table: Table = serde_json::from_value(properties).map_err(|error| at(error.to_string()))?;
    Ok(if table.name.is_empty() { Table { name: id.to_owned(), ..table } } else { table })
}

fn function(resolver: &Resolver<'_>, globals: &Value, id: &str, resource: &Value) -> Result<Function, String> {
    let binary = resource["Metadata"]["BuildProperties"]["Binary"].as_str();
    let own = &resource["Properties"];
    let mut environment = BTreeMap::new();
    for variables in [&globals["Function"]["Environment"]["Variables"], &own["Environment"]["Variables"]] {
        let at = |fault: String| format!("Environment.{fault}");
        let Some(Value::Object(variables)) = resolver.resolve(variables).map_err(at)? else { continue };
        environment.extend(variables.iter().map(|(name, value)| (name.clone(), text(value))));
    }
    let (mut routes, mut mappings) = (Vec::new(), Vec::new());
    for (name, event) in own["Events"].as_object().into_iter().flatten() {
        let at = |fault: String| format!("Events.{name}: {fault}");
        match event["Type"].as_str() {
            Some("HttpApi") => routes.push(route(resolver, &event["Properties"]).map_err(at)?),
            Some("DynamoDB") => {
                let properties = resolver.resolve(&event["Properties"]).map_err(at)?.unwrap_or_default();
                let mapping = Mapping::parse(name, properties);
                mappings.push(mapping.map_err(|fault| at(format!("Properties{fault}")))?);
            }
            _ => {}
        }
    }
    // A role made elsewhere would take the place of the policies.
    if !own["Role"].is_null() {
        return Err("Role is not understood".into());
    }
    let policies = resolver.resolve(&own["Policies"]).map_err(|fault| format!("Policies: {fault}"))?;
    Ok(Function {
        id: id.to_owned(),
        policies: policies.unwrap_or_default(),
        binary: binary.ok_or("Metadata.BuildProperties.Binary is missing")?.to_owned(),
        environment,
        routes,
        mappings,
        timeout_seconds: own["Timeout"].as_u64().or(globals["Function"]["Timeout"].as_u64()).unwrap_or(3),
        memory_mb: own["MemorySize"].as_u64().or(globals["Function"]["MemorySize"].as_u64()).unwrap_or(128),
    })
}

fn route(resolver: &Resolver<'_>, properties: &Value) -> Result<Route, String> {
    let properties = resolver.resolve(properties)?.unwrap_or_default();
    let route: Route = serde_json::from_value(properties).map_err(|error| format!("Properties: {error}"))?;
    let method = route.method.to_ascii_uppercase();
    if method == "ANY" || method == "*" {
        return Err("Method: the local service wants one method".into());
    }
    if !route.path.starts_with('/') || route.path.contains("+}") {
        return Err(format!("Path: the local service does not serve {}", route.path));
    }
    Ok(Route { method, path: route.path })
}

fn cors(resolver: &Resolver<'_>, globals: &Value, resource: &Value) -> Result<Option<Cors>, String> {
    let own = &resource["Properties"]["CorsConfiguration"];
    let configured = if own.is_null() { &globals["HttpApi"]["CorsConfiguration"] } else { own };
    let at = |fault: String| format!("CorsConfiguration: {fault}");
    match resolver.resolve(configured).map_err(at)? {
        None | Some(Value::Null) => Ok(None),
        Some(map) => serde_json::from_value(map).map(Some).map_err(|error| at(error.to_string())),
    }
}

#[cfg(test)]
mod tests;
