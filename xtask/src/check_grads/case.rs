//! A case, what its check finds, and how that is printed.

use std::fmt;

use autodiff::check::Comparison;

/// What a case is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Level {
    Op,
    Layer,
    Loss,
    Model,
    Optimizer,
}

impl Level {
    /// As the summary has it.
    pub(crate) fn plural(self) -> &'static str {
        ["ops", "layers", "losses", "models", "optimizers"][self as usize]
    }
}

/// Something that is checked at points drawn from a seed.
pub(crate) struct Case {
    pub(crate) level: Level,
    /// the name of the function, layer, … as its source has it; a tuple is `tuple`
    pub(crate) name: &'static str,
    /// its number among those of the same name
    pub(crate) number: usize,
    /// what is checked, as it is written in the list of cases
    pub(crate) what: String,
    /// whether it may stand for all of the name, or says what happens at one point only
    pub(crate) covers: bool,
    pub(crate) check: Box<dyn Fn(u64) -> Finding + Send + Sync>,
}

impl Case {
    pub(crate) fn new(
        level: Level,
        name: &'static str,
        what: &str,
        check: impl Fn(u64) -> Finding + Send + Sync + 'static,
    ) -> Self {
        Self {
            level,
            name,
            number: 0,
            what: what.split_whitespace().collect::<Vec<_>>().join(" "),
            covers: true,
            check: Box::new(check),
        }
    }

    /// A case of the lists. In a test build they are lists of names alone: what checks them takes minutes to compile, and the command runs it.
    pub(crate) fn listed(
        level: Level,
        name: &'static str,
        what: &str,
        check: impl Fn(u64) -> Finding + Send + Sync + 'static,
    ) -> Self {
        // an attribute, not `if cfg!(test)`, whose other way the compiler would walk through all the same
        #[cfg(test)]
        let check = {
            drop(check);
            |_| unreachable!("a test checks cases of its own")
        };
        Self::new(level, name, what, check)
    }

    /// `Linear/2`, which `--only` takes.
    pub(crate) fn id(&self) -> String {
        format!("{}/{}", self.name, self.number)
    }

    pub(crate) fn is_wanted(&self, only: Option<&str>) -> bool {
        only.is_none_or(|only| only == self.name || only == self.id())
    }

    /// The command that repeats it alone.
    pub(crate) fn command(&self, seed: u64) -> String {
        let id = self.id();
        let plain = |c: char| c.is_alphanumeric() || "/_".contains(c);
        let quote = if id.chars().all(plain) { "" } else { "'" };
        format!("cargo xtask check-grads --only {quote}{id}{quote} --seed {seed}")
    }
}

/// Two ways to the same numbers, and how far they may be apart by [`relative_error`](autodiff::check::relative_error), whatever their size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Pair {
    /// backward, and forward on dual numbers
    ReverseDual,
    ReverseDifferences,
    DualDifferences,
    /// the kernels of `f32` and those of `f64`
    Single,
    /// a formula written out by hand
    Formula,
}

impl Pair {
    pub(crate) const ALL: [Self; 5] = [
        Self::ReverseDual,
        Self::ReverseDifferences,
        Self::DualDifferences,
        Self::Single,
        Self::Formula,
    ];

    pub(crate) fn name(self) -> &'static str {
        ["rev–dual", "rev–diff", "dual–diff", "f32–f64", "formula"][self as usize]
    }

    pub(crate) fn tolerance(self) -> f64 {
        [1e-12, 1e-8, 1e-8, 1e-5, 1e-13][self as usize]
    }
}

/// What the check of a case found.
#[derive(Clone, Default)]
pub(crate) struct Finding {
    /// samples and shapes
    pub(crate) shapes: String,
    /// the pairs that were compared, with the name of the worst place
    pub(crate) pairs: Vec<(Pair, Comparison, String)>,
    /// the seed of the point
    pub(crate) seed: u64,
    /// steps and points that led over a kink and were drawn anew
    pub(crate) redrawn: usize,
    /// which invariants do not hold, and what else is wrong
    pub(crate) complaints: Vec<String>,
}

impl Finding {
    pub(crate) fn passes(&self) -> bool {
        self.why().is_empty()
    }

