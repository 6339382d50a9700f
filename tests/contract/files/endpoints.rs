//! Each list of endpoints or routes is whole. What is missing is printed as it has to stand there.

use std::collections::BTreeSet;

use functions::{ENDPOINTS, STREAM_ENDPOINTS};
use mock::TemplateFile;
use serde_json::{Value, json};
use tests::samples;
use tests::schema::{json_file, workspace};

/// The routes of the template, each with its method, its path and its function.
pub(super) fn routes() -> Vec<(String, String, String)> {
    let template = template();
    let mut routes = Vec::new();
    for (_, function) in functions(&template) {
        let binary = function["Metadata"]["BuildProperties"]["Binary"].as_str().unwrap();
        let events = function["Properties"]["Events"].as_object().into_iter().flat_map(|events| events.values());
        for event in events.filter(|event| event["Type"] == "HttpApi") {
            let of_event = |name: &str| event["Properties"][name].as_str().unwrap().to_owned();
            routes.push((of_event("Method"), of_event("Path"), binary.to_owned()));
        }
    }
    routes
}

/// Fails if one of `wanted` is not among `found`, printing its lines, or the other way round.
pub(super) fn whole<T: Ord + std::fmt::Debug>(
    place: &str,
    wanted: impl IntoIterator<Item = T>,
    found: impl IntoIterator<Item = T>,
    lines: impl Fn(&T) -> String,
) {
    let (wanted, found): (BTreeSet<_>, BTreeSet<_>) = (wanted.into_iter().collect(), found.into_iter().collect());
    let missing: Vec<_> = wanted.difference(&found).map(lines).collect();
    let stray: Vec<_> = found.difference(&wanted).collect();
    assert!(missing.is_empty(), "{place} lacks:\n{}\n", missing.join("\n"));
    assert!(stray.is_empty(), "{place} has what there is no more: {stray:?}");
}

/// The functions that requests call.
fn of_requests() -> impl Iterator<Item = String> {
    ENDPOINTS.iter().map(|endpoint| endpoint.name.to_owned())
}

/// All functions, those that a stream calls among them.
fn binaries() -> impl Iterator<Item = String> {
    of_requests().chain(STREAM_ENDPOINTS.iter().map(|endpoint| endpoint.name.to_owned()))
}

pub(super) fn text(path: &str) -> String {
    std::fs::read_to_string(workspace(path)).unwrap()
}

pub(super) fn toml(path: &str) -> toml::Table {
    text(path).parse().unwrap()
}

pub(super) fn template() -> Value {
    TemplateFile::new(workspace("template.yaml")).document().unwrap().clone()
}

fn module(binary: &str) -> String {
    binary.replace('-', "_")
}

/// The function's name in the template: `HandOverFunction`.
fn logical_id(binary: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    binary.split('-').map(capital).collect::<String>() + "Function"
}

/// The function's name in an alarm: `handOver`.
fn metric_id(binary: &str) -> String {
    let id = logical_id(binary);
    id[..1].to_lowercase() + id[1..].trim_end_matches("Function")
}

/// The template's functions by logical id.
fn functions(template: &Value) -> Vec<(&String, &Value)> {
    let resources = template["Resources"].as_object().unwrap().iter();
    resources.filter(|(_, resource)| resource["Type"] == "AWS::Serverless::Function").collect()
}

#[test]
fn every_module_of_an_endpoint_is_registered() {
    let root = text("functions/src/lib.rs");
    let modules = root.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let modules = modules.map(|module| module.replace('_', "-"));
    whole("`endpoints!` in functions/src/lib.rs", modules, binaries(), |binary| {
        format!("    \"{binary}\" => {},", module(binary))
    });
}

#[test]
fn every_endpoint_is_a_binary() {
    let manifest = toml("functions/Cargo.toml");
    let declared = manifest["bin"].as_array().unwrap().iter();
    let declared = declared.map(|binary| binary["name"].as_str().unwrap().to_owned());
    whole("functions/Cargo.toml", binaries(), declared, |binary| {
        format!("[[bin]]\nname = \"{binary}\"\ntest = false\n")
    });
    let source = |binary: &str| {
        let module = module(binary);
        let serve = if of_requests().any(|name| name == binary) { "serve" } else { "serve_stream" };
        format!(
            "//! [`functions::{module}`] on Lambda.\n\nfn main() -> Result<(), shared::lambda::Failure> {{\n    \
             shared::lambda::{serve}(functions::start::{module})\n}}\n"
        )
    };
    let files = std::fs::read_dir(workspace("functions/src/bin")).unwrap();
    let files = files.map(|file| file.unwrap().file_name().into_string().unwrap().trim_end_matches(".rs").to_owned());
    whole("functions/src/bin", binaries(), files, |binary| format!("a file {binary}.rs:\n\n{}", source(binary)));
    for binary in binaries() {
        let path = format!("functions/src/bin/{binary}.rs");
        assert_eq!(text(&path), source(&binary), "{path}");
    }
}

