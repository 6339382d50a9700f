//! `GET /user/confirm?token=…` on Lambda.

fn main() -> Result<(), lambda_http::Error> {
    event_messenger::lambda::serve(functions::confirm::handle)
}
