//! `POST /user/password/forgot` on Lambda.

fn main() -> Result<(), event_messenger::lambda::Failure> {
    event_messenger::lambda::serve(functions::forgot_password::handle)
}
