//! The page for people: the shell that every page is, its files, and how much of it a reader loads.

use std::io::Read;

use functions::ENDPOINTS;
use reqwest::Method;
use serde_json::Value;
use sha2::{Digest, Sha256};
use shared::config::Env;
use shared::page::{FILES, File};
use tests::{Response, Service, report, samples};

/// What a reader may have to load, compressed by Brotli, in octets.
const BUDGET: usize = 60 * 1024;

/// The pages, each with what the script is told to show, and where its files are.
const PAGES: [(&str, &str, &str); 6] = [
    ("/", "home", "app/"),
    ("/invitation", "invitation", "app/"),
    ("/user/confirm", "confirm", "../app/"),
    ("/mail/unsubscribe", "unsubscribe", "../app/"),
    ("/user/password/reset", "reset", "../../app/"),
    ("/user/e-mail/confirm", "email", "../../app/"),
];

async fn open(service: &Service, path: &str, headers: &[(&str, &str)]) -> Response {
    let request = service.request(Method::GET, path);
    service.send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

async fn off() -> Service {
    Service::start_with(|options| {
        options.parameters.insert("Page".to_owned(), "off".to_owned());
    })
    .await
}

/// The values of an attribute in a page.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    html.split(start.as_str()).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// The JSON in a page's attribute.
fn json(html: &str, name: &str) -> Value {
    serde_json::from_str(&attributes(html, name)[0].replace("&#34;", "\"")).unwrap()
}

fn file(name: &str) -> &'static File {
    FILES.iter().find(|file| file.name == name).unwrap_or_else(|| panic!("there is no file {name}"))
}

#[tokio::test]
async fn every_page_is_the_shell_with_what_the_script_is_to_show() {
    let service = Service::start().await;
    for (path, view, app) in PAGES {
        let page = open(&service, path, &[("accept", "text/html")]).await.expect(200);
        let html = page.body.as_str().unwrap();
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{path}");
        assert_eq!(page.header("vary"), "Accept-Language", "{path}");
        assert_eq!(page.header("referrer-policy"), "no-referrer", "{path}");
        let policy = page.header("content-security-policy");
        let (own, strict) = ("script-src 'self'; style-src 'self'; connect-src 'self'", "trusted-types 'none'");
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains(own) && policy.ends_with(strict),
            "{policy}"
        );
        assert!(!policy.contains("unsafe") && !html.contains("://"), "nothing is loaded from elsewhere: {html}");
        assert_eq!(attributes(html, "data-view"), [view], "{path}");
        assert!(!html.contains("data-off"), "{path}");
        let linked = [attributes(html, "href"), attributes(html, "src")].concat();
        assert_eq!(linked.len(), 6, "{html}");
        let texts = json(html, "data-texts");
        let texts: Vec<_> = texts.as_object().unwrap().values().map(|url| url.as_str().unwrap()).collect();
        assert_eq!(texts.len(), 3, "{html}");
        for url in linked.into_iter().chain(texts) {
            let name = url.strip_prefix(app).unwrap_or_else(|| panic!("{url} on {path} is not in {app}"));
            file(name);
        }
    }
}

/// An API may have a stage or a domain's path before all of its own, with a slash at the end of its root or without one.
#[tokio::test]
async fn the_root_finds_its_files_whatever_stands_before_it() {
    let service = Service::start().await;
    let endpoint = ENDPOINTS.iter().find(|endpoint| endpoint.name == "page").unwrap();
    let environment = Env::table(service.local.environment(endpoint.name));
    let handler = (endpoint.start)(&environment, service.clock(), service.log()).unwrap();
    for (path, app) in [("/", "app/"), ("/prod/", "app/"), ("/prod", "./prod/app/")] {
        let mut event = samples::event("page", None);
        event["rawPath"] = path.into();
        event["requestContext"]["http"]["path"] = path.into();
        event["requestContext"]["stage"] = path.trim_matches('/').into();
        let response = handler(lambda_http::request::from_str(&event.to_string()).unwrap()).await;
        let lambda_http::Body::Text(html) = response.body() else { panic!("no page at {path}") };
        let scripts = attributes(html, "src");
        assert!(scripts[0].strip_prefix(app).is_some_and(|name| name.starts_with("main.")), "{path}: {scripts:?}");
    }
}

#[tokio::test]
async fn the_shell_is_in_the_language_that_its_reader_likes_best() {
    let service = Service::start().await;
    for (accept, language, words) in [
        ("", "en", "needs JavaScript"),
        ("de, fr;q=0.5", "en", "needs JavaScript"),
        ("uk-UA, uk;q=0.9, en;q=0.8", "uk", "потрібен JavaScript"),
        ("en;q=0.5, ru", "ru", "нужен JavaScript"),
    ] {
        for path in ["/", "/invitation", "/user/confirm"] {
            let page = open(&service, path, &[("accept", "text/html"), ("accept-language", accept)]).await.expect(200);
            let html = page.body.as_str().unwrap();
            assert_eq!(attributes(html, "lang"), [language], "{accept}: {html}");
            assert!(html.contains(words) && html.contains(&format!("app/texts-{language}.")), "{accept}: {html}");
        }
    }
}

