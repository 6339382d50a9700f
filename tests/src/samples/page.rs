//! The routes of the page for people: `/`, `/app/{file}`.

use reqwest::Method;

use super::scene::as_it_stands;
use super::{By, Request, Sample, Scenario};

pub(super) fn samples() -> Vec<Sample> {
    vec![
        Sample::new(Method::GET, "/", |_| Request::by(By::Nobody))
            .by_role([200; 6])
            .scenario(Scenario { name: "page", ..Scenario::READING })
            .harmless(|_| Request::by(By::Nobody).header("accept-language", "uk"), 200)
            .bench(as_it_stands),
        Sample::new(Method::GET, "/app/{file}", |_| Request::by(By::Nobody).header("accept-encoding", "br"))
            .by_role([200; 6])
            .harmless(|_| Request::by(By::Nobody), 200)
            .scenario(Scenario { name: "page: a file", ..Scenario::READING }),
    ]
}
