//! The texts that the service itself speaks, as functions: the build script makes them of `shared/texts`.

use crate::domain::language::Language;

include!(concat!(env!("OUT_DIR"), "/texts.rs"));