    /// Everything that is wrong; nothing if it passes.
    pub(crate) fn why(&self) -> Vec<String> {
        let wrong = |(pair, comparison, place): &(Pair, Comparison, String)| {
            (!comparison.is_within(pair.tolerance())).then(|| {
                format!(
                    "{} are {:.1e} apart at {place}, {:.0e} is allowed ({} compared)",
                    pair.name(),
                    comparison.worst,
                    pair.tolerance(),
                    comparison.count
                )
            })
        };
        let mut why: Vec<String> = self.pairs.iter().filter_map(wrong).collect();
        why.extend(self.complaints.iter().cloned());
        if self.pairs.is_empty() && why.is_empty() {
            why.push("nothing was compared".to_owned());
        }
        why
    }

    pub(crate) fn pair(&self, pair: Pair) -> Option<&(Pair, Comparison, String)> {
        self.pairs.iter().find(|found| found.0 == pair)
    }

    /// The pair that is nearest to its tolerance, or furthest beyond.
    pub(crate) fn worst(&self) -> Option<&(Pair, Comparison, String)> {
        let share = |pair: &&(Pair, Comparison, String)| pair.1.worst / pair.0.tolerance();
        self.pairs
            .iter()
            .max_by(|a, b| share(a).total_cmp(&share(b)))
    }
}

/// The columns of the table.
pub(crate) fn head() -> String {
    let pairs: String = Pair::ALL
        .map(|pair| format!("{:>10}", pair.name()))
        .concat();
    format!(
        "{:16} {:>7} {pairs}  {:24} {:>7} {:>4}  what, shapes",
        "name", "numbers", "worst at", "redrawn", "seed"
    )
}

/// A row of the table.
pub(crate) struct Row<'a>(pub(crate) &'a Case, pub(crate) &'a Finding);

impl fmt::Display for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row(case, finding) = self;
        let worst = finding.worst();
        let count = finding.pairs.iter().map(|pair| pair.1.count).max();
        write!(f, "{:16} {:>7} ", case.id(), count.unwrap_or(0))?;
        for pair in Pair::ALL {
            match finding.pair(pair) {
                Some((_, comparison, _)) => write!(f, "{:>10.1e}", comparison.worst)?,
                None => write!(f, "{:>10}", "–")?,
            }
        }
        let place = worst.map_or("", |worst| worst.2.as_str());
        write!(
            f,
            "  {place:24} {:>7} {:>4}  {}{}, {}",
            finding.redrawn,
            finding.seed,
            if finding.passes() { "" } else { "FAILED " },
            case.what,
            finding.shapes
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(pair: Pair, worst: f64) -> Finding {
        let comparison = Comparison {
            worst,
            at: 3,
            count: 5,
        };
        Finding {
            pairs: vec![(pair, comparison, "weight[3]".to_owned())],
            ..Finding::default()
        }
    }

    #[test]
    fn each_pair_has_its_tolerance() {
        for (pair, tolerance) in Pair::ALL.into_iter().zip([1e-12, 1e-8, 1e-8, 1e-5, 1e-13]) {
            assert!(finding(pair, tolerance).passes());
            let why = finding(pair, 1.5 * tolerance).why();
            assert!(why.len() == 1 && why[0].contains("weight[3]"), "{why:?}");
        }
    }

    #[test]
    fn a_finding_of_nothing_fails() {
        assert!(!Finding::default().passes());
        let mut nothing_compared = finding(Pair::Single, 0.0);
        nothing_compared.pairs[0].1.count = 0;
        assert!(!nothing_compared.passes());
        let mut complaint = finding(Pair::Single, 0.0);
        complaint.complaints.push("not linear".to_owned());
        assert_eq!(complaint.why(), ["not linear"]);
    }

    #[test]
    fn a_case_is_wanted_by_name_and_by_number() {
        let mut case = Case::new(Level::Layer, "network!", "Net", |_| Finding::default());
        case.number = 2;
        assert!(case.is_wanted(None) && case.is_wanted(Some("network!")));
        assert!(case.is_wanted(Some("network!/2")) && !case.is_wanted(Some("network!/1")));
        assert_eq!(
            case.command(7),
            "cargo xtask check-grads --only 'network!/2' --seed 7"
        );
    }
}
