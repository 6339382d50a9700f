//! `PUT /event/{id}/answer` on Lambda.

fn main() -> Result<(), lambda_http::Error> {
    event_messenger::lambda::serve(functions::answer::handle)
}