#[test]
fn every_endpoint_is_a_function_of_the_template() {
    let template = template();
    let deployed = functions(&template).into_iter().map(|(id, function)| {
        let binary = function["Metadata"]["BuildProperties"]["Binary"].as_str().unwrap();
        (id.clone(), binary.to_owned())
    });
    let wanted = binaries().map(|binary| (logical_id(&binary), binary));
    whole("template.yaml, under `Resources`,", wanted, deployed, |(id, binary)| {
        format!(
            "  {id}:\n    Type: AWS::Serverless::Function\n    \
             Metadata: {{BuildMethod: rust-cargolambda, BuildProperties: {{Binary: {binary}}}}}\n    Properties:\n      \
             Environment: {{Variables: {{USERS_TABLE: !Ref UsersTable, EVENTS_TABLE: !Ref EventsTable}}}}\n      \
             Events: {{Route: {{Type: HttpApi, Properties: {{ApiId: !Ref Api, Method: GET, Path: '/path'}}}}}}\n      \
             Policies: [{{Version: '2012-10-17', Statement: []}}]\n",
        )
    });
}

#[test]
fn only_routes_are_throttled() {
    let template = template();
    let settings = template["Resources"]["Api"]["Properties"]["RouteSettings"].as_object().unwrap();
    let routes: Vec<_> = routes().iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    let stray: Vec<_> = settings.keys().filter(|route| !routes.contains(route)).collect();
    assert!(stray.is_empty(), "RouteSettings in template.yaml has what is no route: {stray:?}");
}

#[test]
fn cargo_lambda_watch_has_the_same_routes() {
    let manifest = toml("Cargo.toml");
    let router = manifest["workspace"]["metadata"]["lambda"]["watch"]["router"].as_table().unwrap().clone();
    let mut watched = BTreeSet::new();
    for (path, routes) in router {
        for route in routes.as_array().unwrap() {
            let text = |name: &str| route[name].as_str().unwrap().to_owned();
            watched.insert((path.clone(), text("method"), text("function")));
        }
    }
    let wanted = routes().into_iter().map(|(method, path, function)| (path, method, function));
    whole("[workspace.metadata.lambda.watch.router] in Cargo.toml", wanted, watched, |(path, method, function)| {
        let table = format!("{{ method = \"{method}\", function = \"{function}\" }}");
        let is_there = manifest["workspace"]["metadata"]["lambda"]["watch"]["router"].get(path).is_some();
        if is_there { format!("    {table},    # under \"{path}\"") } else { format!("\"{path}\" = [{table}]") }
    });
}

/// The functions that each alarm on Lambda's metrics has, by metric, alarm and the metric's id.
fn alarmed(template: &Value) -> Vec<(String, String, String, String)> {
    let mut found = Vec::new();
    for (alarm, resource) in template["Resources"].as_object().unwrap() {
        for metric in resource["Properties"]["Metrics"].as_array().into_iter().flatten() {
            let measured = &metric["MetricStat"]["Metric"];
            if resource["Type"] == "AWS::CloudWatch::Alarm" && measured["Namespace"] == "AWS/Lambda" {
                let of = |value: &Value| value.as_str().unwrap().to_owned();
                let function = of(&measured["Dimensions"][0]["Value"]["Ref"]);
                found.push((of(&measured["MetricName"]), alarm.clone(), of(&metric["Id"]), function));
            }
        }
    }
    found
}

#[test]
fn every_function_has_its_alarms() {
    let template = template();
    let alarmed = alarmed(&template);
    for (metric, stat) in [("Errors", "Sum"), ("Duration", "p99")] {
        let of_metric: Vec<_> = alarmed.iter().filter(|(name, ..)| name == metric).collect();
        let found = of_metric.iter().map(|(_, _, id, function)| (id.clone(), function.clone()));
        // How long a batch of a stream takes depends on how much there is to do: its age has an alarm.
        let functions: Vec<_> = if metric == "Errors" { binaries().collect() } else { of_requests().collect() };
        let number = functions.len();
        let wanted = functions.iter().map(|binary| (metric_id(binary), logical_id(binary)));
        let alarms: BTreeSet<_> = of_metric.iter().map(|(_, alarm, ..)| alarm.as_str()).collect();
        let place = format!("of the alarms {alarms:?} in template.yaml, one, under `Metrics`,");
        whole(&place, wanted, found, |(id, function)| {
            format!(
                "        - {{Id: {id}, ReturnData: false, MetricStat: {{Stat: {stat}, Period: 300, Metric: {{Namespace: \
                 AWS/Lambda, MetricName: {metric}, Dimensions: [{{Name: FunctionName, Value: !Ref {function}}}]}}}}}}"
            )
        });
        assert_eq!(of_metric.len(), number, "a function is in two alarms on {metric}: {of_metric:#?}");
        for alarm in alarms {
            let count = of_metric.iter().filter(|(_, name, ..)| name == alarm).count();
            assert!(count < 10, "{alarm} has {count} functions; with its expression an alarm takes ten metrics");
        }
    }
}

