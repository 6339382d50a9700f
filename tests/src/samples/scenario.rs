//! What the fault matrix plays.

use super::scene::{Step, sent};
use super::{Ask, By, Request, Sample, Scene};
use crate::{Response, Service};

/// Makes the scene.
pub type Prepare = fn(&Service) -> Step<'_, Scene>;

/// Checks what readers see after the request was done once, or was not done.
pub type Check = for<'a> fn(&'a Service, &'a Scene, bool) -> Step<'a, ()>;

/// How a client goes on.
pub type Recover = for<'a> fn(&'a Service, &'a Scene) -> Step<'a, ()>;

/// A request, what comes before it, and what it does. Requests that differ in what they call have a scenario each.
pub struct Scenario {
    /// Its name, which is also that of its row in the table of costs.
    pub name: &'static str,
    /// The request, where it is not the sample's.
    pub request: Option<Ask>,
    /// The status of its success.
    pub success: u16,
    /// Another status that is right when a request that failed is sent again.
    pub repeated: Option<u16>,
    /// What comes of the request when its function was killed and it is sent again, where that is not its success: the status,
    /// and how the client goes on from there.
    pub killed: Option<(u16, Recover)>,
    /// Whether a condition that is said not to hold is no fault, but believed.
    pub believes_conditions: bool,
    /// Whether nobody is told that a mail was refused.
    pub hides_refusals: bool,
    /// Makes the scene.
    pub prepare: Prepare,
    /// Checks what readers see afterwards.
    pub check: Check,
}

impl Scenario {
    /// Something that changes nothing, where an event was sent.
    pub(super) const READING: Self = Self {
        name: "",
        request: None,
        success: 200,
        repeated: None,
        killed: None,
        believes_conditions: false,
        hides_refusals: false,
        prepare: |service| Box::pin(sent(service)),
        check: |_, _, _| Box::pin(async {}),
    };
}

/// A scenario and the route that it plays on.
#[derive(Clone, Copy)]
pub struct Play {
    /// The route.
    pub sample: &'static Sample,
    /// The scenario.
    pub scenario: &'static Scenario,
}

impl Play {
    /// Sends the request.
    pub async fn act(self, service: &Service, scene: &Scene) -> Response {
        let request = self.scenario.request.unwrap_or(self.sample.request)(scene);
        self.sample.send(service, scene, &request).await
    }
}

/// What somebody does while somebody else deletes the account, where jane organises, john comes and would inherit the event, and jim has
/// not answered.
pub struct Meanwhile {
    /// The request, which also says who does it.
    pub request: Ask,
    /// Whether the event is a draft.
    pub draft: bool,
    /// Who leaves meanwhile, each in a case of its own.
    pub leavers: &'static [By],
}

impl Meanwhile {
    /// A request about an event that is sent.
    pub(super) fn new(request: fn(&Scene) -> Request, leavers: &'static [By]) -> Self {
        Self { request, draft: false, leavers }
    }
}

/// What jane does while her own account is deleted.
pub struct Departing {
    /// The request.
    pub request: Ask,
    /// The event that it is about, if it is about one.
    pub event: Which,
}

/// An event of somebody who leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// One that she organises and has sent.
    Own,
    /// A draft of hers.
    Draft,
    /// One that she is invited to.
    Invited,
}
