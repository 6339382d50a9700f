//! [`functions::page`] on Lambda.

fn main() -> Result<(), shared::lambda::Failure> {
    shared::lambda::serve(functions::start::page)
}
