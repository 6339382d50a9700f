//! A user deletes the account while another request of the same user runs. Afterwards no data of the user is left.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::Method;
use serde_json::json;
use tests::samples::{self, Departing, NEW_NAME, OTHER_EMAIL, Sample, Scene, Which};
use tests::wire::{Fault, Plan, Wire};
use tests::{NEW_PASSWORD, PASSWORD, Response, Service, User, picnic, report, side_by_side};

/// A request of jane's during which her account is deleted.
#[derive(Clone, Copy)]
struct Route {
    sample: &'static Sample,
    deed: &'static Departing,
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({:?})", self.sample.method, self.sample.path, self.deed.event)
    }
}

/// All such requests of the table of samples.
fn routes() -> Vec<Route> {
    let of_sample = |sample: &'static Sample| sample.departing.iter().map(move |deed| Route { sample, deed });
    samples::all().iter().flat_map(of_sample).collect()
}

struct Stage {
    service: Service,
    wire: Wire,
    scene: Scene,
    draft: String,
    invited: String,
}

impl Stage {
    async fn set() -> Self {
        let (service, wire) = Service::start_on_wire(|_| {}).await;
        let [jane, john] = service.users(["jane", "john"]).await;
        let event = service.picnic(&jane, std::slice::from_ref(&john)).await;
        let draft = format!("/event/{}", service.draft(&jane, &picnic(std::slice::from_ref(&john))).await);
        let invited = service.picnic(&john, std::slice::from_ref(&jane)).await;
        wire.plan(None);
        let scene = Scene { event, ..Scene::of(jane, john.clone(), john) };
        Self { service, wire, scene, draft, invited }
    }

    async fn act(&self, route: Route) -> Response {
        let event = match route.deed.event {
            Which::Own => &self.scene.event,
            Which::Draft => &self.draft,
            Which::Invited => &self.invited,
        };
        let scene = Scene { event: event.clone(), ..self.scene.clone() };
        route.sample.send(&self.service, &scene, &(route.deed.request)(&scene)).await
    }

    /// Deletes the account, with its current password.
    async fn delete(&self) {
        for (password, statuses) in [(PASSWORD, vec![204, 403]), (NEW_PASSWORD, vec![204])] {
            let body = json!({"password": password});
            let response = self.service.call(&self.scene.jane, Method::DELETE, "/user", &body).await;
            assert!(statuses.contains(&response.status), "{} {}", response.status, response.body);
            if response.status == 204 {
                return;
            }
        }
    }

    /// Checks that neither the tables nor any session know jane.
    async fn is_forgotten(&self, case: &str, response: &Response) {
        let client = self.service.local.dynamodb_client();
        let (id, name, email) = (self.scene.jane.id.to_string(), json!("jane").to_string(), &self.scene.jane.email);
        for variable in ["USERS_TABLE", "EVENTS_TABLE"] {
            let table = self.service.local.variables()[variable].clone();
            for item in client.scan().table_name(table).send().await.unwrap().items() {
                let text = format!("{item:?}");
                let is_mark = item.contains_key("left") && item.contains_key("expires_at") && item.len() == 4;
                let is_contact_of_john = text.contains(&format!("CONTACTS#{}", self.scene.john.id));
                // Once her name is free, somebody else may register it.
                let is_other = text.contains(OTHER_EMAIL) || text.contains("NAME#jane") && !text.contains(&id);
                let told = [&id, &name, email, NEW_NAME].into_iter().find(|told| text.contains(*told));
                assert!(told.is_none() || is_mark || is_contact_of_john || is_other, "{case}: {told:?} in {text}");
            }
        }
        let given = response.body["refresh_token"].as_str().unwrap_or(&self.scene.jane.refresh);
        for token in [given, &self.scene.jane.refresh] {
            self.service.post("/token", &json!({"refresh_token": token})).await.expect(401);
        }
        let access = response.body["access_token"].as_str().unwrap_or(&self.scene.jane.access).to_owned();
        let jane = User { access, ..self.scene.jane.clone() };
        self.service.get(&jane, "/user").await.expect(401);
        self.service.call(&jane, Method::POST, "/event", &json!({"name": "Dinner"})).await.expect(401);
        let list = self.service.get(&jane, "/event").await.expect(200).body;
        assert_eq!(list["events"], json!([]), "{case}");
    }
}

