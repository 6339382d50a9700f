//! [`functions::end_session`] on Lambda.

fn main() -> Result<(), shared::lambda::Failure> {
    shared::lambda::serve(functions::start::end_session)
}
