//! Reads the fixtures beside this folder; `fixtures/README.md` describes their format.

use std::collections::BTreeMap;
use std::path::Path;

/// One `case` of a file.
pub(crate) struct Case {
    /// file and name, for messages
    pub(crate) title: String,
    /// its name
    pub(crate) name: String,
    /// sides and numbers of each `tensor`
    tensors: BTreeMap<String, (Vec<usize>, Vec<f64>)>,
}

impl Case {
    /// The sides and the numbers of a tensor.
    pub(crate) fn tensor(&self, name: &str) -> (&[usize], &[f64]) {
        let (sides, numbers) = self
            .tensors
            .get(name)
            .unwrap_or_else(|| panic!("{} has no tensor {name}", self.title));
        (sides, numbers)
    }

    /// The numbers of a tensor.
    pub(crate) fn numbers(&self, name: &str) -> &[f64] {
        self.tensor(name).1
    }
}

/// The cases of a file that must be exactly those `expected`, so that neither a case nor a test is left out.
pub(crate) fn load(file: &str, expected: &[&str]) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(file);
    let text =
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("fixture {file}: {error}"));
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines() {
        let (kind, rest) = line.split_once(' ').expect("a line has a kind");
        match kind {
            "case" => {
                let name = rest.split(' ').next().expect("a case has a name");
                cases.push(Case {
                    title: format!("{file}: {name}"),
                    name: name.to_owned(),
                    tensors: BTreeMap::new(),
                });
            }
            "tensor" => {
                let (head, numbers) = rest.split_once(':').expect("a tensor has a colon");
                let mut head = head.split_whitespace();
                let name = head.next().expect("a tensor has a name").to_owned();
                let sides: Vec<usize> = head.map(|side| side.parse().expect("a side")).collect();
                let numbers: Vec<f64> = numbers
                    .split_whitespace()
                    .map(|number| number.parse().expect("a number"))
                    .collect();
                assert_eq!(
                    numbers.len(),
                    sides.iter().product::<usize>(),
                    "{file}: {name} does not fill its sides"
                );
                let case = cases.last_mut().expect("a tensor stands in a case");
                case.tensors.insert(name, (sides, numbers));
            }
            _ => panic!("{file}: a line opens with {kind}"),
        }
    }
    let mut found: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    let mut expected = expected.to_vec();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(
        found, expected,
        "{file}: the cases of the file and the tests differ"
    );
    cases
}
