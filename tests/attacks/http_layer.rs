//! HTTP as no client library sends it, written straight to the socket. Every request gets a response, every connection ends in time, and
//! nothing smuggled in one request counts as another.

use std::time::Duration;

use mock::Patience;
use serde_json::json;
use tests::Service;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longer than the service waits. A connection that is open after that hangs for ever.
const HANGING: Duration = Duration::from_mins(1);

fn address(service: &Service) -> String {
    service.local.api_url().replace("http://", "")
}

/// Everything received until the service closes the connection. The client closes its side for writing if it is `done`.
async fn exchange(service: &Service, sent: &[u8], done: bool) -> String {
    let mut stream = TcpStream::connect(address(service)).await.unwrap();
    // The service may answer, and hang up, before it has read it all.
    let _ = stream.write_all(sent).await;
    if done {
        let _ = stream.shutdown().await;
    }
    let mut answer = Vec::new();
    let read = tokio::time::timeout(HANGING, stream.read_to_end(&mut answer)).await;
    let read = read.unwrap_or_else(|_| panic!("a connection hangs: {:?}", String::from_utf8_lossy(sent)));
    assert!(read.is_ok() || !answer.is_empty(), "{read:?}: {:?}", String::from_utf8_lossy(sent));
    String::from_utf8_lossy(&answer).into_owned()
}

/// The statuses of all responses in that text.
fn statuses(answers: &str) -> Vec<u16> {
    let heads = answers.match_indices("HTTP/1.").map(|(at, version)| &answers[at + version.len() + 2..]);
    heads.map(|head| head[..3].parse().unwrap()).collect()
}

/// Sends each and compares the statuses of the responses. Afterwards the service works as before.
async fn check(service: &Service, cases: &[(&str, Vec<u8>, &[u16])]) {
    for (name, sent, expected) in cases {
        let answers = exchange(service, sent, true).await;
        assert_eq!(&statuses(&answers), expected, "{name}: {answers}");
    }
    service.login("nobody", "seldom guessed").await.expect(403);
}

/// A request of that line and these headers, and a body.
fn request(line: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("{line}\r\n{headers}\r\n{body}").into_bytes()
}

/// The same, with a `Host`, which ends the connection.
fn get(target: &str, headers: &str) -> Vec<u8> {
    request(&format!("GET {target} HTTP/1.1"), &format!("Host: localhost\r\nConnection: close\r\n{headers}"), "")
}

/// A login with these headers and that body.
fn post(headers: &str, body: &str) -> Vec<u8> {
    request("POST /login HTTP/1.1", &format!("Host: localhost\r\n{headers}"), body)
}

fn with_host(host: &str) -> Vec<u8> {
    request("GET /user HTTP/1.1", &format!("Host: {host}\r\nConnection: close\r\n"), "")
}

#[tokio::test]
async fn hosts() {
    let service = Service::start().await;
    let mut cases = vec![
        ("none", request("GET /user HTTP/1.1", "Connection: close\r\n", ""), &[400][..]),
        ("two", get("/user", "Host: localhost\r\n"), &[400]),
        ("two others", get("/user", "Host: evil.example\r\n"), &[400]),
        ("two of a whole URL", get("http://localhost/user", "Host: localhost\r\n"), &[400]),
        ("none before 1.1", request("GET /user HTTP/1.0", "", ""), &[400]),
        ("one before 1.1", request("GET /user HTTP/1.0", "Host: localhost\r\n", ""), &[401]),
    ];
    for host in ["127.0.0.1:3000", "[::1]:3000", "Localhost", "api.example", "256"] {
        cases.push((host, with_host(host), &[401]));
    }
    for host in ["1.2.3.4.5", "999.1.1.1", "0xffffffffff", "xn--", "localhost:65536", "", ":80", "a b", "a@b"] {
        cases.push((host, with_host(host), &[400]));
    }
    check(&service, &cases).await;
}

/// The libraries decide which of these are hosts. They have to agree, so that no function gets one that it cannot read.
#[tokio::test]
async fn hosts_that_are_hard_to_tell() {
    let service = Service::start().await;
    for host in [
        ":",
        "a/b",
        "a?b",
        "a#b",
        "a\\b",
        "a<b",
        "a^b",
        "a|b",
        "a,b",
        "a%00b",
        "a%2",
        "%",
        "%zz",
        "localhost:x",
        "localhost:-1",
        "localhost:80:80",
        "localhost:",
        "1.2.3",
        "08",
        "0x",
        "[",
        "]",
        "[]",
        "[::1",
        "::1",
        "[::g]",
        "[1.2.3.4]",
        "[v1.x]",
        "[::1%25eth0]",
        "xn--a",
        "xn--\u{fc}",
        "\u{fc}.example",
        "a\u{7f}b",
        "\u{ad}",
        "..",
        ".",
        "a..b",
        "\t",
        "-",
        "_",
        "*",
        "$",
        "'",
    ] {
        let answers = exchange(&service, &with_host(host), true).await;
        assert!([400, 401].map(|status| vec![status]).contains(&statuses(&answers)), "{host:?}: {answers}");
    }
    service.login("nobody", "seldom guessed").await.expect(403);
}

