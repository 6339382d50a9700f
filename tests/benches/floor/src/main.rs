//! The least that a function on `lambda_http` can be: what the cold start of ours is measured against.

fn main() -> Result<(), lambda_http::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(lambda_http::run(lambda_http::service_fn(|_: lambda_http::Request| async {
        Ok::<_, std::convert::Infallible>("hello")
    })))
}
