//! [`functions::update_event`] on Lambda.

fn main() -> Result<(), shared::lambda::Failure> {
    shared::lambda::serve(functions::update_event::handle)
}
