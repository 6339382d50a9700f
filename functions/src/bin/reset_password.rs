//! `POST /user/password/reset` on Lambda.

fn main() -> Result<(), shared::lambda::Failure> {
    shared::lambda::serve(functions::start::reset_password)
}
