//! `POST /user/password/reset` on Lambda.

fn main() -> Result<(), event_messenger::lambda::Failure> {
    event_messenger::lambda::serve(functions::reset_password::handle)
}
