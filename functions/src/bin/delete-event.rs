//! [`functions::delete_event`] on Lambda.

fn main() -> Result<(), shared::lambda::Failure> {
    shared::lambda::serve(functions::delete_event::handle)
}
