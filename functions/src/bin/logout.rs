//! `POST /token/revoke` on Lambda.

fn main() -> Result<(), event_messenger::lambda::Failure> {
    event_messenger::lambda::serve(functions::logout::handle)
}
