//! `PUT /event/{id}` on Lambda.

fn main() -> Result<(), lambda_http::Error> {
    event_messenger::lambda::serve(functions::update_event::handle)
}
