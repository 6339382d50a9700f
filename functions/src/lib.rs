//! The endpoints, in the order in which a user meets them.

pub mod amend_event;
pub mod answer;
pub mod change_password;
pub mod confirm;
pub mod contacts;
pub mod create_event;
pub mod delete_event;
pub mod delete_user;
pub mod end_session;
pub mod export_user;
pub mod find_users;
pub mod forgot_password;
pub mod get_event;
pub mod get_user;
pub mod hand_over;
pub mod invitation;
pub mod list_events;
pub mod list_sessions;
pub mod login;
pub mod logout;
pub mod members;
pub mod notify;
pub mod page;
pub mod refresh;
pub mod register;
pub mod resend_confirmation;
pub mod reset_password;
pub mod send_event;
pub mod unsubscribe;
pub mod update_email;
pub mod update_event;
pub mod update_user;
pub mod vote;

mod credentials;
mod drafting;
mod inviting;
mod mailing;
mod notices;
mod profile;
mod sending;
mod settling;
mod tokens;

use shared::lambda::{Endpoint, StreamEndpoint};

/// Makes [`ENDPOINTS`], and of each handler a function in [`start`].
macro_rules! endpoints {
    ($($name:literal => $module:ident,)*) => {
        /// All endpoints, each with the name of its binary.
        pub static ENDPOINTS: [Endpoint; [$($name),*].len()] = [$(Endpoint { name: $name, start: start::$module }),*];

        /// Starts an endpoint. No binary names its handler: so what a handler calls is compiled in this package, once for the
        /// binaries and the local service, and a binary is nothing but a link.
        pub mod start {
            use shared::clock::Clock;
            use shared::config::{ConfigError, Env};
            use shared::lambda::{Consumer, Handler};
            use shared::log::Log;

            $(
                #[doc = concat!("Starts `", $name, "`.\n\n# Errors\nNames the variable of the environment that is missing or wrong.")]
                pub fn $module(env: &Env, clock: Clock, log: Log) -> Result<Handler, ConfigError> {
                    shared::lambda::start(crate::$module::handle, env, clock, log)
                }
            )*

            /// Starts `notify`.
            ///
            /// # Errors
            /// Names the variable of the environment that is missing or wrong.
            pub fn notify(env: &Env, clock: Clock, log: Log) -> Result<Consumer, ConfigError> {
                shared::lambda::start_consumer(crate::notify::handle, env, clock, log)
            }
        }
    };
}

/// All functions that a stream calls, each with the name of its binary.
pub static STREAM_ENDPOINTS: [StreamEndpoint; 1] = [StreamEndpoint { name: "notify", start: start::notify }];

endpoints! {
    "register" => register,
    "confirm" => confirm,
    "resend-confirmation" => resend_confirmation,
    "login" => login,
    "refresh" => refresh,
    "logout" => logout,
    "list-sessions" => list_sessions,
    "end-session" => end_session,
    "get-user" => get_user,
    "update-user" => update_user,
    "find-users" => find_users,
    "contacts" => contacts,
    "update-email" => update_email,
    "change-password" => change_password,
    "forgot-password" => forgot_password,
    "reset-password" => reset_password,
    "export-user" => export_user,
    "delete-user" => delete_user,
    "create-event" => create_event,
    "update-event" => update_event,
    "delete-event" => delete_event,
    "get-event" => get_event,
    "list-events" => list_events,
    "send-event" => send_event,
    "vote" => vote,
    "answer" => answer,
    "members" => members,
    "amend-event" => amend_event,
    "hand-over" => hand_over,
    "invitation" => invitation,
    "unsubscribe" => unsubscribe,
    "page" => page,
}
