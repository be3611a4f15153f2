//! The planted faults of `proof/sabotage/` still fit the code; `cargo xtask sabotage` sees whether each is caught.

use std::path::Path;
use std::process::Command;

/// Faults that are planted.
const COUNT: usize = 6;

#[test]
fn every_planted_fault_fits_the_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut fits = 0;
    for entry in std::fs::read_dir(root.join("proof/sabotage")).expect("planted faults") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a patch");
        let caught = text.lines().find_map(|line| line.strip_prefix("Caught by: "));
        let (file, test) = caught.and_then(|caught| caught.split_once(' ')).expect("a test that catches it");
        let tests = std::fs::read_to_string(root.join("proof/tests").join(file).with_extension("rs")).expect("tests");
        assert!(tests.contains(&format!("fn {test}(")), "{}: there is no test {test}", path.display());
        let path = path.canonicalize().expect("a path");
        let apply = Command::new("git").args(["apply", "--check"]).arg(&path).current_dir(&root).output();
        let apply = apply.expect("git is there");
        assert!(apply.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&apply.stderr));
        fits += 1;
    }
    assert_eq!(fits, COUNT, "planted faults");
}
