//! The harness of the tests. Each test starts its own service, with its own empty database and its own clock.
//!
//! The harness checks what holds for every response (the common headers, and the JSON Schema of the body), and at the end of every
//! test that no function was refused anything and that no secret was logged.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on panics"
)]
#![allow(
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "much is called to check, or to prepare"
)]

mod beside;
mod bodies;
mod elsewhere;
pub mod openapi;
mod order;
pub mod remote;
mod response;
pub mod runtime;
pub mod samples;
pub mod schema;
mod secrets;
mod service;
mod users;
pub mod wire;

pub use crate::beside::side_by_side;
pub use crate::bodies::{email_of, largest_draft, password_of, picnic, picnic_on_any_day, registration, vote};
pub use crate::elsewhere::Elsewhere;
pub use crate::response::Response;
pub use crate::service::{Service, token_in};
pub use crate::users::User;

/// The password of every user that [`Service::user`] makes.
pub const PASSWORD: &str = "seldom guessed";

/// The password that tests change it to.
pub const NEW_PASSWORD: &str = "battery staple";

/// A hash of [`PASSWORD`] with today's parameters.
pub const PASSWORD_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$QCJrYmg27EowvCz0ec9F8+iGCzxawbV4R8nu3ML+8H8";

/// A hash of [`PASSWORD`] with parameters that are too weak today.
pub const OLD_HASH: &str =
    "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$e+WIuS+BmU5Rq3NBa/TT1pkAJlODLHFDq3T5LV/RTsI";

/// Prints what a test covered, even where the run captures output.
pub fn report(line: &str) {
    // A closed standard error is no reason to fail.
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{line}\n").as_bytes());
}
