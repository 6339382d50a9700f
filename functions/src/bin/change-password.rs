//! [`functions::change_password`] on Lambda.

fn main() -> Result<(), shared::lambda::Failure> {
    shared::lambda::serve(functions::change_password::handle)
}
