//! The files as the function hands them out: each compressed once, here, in the forms that browsers take.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::make::{Result, write};

/// The digits of a hash in a name. What changes is what we write ourselves, so nobody looks for a collision.
const DIGITS: usize = 12;

/// The files, each with the name of its constant.
#[derive(Default)]
pub(crate) struct Files(Vec<(String, String, Vec<u8>)>);

impl Files {
    /// Adds a file.
    pub(crate) fn add(&mut self, constant: &str, name: &str, content: Vec<u8>) {
        self.0.push((constant.to_owned(), name.to_owned(), content));
    }

    /// Writes the files and the Rust that names them: `names.rs` has a constant with the name of each, and `files.rs` the table of
    /// their contents, which only the function that hands them out holds.
    pub(crate) fn write(&self, out: &Path) -> Result<()> {
        let (mut names, mut table) = (String::new(), String::new());
        for (constant, name, content) in &self.0 {
            let compressed = brotli(content).map_err(|error| format!("{name}: {error}"))?;
            let zipped = gzip(content).map_err(|error| format!("{name}: {error}"))?;
            for (suffix, content) in [("", content), (".br", &compressed), (".gz", &zipped)] {
                write(&out.join(format!("{name}{suffix}")), content)?;
            }
            let kind = kind(name)?;
            // Writing to a String cannot fail.
            let _ = writeln!(names, "pub(crate) const {constant}: &str = {name:?};");
            let body = |suffix| format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}{suffix}\"))");
            let _ = writeln!(
                table,
                "File {{ name: {name:?}, kind: {kind:?}, plain: {}, brotli: {}, gzip: {} }},",
                body(""),
                body(".br"),
                body(".gz")
            );
        }
        write(&out.join("names.rs"), names.as_bytes())?;
        write(&out.join("files.rs"), format!("[{table}]").as_bytes())
    }
}

/// The name under which a file is kept for good, since it changes with the content.
pub(crate) fn hashed(name: &str, extension: &str, content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    let hex = digest.iter().fold(String::new(), |mut hex, octet| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{octet:02x}");
        hex
    });
    format!("{name}.{}.{extension}", &hex[..DIGITS])
}

/// The content type of a file.
fn kind(name: &str) -> Result<&'static str> {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("js") => Ok("text/javascript; charset=utf-8"),
        Some("css") => Ok("text/css; charset=utf-8"),
        Some("json") => Ok("application/json"),
        Some("svg") => Ok("image/svg+xml"),
        _ => Err(format!("{name}: of which type is that?")),
    }
}

fn brotli(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut compressed, &parameters)?;
    Ok(compressed)
}

fn gzip(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn a_name_changes_with_the_content() {
        assert_eq!(hashed("main", "js", b""), "main.e3b0c44298fc.js");
        assert_ne!(hashed("main", "js", b"a"), hashed("main", "js", b"b"));
        assert_eq!(kind("texts-en.e3b0c44298fc.json"), Ok("application/json"));
        assert!(kind("main").is_err());
    }

    #[test]
    fn what_is_compressed_can_be_read_back() {
        let content = "a line of it\n".repeat(500).into_bytes();
        let mut back = Vec::new();
        brotli::BrotliDecompress(&mut &*brotli(&content).unwrap(), &mut back).unwrap();
        assert_eq!(back, content);
        let zipped = gzip(&content).unwrap();
        let mut back = Vec::new();
        flate2::read::GzDecoder::new(&*zipped).read_to_end(&mut back).unwrap();
        assert_eq!(back, content);
    }
}
