//! [`functions::update_email`] on Lambda.

fn main() -> Result<(), shared::lambda::Failure> {
    shared::lambda::serve(functions::start::update_email)
}
