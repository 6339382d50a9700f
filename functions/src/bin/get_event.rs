//! `GET /event/{id}` on Lambda.

fn main() -> Result<(), lambda_http::Error> {
    event_messenger::lambda::serve(functions::get_event::handle)
}
