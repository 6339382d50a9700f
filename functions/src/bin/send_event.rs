//! `POST /event/{id}/send` on Lambda.

fn main() -> Result<(), lambda_http::Error> {
    event_messenger::lambda::serve(functions::send_event::handle)
}
