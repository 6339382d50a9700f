//! `POST /user/confirm` on Lambda.

fn main() -> Result<(), event_messenger::lambda::Failure> {
    event_messenger::lambda::serve(functions::resend_confirmation::handle)
}
