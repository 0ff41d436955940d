//! What networks say of themselves: layers, chains, forks and where they meet.

use core_tensor::{Path, Vector};
use nn::{Frozen, Layer, Linear, Merge, Part, Relu, Residual, Sum, Tanh};

/// The tree in short: layers by path, chains in parentheses, forks in brackets with their merge.
fn tree(part: &Part) -> String {
    let all = |parts: &[Part]| parts.iter().map(tree).collect::<Vec<_>>().join(" ");
    match part {
        Part::Layer(row) => row.path.clone(),
        Part::Chain { parts, .. } => format!("({})", all(parts)),
        Part::Fork { merge, ways, .. } => format!("{merge:?}[{}]", all(ways)),
    }
}

#[test]
fn a_network_reports_its_forks() {
    type Way = (Linear<3, 4>, Tanh, Linear<4, 3>);
    type Net = (
        Linear<2, 3>,
        Residual<(Linear<3, 3>, Relu)>,
        Frozen<Sum<Way, Linear<3, 3>>>,
    );
    let part = <Net as Layer<Vector<2>>>::describe(&Path::Root);
    assert_eq!(
        tree(&part),
        "(0 Sum[(1.0 1.1) ()] Sum[(2.0.0 2.0.1 2.0.2) 2.1])"
    );
    let mut rows = Vec::new();
    part.rows(&mut |row, _| rows.push((row.layer, row.parameters, row.learns)));
    let expected = [
        ("Linear", 9, true),
        ("Linear", 12, true),
        ("Relu", 0, false),
        ("Residual", 0, true),
        ("Linear", 16, false),
        ("Tanh", 0, false),
        ("Linear", 15, false),
        ("Linear", 12, false),
        ("Sum", 0, false),
    ];
    assert_eq!(rows, expected);
    let Part::Chain { whole, parts } = &part else {
        panic!("a tuple is a chain")
    };
    assert_eq!((whole.parameters, parts.len()), (64, 3));
    let Part::Fork { merge, ways, .. } = &parts[1] else {
        panic!("a residual block is a fork")
    };
    assert_eq!((*merge, ways.len()), (Merge::Sum, 2));
}
