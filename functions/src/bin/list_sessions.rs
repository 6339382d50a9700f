//! `GET /token` on Lambda.

fn main() -> Result<(), event_messenger::lambda::Failure> {
    event_messenger::lambda::serve(functions::list_sessions::handle)
}
