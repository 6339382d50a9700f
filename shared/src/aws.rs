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

/// The authorities that the endpoints of AWS chain to. The file says where each comes from and when it expires.
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

#[cfg(test)]
mod tests {
    use std::error::Error;

    use jiff::{Timestamp, ToSpan};
    use sha2::{Digest, Sha256};
    use x509_parser::pem::Pem;

    use super::*;

    #[test]
    fn the_authorities_are_what_their_comments_say_and_good_for_another_year() -> Result<(), Box<dyn Error>> {
        let comments = AMAZON_ROOTS.split("-----BEGIN CERTIFICATE-----");
        let certificates = Pem::iter_from_buffer(AMAZON_ROOTS.as_bytes());
        let in_a_year = Timestamp::now() + (366 * 24).hours();
        let mut names = Vec::new();
        for (comment, pem) in comments.zip(certificates) {
            let pem = pem?;
            let certificate = pem.parse_x509()?;
            let name = certificate.subject().iter_common_name().next().ok_or("no name")?.as_str()?.to_owned();
            let expires = Timestamp::from_second(certificate.validity().not_after.timestamp())?;
            let fingerprint = hex::encode(Sha256::digest(&pem.contents));
            let said = format!("# {name}\n# expires {}\n# SHA-256 {fingerprint}\n", expires.strftime("%F"));
            assert!(comment.ends_with(&said), "the comment of {name} should be:\n{said}");
            assert!(
                in_a_year < expires,
                "{name} expires on {expires}: time for what https://www.amazontrust.com/repository/ has now"
            );
            names.push(name);
        }
        assert_eq!(names.len(), 5, "{names:?}");
        Ok(())
    }

    #[test]
    fn a_bundle_of_authorities_has_to_hold_one() {
        for (file, accepted) in [("amazon-roots.pem", true), ("Cargo.toml", false), ("no such file", false)] {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/").to_owned() + file;
            let env = Env::table([("AWS_CA_BUNDLE".to_owned(), path)].into());
            assert_eq!(http_client(&env).is_ok(), accepted, "{file}");
        }
    }
}
