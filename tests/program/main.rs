//! `cargo run`: the program itself, started as a user starts it; and the pages that tell people what to do with it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on panics")]

mod pages;
mod tours;

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

/// A running `event-messenger`.
struct Program {
    child: Child,
    api: String,
}

impl Program {
    fn start(data: &Path) -> Self {
        Self::of(command().arg("--data").arg(data).stdout(Stdio::piped()).spawn().unwrap())
    }

    /// One that was started, once it is up.
    fn of(mut child: Child) -> Self {
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let api =
            lines.find_map(|line| line.split_whitespace().find(|word| word.starts_with("http://")).map(str::to_owned));
        // The rest of the banner has to go somewhere.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, api: api.expect("a banner with the API's address") }
    }

    /// Ends it as Ctrl-C does, and gives its exit code.
    fn interrupt(mut self) -> Option<i32> {
        Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Everything on ports of its own, with an empty database unless told otherwise.
fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_event-messenger"));
    command.args(["--addr", "127.0.0.1:0", "--dynamodb", "127.0.0.1:0"]).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// What it says when it cannot start, and its exit code.
fn refused(command: &mut Command) -> (Option<i32>, String) {
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut text = String::new();
    child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    (child.wait().unwrap().code(), text)
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("event-messenger-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

#[tokio::test]
async fn users_and_events_are_still_there_after_a_restart() {
    let data = folder("restart");
    let http = reqwest::Client::new();
    let post = async |program: &Program, path: &str, body: Value| {
        http.post(format!("{}{path}", program.api)).json(&body).send().await.unwrap()
    };

    let first = Program::start(&data);
    let registration = json!({"username": "jane", "password": "long enough", "e-mail": "jane@example.com"});
    assert_eq!(post(&first, "/user", registration).await.status(), 200);
    let mails: Value = http.get(format!("{}/_local/mails", first.api)).send().await.unwrap().json().await.unwrap();
    let text = mails[0]["text"].as_str().unwrap();
    let link = text.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
    let tokens: Value = http.get(link).header("accept", "application/json").send().await.unwrap().json().await.unwrap();
    let access = tokens["access_token"].as_str().unwrap();
    let request = http.post(format!("{}/event", first.api)).bearer_auth(access).json(&json!({"name": "Picnic"}));
    let event: Value = request.send().await.unwrap().json().await.unwrap();
    let other = refused(command().arg("--data").arg(&data));
    assert_eq!((other.0, other.1.lines().count()), (Some(1), 1), "a folder is for one: {}", other.1);
    assert_eq!(first.interrupt(), Some(0));

    let second = Program::start(&data);
    let path = format!("{}/event/{}", second.api, event["event"]["id"].as_str().unwrap());
    let read: Value = http.get(path).bearer_auth(access).send().await.unwrap().json().await.unwrap();
    assert_eq!(read, event, "the old access token is still good too");
    let login = post(&second, "/login", json!({"username": "jane", "password": "long enough"})).await;
    assert_eq!(login.status(), 200);
    let mails: Value = http
        .get(format!("{}/_local/mails?to=JANE@example.com", second.api))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(mails.as_array().unwrap().len(), 1);
    assert_eq!(second.interrupt(), Some(0));
    std::fs::remove_dir_all(data).unwrap();
}

#[tokio::test]
async fn it_goes_on_where_nobody_reads_what_it_says() {
    let mut child = command().arg("--in-memory").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    let program = Program::of(child);
    // Each leaves a line.
    for _ in 0..2 {
        let request = reqwest::Client::new().post(format!("{}/login", program.api)).body("{}");
        assert_eq!(request.send().await.unwrap().status(), 400);
    }
    assert_eq!(program.interrupt(), Some(0));
}

#[test]
fn what_keeps_it_from_starting_is_one_line_and_exit_code_1() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let broken = folder("broken");
    std::fs::create_dir_all(&broken).unwrap();
    let write = |name: &str, text: &str| {
        let path = broken.join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let no_yaml = write("no.yaml", "Resources: [\n");
    let no_tables = write("empty.yaml", "Resources: {}\n");
    let in_file = write("file", "").join("data");
    let none = broken.join("none.yaml");
    let cases: [(&[&str], &str); 7] = [
        (&["--in-memory", "--addr", &address], &address),
        (&["--in-memory", "--dynamodb", &address], &address),
        (&["--data", in_file.to_str().unwrap()], "data"),
        (&["--in-memory", "--template", none.to_str().unwrap()], "none.yaml"),
        (&["--in-memory", "--template", no_yaml.to_str().unwrap()], "no.yaml"),
        (&["--in-memory", "--template", no_tables.to_str().unwrap()], "empty.yaml"),
        (&["--in-memory", "--addr", "192.0.2.1:1"], "192.0.2.1:1"),
    ];
    for (arguments, named) in cases {
        let mut command = Command::new(env!("CARGO_BIN_EXE_event-messenger"));
        let ports: &[&str] = &["--addr", "127.0.0.1:0", "--dynamodb", "127.0.0.1:0"];
        let ports = ports.chunks(2).filter(|pair| !arguments.contains(&pair[0])).flatten();
        let (code, text) = refused(command.args(arguments).args(ports).stdout(Stdio::null()));
        assert_eq!(code, Some(1), "{arguments:?}: {text}");
        assert_eq!(text.lines().count(), 1, "{arguments:?}: {text}");
        assert!(text.contains(named), "{arguments:?}: {text}");
    }
    std::fs::remove_dir_all(broken).unwrap();
}
