//! `POST /user/confirm` on Lambda.

fn main() -> Result<(), shared::lambda::Failure> {
    shared::lambda::serve(functions::start::resend_confirmation)
}
