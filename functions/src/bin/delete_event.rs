//! `DELETE /event/{id}` on Lambda.

fn main() -> Result<(), shared::lambda::Failure> {
    shared::lambda::serve(functions::start::delete_event)
}
