//! `POST /event` on Lambda.

fn main() -> Result<(), lambda_http::Error> {
    event_messenger::lambda::serve(functions::create_event::handle)
}
