//! `PUT /event/{id}` on Lambda.

fn main() -> Result<(), event_messenger::lambda::Failure> {
    event_messenger::lambda::serve(functions::update_event::handle)
}
