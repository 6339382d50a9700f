//! Calls that failed, wholly or in part.

use std::time::Duration;

use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};

use crate::error::{Error, Result};

/// The attempts of a call that DynamoDB did only in part, or that met another transaction.
const ROUNDS: u32 = 5;

/// Why a transaction wrote nothing.
pub(super) enum NotWritten {
    /// One of its conditions did not hold.
    Condition,
    /// The call failed.
    Failed(Error),
}

impl NotWritten {
    /// The error, where a failed condition has this outcome.
    pub(super) fn or(self, outcome: Error) -> Error {
        match self {
            Self::Condition => outcome,
            Self::Failed(error) => error,
        }
    }
}

/// Repeats a call a few times, each after a longer pause of random length.
pub(super) struct Rounds {
    during: &'static str,
    done: u32,
}

impl Rounds {
    pub(super) const fn new(during: &'static str) -> Self {
        Self { during, done: 0 }
    }

    pub(super) async fn wait(&mut self) -> Result<()> {
        self.done += 1;
        if self.done >= ROUNDS {
            return Err(Error::unavailable(self.during, "contention"));
        }
        let mut random = [0];
        getrandom::fill(&mut random).map_err(|error| Error::internal("getrandom", error))?;
        let longest = 20 << self.done;
        tokio::time::sleep(Duration::from_millis(u64::from(random[0]) * longest / 255)).await;
        Ok(())
    }
}

/// Whether the same call may well succeed a moment later.
pub(super) fn is_passing(code: &str) -> bool {
    matches!(
        code,
        "InternalServerError"
            | "LimitExceededException"
            | "ProvisionedThroughputExceeded"
            | "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "ServiceUnavailable"
            | "ThrottlingError"
            | "ThrottlingException"
            | "TransactionConflict"
            | "TransactionConflictException"
            | "TransactionInProgressException"
    )
}

/// The error of a failed call. DynamoDB's messages name actions and resources, never values.
pub(super) fn failure<E: ProvideErrorMetadata>(during: &'static str, error: SdkError<E>) -> Error {
    match error {
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or("unknown");
            let what = format!("{code}: {}", service.err().message().unwrap_or(""));
            let passing = is_passing(code) || service.raw().status().is_server_error();
            if passing { Error::unavailable(during, what) } else { Error::internal(during, what) }
        }
        SdkError::ConstructionFailure(_) => Error::internal(during, "the request could not be built"),
        SdkError::TimeoutError(_) => Error::unavailable(during, "timeout"),
        SdkError::DispatchFailure(failure) => {
            let why = failure.as_connector_error().map_or_else(String::new, ToString::to_string);
            Error::unavailable(during, format!("no connection: {why}"))
        }
        _ => Error::unavailable(during, "no readable response"),
    }
}

/// Whether a conditional write was done; `false` if the condition did not hold.
pub(super) fn conditional<T, E: ProvideErrorMetadata>(
    during: &'static str,
    sent: Result<T, SdkError<E>>,
) -> Result<bool> {
    match sent {
        Ok(_) => Ok(true),
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(false),
        Err(error) => Err(failure(during, error)),
    }
}

/// Whether a transaction was written; `false` if one of its conditions did not hold.
pub(super) fn written(result: Result<(), NotWritten>) -> Result<bool> {
    match result {
        Ok(()) => Ok(true),
        Err(NotWritten::Condition) => Ok(false),
        Err(NotWritten::Failed(error)) => Err(error),
    }
}

/// A part of a request. The service fills in all that it needs, so it fails only by a fault of the service.
pub(super) fn built<T>(built: Result<T, BuildError>) -> Result<T> {
    built.map_err(|error| Error::internal("build", error))
}
