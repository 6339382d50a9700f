//! `PUT /event/{id}/answer` on Lambda.

fn main() -> Result<(), event_messenger::lambda::Failure> {
    event_messenger::lambda::serve(functions::answer::handle)
}
