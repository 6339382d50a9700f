//! The pages (`*.md`) tell the truth where a program can see it: links, paths, and the tables that list what the code has.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use mock::{LocalService, Options};
use shared::clock::Clock;
use shared::domain::lifetime;

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The text of a page or another file of the workspace.
pub(crate) fn page(name: &str) -> String {
    std::fs::read_to_string(workspace().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The folders of the workspace, but for hidden ones and what is built.
fn folders() -> Vec<PathBuf> {
    let is_source = |name: &str| !name.starts_with('.') && name != "target";
    let entries = std::fs::read_dir(workspace()).unwrap().map(|entry| entry.unwrap());
    let entries = entries.filter(|entry| is_source(&entry.file_name().to_string_lossy()));
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

/// All pages, by their paths.
fn pages() -> Vec<PathBuf> {
    let mut left = folders();
    left.push(workspace().join(".github"));
    let mut pages = vec![workspace().join("README.md")];
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("node_modules") {
                left.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages
}

/// The page without what stands between two fences.
fn prose(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let mut is_code = false;
    let is_prose = |line: &&str| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    };
    text.lines().filter(is_prose).flat_map(|line| [line, "\n"]).collect()
}

/// What GitHub makes of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|char| char.is_alphanumeric() || " -_".contains(*char));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// Whether that page has a heading to which the fragment leads.
fn has_heading(page: &Path, fragment: &str) -> bool {
    let text = prose(page);
    let mut headings = text.lines().filter(|line| line.starts_with('#'));
    headings.any(|heading| anchor(heading.trim_start_matches('#')) == fragment)
}

/// Of that section of a page, the lines below its heading.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("\n## {heading}\n")).expect(heading);
    rest.split("\n## ").next().unwrap()
}

#[test]
fn the_readme_is_short_and_begins_with_an_example() {
    let readme = page("README.md");
    assert!(readme.lines().count() <= 130, "{} lines: the rest has pages of its own", readme.lines().count());
    assert!(readme.lines().take(30).any(|line| line == "```sh"), "no command in its first lines");
}

#[test]
fn every_folder_says_what_lives_in_it() {
    for folder in folders() {
        assert!(folder.join("README.md").is_file(), "{}", folder.display());
    }
}

#[test]
fn every_link_leads_somewhere() {
    let mut dead = Vec::new();
    for path in pages() {
        let text = prose(&path);
        for link in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            if link.contains("://") {
                continue;
            }
            let (file, fragment) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            if !target.exists() || !(fragment.is_empty() || has_heading(&target, fragment)) {
                dead.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

/// An alarm's mail names the section to read at three in the morning.
#[test]
fn every_section_that_the_template_names_exists() {
    let template = page("template.yaml");
    let operations = workspace().join(".github/OPERATIONS.md");
    let rest = template.split(".github/OPERATIONS.md#").skip(1);
    let is_no_anchor = |char: char| !char.is_alphanumeric() && char != '-';
    let named: BTreeSet<_> = rest.map(|rest| rest.split(is_no_anchor).next().unwrap()).collect();
    let missing: Vec<_> = named.iter().filter(|fragment| !has_heading(&operations, fragment)).collect();
    assert!(!named.is_empty() && missing.is_empty(), "{missing:?}");
}

/// `a/{b,c}.rs` as the paths that it stands for.
fn expanded(path: &str) -> Vec<String> {
    match path.split_once('{').and_then(|(start, rest)| Some((start, rest.split_once('}')?))) {
        Some((start, (names, end))) => names.split(',').map(|name| format!("{start}{name}{end}")).collect(),
        None => vec![path.to_owned()],
    }
}

#[test]
fn every_path_that_a_page_names_exists() {
    let mut missing = Vec::new();
    for page in pages() {
        let bases = [workspace(), page.parent().unwrap()];
        let text = prose(&page);
        for name in text.split('`').skip(1).step_by(2) {
            let (first, _) = name.split_once('/').unwrap_or_default();
            let is_path = name.chars().all(|char| char.is_ascii_alphanumeric() || "/._-{},".contains(char));
            let is_ours = !["", "target"].contains(&first) && bases.iter().any(|base| base.join(first).is_dir());
            if is_path && is_ours {
                let lacks = |path: &String| !bases.iter().any(|base| base.join(path).exists());
                missing
                    .extend(expanded(name).into_iter().filter(lacks).map(|path| format!("{}: {path}", page.display())));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[tokio::test]
async fn the_table_of_routes_is_whole() {
    let service = LocalService::start(Options::in_memory(Clock::system())).await.unwrap();
    // A HEAD is what the GET is, without its body.
    let routes = service.routes().iter().filter(|(method, ..)| method != "HEAD");
    let routes: BTreeSet<_> = routes.map(|(method, path, _)| format!("{method} {path}")).collect();
    let page = page("functions/README.md");
    let rows = section(&page, "Routes").lines().filter_map(|line| line.strip_prefix("| `"));
    let listed = rows.map(|row| row.split(['?', '`']).next().unwrap().to_owned());
    assert_eq!(listed.collect::<BTreeSet<_>>(), routes);
}

#[test]
fn the_table_of_bodies_is_whole() {
    let page = page("functions/README.md");
    let table = section(&page, "Bodies");
    let files = std::fs::read_dir(workspace().join("mock/JSON_Schems")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let unlisted = |name: &String| !table.contains(&format!("`{name}`"));
    let unlisted: Vec<_> =
        names.filter_map(|name| name.strip_suffix("-scheme.json").map(str::to_owned)).filter(unlisted).collect();
    assert!(unlisted.is_empty(), "{unlisted:?}");
}

#[test]
fn the_keys_of_all_items_are_described() {
    let code = page("shared/src/store/keys.rs");
    let rows = code.lines().filter(|line| line.starts_with("//! |"));
    let keys: Vec<_> = rows.flat_map(|row| row.split('`').skip(1).step_by(2)).filter(|key| key.contains('#')).collect();
    assert!(keys.len() > 5, "{keys:?}");
    let page = page("shared/README.md");
    let undescribed: Vec<_> = keys.iter().filter(|key| !page.contains(&format!("`{key}`"))).collect();
    assert!(undescribed.is_empty(), "{undescribed:?}");
}

#[test]
fn the_options_of_the_program_are_described() {
    let help = Command::new(env!("CARGO_BIN_EXE_event-messenger")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let options = help.lines().filter_map(|line| line.trim_start().strip_prefix("--")?.split_whitespace().next());
    let options: Vec<_> = options.map(|option| format!("`--{option}`")).collect();
    assert!(options.len() > 5, "{help}");
    let page = page("mock/README.md");
    let undescribed: Vec<_> = options.iter().filter(|option| !page.contains(*option)).collect();
    assert!(undescribed.is_empty(), "{undescribed:?}");
}

/// The constants with their names.
macro_rules! lifetimes {
    ($($name:ident),+ $(,)?) => {
        vec![$((stringify!($name), lifetime::$name)),+]
    };
}

#[test]
fn the_table_of_lifetimes_tells_the_truth() {
    let lifetimes = lifetimes![
        CONFIRMATION,
        CONFIRMATION_PAUSE,
        EMAIL_CHANGE,
        EMAIL_CHANGE_PAUSE,
        RESET,
        RESET_PAUSE,
        RESET_COUNT,
        REPEATABLE_CHANGE,
        ACCESS_TOKEN,
        LEEWAY,
        IDLE_SESSION,
        SESSION,
        SPENT_TOKEN,
        INTERRUPTED_DELETION,
        DELETION_MARKER,
        DELETED_EVENT,
        DELETED_DRAFT,
        TAKEN_OUT,
        INVITATION,
        UNDATED_INVITATION,
        TOLD,
        TELLING,
        FAILURES,
        COUNTED_FAILURES,
        LONGEST_WAIT,
    ];
    let code = page("shared/src/domain/lifetime.rs");
    let constants = code.lines().filter(|line| line.starts_with("pub const ") && line.contains(": Duration ="));
    assert_eq!(lifetimes.len(), constants.count(), "a constant is not in the list above");
    let page = page("functions/README.md");
    let table = section(&page, "How long things last");
    let rows = lifetimes.iter().map(|(name, time)| format!("| {} | `{name}` |", words(*time)));
    let wrong: Vec<_> = rows.filter(|row| !table.contains(row)).collect();
    assert!(wrong.is_empty(), "rows that have to end so: {wrong:#?}");
}

/// The time as the table names it, in its largest whole unit: `a day`, `30 minutes`.
fn words(time: Duration) -> String {
    let units = [(24 * 60 * 60, "a", "day"), (60 * 60, "an", "hour"), (60, "a", "minute"), (1, "a", "second")];
    let seconds = time.as_secs();
    let unit = units.into_iter().find(|(length, _, _)| seconds.is_multiple_of(*length) && seconds >= *length);
    match unit {
        Some((length, article, name)) if seconds == length => format!("{article} {name}"),
        Some((length, _, name)) => format!("{} {name}s", seconds / length),
        None => "0 seconds".to_owned(),
    }
}
