//! Checks that need an account: the life of a session and of a draft, both deleted at the end.

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use shared::token::digest::idempotent_id;
use tests::Response;
use tests::remote::Remote;
use uuid::Uuid;

use crate::{Account, expect};

/// How often the list is read until it contains the draft. It comes from an index, which may lag.
const READS: usize = 10;

/// What has to be deleted at the end.
#[derive(Default)]
struct Kept {
    access: String,
    refresh: String,
    /// The path of the draft.
    draft: String,
}

struct Story<'a> {
    remote: &'a Remote,
    kept: Kept,
}

/// Plays the story, then cleans up. Returns the faults of both.
pub(crate) async fn draft(remote: &Remote, account: &Account) -> Vec<String> {
    let mut story = Story { remote, kept: Kept::default() };
    let played = story.play(account).await;
    let [draft, session] = story.clean_up().await;
    [played, draft, session].into_iter().filter_map(Result::err).collect()
}

impl Story<'_> {
    async fn play(&mut self, account: &Account) -> Result<(), String> {
        let login = json!({"login": {"username": account.login, "password": account.password}});
        let login = self.remote.request(Method::POST, "/login").json(&login);
        let tokens = self.remote.send(login).await;
        let user = self.keep_tokens(&expect("logging in", 200, tokens)?)?;
        let own = self.call("reading oneself", 200, self.request(Method::GET, "/user")).await?;
        same("reading oneself", &own.body["user"]["id"], &json!(user))?;

        self.make_a_draft(user).await?;
        let changed = json!({"event": {"name": "Smoke, changed", "place": [{"drafts": [{"place": "Park"}]}]}});
        let change = self.request(Method::PUT, &self.kept.draft).json(&changed);
        self.call("changing the draft", 200, change).await?;
        let read = self.call("reading the draft", 200, self.request(Method::GET, &self.kept.draft)).await?;
        same("reading the draft", &read.body["event"]["name"], &changed["event"]["name"])?;
        self.find_the_draft().await?;
        self.call("deleting the draft", 204, self.request(Method::DELETE, &self.kept.draft)).await?;
        self.call("reading the deleted draft", 404, self.request(Method::GET, &self.kept.draft)).await?;

        let refresh = self.remote.request(Method::POST, "/token").json(&json!({"refresh_token": self.kept.refresh}));
        let tokens = expect("refreshing the session", 200, self.remote.send(refresh).await)?;
        self.keep_tokens(&tokens)?;
        let listed = self.call("listing the sessions", 200, self.request(Method::GET, "/token")).await?;
        let listed = listed.body["sessions"].as_array().map(Vec::as_slice).unwrap_or_default();
        let current = listed.iter().filter(|session| session["current"] == json!(true)).count();
        same("listing the sessions", &json!(current), &json!(1))?;
        self.log_out().await?;
        self.call("listing sessions after logging out", 401, self.request(Method::GET, "/token")).await.map(drop)
    }

    /// Makes the draft twice with the same idempotency key, which creates one.
    async fn make_a_draft(&mut self, user: Uuid) -> Result<(), String> {
        let key = Uuid::new_v4().to_string();
        // The path is known before the request, so that the draft is deleted even if the response is lost.
        self.kept.draft = format!("/event/{}", idempotent_id(user, &key));
        for what in ["making a draft", "making the same draft"] {
            let create = self.request(Method::POST, "/event").header("idempotency-key", &key);
            let made = self.call(what, 201, create.json(&json!({"event": {"name": "Smoke"}}))).await?;
            let path = std::mem::replace(&mut self.kept.draft, made.header("location").to_owned());
            same(what, &json!(self.kept.draft), &json!(path))?;
        }
        Ok(())
    }

    async fn find_the_draft(&self) -> Result<(), String> {
        let what = "finding the draft in the list";
        for _ in 0..READS {
            let list = self.call(what, 200, self.request(Method::GET, "/event?status=draft&limit=50")).await?;
            let listed = list.body["events"].as_array().map(Vec::as_slice).unwrap_or_default();
            if listed.iter().any(|event| event["id"].as_str().is_some_and(|id| self.kept.draft.ends_with(id))) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        Err(format!("{what}: it is not there"))
    }

    /// Deletes the draft, unless it is gone, and ends the session, unless it is over.
    async fn clean_up(&self) -> [Result<(), String>; 2] {
        if self.kept.refresh.is_empty() {
            return [Ok(()), Ok(())];
        }
        let draft = if self.kept.draft.is_empty() { Ok(()) } else { self.delete_the_draft().await };
        [draft, self.log_out().await]
    }

    async fn delete_the_draft(&self) -> Result<(), String> {
        let delete = self.request(Method::DELETE, &self.kept.draft);
        let what = format!("cleaning up {}", self.kept.draft);
        match self.remote.send(delete).await {
            Ok(response) if response.status == 404 => Ok(()),
            response => expect(&what, 204, response).map(drop),
        }
    }

    async fn log_out(&self) -> Result<(), String> {
        let end = self.remote.request(Method::POST, "/token/revoke").json(&json!({"refresh_token": self.kept.refresh}));
        expect("logging out", 200, self.remote.send(end).await).map(drop)
    }

    /// Keeps these tokens for the next requests, and returns their user.
    fn keep_tokens(&mut self, tokens: &Response) -> Result<Uuid, String> {
        let text = |field: &str| tokens.body[field].as_str().unwrap_or_default().to_owned();
        (self.kept.access, self.kept.refresh) = (text("access_token"), text("refresh_token"));
        text("user_id").parse().map_err(|error| format!("the id of the user: {error}"))
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.remote.request(method, path).bearer_auth(&self.kept.access)
    }

    async fn call(&self, what: &str, status: u16, request: RequestBuilder) -> Result<Response, String> {
        expect(what, status, self.remote.send(request).await)
    }
}

fn same(what: &str, found: &Value, expected: &Value) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found} in place of {expected}")) }
}
