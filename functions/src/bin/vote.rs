//! `PUT` and `DELETE /event/{id}/vote` on Lambda.

fn main() -> Result<(), event_messenger::lambda::Failure> {
    event_messenger::lambda::serve(functions::vote::handle)
}
