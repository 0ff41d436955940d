//! Formulas of propositional logic as trees: written, read, drawn at random, and their truth.

use std::fmt;
use std::str::FromStr;

use rand::{Rng, RngExt};

/// What joins two formulas.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Operator {
    And,
    Or,
    Xor,
}

impl Operator {
    pub(crate) const ALL: [Self; 3] = [Self::And, Self::Or, Self::Xor];

    pub(crate) fn sign(self) -> char {
        ['∧', '∨', '⊕'][self as usize]
    }
}

/// A formula.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Formula {
    /// false or true
    Leaf(bool),
    /// two formulas in brackets, with an operator between them
    Joined(Operator, Box<[Formula; 2]>),
}

impl Formula {
    /// A random one of this height: one of its halves is one less high, the other is of any smaller height.
    pub(crate) fn random(height: usize, rng: &mut impl Rng) -> Self {
        if height == 0 {
            return Self::Leaf(rng.random());
        }
        let other = rng.random_range(0..height);
        let mut halves = Box::new([height - 1, other].map(|height| Self::random(height, rng)));
        if rng.random() {
            halves.reverse();
        }
        Self::Joined(Operator::ALL[rng.random_range(0..3)], halves)
    }

    /// Whether it is true.
    pub(crate) fn truth(&self) -> bool {
        match self {
            Self::Leaf(truth) => *truth,
            Self::Joined(operator, halves) => {
                let [a, b] = [halves[0].truth(), halves[1].truth()];
                match operator {
                    Operator::And => a && b,
                    Operator::Or => a || b,
                    Operator::Xor => a != b,
                }
            }
        }
    }

    /// How many operators lie over one another.
    pub(crate) fn height(&self) -> usize {
        match self {
            Self::Leaf(_) => 0,
            Self::Joined(_, halves) => 1 + halves[0].height().max(halves[1].height()),
        }
    }

    /// Its sign in a drawing of the tree.
    pub(crate) fn sign(&self) -> char {
        match self {
            Self::Leaf(truth) => ['0', '1'][usize::from(*truth)],
            Self::Joined(operator, _) => operator.sign(),
        }
    }

    /// Reads one formula from the front; says what is left.
    fn read(text: &str) -> Result<(Self, &str), String> {
        let mut rest = text.chars();
        let read = match rest.next() {
            Some('0') => Self::Leaf(false),
            Some('1') => Self::Leaf(true),
            Some('(') => {
                let (a, after) = Self::read(rest.as_str())?;
                let sign = after.chars().next();
                let operator = Operator::ALL.into_iter().find(|o| Some(o.sign()) == sign);
                let operator = operator.ok_or_else(|| {
                    format!("expected ∧, ∨ or ⊕, found {sign:?}; join two formulas")
                })?;
                let (b, after) = Self::read(&after[operator.sign().len_utf8()..])?;
                rest = after.chars();
                match rest.next() {
                    Some(')') => Self::Joined(operator, Box::new([a, b])),
                    other => return Err(format!("expected ), found {other:?}; close the bracket")),
                }
            }
            other => {
                return Err(format!(
                    "expected 0, 1 or (, found {other:?}; begin a formula"
                ));
            }
        };
        Ok((read, rest.as_str()))
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaf(_) => write!(f, "{}", self.sign()),
            Self::Joined(operator, halves) => {
                write!(f, "({}{}{})", halves[0], operator.sign(), halves[1])
            }
        }
    }
}

impl FromStr for Formula {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match Self::read(text)? {
            (formula, "") => Ok(formula),
            (_, rest) => Err(format!(
                "the formula ends before {rest:?}; put brackets around all of it"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;

    use super::*;

    #[test]
    fn formulas_are_read_as_they_are_written() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for height in 0..6 {
            let formula = Formula::random(height, &mut rng);
            assert_eq!(formula.height(), height);
            assert_eq!(formula.to_string().parse(), Ok(formula));
        }
    }

    #[test]
    fn the_truth_of_every_pair() {
        for (sign, truths) in [("∧", "0001"), ("∨", "0111"), ("⊕", "0110")] {
            for (pair, truth) in ["00", "01", "10", "11"].into_iter().zip(truths.chars()) {
                let (a, b) = pair.split_at(1);
                let formula: Formula = format!("({a}{sign}{b})").parse().expect("a formula");
                assert_eq!(formula.truth(), truth == '1', "{formula}");
            }
        }
    }

    #[test]
    fn what_is_no_formula_is_told() {
        for (text, word) in [
            ("", "begin a formula"),
            ("(1", "join two"),
            ("(1∧0", "close the bracket"),
            ("1∧0", "put brackets around"),
        ] {
            let error = text.parse::<Formula>().expect_err("no formula");
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
