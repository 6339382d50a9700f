//! The unit tests of the build script's modules, which stand beside them, and the whole of it.

mod bundle;
mod files;
mod functions;
mod make;
mod module;
mod texts;

use std::path::Path;

#[test]
fn the_page_is_made() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page");
    std::fs::create_dir_all(&out).unwrap();
    make::make(Path::new(env!("CARGO_MANIFEST_DIR")), &out).unwrap();
    let table = std::fs::read_to_string(out.join("files.rs")).unwrap();
    for name in ["main.", "preact.", "style.", "icon.", "texts-en.", "texts-uk.", "texts-ru."] {
        assert!(table.contains(&format!("name: \"{name}")), "{name} is not in {table}");
    }
}
