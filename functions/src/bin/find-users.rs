//! [`functions::find_users`] on Lambda.

fn main() -> Result<(), shared::lambda::Failure> {
    shared::lambda::serve(functions::start::find_users)
}
