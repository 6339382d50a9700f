//! `POST /token/revoke` on Lambda.

fn main() -> Result<(), lambda_http::Error> {
    event_messenger::lambda::serve(functions::logout::handle)
}
