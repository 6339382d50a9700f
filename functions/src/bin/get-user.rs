//! [`functions::get_user`] on Lambda.

fn main() -> Result<(), shared::lambda::Failure> {
    shared::lambda::serve(functions::get_user::handle)
}
