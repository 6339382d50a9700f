//! [`functions::delete_user`] on Lambda.

fn main() -> Result<(), shared::lambda::Failure> {
    shared::lambda::serve(functions::delete_user::handle)
}