/// A call that no alarm counts can fail for days. A policy names the calls of a table but for transactions, which are granted by
/// what they hold.
#[test]
fn every_call_to_a_table_is_in_the_alarm_of_the_table() {
    let template = template();
    for (table, alarm) in [("UsersTable", "UsersTableFails"), ("EventsTable", "EventsTableFails")] {
        let mut wanted = BTreeSet::from(["TransactWriteItems".to_owned()]);
        for (_, function) in functions(&template) {
            let policies = function["Properties"]["Policies"].as_array().into_iter().flatten();
            for statement in policies.flat_map(|policy| policy["Statement"].as_array().into_iter().flatten()) {
                if statement["Resource"].to_string().contains(table) {
                    let actions = &statement["Action"];
                    let actions = actions.as_array().cloned().unwrap_or_else(|| vec![actions.clone()]);
                    wanted.extend(
                        actions.iter().filter_map(|action| Some(action.as_str()?.split_once(':')?.1.to_owned())),
                    );
                }
            }
        }
        wanted.remove("ConditionCheckItem");
        let metrics = template["Resources"][alarm]["Properties"]["Metrics"].as_array().unwrap();
        let found = metrics.iter().filter_map(|metric| {
            let dimensions = metric["MetricStat"]["Metric"]["Dimensions"].as_array()?;
            assert_eq!(dimensions[0]["Value"]["Ref"], table, "{metric}");
            Some(dimensions[1]["Value"].as_str()?.to_owned())
        });
        whole(&format!("{alarm} in template.yaml"), wanted, found, |operation| {
            format!("        - the metric of {operation}, as that of Query is")
        });
    }
}

#[test]
fn every_function_is_on_the_dashboard() {
    let template = template();
    let body = template["Resources"]["Overview"]["Properties"]["DashboardBody"]["Fn::Sub"].as_str().unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    for metric in ["Errors", "Throttles", "Duration"] {
        let is_its = |widget: &&Value| {
            let first = &widget["properties"]["metrics"][0];
            first[0] == "AWS/Lambda" && first[1] == metric
        };
        let widget = body["widgets"].as_array().unwrap().iter().find(is_its);
        let widget = widget.unwrap_or_else(|| panic!("the dashboard shows no {metric} of the functions"));
        let shown = widget["properties"]["metrics"].as_array().unwrap().iter();
        let shown = shown.map(|row| row.as_array().unwrap().iter().rfind(|cell| cell.is_string()).unwrap().to_string());
        let wanted = binaries().map(|binary| format!("\"${{{}}}\"", logical_id(&binary)));
        let place = format!("the dashboard in template.yaml, under {},", widget["properties"]["title"]);
        whole(&place, wanted, shown, |function| format!("              [\"...\", {function}],"));
    }
}

#[test]
fn every_function_has_a_sample_event() {
    let names: BTreeSet<_> = samples::names().into_iter().collect();
    let all = routes();
    let routes = binaries().filter_map(|binary| all.iter().rfind(|(_, _, function)| *function == binary));
    for (method, path, function) in routes {
        assert!(names.contains(function), "there is no file events/{function}.json:\n{}", sample(method, path));
    }
    for name in names {
        let (event, function) = (json_file(&format!("events/{name}.json")), samples::function(&name));
        let is_its = |(method, path, name): &(String, String, String)| {
            event["routeKey"] == format!("{method} {path}") && *name == function
        };
        assert!(all.iter().any(is_its), "events/{name}.json is of no route of {function}");
    }
}

/// A sample of that route, made of another one.
fn sample(method: &str, route: &str) -> String {
    let mut event = json_file("events/get-event.json");
    let id = event["pathParameters"]["id"].as_str().unwrap().to_owned();
    let path = route.replace("{id}", &id);
    for key in ["/routeKey", "/requestContext/routeKey"] {
        *event.pointer_mut(key).unwrap() = json!(format!("{method} {route}"));
    }
    for key in ["/rawPath", "/requestContext/http/path"] {
        *event.pointer_mut(key).unwrap() = json!(path);
    }
    event["requestContext"]["http"]["method"] = json!(method);
    if path == route {
        event.as_object_mut().unwrap().remove("pathParameters");
    }
    serde_json::to_string_pretty(&event).unwrap()
}

#[test]
fn the_documented_routes_are_all() {
    let page = ["functions/README.md", "README.md"]
        .into_iter()
        .find(|page| std::fs::read_to_string(workspace(page)).is_ok_and(|text| text.contains("\n| route | who |")));
    let page = page.expect("a table of the API");
    let text = text(page);
    let rows = text.lines().skip_while(|line| !line.starts_with("| route | who |")).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    let told = rows.filter_map(|row| Some(row.split('`').nth(1)?.split('?').next()?.to_owned()));
    let wanted = routes().into_iter().filter(|(method, ..)| method != "HEAD");
    let wanted = wanted.map(|(method, path, _)| format!("{method} {path}"));
    whole(&format!("the table of the API in {page}"), wanted, told, |route| {
        format!("| `{route}` | *token* | … | `200 {{}}` | |")
    });
}
