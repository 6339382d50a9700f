//! `PUT /event/{id}/vote` on Lambda.

fn main() -> Result<(), lambda_http::Error> {
    event_messenger::lambda::serve(functions::vote::handle)
}
