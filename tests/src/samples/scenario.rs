//! Scenarios for the fault matrix, and requests during which an account is deleted.

use super::scene::{Step, sent};
use super::{Ask, By, Request, Sample, Scene};
use crate::{Response, Service};

/// Makes the scene.
pub type Prepare = fn(&Service) -> Step<'_, Scene>;

/// Checks what readers see after the request. `true` says that it was done.
pub type Check = for<'a> fn(&'a Service, &'a Scene, bool) -> Step<'a, ()>;

/// What a client does next, and checks that it succeeds.
pub type Recover = for<'a> fn(&'a Service, &'a Scene) -> Step<'a, ()>;

/// A request, its preparation, and its effect. Requests that make different calls have a scenario each.
pub struct Scenario {
    /// The name, also of the row in the table of costs.
    pub name: &'static str,
    /// The request, where it is not the sample's.
    pub request: Option<Ask>,
    /// The status of its success.
    pub success: u16,
    /// Another correct status when the request is sent again after a failure.
    pub repeated: Option<u16>,
    /// The status when the request is sent again after its function was killed, where that is no success, and how the client goes on.
    pub killed: Option<(u16, Recover)>,
    /// Whether a failed condition is a regular outcome, so that the fault is not tried.
    pub believes_conditions: bool,
    /// Whether the response hides that a mail was refused.
    pub hides_refusals: bool,
    /// Makes the scene.
    pub prepare: Prepare,
    /// Checks what readers see afterwards.
    pub check: Check,
}

impl Scenario {
    /// A request that changes nothing, about an event that is sent.
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

/// A request during which a member of the event deletes the account. Jane organises, john comes and would inherit the event, jim has not
/// answered.
pub struct Meanwhile {
    /// The request, which names its sender.
    pub request: Ask,
    /// Whether the event is a draft.
    pub draft: bool,
    /// The members who leave, each in a case of its own.
    pub leavers: &'static [By],
}

impl Meanwhile {
    /// A request about an event that is sent.
    pub(super) fn new(request: fn(&Scene) -> Request, leavers: &'static [By]) -> Self {
        Self { request, draft: false, leavers }
    }
}

/// A request of jane's during which she deletes her account.
pub struct Departing {
    /// The request.
    pub request: Ask,
    /// The event of the scene.
    pub event: Which,
}

/// An event of jane's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// One that she organises and has sent.
    Own,
    /// A draft of hers.
    Draft,
    /// One that she is invited to.
    Invited,
}
