//! `PUT` and `DELETE /event/{id}/vote` on Lambda.

fn main() -> Result<(), shared::lambda::Failure> {
    shared::lambda::serve(functions::start::vote)
}