#[tokio::test]
async fn smuggled_requests() {
    let service = Service::start().await;
    let inner = "GET /user HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let chunked = format!("0\r\n\r\n{inner}");
    let [length, all] = [5, chunked.len()].map(|length| format!("Content-Length: {length}\r\n"));
    let te = "Transfer-Encoding: chunked\r\n";
    let both = |first: &str, second: &str| post(&format!("{first}{second}"), &chunked);
    // One answer: what comes after the body is not read, where both are there, or is part of it.
    let cases = vec![
        ("a length, then chunks", both(&all, te), &[400][..]),
        ("chunks, then a length", both(te, &all), &[400]),
        ("two lengths", both(&length, &all), &[400]),
        ("two lengths in one", post("Content-Length: 2, 3\r\n", "{}"), &[400]),
        (
            "the same length twice",
            post("Content-Length: 2\r\nContent-Length: 2\r\nConnection: close\r\n", "{}"),
            &[400],
        ),
        ("a length with a sign", post("Content-Length: +2\r\n", "{}"), &[400]),
        ("a negative length", post("Content-Length: -2\r\n", "{}"), &[400]),
        ("a length in hexadecimals", post("Content-Length: 0x2\r\n", "{}"), &[400]),
        ("no length", post("Content-Length:\r\n", "{}"), &[400]),
        ("a length beyond measure", post("Content-Length: 99999999999999999999\r\n", "{}"), &[400]),
        ("more than is taken", post("Content-Length: 18446744073709551613\r\n", "{}"), &[413]),
        ("chunks unlike any", post("Transfer-Encoding: xchunked\r\n", &chunked), &[400]),
        ("chunks and more", post("Transfer-Encoding: chunked, identity\r\n", &chunked), &[400]),
        ("two encodings", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", &chunked), &[400]),
        ("no encoding", post("Transfer-Encoding: identity\r\n", &chunked), &[400]),
        ("a space before the colon", post("Transfer-Encoding : chunked\r\n", &chunked), &[400]),
        ("a folded line", post("Transfer-Encoding:\r\n chunked\r\n", &chunked), &[400]),
        ("a vertical tab", post("Transfer-Encoding: \u{b}chunked\r\n", &chunked), &[400]),
        ("a line within a line", post(&format!("{length}X: a\rTransfer-Encoding: chunked\r\n"), &chunked), &[400]),
        ("chunks before 1.1", request("POST /login HTTP/1.0", &format!("Host: localhost\r\n{te}"), &chunked), &[400]),
    ];
    check(&service, &cases).await;
    assert!(service.logged("request").iter().all(|line| line["route"] == "POST /login"), "nothing was smuggled in");
}

#[tokio::test]
async fn chunks() {
    let service = Service::start().await;
    let te = "Connection: close\r\nTransfer-Encoding: chunked\r\n";
    let body = json!({"username": "nobody", "password": "guess"}).to_string();
    let good = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let trailers = format!("{:x};a=b\r\n{body}\r\n0\r\nX-Trailer: 1\r\n\r\n", body.len());
    let huge = format!("1;{}\r\n", "a".repeat(20_000));
    let many = format!("0\r\n{}\r\n", "X: 1\r\n".repeat(2_000));
    let cases = vec![
        ("one", post(te, &good), &[403][..]),
        ("one with an extension and a trailer", post(te, &trailers), &[403]),
        ("a size that is none", post(te, "zz\r\n{}\r\n0\r\n\r\n"), &[400]),
        ("a negative size", post(te, "-2\r\n{}\r\n0\r\n\r\n"), &[400]),
        ("a size beyond measure", post(te, "ffffffffffffffffff\r\n{}\r\n0\r\n\r\n"), &[400]),
        ("no size", post(te, "\r\n{}\r\n0\r\n\r\n"), &[400]),
        ("more than its size", post(te, "1\r\n{}\r\n0\r\n\r\n"), &[400]),
        ("less than its size", post(te, "5\r\n{}\r\n0\r\n\r\n"), &[400]),
        ("no end", post(te, "2\r\n{}\r\n"), &[400]),
        ("an extension beyond measure", post(te, &huge), &[400]),
        ("trailers beyond measure", post(te, &many), &[400]),
        ("less than was said", post("Content-Length: 10\r\n", "{}"), &[400]),
    ];
    check(&service, &cases).await;
}

#[tokio::test]
async fn targets() {
    let service = Service::start().await;
    let line = |line: &str| request(line, "Host: localhost\r\nConnection: close\r\n", "");
    // Each of these is three octets once it is encoded.
    let encoded = format!("/event/{}", "\"".repeat(22_000));
    let encoded_letters = format!("/event/{}", "\u{fc}".repeat(11_000));
    let cases = vec![
        ("a whole URL", get("http://localhost/user", ""), &[401][..]),
        ("a whole URL elsewhere", get("http://elsewhere.example/user", ""), &[401]),
        ("a whole URL with a broken host", get("http://1.2.3.4.5/user", ""), &[400]),
        ("a whole URL with a user", get("http://a:b@localhost/user", ""), &[400]),
        ("a whole URL without a path", get("http://localhost", ""), &[200]),
        ("an authority", line("CONNECT localhost:80 HTTP/1.1"), &[400]),
        ("an authority to be got", get("localhost:80", ""), &[400]),
        ("an asterisk", line("OPTIONS * HTTP/1.1"), &[400]),
        ("an asterisk to be got", get("*", ""), &[400]),
        ("a word", get("user", ""), &[400]),
        ("nothing", line("GET  HTTP/1.1"), &[400]),
        ("two slashes", get("//user", ""), &[404]),
        ("a fragment", get("/user#a", ""), &[401]),
        ("a backslash", get("/event\\7", ""), &[404]),
        ("dots", get("/event/../user", ""), &[404]),
        ("encoded dots", get("/event/%2e%2e%2f%2e%2e%2fetc", ""), &[401]),
        ("NUL, encoded", get("/event/%00", ""), &[401]),
        ("NUL", get("/event/\0", ""), &[400]),
        ("a control character", get("/event/\u{1}", ""), &[400]),
        ("a line's end, encoded", get("/event/a%0d%0aX:%20b", ""), &[401]),
        ("half an encoding", get("/event/%f", ""), &[401]),
        ("no encoding", get("/event/%zz", ""), &[401]),
        ("no encoding in the query", get("/event?cursor=%zz&%", ""), &[401]),
        ("a question, encoded", get("/event/%3f%23", ""), &[401]),
        ("a letter that is not encoded", get("/event/\u{fc}", ""), &[401]),
        ("broken UTF-8, encoded", get("/event/%ff", ""), &[400]),
        ("broken UTF-8, encoded, in the query", get("/event?cursor=%ff", ""), &[401]),
        ("broken UTF-8", [b"GET /event/\xff HTTP/1.1\r\n".as_slice(), b"Host: a\r\n\r\n"].concat(), &[400]),
        ("too long once it is encoded", get(&encoded, ""), &[400]),
        ("too long once its letters are encoded", get(&encoded_letters, ""), &[400]),
        ("too long once it is encoded, nowhere", get(&encoded.replace("event", "nowhere"), ""), &[400]),
        ("too long with its query", get(&format!("{}?{}", &encoded[..20_000], "a".repeat(20_000)), ""), &[400]),
        ("too long", get(&format!("/event/{}", "a".repeat(66_000)), ""), &[414]),
        ("long", get(&format!("/event/{}", "a".repeat(60_000)), ""), &[401]),
    ];
    check(&service, &cases).await;
}

#[tokio::test]
async fn heads() {
    let service = Service::start().await;
    let line = |line: &str| request(line, "Host: localhost\r\nConnection: close\r\n", "");
    let raw = |name: &'static [u8]| [b"GET /user HTTP/1.1\r\nHost: localhost\r\n", name, b"\r\n\r\n"].concat();
    let cases = vec![
        ("a method in small letters", line("get /user HTTP/1.1"), &[404][..]),
        ("a method of its own", line("X-Y!z /user HTTP/1.1"), &[404]),
        ("a method with a space", line("GE T /user HTTP/1.1"), &[400]),
        ("a method with NUL", line("GE\0T /user HTTP/1.1"), &[400]),
        ("a method that is none", line("{} /user HTTP/1.1"), &[400]),
        ("no version", line("GET /user"), &[400]),
        ("version 0.9", line("GET /user HTTP/0.9"), &[400]),
        ("version 1.2", line("GET /user HTTP/1.2"), &[400]),
        ("version 9", line("GET /user HTTP/9.9"), &[400]),
        ("a version in small letters", line("GET /user http/1.1"), &[400]),
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), &[400]),
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec(), &[400]),
        ("nonsense", b"\0\0\0\0\r\n\r\n".to_vec(), &[400]),
        ("half a head", b"GET /user HTTP/1.1\r\nHost: local".to_vec(), &[400]),
        ("NUL in a value", raw(b"X: a\0b"), &[400]),
        ("NUL in a name", raw(b"X\0: a"), &[400]),
        ("a name with a space", raw(b"X Y: a"), &[400]),
        ("a line without a colon", raw(b"X"), &[400]),
        ("broken UTF-8 in a name", raw(b"X\xff: a"), &[400]),
        ("broken UTF-8 in a value", raw(b"Connection: close\r\nX: a\xff\xfeb"), &[401]),
        ("broken UTF-8 in a token", raw(b"Connection: close\r\nAuthorization: Bearer \xff"), &[401]),
        ("a long header", get("/user", &format!("X: {}\r\n", "a".repeat(20_000))), &[401]),
        ("a huge header", get("/user", &format!("X: {}\r\n", "a".repeat(400_000))), &[431]),
        ("a header of a megabyte", get("/user", &format!("X: {}\r\n", "a".repeat(1_000_000))), &[431]),
        ("a huge name", get("/user", &format!("{}: 1\r\n", "a".repeat(90_000))), &[431]),
        ("90 headers", get("/user", &"X: 1\r\n".repeat(90)), &[401]),
        ("10,000 headers", get("/user", &"X: 1\r\n".repeat(10_000)), &[431]),
        ("an upgrade", get("/user", "Upgrade: websocket\r\nConnection: upgrade\r\n"), &[401]),
        (
            "an expectation",
            post("Expect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n", "{}"),
            &[100, 400],
        ),
        ("an expectation that is unknown", get("/user", "Expect: miracles\r\n"), &[401]),
    ];
    check(&service, &cases).await;
}

