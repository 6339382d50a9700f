//! The corpus of the fuzzers, tried without a fuzzer.

#[path = "../fuzz/properties.rs"]
mod properties;

use tests::report;
use tests::schema::workspace;

type Property = fn(&[u8]);

#[test]
fn what_was_found_by_fuzzing_stays_mended() {
    let targets: [(&str, Property); 7] = [
        ("event", properties::event),
        ("date", properties::date),
        ("email", properties::email),
        ("user", properties::user),
        ("cursor", properties::cursor),
        ("token", properties::token),
        ("request", properties::request),
    ];
    let mut inputs = 0;
    for (target, property) in targets {
        let folder = workspace("tests/fuzz/corpus").join(target);
        let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for file in files {
            property(&std::fs::read(file.unwrap().path()).unwrap());
            inputs += 1;
        }
        assert!(std::fs::read_to_string(workspace(&format!("tests/fuzz/fuzz_targets/{target}.rs"))).is_ok());
    }
    report(&format!("{inputs} inputs of {} fuzz targets", targets.len()));
}
