//! `PUT /event/{id}/organiser` on Lambda.

fn main() -> Result<(), shared::lambda::Failure> {
    shared::lambda::serve(functions::start::hand_over)
}