fn held(call: usize) -> Plan {
    Plan { call, fault: Fault::Held, always: false }
}

/// Holds that call of the request until the account is deleted. Returns whether there was such a call.
async fn deleted_during(route: Route, call: usize) -> bool {
    let stage = Stage::set().await;
    let case = format!("{route} with the deletion before call {call}");
    stage.wire.plan(Some(held(call)));
    let is_held = AtomicBool::new(false);
    let deleting = async {
        stage.wire.held().await;
        is_held.store(true, Ordering::SeqCst);
        stage.delete().await;
        stage.wire.release();
    };
    let acting = stage.act(route);
    tokio::pin!(acting, deleting);
    let response = tokio::select! {
        // On a busy machine the deletion may take longer than the SDK waits for the call that is held, and the call is repeated.
        response = &mut acting => {
            if is_held.load(Ordering::SeqCst) {
                deleting.await;
                response
            } else {
                // There was no such call.
                stage.delete().await;
                stage.is_forgotten(&case, &response).await;
                return false;
            }
        }
        () = &mut deleting => acting.await,
    };
    assert!(response.status != 500, "{case}: {}", response.body);
    stage.is_forgotten(&case, &response).await;
    true
}

/// Holds that call of the deletion until the request is done. Returns whether there was such a call.
async fn done_during(route: Route, call: usize) -> bool {
    let stage = Stage::set().await;
    let case = format!("{route} before call {call} of the deletion");
    stage.wire.plan(Some(held(call)));
    let is_held = AtomicBool::new(false);
    let acting = async {
        stage.wire.held().await;
        is_held.store(true, Ordering::SeqCst);
        let response = stage.act(route).await;
        stage.wire.release();
        response
    };
    let deleting = stage.delete();
    tokio::pin!(acting, deleting);
    let response = tokio::select! {
        () = &mut deleting => {
            if !is_held.load(Ordering::SeqCst) {
                return false;
            }
            acting.await
        }
        response = &mut acting => {
            deleting.await;
            response
        }
    };
    assert!(response.status != 500, "{case}: {}", response.body);
    stage.is_forgotten(&case, &response).await;
    true
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_who_leaves_is_left_whatever_is_under_way() {
    let routes = routes();
    let cases = routes.into_iter().map(|route| async move {
        let (mut during, mut before) = (0, 0);
        while deleted_during(route, during).await {
            during += 1;
        }
        while done_during(route, before).await {
            before += 1;
        }
        report(&format!("{route}: {during} calls held, and {before} of the deletion"));
        during + before
    });
    let cases = side_by_side(cases).await;
    report(&format!("{} races with a deletion", cases.iter().sum::<usize>()));
    assert!(cases.iter().all(|count| *count > 10), "{cases:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_every_session_open_one_more_does_not_survive() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let mut tokens = vec![jane.refresh.clone()];
    for _ in 0..99 {
        service.pass(1);
        let body = service.login("jane", PASSWORD).await.expect(200).body;
        tokens.push(body["refresh_token"].as_str().unwrap().to_owned());
    }
    let logins = futures_util::future::join_all((0..10).map(|_| service.login("jane", PASSWORD)));
    let (deleted, logins) = tokio::join!(service.leave(&jane), logins);
    deleted.expect(204);
    tokens.extend(logins.iter().filter_map(|login| login.body["refresh_token"].as_str().map(str::to_owned)));
    for token in tokens {
        let status = service.post("/token", &json!({"refresh_token": token})).await.status;
        assert!([401, 429].contains(&status), "{status}");
    }
}
