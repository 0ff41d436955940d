//! Compile errors, whose words and number are part of the product.
//!
//! Each case in `ui/` makes one mistake and says in its second line what the error must name; its twin in `ui/pass/` differs in one word
//! or number and compiles, as a module of the test `twins`, which runs them all: one program instead of one each. `conv_after_conv_5ch.rs` and `pass/conv_after_conv_6ch.rs`: the name up to the last `_` is the same. The
//! words are in the `.stderr` files; `TRYBUILD=overwrite cargo test --test ui` writes them anew, to be read before they are committed.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs};

/// What no error may show: numbers of the side arithmetic and the traits inside it.
const INTERNAL: [&str; 9] = [
    "typenum",
    "UInt",
    "UTerm",
    "B0",
    "B1",
    "UpperBits",
    "Holds",
    "Ends",
    "Is<",
];

/// With no case that passes, trybuild runs `cargo check`: so every error here is seen by an editor, before anything is built.
///
/// trybuild checks what the cases depend on with its own flags, then the cases with `--diagnostic-width=140` as well, and so all that they
/// depend on once more. Given the flags for both, it checks that once: half of the time. A process has its environment from outside.
#[test]
fn cases_fail_under_cargo_check() {
    const WITHIN: &str = "UI_CASES_WITHIN";
    if env::var_os(WITHIN).is_some() {
        return trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
    }
    let flags = "--cfg trybuild --verbose -A dead_code --diagnostic-width=140";
    let status = Command::new(env::current_exe().expect("this program"))
        .args(["--nocapture", "cases_fail_under_cargo_check"])
        // a choice of cases: `cargo test --test ui -- trybuild=embedding`
        .args(env::args().filter(|arg| arg.starts_with("trybuild=")))
        .env("CARGO_ENCODED_RUSTFLAGS", flags.replace(' ', "\x1f"))
        .env(WITHIN, "1")
        // where it says that it passed: this test says so
        .stdout(Stdio::null())
        .status();
    assert!(status.expect("this program runs").success());
}

#[test]
fn every_case_has_a_twin_that_differs_in_one_word() {
    let (cases, twins) = (sources("tests/ui"), sources("tests/ui/pass"));
    assert_eq!(
        cases.keys().collect::<Vec<_>>(),
        twins.keys().collect::<Vec<_>>()
    );
    assert!(cases.len() >= 9, "only {} cases", cases.len());
    let run = words(Path::new("tests/twins.rs"));
    for twin in twins.values() {
        let twin = twin.file_stem().expect("a name").to_string_lossy();
        assert!(
            run.contains(&twin.to_string()),
            "add {twin} to the list in tests/twins.rs"
        );
    }
    for (name, case) in &cases {
        let (case, twin) = (words(case), words(&twins[name]));
        assert_eq!(case.len(), twin.len(), "{name}");
        let differences = case.iter().zip(&twin).filter(|(a, b)| a != b).count();
        assert_eq!(differences, 1, "{name}");
    }
}

#[test]
fn one_mistake_is_one_error_in_the_users_words() {
    for (name, case) in sources("tests/ui") {
        let error = read(&case.with_extension("stderr"));
        let errors = error
            .lines()
            .filter(|line| line.starts_with("error"))
            .count();
        assert_eq!(errors, 1, "{name}");
        assert!(!error.contains("warning"), "{name}");
        for internal in INTERNAL {
            assert!(!error.contains(internal), "{name} shows {internal}");
        }
        let case = read(&case);
        let promised = case.lines().nth(1).expect("a second line");
        // between the backticks
        let mut named = promised.split('`').skip(1).step_by(2).peekable();
        assert!(named.peek().is_some(), "{name} does not say what it names");
        for part in named {
            assert!(error.contains(part), "{name} does not name {part}");
        }
    }
}

/// The sources in a folder by their names up to the last `_`.
fn sources(folder: &str) -> BTreeMap<String, std::path::PathBuf> {
    let mut sources = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder of cases") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|e| e == "rs") {
            let stem = path.file_stem().expect("a name").to_string_lossy();
            let (name, _) = stem.rsplit_once('_').expect("a name like conv_5ch");
            let earlier = sources.insert(name.to_string(), path.clone());
            assert!(earlier.is_none(), "two cases are named {name}");
        }
    }
    sources
}

/// The words and numbers of a source without its `//!` lines; that a twin's `main` is public does not count.
fn words(path: &Path) -> Vec<String> {
    read(path)
        .replace("pub fn main", "fn main")
        .lines()
        .filter(|line| !line.starts_with("//!"))
        .flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .filter(|word| !word.is_empty())
        .map(str::to_string)
        .collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
