//! The rooms of each crate and their order, and which room may name which SDK.

use crate::graph::Graph;

/// The rooms of a crate from the highest storey to the lowest. A room is a folder or file directly below `src`. It may import rooms of
/// its own storey and of lower ones.
struct House {
    folder: &'static str,
    storeys: &'static [&'static [&'static str]],
}

const HOUSES: [House; 2] = [
    House {
        folder: "shared/src/",
        storeys: &[
            &["lambda", "app"],
            &["http"],
            &["store", "mail"],
            &["token", "calendar", "page", "texts"],
            &["error", "log", "config", "clock", "aws"],
            &["domain"],
        ],
    },
    House {
        folder: "mock/src/",
        storeys: &[
            &["main"],
            &["service"],
            &["gateway", "dynamodb", "mailbox", "streams"],
            &["iam", "environment", "openapi"],
            &["template"],
            &["arn", "data", "docker", "error", "lib", "server"],
        ],
    },
];

/// The storeys of the functions are: binaries, the library's root, its public modules (the handlers), and its private ones (helpers).
const FUNCTIONS: &str = "functions/src/";

/// The storey of a file, 0 being the highest; none where its room is on no storey.
fn storey(file: &str, handlers: &[String]) -> Option<usize> {
    if let Some(path) = file.strip_prefix(FUNCTIONS) {
        return Some(match path.trim_end_matches(".rs") {
            path if path.starts_with("bin/") => 0,
            "lib" => 1,
            path if handlers.iter().any(|handler| handler == path) => 2,
            _ => 3,
        });
    }
    let house = HOUSES.iter().find(|house| file.starts_with(house.folder))?;
    let room = file[house.folder.len()..].split('/').next()?.trim_end_matches(".rs");
    // The root of `shared` only declares modules.
    if room == "lib" && file.starts_with("shared/") {
        return Some(0);
    }
    house.storeys.iter().position(|rooms| rooms.contains(&room))
}

/// The imports from a higher storey: a name, and a description.
pub(crate) fn upward(graph: &Graph, handlers: &[String]) -> Vec<(String, String)> {
    let krate = |file: &str| file.split('/').next().map(str::to_owned);
    let mut found = Vec::new();
    for ((from, to), line) in &graph.edges {
        if krate(from) != krate(to) {
            continue;
        }
        match (storey(from, handlers), storey(to, handlers)) {
            (Some(from), Some(to)) if from <= to => {}
            (Some(_), Some(_)) => {
                found.push((
                    format!("upward: {from} → {to}"),
                    format!("an import from a higher room: {from}:{line} → {to}"),
                ));
            }
            (None, _) => found.push(homeless(from)),
            (_, None) => found.push(homeless(to)),
        }
    }
    found
}

fn homeless(file: &str) -> (String, String) {
    (format!("room: {file}"), format!("a room that is on no storey of tests/arrows/rooms.rs: {file}"))
}

/// A name that is reserved for some rooms.
struct Reserved {
    name: Named,
    /// Where the rule holds.
    within: &'static [&'static str],
    /// The rooms that it is reserved for.
    but_in: &'static [&'static str],
}

/// How a path contains the name.
enum Named {
    /// The path begins with this crate.
    Crate(&'static str),
    /// The path begins with `std::time` and this name.
    OfTime(&'static str),
    /// The path ends with this function of a type.
    Function(&'static str),
}

const OURS: &[&str] = &["shared/src/", "functions/src/"];
const DOMAIN: &[&str] = &["shared/src/domain"];

const RESERVED: [Reserved; 11] = [
    Reserved { name: Named::Crate("aws_sdk_dynamodb"), within: OURS, but_in: &["shared/src/store", "shared/src/aws"] },
    Reserved { name: Named::Crate("serde_dynamo"), within: OURS, but_in: &["shared/src/store"] },
    Reserved { name: Named::Crate("aws_sdk_sesv2"), within: OURS, but_in: &["shared/src/mail", "shared/src/aws"] },
    Reserved { name: Named::Crate("lambda_http"), within: OURS, but_in: &["shared/src/http", "shared/src/lambda"] },
    Reserved { name: Named::Crate("lambda_runtime"), within: OURS, but_in: &["shared/src/lambda"] },
    Reserved { name: Named::Crate("aws_smithy_types"), within: DOMAIN, but_in: &[] },
    Reserved { name: Named::Crate("aws_smithy_runtime_api"), within: DOMAIN, but_in: &[] },
    Reserved { name: Named::Crate("tokio"), within: DOMAIN, but_in: &[] },
    Reserved { name: Named::OfTime("Instant"), within: DOMAIN, but_in: &[] },
    Reserved { name: Named::OfTime("SystemTime"), within: DOMAIN, but_in: &[] },
    Reserved { name: Named::Function("now"), within: DOMAIN, but_in: &[] },
];

impl Named {
    fn is_in(&self, path: &[String]) -> bool {
        match self {
            Self::Crate(name) => path[0] == *name,
            Self::OfTime(name) => path.len() > 2 && path[..2] == ["std", "time"] && path[2] == *name,
            Self::Function(name) => path.len() > 1 && path[path.len() - 1] == *name,
        }
    }

    fn name(&self) -> &'static str {
        let (Self::Crate(name) | Self::OfTime(name) | Self::Function(name)) = self;
        name
    }
}

/// The reserved names outside their rooms: a name, and a description with the first line.
pub(crate) fn out_of_place(graph: &Graph) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for (file, line, path) in &graph.outside {
        let is_in = |places: &[&str]| places.iter().any(|place| file.starts_with(place));
        let broken = RESERVED.iter().filter(|rule| rule.name.is_in(path) && is_in(rule.within) && !is_in(rule.but_in));
        for rule in broken {
            let name = format!("name: {} in {file}", rule.name.name());
            if found.iter().all(|(other, _)| *other != name) {
                found.push((name, format!("{} is named outside its room: {file}:{line}", rule.name.name())));
            }
        }
    }
    found
}
