//! The checker on small made-up trees.

use super::{Sources, Tree, faults};

/// Checks what is found in a crate `shared` of this root and these files.
fn check(root: &str, files: &[(&str, &str)], expected: &[&str]) {
    let mut sources = Sources::from([("shared/src/lib.rs".to_owned(), root.to_owned())]);
    sources.extend(files.iter().map(|(path, text)| (format!("shared/src/{path}"), (*text).to_owned())));
    let mut tree = Tree::default();
    tree.add("shared", "shared/src/lib.rs", &sources);
    let found: Vec<_> = faults(&tree).into_values().collect();
    assert_eq!(found, expected, "{files:?}");
}

#[test]
fn a_circle_of_two_is_found_however_the_other_is_named() {
    let chain = "a circle: shared/src/domain/a.rs:2 → shared/src/domain/b.rs:1 → shared/src/domain/a.rs";
    for back in [
        "use crate::domain::a::A;",
        "use super::a::A;",
        "use super::a::{self, A as Other};",
        "pub fn f(a: super::a::A) {}",
        "pub fn f() { let _ = super::a::A::new(); }",
        "pub fn f() { println!(\"{}\", super::a::A::new()); }",
        "use super::a; pub fn f(a: a::A) {}",
        "use crate::domain as all; pub fn f(a: all::a::A) {}",
        "use super::a::*; pub fn f(a: A) {}",
        "mod inner { use super::super::a::A; }",
        "#[derive(Debug)] #[serde(with(crate::domain::a::A))] pub struct S;",
        "pub fn f() { use super::a::A; }",
    ] {
        let (a, b) = ("pub struct A;\nuse super::b::B;", format!("{back}\npub struct B;"));
        check(
            "pub mod domain;",
            &[("domain/mod.rs", "pub mod a; pub mod b;"), ("domain/a.rs", a), ("domain/b.rs", &b)],
            &[chain],
        );
    }
}

#[test]
fn a_circle_of_three_is_told_as_a_chain() {
    let files = [
        ("domain.rs", "mod a; mod b; mod c; mod d;"),
        ("domain/a.rs", "use super::b::B; pub struct A;"),
        ("domain/b.rs", "\nuse super::c::C; pub struct B;"),
        ("domain/c.rs", "\n\nuse super::a::A; pub struct C;"),
        ("domain/d.rs", "use super::a::A;"),
    ];
    let chain = "a circle: shared/src/domain/a.rs:1 → shared/src/domain/b.rs:2 → shared/src/domain/c.rs:3 → shared/src/domain/a.rs";
    check("pub mod domain;", &files, &[chain]);
}

#[test]
fn re_exports_are_followed_and_are_no_imports_themselves() {
    let parent = "mod a; mod b; pub use a::A; pub(crate) use self::b::B as Other; use b::f;";
    let through = [
        ("domain.rs", parent),
        ("domain/a.rs", "pub struct A; pub fn g() { super::Other::new(); super::f(); }"),
        ("domain/b.rs", "use crate::domain::A; pub struct B; pub fn f() {}"),
    ];
    let chain = "a circle: shared/src/domain/a.rs:1 → shared/src/domain/b.rs:1 → shared/src/domain/a.rs";
    check("pub mod domain;", &through, &[chain]);
    // The parent re-exports from its child, which uses the parent.
    let family =
        [("domain.rs", "mod a; pub use a::A; pub struct D;"), ("domain/a.rs", "use super::D; pub struct A(D);")];
    check("pub mod domain;", &family, &[]);
    // It is a circle once the parent uses the child.
    let family = [("domain.rs", "mod a; pub use a::A;\npub struct D(A);"), family[1]];
    let chain = "a circle: shared/src/domain.rs:2 → shared/src/domain/a.rs:1 → shared/src/domain.rs";
    check("pub mod domain;", &family, &[chain]);
}

#[test]
fn an_import_from_a_higher_room_is_found() {
    let files = [
        ("domain.rs", "pub struct D; pub fn f() { crate::error::E; }"),
        ("error.rs", "use crate::domain::D; pub struct E;"),
        ("token.rs", "use crate::error::E;\nuse crate::store::Table;"),
        ("store/mod.rs", "mod table; pub use table::Table;"),
        ("store/table.rs", "pub struct Table;"),
        ("cellar.rs", "use crate::store::Table;"),
    ];
    let expected = [
        "a circle: shared/src/domain.rs:1 → shared/src/error.rs:1 → shared/src/domain.rs",
        "a room that is on no storey of tests/arrows/rooms.rs: shared/src/cellar.rs",
        "an import from a higher room: shared/src/domain.rs:1 → shared/src/error.rs",
        "an import from a higher room: shared/src/token.rs:2 → shared/src/store/table.rs",
    ];
    check("mod cellar; pub mod domain; pub mod error; pub mod store; pub mod token;", &files, &expected);
}

#[test]
fn sdks_and_clocks_are_found_outside_their_rooms() {
    let files = [
        ("domain.rs", "use std::time::{Duration, Instant}; pub fn f() {\njiff::Timestamp::now(); }"),
        ("store.rs", "use aws_sdk_dynamodb::Client;"),
        ("http.rs", "use lambda_http::Body; pub fn f() { vec![aws_sdk_sesv2::Client::new()]; }"),
    ];
    let expected = [
        "Instant is named outside its room: shared/src/domain.rs:1",
        "aws_sdk_sesv2 is named outside its room: shared/src/http.rs:1",
        "now is named outside its room: shared/src/domain.rs:2",
    ];
    check("mod domain; mod http; mod store;", &files, &expected);
}

#[test]
fn tests_are_left_out() {
    let files = [
        ("domain.rs", "pub struct D; #[cfg(test)] mod tests { use crate::error::E; }"),
        ("error.rs", "use crate::domain::D; pub struct E; #[test] fn f() { crate::store::Table; }"),
        ("store.rs", "use crate::error::E; pub struct Table; impl Table { #[cfg(test)] fn f() { crate::http::H; } }"),
        ("http.rs", "use crate::store::Table; pub struct H;"),
    ];
    check("mod domain; mod error; mod http; mod store;", &files, &[]);
}
