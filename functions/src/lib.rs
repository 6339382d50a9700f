//! The endpoints, in the order in which a user meets them.

pub mod answer;
pub mod change_password;
pub mod confirm;
pub mod create_event;
pub mod delete_event;
pub mod delete_user;
pub mod export_user;
pub mod forgot_password;
pub mod get_event;
pub mod get_user;
pub mod hand_over;
pub mod list_events;
pub mod list_sessions;
pub mod login;
pub mod logout;
pub mod refresh;
pub mod register;
pub mod resend_confirmation;
pub mod reset_password;
pub mod send_event;
pub mod update_event;
pub mod update_user;
pub mod vote;

mod credentials;
mod drafting;
mod mailing;
mod notices;
mod profile;
mod settling;
mod tokens;

use shared::lambda::{Endpoint, start};

/// All endpoints, each with the name of its binary.
pub static ENDPOINTS: [Endpoint; 23] = [
    Endpoint { name: "register", start: |env, clock, log| start(register::handle, env, clock, log) },
    Endpoint { name: "confirm", start: |env, clock, log| start(confirm::handle, env, clock, log) },
    Endpoint {
        name: "resend-confirmation",
        start: |env, clock, log| start(resend_confirmation::handle, env, clock, log),
    },
    Endpoint { name: "login", start: |env, clock, log| start(login::handle, env, clock, log) },
    Endpoint { name: "refresh", start: |env, clock, log| start(refresh::handle, env, clock, log) },
    Endpoint { name: "logout", start: |env, clock, log| start(logout::handle, env, clock, log) },
    Endpoint { name: "list-sessions", start: |env, clock, log| start(list_sessions::handle, env, clock, log) },
    Endpoint { name: "get-user", start: |env, clock, log| start(get_user::handle, env, clock, log) },
    Endpoint { name: "update-user", start: |env, clock, log| start(update_user::handle, env, clock, log) },
    Endpoint { name: "change-password", start: |env, clock, log| start(change_password::handle, env, clock, log) },
    Endpoint { name: "forgot-password", start: |env, clock, log| start(forgot_password::handle, env, clock, log) },
    Endpoint { name: "reset-password", start: |env, clock, log| start(reset_password::handle, env, clock, log) },
    Endpoint { name: "export-user", start: |env, clock, log| start(export_user::handle, env, clock, log) },
    Endpoint { name: "delete-user", start: |env, clock, log| start(delete_user::handle, env, clock, log) },
    Endpoint { name: "create-event", start: |env, clock, log| start(create_event::handle, env, clock, log) },
    Endpoint { name: "update-event", start: |env, clock, log| start(update_event::handle, env, clock, log) },
    Endpoint { name: "delete-event", start: |env, clock, log| start(delete_event::handle, env, clock, log) },
    Endpoint { name: "get-event", start: |env, clock, log| start(get_event::handle, env, clock, log) },
    Endpoint { name: "list-events", start: |env, clock, log| start(list_events::handle, env, clock, log) },
    Endpoint { name: "send-event", start: |env, clock, log| start(send_event::handle, env, clock, log) },
    Endpoint { name: "vote", start: |env, clock, log| start(vote::handle, env, clock, log) },
    Endpoint { name: "answer", start: |env, clock, log| start(answer::handle, env, clock, log) },
    Endpoint { name: "hand-over", start: |env, clock, log| start(hand_over::handle, env, clock, log) },
];
