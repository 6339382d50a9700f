//! The endpoints, in the order in which a user meets them.

pub mod answer;
pub mod change_password;
pub mod confirm;
pub mod create_event;
pub mod delete_event;
pub mod get_event;
pub mod get_user;
pub mod list_events;
pub mod list_sessions;
pub mod login;
pub mod logout;
pub mod refresh;
pub mod register;
pub mod resend_confirmation;
pub mod send_event;
pub mod update_event;
pub mod vote;

mod credentials;
mod drafting;
mod mailing;
mod tokens;

use event_messenger::lambda::{Endpoint, start};

/// All endpoints, each with the name of its binary.
pub static ENDPOINTS: [Endpoint; 17] = [
    Endpoint { name: "register", start: |env, clock| start(register::handle, env, clock) },
    Endpoint { name: "confirm", start: |env, clock| start(confirm::handle, env, clock) },
    Endpoint { name: "resend-confirmation", start: |env, clock| start(resend_confirmation::handle, env, clock) },
    Endpoint { name: "login", start: |env, clock| start(login::handle, env, clock) },
    Endpoint { name: "refresh", start: |env, clock| start(refresh::handle, env, clock) },
    Endpoint { name: "logout", start: |env, clock| start(logout::handle, env, clock) },
    Endpoint { name: "list-sessions", start: |env, clock| start(list_sessions::handle, env, clock) },
    Endpoint { name: "get-user", start: |env, clock| start(get_user::handle, env, clock) },
    Endpoint { name: "change-password", start: |env, clock| start(change_password::handle, env, clock) },
    Endpoint { name: "create-event", start: |env, clock| start(create_event::handle, env, clock) },
    Endpoint { name: "update-event", start: |env, clock| start(update_event::handle, env, clock) },
    Endpoint { name: "delete-event", start: |env, clock| start(delete_event::handle, env, clock) },
    Endpoint { name: "get-event", start: |env, clock| start(get_event::handle, env, clock) },
    Endpoint { name: "list-events", start: |env, clock| start(list_events::handle, env, clock) },
    Endpoint { name: "send-event", start: |env, clock| start(send_event::handle, env, clock) },
    Endpoint { name: "vote", start: |env, clock| start(vote::handle, env, clock) },
    Endpoint { name: "answer", start: |env, clock| start(answer::handle, env, clock) },
];
