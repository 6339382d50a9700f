//! [`functions::forgot_password`] on Lambda.

fn main() -> Result<(), shared::lambda::Failure> {
    shared::lambda::serve(functions::start::forgot_password)
}
