//! Which models are possible after an answer, and after none.

use serde_json::Value;
use tests::Response;

use super::Player;
use crate::deed::Deed;
use crate::names::Found;
use crate::world::{Reply, World};

impl Player {
    /// The request may have taken effect, in part or not at all.
    pub(super) fn doubt(&mut self, deed: &Deed) {
        let mut worlds = self.worlds.clone();
        for world in &self.worlds {
            for records in [true, false] {
                let mut after = World { records, ..world.clone() };
                after.perform(deed);
                after.records = true;
                worlds.push(after);
            }
            worlds.extend(world.halfway(deed));
        }
        self.worlds = distinct(worlds);
    }

    /// Keeps the models that agree with the answer, once the deed is done in them.
    pub(super) fn agree(&mut self, deed: &Deed, response: &Response, struck: bool, again: bool) -> Result<(), String> {
        let mut worlds = Vec::new();
        if struck {
            // What a majority has decided may be yet to be recorded.
            worlds.extend(self.worlds.iter().map(|world| World { records: false, ..world.clone() }));
        }
        self.worlds.extend(worlds);
        let done = deed.answer_when_done();
        self.filter("the answer", response, |world| {
            let reply = world.perform(deed);
            world.records = true;
            // What a broken off deletion has left is deleted now.
            let finishes = again && done == Some(reply.status) && response.status == 204;
            if finishes { Reply { status: 204, code: "", body: Value::Null } } else { reply }
        })
    }

    /// Keeps the models in which that is the answer.
    pub(super) fn filter(
        &mut self,
        what: &str,
        response: &Response,
        mut expect: impl FnMut(&mut World) -> Reply,
    ) -> Result<(), String> {
        let (mut agreeing, mut complaint, mut found) = (Vec::new(), None, Vec::new());
        for world in &self.worlds {
            let mut world = world.clone();
            let reply = expect(&mut world);
            let mut names = Vec::new();
            match self.compare(&reply, response, &mut names) {
                Ok(()) => {
                    if agreeing.is_empty() {
                        found = names;
                    }
                    agreeing.push(world);
                }
                Err(difference) => complaint = complaint.or(Some(difference)),
            }
        }
        if agreeing.is_empty() {
            return Err(format!("{what}: {}", complaint.unwrap_or_default()));
        }
        for (placeholder, value) in found {
            self.names.keep(&placeholder, &value);
        }
        self.worlds = distinct(agreeing);
        Ok(())
    }

    fn compare(&self, reply: &Reply, response: &Response, names: &mut Found) -> Result<(), String> {
        let code = response.body["code"].as_str().unwrap_or_default();
        if (reply.status, reply.code) != (response.status, code) {
            return Err(format!("expected {} {}, got {} {code}", reply.status, reply.code, response.status));
        }
        if reply.is_success() { self.names.compare(&reply.body, &response.body, "", names) } else { Ok(()) }
    }
}

/// Each world once.
fn distinct(worlds: Vec<World>) -> Vec<World> {
    let mut all: Vec<World> = Vec::new();
    for world in worlds {
        if !all.contains(&world) {
            all.push(world);
        }
    }
    all
}
