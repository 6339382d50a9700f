//! `POST /event/{id}/send` on Lambda.

fn main() -> Result<(), event_messenger::lambda::Failure> {
    event_messenger::lambda::serve(functions::send_event::handle)
}
