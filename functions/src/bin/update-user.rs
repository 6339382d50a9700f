//! [`functions::update_user`] on Lambda.

fn main() -> Result<(), shared::lambda::Failure> {
    shared::lambda::serve(functions::update_user::handle)
}
