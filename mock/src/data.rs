//! The data folder. One instance at a time works on it, and only its owner can read it.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::Error;

/// Where the local service keeps its data.
#[derive(Clone, Debug)]
pub enum Data {
    /// In this folder, created if need be.
    Dir(PathBuf),
    /// Nowhere: everything is gone at the end.
    Memory,
}

/// A data folder, locked for this instance as long as the value lives.
pub(crate) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Takes the folder, creating it if need be.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let unusable = |error| Error::Data(path.to_owned(), error);
        create(path).map_err(unusable)?;
        let lock = private(OpenOptions::new().write(true).create(true)).open(path.join("lock")).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse(path.to_owned())),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A file in the folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Replaces a file in one step, so that a crash leaves either the old or the new one.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<(), Error> {
        let (path, draft) = (self.file(name), self.file(&format!("{name}.new")));
        let written = private(OpenOptions::new().write(true).create(true).truncate(true))
            .open(&draft)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .and_then(|()| fs::rename(&draft, &path));
        written.map_err(|error| Error::Data(path, error))
    }
}

/// A file of the folder that values are added to, one a line. Without a folder they are kept nowhere.
#[derive(Default)]
pub(crate) struct Lines(Option<File>);

impl Lines {
    /// Opens that file, making it if need be. Gives the values that it has.
    pub(crate) fn open<T: DeserializeOwned>(folder: &Folder, name: &str) -> Result<(Vec<T>, Self), Error> {
        let path = folder.file(name);
        let opened = private(OpenOptions::new().read(true).append(true).create(true)).open(&path);
        let read = opened.and_then(|mut file| {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            // A line that a crash cut short is no value any more, and must not spoil the next one.
            if bytes.last().is_some_and(|last| *last != b'\n') {
                file.write_all(b"\n")?;
            }
            let lines = bytes.split(|byte| *byte == b'\n');
            Ok((lines.filter_map(|line| serde_json::from_slice(line).ok()).collect(), Self(Some(file))))
        });
        read.map_err(|error| Error::Data(path, error))
    }

    /// Adds a value.
    pub(crate) fn add(&mut self, value: &impl Serialize) -> io::Result<()> {
        let line = serde_json::to_string(value)? + "\n";
        self.0.as_mut().map_or(Ok(()), |file| file.write_all(line.as_bytes()))
    }

    /// Throws all values away.
    pub(crate) fn clear(&self) -> io::Result<()> {
        self.0.as_ref().map_or(Ok(()), |file| file.set_len(0))
    }
}

/// The database has password hashes, and makes its files for everybody to read: the folder is not for everybody.
fn create(path: &Path) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut folder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    match folder.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        created => created,
    }
}

/// Files that hold tokens, mails or keys are readable by their owner only.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// The value of each secret: those of the folder, so that tokens survive a restart, and new ones for the rest.
pub(crate) fn secrets(folder: Option<&Folder>, arns: &[String]) -> Result<BTreeMap<String, String>, Error> {
    const FILE: &str = "secrets.json";
    let stored = match folder.map(|folder| folder.file(FILE)) {
        Some(path) => match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| Error::Data(path, error.into()))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(Error::Data(path, error)),
        },
        None => BTreeMap::new(),
    };
    let mut secrets: BTreeMap<String, String> = stored.clone();
    for arn in arns {
        // Two random UUIDs: 64 characters, 244 random bits.
        let fresh = || format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        secrets.entry(arn.clone()).or_insert_with(fresh);
    }
    match folder {
        Some(folder) if secrets != stored => folder.write(FILE, &serde_json::json!(secrets).to_string())?,
        _ => {}
    }
    Ok(secrets)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A folder of the test's own, gone with the value.
    pub(crate) struct Scratch(pub(crate) PathBuf);

    impl Scratch {
        pub(crate) fn new() -> Self {
            Self(std::env::temp_dir().join(format!("event-messenger-{}", Uuid::new_v4())))
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn one_instance_a_folder() {
        let scratch = Scratch::new();
        let first = Folder::open(&scratch.0).unwrap();
        let fault = Folder::open(&scratch.0).err().unwrap().to_string();
        assert!(fault.starts_with("another instance is running on "), "{fault}");
        drop(first);
        assert!(Folder::open(&scratch.0).is_ok());
    }

    #[test]
    fn a_folder_that_is_a_file() {
        let scratch = Scratch::new();
        fs::write(&scratch.0, "").unwrap();
        let fault = Folder::open(&scratch.0).err().unwrap().to_string();
        assert!(fault.starts_with("cannot use ") && fault.ends_with("or --in-memory"), "{fault}");
        fs::remove_file(&scratch.0).unwrap();
    }

    #[test]
    fn secrets_survive_and_only_the_owner_reads_them() {
        let scratch = Scratch::new();
        let folder = Folder::open(&scratch.0).unwrap();
        let first = secrets(Some(&folder), &["a".into()]).unwrap();
        assert_eq!(first["a"].len(), 64);
        let second = secrets(Some(&folder), &["a".into(), "b".into()]).unwrap();
        assert_eq!(first["a"], second["a"]);
        assert_ne!(second["a"], second["b"]);
        assert_ne!(secrets(None, &["a".into()]).unwrap(), secrets(None, &["a".into()]).unwrap());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.file("secrets.json")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
