//! `POST /user/password/forgot` on Lambda.

fn main() -> Result<(), shared::lambda::Failure> {
    shared::lambda::serve(functions::start::forgot_password)
}
