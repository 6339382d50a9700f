//! The files of the page for people, as the build script has made them of `shared/page` and `shared/texts`.

use crate::domain::language::Language;

/// A file, in the forms that browsers take. Its name changes with its content, so it may be kept for good.
#[derive(Clone, Copy, Debug)]
pub struct File {
    /// The name, with some digits of the content's SHA-256 in it.
    pub name: &'static str,
    /// The content type.
    pub kind: &'static str,
    /// The content.
    pub plain: &'static [u8],
    /// The same, compressed by Brotli.
    pub brotli: &'static [u8],
    /// The same, compressed by gzip.
    pub gzip: &'static [u8],
}

/// All files. The only function that names them is the one that hands them out, so no other binary holds them.
pub static FILES: &[File] = &include!(concat!(env!("OUT_DIR"), "/files.rs"));

mod names {
    include!(concat!(env!("OUT_DIR"), "/names.rs"));
}

pub(crate) use self::names::{ICON, MAIN, PREACT, STYLE};

/// The name of the file that has the page's texts in that language.
pub(crate) const fn texts(language: Language) -> &'static str {
    match language {
        Language::En => names::TEXTS_EN,
        Language::Uk => names::TEXTS_UK,
        Language::Ru => names::TEXTS_RU,
    }
}