#[tokio::test]
async fn pipelines() {
    let service = Service::start().await;
    let one = "GET /user HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let last = "GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let broken = "GET /user HTTP/1.1\r\nHost: localhost\r\nX\r\n\r\n";
    let body = "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}";
    let mut forty_and_more = vec![401; 40];
    forty_and_more.push(404);
    let cases = vec![
        ("many", format!("{}{last}", one.repeat(40)).into_bytes(), forty_and_more.as_slice()),
        ("a broken one", format!("{one}{broken}{one}").into_bytes(), &[401, 400]),
        ("with bodies", format!("{body}{one}{body}{last}").into_bytes(), &[400, 401, 400, 404]),
        ("empty lines before", format!("\r\n\r\n{last}").into_bytes(), &[404]),
        ("a host that is none", format!("{}{last}", one.replace("localhost", "xn--")).into_bytes(), &[400, 404]),
    ];
    check(&service, &cases).await;
}

#[tokio::test]
async fn what_is_too_long_is_refused_before_it_has_come() {
    let service = Service::start().await;
    let body = "a".repeat(11 * 1024 * 1024);
    let chunk = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let length = format!("Content-Length: {}\r\n", body.len());
    let cases = vec![
        ("all of it", post(&length, &body), &[413][..]),
        ("in a chunk", post("Transfer-Encoding: chunked\r\n", &chunk), &[413]),
        ("none of it", post(&format!("{length}Expect: 100-continue\r\n"), ""), &[413]),
        ("to nowhere", request("POST /nowhere HTTP/1.1", &format!("Host: localhost\r\n{length}"), &body), &[404]),
    ];
    check(&service, &cases).await;
}

#[tokio::test]
async fn a_client_that_is_slow_is_not_waited_for() {
    let brief = Duration::from_millis(100);
    let service = Service::start_with(|options| {
        options.patience = Patience { head: brief, body: brief, ..Patience::default() };
    })
    .await;
    for (name, sent, expected) in [
        ("nothing", &b""[..], &[][..]),
        ("half a line", b"GET /us", &[408]),
        ("half a head", b"GET /user HTTP/1.1\r\nHost: localhost\r\nX: ", &[408]),
        ("no body", b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n", &[408]),
        ("half a body", b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{", &[408]),
        (
            "half a chunk",
            b"POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{",
            &[408],
        ),
        ("nothing more", b"GET /user HTTP/1.1\r\nHost: localhost\r\n\r\n", &[401]),
    ] {
        let answers = exchange(&service, sent, false).await;
        assert_eq!(statuses(&answers), expected, "{name}: {answers}");
    }
}
