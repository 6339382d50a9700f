//! `POST /event/{id}/send` on Lambda.

fn main() -> Result<(), shared::lambda::Failure> {
    shared::lambda::serve(functions::start::send_event)
}