#[tokio::test]
async fn the_page_is_kept_as_long_as_it_stays_the_same() {
    let service = Service::start().await;
    let page = open(&service, "/", &[]).await.expect(200);
    assert_eq!(page.header("cache-control"), "private, no-cache");
    let etag = page.header("etag");
    let again = open(&service, "/", &[("if-none-match", etag)]).await.expect(304);
    assert_eq!((again.header("etag"), again.header("vary"), &again.body), (etag, "Accept-Language", &Value::Null));
    let other = open(&service, "/", &[("if-none-match", etag), ("accept-language", "uk")]).await.expect(200);
    assert_ne!(other.header("etag"), etag);
    // Of the others each is about a link.
    assert_eq!(open(&service, "/user/confirm?token=x", &[]).await.expect(200).header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_file_is_kept_for_good_and_named_by_its_content() {
    let service = Service::start().await;
    let kinds = ["text/javascript; charset=utf-8", "text/css; charset=utf-8", "application/json", "image/svg+xml"];
    for File { name, kind, plain, .. } in FILES {
        let reply = open(&service, &format!("/app/{name}"), &[]).await.expect(200);
        assert_eq!(reply.header("content-type"), *kind, "{name}");
        assert!(kinds.contains(kind), "{name}: {kind}");
        assert_eq!(reply.header("cache-control"), "public, max-age=31536000, immutable", "{name}");
        assert_eq!((reply.header("vary"), reply.header("content-encoding")), ("Accept-Encoding", ""), "{name}");
        let digest = hex::encode(Sha256::digest(plain));
        assert_eq!(name.split('.').nth(1).unwrap(), &digest[..12], "{name}");
    }
    for name in ["main.js", "main.000000000000.js", "..%2fCargo.toml", "index.html"] {
        let reply = open(&service, &format!("/app/{name}"), &[]).await.expect(404);
        assert_eq!(reply.body["code"], "no_such_page", "{name}");
    }
}

#[tokio::test]
async fn a_file_comes_compressed_as_its_reader_takes_it() {
    let service = Service::start().await;
    for file in FILES {
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut &*file.brotli, &mut unpacked).unwrap();
        assert!(unpacked == file.plain, "{}, by Brotli", file.name);
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(file.gzip).read_to_end(&mut unpacked).unwrap();
        assert!(unpacked == file.plain, "{}, by gzip", file.name);
        for (accept, encoding, content) in [
            ("gzip, deflate, br, zstd", "br", file.brotli),
            ("gzip, br;q=0", "gzip", file.gzip),
            ("deflate", "", file.plain),
        ] {
            let path = format!("/app/{}", file.name);
            let reply = service.request(Method::GET, &path).header("accept-encoding", accept).send().await.unwrap();
            let found = reply.headers().get("content-encoding").map_or("", |value| value.to_str().unwrap());
            assert_eq!(found, encoding, "{} for {accept}", file.name);
            assert!(reply.bytes().await.unwrap() == content, "{} for {accept}", file.name);
        }
    }
}

#[tokio::test]
async fn turned_off_the_pages_of_links_stand_alone() {
    let service = off().await;
    assert_eq!(open(&service, "/", &[]).await.expect(404).body["code"], "no_such_page");
    for (path, view, _) in PAGES.iter().skip(1) {
        let page = open(&service, path, &[("accept", "text/html")]).await.expect(200);
        let html = page.body.as_str().unwrap();
        assert!(html.contains(&format!("data-view=\"{view}\" data-off")), "{html}");
    }
    open(&service, &format!("/app/{}", FILES[0].name), &[]).await.expect(200);
}

/// The script is a module in one piece: it imports the libraries and nothing else, and exports nothing.
#[test]
fn the_script_is_one_module() {
    let script = FILES.iter().find(|file| file.name.starts_with("main.")).unwrap();
    let text = std::str::from_utf8(script.plain).unwrap();
    let (first, rest) = text.split_once('\n').unwrap();
    let libraries = first.rsplit_once("from\"./").unwrap().1.trim_end_matches("\";");
    assert!(libraries.starts_with("preact.") && file(libraries).kind == script.kind, "{first}");
    let stray = rest.lines().find(|line| line.starts_with("import") || line.starts_with("export"));
    assert_eq!(stray, None);
}

#[tokio::test]
async fn the_page_is_small() {
    let service = Service::start().await;
    let mut largest = 0;
    for (path, ..) in PAGES {
        let page = open(&service, path, &[("accept", "text/html"), ("accept-language", "ru")]).await.expect(200);
        largest = largest.max(page.body.as_str().unwrap().len());
    }
    let of = |start: &str| {
        let sizes = FILES.iter().filter(|file| file.name.starts_with(start)).map(|file| file.brotli.len());
        sizes.max().unwrap_or_else(|| panic!("there is no file {start}"))
    };
    let parts =
        [("main.", of("main.")), ("preact.", of("preact.")), ("style.", of("style.")), ("texts-", of("texts-"))];
    // API Gateway does not compress the shell.
    let total = parts.iter().map(|(_, size)| size).sum::<usize>() + of("icon.") + largest;
    let told = parts.map(|(name, size)| format!("{name} {size}")).join(", ");
    report(&format!("a page is {total} octets of {BUDGET}: {told}, icon {}, shell {largest}", of("icon.")));
    assert!(total <= BUDGET, "{total}: {told}");
}
