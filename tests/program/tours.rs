//! The tours of the pages, as people paste them.

use std::process::Command;

use serde_json::Value;

use crate::pages::page;
use crate::{Program, folder};

/// What the tour of that page prints on this program: a line for each answer.
fn walk(program: &Program, name: &str) -> Vec<Value> {
    let page = page(name);
    let (_, rest) = page.split_once("```bash tour\n").expect(name);
    let (tour, _) = rest.split_once("```").expect(name);
    let tour = tour.replace("http://127.0.0.1:3000", &program.api);
    let output = Command::new("bash").args(["-eu", "-o", "pipefail", "-c", &tour]).output().unwrap();
    let (printed, errors) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success() && errors.is_empty(), "{name}: {printed}\n{errors}");
    // Registering is answered by `{}` without a new line.
    printed.lines().map(|line| serde_json::from_str(line.trim_start_matches("{}")).expect(line)).collect()
}

#[test]
fn the_tours_work_as_written_and_again_on_kept_data() {
    let data = folder("tours");
    for _ in 0..2 {
        let program = Program::start(&data);

        let short = walk(&program, "README.md");
        let event = &short.last().unwrap()["event"];
        assert_eq!(event["date"][0]["confirmed"], "02.02.2027");
        assert_eq!(event["place"][0]["confirmed"], "");
        assert_eq!(event["members"][0]["confirmed"].as_array().unwrap().len(), 2, "Jane and John: {event}");

        let long = walk(&program, "functions/README.md");
        let [.., event, user] = &long[..] else { panic!("{long:?}") };
        assert_eq!(user["user"]["chats"][0], event["event"]["id"]);
        assert_eq!(event["event"]["date"][0]["confirmed"], "02.02.2027, time: 12:00");
        assert_eq!(event["event"]["place"][0]["confirmed"], "Park");

        assert_eq!(program.interrupt(), Some(0));
    }
    std::fs::remove_dir_all(data).unwrap();
}
