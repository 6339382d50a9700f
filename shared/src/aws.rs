//! What the clients of AWS have in common: how they connect, and as whom.
//!
//! There is no aws-config here: Lambda sets region and keys in the environment, and looking anywhere else costs a cold start its time.

mod http1;

use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedHttpClient};

use self::http1::Http1;
use crate::config::{ConfigError, Env};

/// The authorities that the endpoints of AWS chain to: Amazon Root CA 1 to 4 and Starfield Services Root CA G2,
/// from <https://www.amazontrust.com/repository/>, as Debian's `ca-certificates` ships them. The first to expire does so in 2037.
const AMAZON_ROOTS: &str = include_str!("../amazon-roots.pem");

/// How long to wait for a connection.
const CONNECT: Duration = Duration::from_secs(1);

/// How often a call is tried in all, with jittered pauses between.
const ATTEMPTS: u32 = 3;

/// What a client is made with.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    /// Whom the client speaks as.
    pub(crate) credentials: Credentials,
    /// Where the service is.
    pub(crate) region: Region,
    /// The defaults of the SDK.
    pub(crate) behavior: BehaviorVersion,
    /// How long to wait. Six calls that slow, which is what the longest requests make, fit into a function's time.
    pub(crate) timeouts: TimeoutConfig,
    /// How often to try.
    pub(crate) retries: RetryConfig,
}

impl Connection {
    /// Reads region and keys from the environment.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub(crate) fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let (key, secret) = (env.require("AWS_ACCESS_KEY_ID")?, env.require("AWS_SECRET_ACCESS_KEY")?);
        Ok(Self {
            credentials: Credentials::new(key, secret, env.get("AWS_SESSION_TOKEN"), None, "environment"),
            region: Region::new(env.require("AWS_REGION")?),
            behavior: BehaviorVersion::v2026_01_12(),
            timeouts: TimeoutConfig::builder()
                .operation_attempt_timeout(Duration::from_secs(3))
                .operation_timeout(Duration::from_millis(4500))
                .build(),
            retries: RetryConfig::standard().with_max_attempts(ATTEMPTS),
        })
    }
}

/// The HTTP client: TLS against Amazon's own authorities, or against those in the file that `AWS_CA_BUNDLE` names; plain HTTP
/// to an endpoint that says so.
///
/// # Errors
/// When that file cannot be used.
pub fn http_client(env: &Env) -> Result<SharedHttpClient, ConfigError> {
    let unusable = |why: String| ConfigError::Unusable("AWS_CA_BUNDLE", why);
    let roots = match env.get("AWS_CA_BUNDLE") {
        Some(path) => std::fs::read(path).map_err(|error| unusable(error.to_string()))?,
        None => AMAZON_ROOTS.into(),
    };
    let client = Http1::new(&roots, CONNECT).map_err(|error| unusable(error.to_string()))?;
    Ok(SharedHttpClient::new(client))
}
