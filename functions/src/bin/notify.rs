//! [`functions::notify`] on Lambda.

fn main() -> Result<(), shared::lambda::Failure> {
    shared::lambda::serve_stream(functions::start::notify)
}
