//! `PUT /event/{id}/organiser` on Lambda.

fn main() -> Result<(), event_messenger::lambda::Failure> {
    event_messenger::lambda::serve(functions::hand_over::handle)
}
