//! What reaches the local service by other names than its own: functions in containers, and web pages.

use super::*;

/// A call of `SendEmail` by that name, which says nothing that SES would take.
async fn mail_as(service: &LocalService, headers: &str) -> Got {
    send(service, "POST /_local/ses/v2/email/outbound-emails", headers, b"{}").await
}

#[tokio::test]
async fn ses_is_reached_from_a_container_and_refuses_others_as_ses_does() {
    let service = start().await;
    let got = mail_as(&service, "Host: host.docker.internal:3000\r\n").await;
    assert_eq!((got.status, got.header("x-amzn-errortype")), (400, Some("BadRequestException")), "it was read");
    for headers in [
        "Host: evil.example:3000\r\n",
        "Host: host.docker.internal:3000\r\nOrigin: http://host.docker.internal:3000\r\n",
        "Host: a\r\nHost: b\r\n",
    ] {
        let got = mail_as(&service, headers).await;
        assert_eq!((got.status, got.header("x-amzn-errortype")), (403, Some("AccessDeniedException")), "{headers}");
        assert!(got.json()["message"].as_str().unwrap().contains("answers to localhost"), "{}", got.body);
    }
    for line in ["GET /_local/", "GET /_local/mails", "DELETE /_local/mails", "POST /_local/ses"] {
        assert_eq!(send(&service, line, "Host: host.docker.internal:3000\r\n", b"{}").await.status, 403, "{line}");
    }
    service.shutdown().await;
}

#[tokio::test]
async fn the_database_answers_no_web_page() {
    let service = start().await;
    for (origin, expected) in [(None, 200), (Some("http://evil.example:8000"), 400)] {
        let signed = "AWS4-HMAC-SHA256 Credential=local/20270201/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, \
                      Signature=0";
        let request = reqwest::Client::new().post(service.dynamodb_url()).header("authorization", signed);
        let request =
            request.header("x-amz-target", "DynamoDB_20120810.ListTables").header("x-amz-date", "20270201T102030Z");
        let request = request.header("content-type", "application/x-amz-json-1.0").body("{}");
        let request = origin.into_iter().fold(request, |request, origin| request.header("origin", origin));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), expected, "{origin:?}");
        assert_eq!(response.headers().contains_key("x-amzn-errortype"), origin.is_some(), "{origin:?}");
    }
    service.shutdown().await;
}

/// Every address of `127.0.0.0/8` is this machine on Linux, so that one can stand for Docker's bridge.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_bridge_is_listened_on_too_and_nothing_else() {
    let bridge = "127.0.0.2".parse().unwrap();
    let service =
        LocalService::start_with(Options { bridge: Some(bridge), ..options() }, ENDPOINTS, &[]).await.unwrap();
    for url in [service.api_url(), service.dynamodb_url()] {
        let reached =
            async |ip: &str| tokio::net::TcpStream::connect(url.replace("http://127.0.0.1", ip)).await.is_ok();
        assert_eq!(
            [reached("127.0.0.1").await, reached("127.0.0.2").await, reached("127.0.0.3").await],
            [true, true, false]
        );
    }
    let url = service.api_url().replace("127.0.0.1", "127.0.0.2");
    assert_eq!(reqwest::get(format!("{url}/echo/fixed")).await.unwrap().status(), 201);
    service.shutdown().await;
}
