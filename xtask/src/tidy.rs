//! `cargo xtask tidy`: the rules of the house that a program can see, also run as a test.

use std::path::Path;

use crate::files::files;

/// A crate, and how far up it stands: it may depend only on crates further down.
const FLOORS: [(&str, u8); 8] = [
    ("core-tensor", 0),
    ("autodiff", 1),
    ("nn", 2),
    ("optim", 3),
    ("models", 4),
    ("benches", 5),
    ("examples", 5),
    ("xtask", 6),
];
/// In halves, or this file would break the rule.
const KEYWORD: &str = concat!("un", "safe");
/// The only crate with `unsafe`.
const UNSAFE: &str = "core-tensor";
/// The longest that a file may be.
const LINES: usize = 400;

/// Prints what was looked at.
///
/// # Errors
/// Every broken rule, a line each.
pub(crate) fn run() -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (sources, manifests) = (files(&root, "rs")?, files(&root, "toml")?);
    let mut errors = Vec::new();
    for path in &sources {
        let name = path.strip_prefix(&root).unwrap_or(path).to_string_lossy();
        errors.extend(source(&name, &read(path)?));
    }
    let mut crates = 0;
    for path in &manifests {
        let text = read(path)?;
        let name = path.strip_prefix(&root).unwrap_or(path).to_string_lossy();
        // the outside users of `xtask/consumers` are no part of the workspace
        if !name.ends_with("Cargo.toml") || !text.contains("\n[lints]\nworkspace = true") {
            continue;
        }
        crates += 1;
        errors.extend(arrows(&name, &text));
    }
    if crates != FLOORS.len() {
        errors.push(format!(
            "{crates} crates share the workspace's lints, the table of floors has {}",
            FLOORS.len()
        ));
    }
    if sources.is_empty() {
        errors.push("there is no source".to_owned());
    }
    if !errors.is_empty() {
        return Err(errors.join("\n"));
    }
    println!("{} files and {crates} crates are tidy", sources.len());
    Ok(())
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The broken rules of a source file.
fn source(name: &str, text: &str) -> Vec<String> {
    let mut errors = Vec::new();
    if !text.starts_with("//!") {
        errors.push(format!(
            "{name} does not open with `//!`; say what lives there"
        ));
    }
    let lines = text.lines().count();
    if lines > LINES && !name.contains("tests/ui/") {
        errors.push(format!(
            "{name} has {lines} lines, more than {LINES}; split it"
        ));
    }
    // in halves, or this file would break the rule
    let banned = [
        concat!("to", "do!("),
        concat!("un", "implemented!("),
        concat!("#[", "ignore"),
    ];
    for (i, line) in text.lines().enumerate() {
        let code = code(line);
        for word in banned.iter().filter(|word| code.contains(**word)) {
            errors.push(format!(
                "{name}:{} has `{word}`; finish it or leave it out",
                i + 1
            ));
        }
        let outside = !name.starts_with(&format!("crates/{UNSAFE}/"));
        if outside && words(code).any(|word| word == KEYWORD) {
            errors.push(format!(
                "{name}:{} has {KEYWORD} code; only {UNSAFE} may",
                i + 1
            ));
        }
    }
    let root = ["src/lib.rs", "src/main.rs"]
        .iter()
        .any(|root| name.ends_with(root));
    if root
        && !name.contains(UNSAFE)
        && !name.contains("consumers/")
        && !text.contains("#![forbid(unsafe_code)]")
    {
        errors.push(format!("{name} lacks `#![forbid(unsafe_code)]`"));
    }
    errors
}

/// A line without its comment.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_')
}

/// The dependencies of a manifest that point up or sideways.
fn arrows(name: &str, text: &str) -> Vec<String> {
    let floor = |name: &str| {
        FLOORS
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, floor)| *floor)
    };
    let package = text
        .lines()
        .find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
        .unwrap_or_default();
    let Some(own) = floor(package) else {
        return vec![format!(
            "{name}: {package:?} is not in the table of floors; give it one in xtask/src/tidy.rs"
        )];
    };
    let (mut errors, mut section) = (Vec::new(), "");
    for line in text.lines() {
        if line.starts_with('[') {
            section = line;
        }
        let dependency = line
            .split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
            .next()
            .unwrap_or_default();
        // a crate may name itself for its tests, which then see every feature
        let itself = section == "[dev-dependencies]" && dependency == package;
        let up = floor(dependency).is_some_and(|other| other >= own);
        if section.ends_with("dependencies]") && up && !itself {
            errors.push(format!(
                "{name}: {package} depends on {dependency}, which does not lie below it"
            ));
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        run().expect("every rule is kept");
    }

    #[test]
    fn each_rule_can_be_broken() {
        let count = |name: &str, text: &str| source(name, text).len();
        assert_eq!(count("crates/nn/src/a.rs", "//! A\nfn f() {}\n"), 0);
        assert_eq!(count("crates/nn/src/a.rs", "fn f() {}\n"), 1);
        assert_eq!(
            count(
                "crates/nn/src/a.rs",
                &format!("//! A\n{}", "\n".repeat(LINES))
            ),
            1
        );
        assert_eq!(
            count("crates/nn/src/a.rs", concat!("//! A\nto", "do!();")),
            1
        );
        assert_eq!(
            count("crates/nn/src/a.rs", concat!("//! A\n#[", "ignore]")),
            1
        );
        assert_eq!(
            count("crates/nn/src/a.rs", "//! A\n// unsafe in a comment\n"),
            0
        );
        let block = concat!("//! A\nun", "safe {}");
        assert_eq!(
            (
                count("crates/nn/src/a.rs", block),
                count("crates/core-tensor/src/a.rs", block)
            ),
            (1, 0)
        );
        assert_eq!(
            (
                count("crates/nn/src/lib.rs", "//! A"),
                count("crates/core-tensor/src/lib.rs", "//! A")
            ),
            (1, 0)
        );
    }

    #[test]
    fn arrows_point_down() {
        let manifest = |name: &str, section: &str, on: &str| {
            arrows(
                "Cargo.toml",
                &format!("[package]\nname = \"{name}\"\n\n[{section}]\n{on}.workspace = true\n"),
            )
            .len()
        };
        assert_eq!(manifest("nn", "dependencies", "core-tensor"), 0);
        assert_eq!(manifest("nn", "dependencies", "optim"), 1);
        assert_eq!(manifest("nn", "dev-dependencies", "models"), 1);
        assert_eq!(manifest("nn", "dev-dependencies", "nn"), 0);
        assert_eq!(manifest("nn", "dependencies", "nn"), 1);
        assert_eq!(manifest("benches", "dependencies", "examples"), 1);
        assert_eq!(manifest("nobody", "dependencies", "rand"), 1);
    }
}
