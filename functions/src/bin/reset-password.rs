//! [`functions::reset_password`] on Lambda.

fn main() -> Result<(), shared::lambda::Failure> {
    shared::lambda::serve(functions::reset_password::handle)
}
