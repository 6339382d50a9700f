//! `POST /user/confirm` on Lambda.

fn main() -> Result<(), lambda_http::Error> {
    event_messenger::lambda::serve(functions::resend_confirmation::handle)
}
