//! `POST /user/confirm` on Lambda.

fn main() -> Result<(), shared::lambda::Failure> {
    shared::lambda::serve(functions::resend_confirmation::handle)
}
