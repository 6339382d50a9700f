//! The routes of sessions: `/login`, `/token`, `/token/{session}`, `/token/revoke`.

use reqwest::Method;
use serde_json::json;

use super::scene::{a_user, as_it_stands, failed_login};
use super::{By, Request, Sample, Scenario, Scene, Which};
use crate::{PASSWORD, Service};

pub(super) fn samples() -> Vec<Sample> {
    vec![
        Sample::new(Method::POST, "/login", |scene| login(&scene.jane.name, PASSWORD))
            .case_by_role(|scene| login(&scene.jim.name, "guess"), [403; 6])
            // On a deployed stage nobody has that random name. Its failures are forgotten within the hour.
            .harmless(|scene| login(&scene.jim.name, "guess"), 403)
            .harmless(|_| Request::by(By::Nobody).json(json!({})), 400)
            .hashing(1)
            .departing_with(Which::Own, |scene| login(&scene.jane.email, PASSWORD))
            .scenario(Scenario { name: "login", ..Scenario::READING })
            .scenario(Scenario {
                name: "login after a failure",
                prepare: |service| Box::pin(failed_login(service)),
                ..Scenario::READING
            })
            .scenario(Scenario {
                name: "login with a wrong password",
                request: Some(|scene| login(&scene.jane.name, "guess")),
                success: 403,
                ..Scenario::READING
            })
            .bench(a_user),
        Sample::new(Method::POST, "/token", |scene| session(&scene.jane.refresh))
            .case_by_role(|_| session(&"A".repeat(86)), [401; 6])
            .departing()
            .scenario(Scenario {
                name: "refresh",
                check: |service, scene, done| Box::pin(was_refreshed(service, scene, done)),
                ..Scenario::READING
            })
            .bench(a_user),
        Sample::new(Method::GET, "/token", |_| Request::by(By::Jane))
            .by_role([401, 401, 401, 200, 200, 200])
            .departing()
            .scenario(Scenario { name: "list-sessions", ..Scenario::READING })
            .bench(as_it_stands),
        Sample::new(Method::DELETE, "/token/{session}", |_| Request::by(By::Jane))
            .by_role([401, 404, 404, 404, 404, 204])
            .departing()
            .scenario(Scenario {
                name: "end-session",
                success: 204,
                repeated: Some(404),
                check: |service, scene, done| Box::pin(is_logged_out(service, scene, done)),
                ..Scenario::READING
            })
            .bench(a_user),
        Sample::new(Method::POST, "/token/revoke", |scene| session(&scene.jane.refresh))
            .case_by_role(all_sessions, [401, 200, 200, 200, 200, 200])
            .case_by_role(|_| session(&"A".repeat(86)), [200; 6])
            .case_by_role(|_| Request::by(By::Nobody).json(json!({})), [400; 6])
            .harmless(|_| session("none"), 200)
            .departing_with(Which::Own, all_sessions)
            .scenario(Scenario {
                name: "logout",
                // A failed condition means that the session is over, which is a success.
                believes_conditions: true,
                check: |service, scene, done| Box::pin(is_logged_out(service, scene, done)),
                ..Scenario::READING
            })
            .scenario(Scenario {
                name: "logout of all",
                request: Some(all_sessions),
                check: |service, scene, done| Box::pin(is_logged_out(service, scene, done)),
                ..Scenario::READING
            })
            .bench(a_user),
    ]
}

fn login(name: &str, password: &str) -> Request {
    Request::by(By::Nobody).json(json!({"login": {"username": name, "password": password}}))
}

fn session(token: &str) -> Request {
    Request::by(By::Nobody).json(json!({ "refresh_token": token }))
}

fn all_sessions(_: &Scene) -> Request {
    Request::by(By::Jane).json(json!({"all": true}))
}

async fn was_refreshed(service: &Service, scene: &Scene, done: bool) {
    if done {
        let again = service.post("/token", &json!({"refresh_token": scene.jane.refresh})).await.expect(200);
        let next = json!({"refresh_token": again.body["refresh_token"]});
        service.post("/token", &next).await.expect(200);
        // The first token again, after two later ones of the same session: that is a replay, which ends the session.
        service.post("/token", &json!({"refresh_token": scene.jane.refresh})).await.expect(401);
    }
}

async fn is_logged_out(service: &Service, scene: &Scene, done: bool) {
    if done {
        service.post("/token", &json!({"refresh_token": scene.jane.refresh})).await.expect(401);
    }
}
