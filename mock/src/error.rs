//! Why the local service cannot start: one enum, each variant one line for the person in front of the terminal.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use shared::config::ConfigError;

/// Why the local service cannot start.
#[derive(Debug)]
pub enum Error {
    /// The template cannot be read, or has something that cannot be served. The text names the place.
    Template(PathBuf, String),
    /// An address cannot be listened on. The flag chooses it.
    Listen(&'static str, SocketAddr, io::Error),
    /// Docker's bridge cannot be listened on.
    Bridge(&'static str, SocketAddr, io::Error),
    /// The data folder, or a file in it, cannot be used.
    Data(PathBuf, io::Error),
    /// Another instance works on this data folder.
    InUse(PathBuf),
    /// A table in this data folder has other keys or indexes than the template says.
    Outdated(PathBuf, String),
    /// The embedded database refuses.
    Database(String),
    /// The signals that end the service cannot be listened to.
    Signals(io::Error),
    /// A function does not start.
    Function(&'static str, ConfigError),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(path, fault) => write!(f, "{}: {}", path.display(), one_line(fault)),
            Self::Listen(flag, address, cause) | Self::Bridge(flag, address, cause)
                if cause.kind() == io::ErrorKind::AddrInUse =>
            {
                write!(f, "{address} is already in use: end the program that has it, or choose another with {flag}")
            }
            Self::Listen(flag, address, cause) => {
                write!(f, "cannot listen on {address} ({cause}): choose another address with {flag}")
            }
            Self::Bridge(_, address, cause) => {
                write!(
                    f,
                    "cannot listen on Docker's bridge, {address} ({cause}): start Docker first, or leave --docker out"
                )
            }
            Self::Data(path, cause) => {
                write!(f, "cannot use {} ({cause}): choose another folder with --data, or --in-memory", path.display())
            }
            Self::InUse(path) => {
                write!(
                    f,
                    "another instance is running on {}: end it, or choose another folder with --data",
                    path.display()
                )
            }
            Self::Outdated(path, table) => {
                write!(f, "the table {table} does not fit the template any more: delete the folder {}", path.display())
            }
            Self::Database(cause) => write!(f, "the embedded DynamoDB refuses: {}", one_line(cause)),
            Self::Signals(cause) => write!(f, "cannot listen to signals: {cause}"),
            Self::Function(name, cause) => write!(f, "the function {name} does not start: {cause}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Listen(_, _, cause) | Self::Bridge(_, _, cause) | Self::Data(_, cause) | Self::Signals(cause) => {
                Some(cause)
            }
            Self::Function(_, cause) => Some(cause),
            _ => None,
        }
    }
}

/// Messages of other crates may have several lines.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_one_line_that_says_what_to_do() {
        let address = SocketAddr::from(([127, 0, 0, 1], 3000));
        let folder = || PathBuf::from("target/local");
        for (error, expected) in [
            (Error::Template("template.yaml".into(), "a\n  b".into()), "template.yaml: a b"),
            (
                Error::Listen("--addr", address, io::ErrorKind::AddrInUse.into()),
                "127.0.0.1:3000 is already in use: end the program that has it, or choose another with --addr",
            ),
            (
                Error::Bridge("--addr", address, io::ErrorKind::AddrInUse.into()),
                "127.0.0.1:3000 is already in use: end the program that has it, or choose another with --addr",
            ),
            (
                Error::Bridge("--addr", address, io::ErrorKind::AddrNotAvailable.into()),
                "cannot listen on Docker's bridge, 127.0.0.1:3000 (address not available): start Docker first, or leave \
                 --docker out",
            ),
            (
                Error::Data(folder(), io::ErrorKind::PermissionDenied.into()),
                "cannot use target/local (permission denied): choose another folder with --data, or --in-memory",
            ),
            (
                Error::Outdated(folder(), "EventsTable".into()),
                "the table EventsTable does not fit the template any more: delete the folder target/local",
            ),
            (
                Error::Function("vote", ConfigError::Missing("EVENTS_TABLE")),
                "the function vote does not start: the environment variable EVENTS_TABLE is not set",
            ),
        ] {
            assert_eq!(error.to_string(), expected);
        }
    }
}
