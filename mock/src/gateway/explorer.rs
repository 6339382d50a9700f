//! The document of the API and an explorer for it, under `/_local/`. Nothing of it comes from elsewhere: the scripts and styles of
//! Swagger UI are in its package.

use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde_json::json;
use swagger_ui_dist::{ApiDefinition, OpenApiSource};
use tower::Service;

use crate::openapi::OpenApi;
use crate::server::reply;

/// The page, which has a place for its nonce.
pub(super) const PAGE: &str = include_str!("explorer.html");

/// Serves the package's files.
static FILES: LazyLock<Router> = LazyLock::new(|| {
    swagger_ui_dist::generate_routes(ApiDefinition {
        uri_prefix: "/_local/docs",
        api_definition: OpenApiSource::Uri("/_local/openapi.json"),
        title: None,
    })
});

/// The document in one piece, as it lies on the disk at this moment.
pub(super) fn document() -> Response {
    match OpenApi::read().and_then(|document| document.bundled()) {
        Ok(document) => reply(StatusCode::OK, &document),
        Err(fault) => reply(StatusCode::INTERNAL_SERVER_ERROR, &json!({"message": fault})),
    }
}

/// The package's file at that path.
pub(super) async fn file(path: Uri) -> Response {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = path;
    match FILES.clone().call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
