//! Reads the cases, runs a layer or a loss on one, compares.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path as FilePath;

use core_tensor::shape::Channels;
use core_tensor::{Leaf, Params, Path, Role, Shape, Tensor, Vector, Zeroed};
use nn::{
    BatchNorm, Class, CrossEntropy, Init, Layer, Loss, Nll, Pass, WeightedCrossEntropy,
    WeightedNll, init, training_room,
};

/// How far a number may be off, relative to 1 or its own size; ONNX itself allows a thousandth.
const TOLERANCE: f32 = 4e-6;
/// The same where the expected numbers have four digits.
const ROUNDED: f32 = 5e-4;

/// A case, or a part of one.
pub(crate) struct Case {
    pub(crate) operator: String,
    /// what is expected has four digits
    rounded: bool,
    tensors: BTreeMap<String, (Vec<usize>, Vec<f32>)>,
    /// the tensors that were looked at: all must be
    seen: RefCell<BTreeSet<String>>,
}

impl Case {
    fn get(&self, name: &str) -> Option<(&[usize], &[f32])> {
        self.seen.borrow_mut().insert(name.to_owned());
        let (sides, numbers) = self.tensors.get(name)?;
        Some((sides, numbers))
    }

    fn numbers(&self, name: &str) -> &[f32] {
        self.get(name)
            .unwrap_or_else(|| panic!("no tensor {name}"))
            .1
    }

    fn all_seen(&self) -> Result<(), String> {
        let seen = self.seen.borrow();
        match self.tensors.keys().find(|name| !seen.contains(*name)) {
            Some(name) => Err(format!("nobody asked for {name}")),
            None => Ok(()),
        }
    }
}

/// A case that is not run.
pub(crate) struct NotRun {
    pub(crate) name: String,
    pub(crate) operator: String,
    pub(crate) reason: String,
}

impl fmt::Display for NotRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.name, self.operator, self.reason)
    }
}

/// `cases.txt`
pub(crate) struct File {
    pub(crate) cases: BTreeMap<String, Case>,
    pub(crate) skipped: Vec<NotRun>,
    pub(crate) lacking: Vec<NotRun>,
}

impl File {
    pub(crate) fn load() -> Self {
        let path = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx/cases.txt");
        let text = std::fs::read_to_string(&path).expect("onnx/cases.txt");
        let mut file = Self {
            cases: BTreeMap::new(),
            skipped: Vec::new(),
            lacking: Vec::new(),
        };
        let (mut data, mut title) = (Vec::new(), String::new());
        for line in text.lines() {
            let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
            let mut words = rest.splitn(3, ' ');
            let mut word = || words.next().unwrap_or_default().to_owned();
            match kind {
                "data" => data.push(decode(rest)),
                "case" => {
                    title = word();
                    let case = Case {
                        operator: word(),
                        rounded: word() == "rounded",
                        tensors: BTreeMap::new(),
                        seen: RefCell::default(),
                    };
                    file.cases.insert(title.clone(), case);
                }
                "tensor" => {
                    let (head, number) = rest.split_once('#').expect("a tensor has data");
                    let mut head = head.split_whitespace();
                    let name = head.next().expect("a tensor has a name").to_owned();
                    let sides: Vec<usize> =
                        head.map(|side| side.parse().expect("a side")).collect();
                    let numbers: &Vec<f32> = &data[number.parse::<usize>().expect("a number")];
                    assert_eq!(
                        numbers.len(),
                        sides.iter().product::<usize>(),
                        "{title}: {name}"
                    );
                    let case = file
                        .cases
                        .get_mut(&title)
                        .expect("a tensor stands in a case");
                    case.tensors.insert(name, (sides, numbers.clone()));
                }
                "skip" => file.skipped.push(NotRun {
                    name: word(),
                    operator: word(),
                    reason: word(),
                }),
                "lacks" => file.lacking.push(NotRun {
                    name: word(),
                    operator: word(),
                    reason: word(),
                }),
                _ => panic!("a line opens with {kind}"),
            }
        }
        file
    }
}

/// Numbers from base64.
fn decode(text: &str) -> Vec<f32> {
    let digit = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => panic!("{c} is no digit"),
    };
    let mut bytes = Vec::with_capacity(text.len());
    let (mut bits, mut count) = (0_u32, 0);
    for c in text.bytes().filter(|&c| c != b'=') {
        bits = bits << 6 | u32::from(digit(c));
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
        .as_chunks()
        .0
        .iter()
        .map(|&bytes| f32::from_le_bytes(bytes))
        .collect()
}

/// Near to what is expected, number by number; infinities must be the same.
fn close(case: &Case, what: &str, found: &[f32]) -> Result<(), String> {
    let expected = case.numbers(what);
    let tolerance = if case.rounded { ROUNDED } else { TOLERANCE };
    if found.len() != expected.len() {
        return Err(format!(
            "{what}: {} numbers, not {}",
            found.len(),
            expected.len()
        ));
    }
    for (i, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        let near = (found - expected).abs() <= tolerance * expected.abs().max(1.0);
        if found != expected && !near {
            return Err(format!("{what}[{i}] is {found}, ONNX has {expected}"));
        }
    }
    Ok(())
}

/// The layer with the weights of the case; those without a tensor begin as they are initialised.
fn made<L: Params<f32>>(case: &Case) -> Result<Box<L>, String> {
    let mut layer = L::boxed();
    init(&mut *layer, Init::HeNormal, 0);
    let mut missing = Ok(());
    let mut set = |leaf: Leaf<'_>, weight: &mut [f32], []: [&mut [f32]; 0]| {
        let name = leaf.path.to_string();
        match case.get(&name) {
            Some((_, numbers)) if numbers.len() == weight.len() => weight.copy_from_slice(numbers),
            None if !matches!(leaf.role, Role::Weight | Role::Lookup) => {}
            _ => missing = Err(format!("{name} does not fit")),
        }
    };
    layer.visit([], &Path::Root, &mut set);
    missing.map(|()| layer)
}

/// The inputs, whose sides must be those of the type.
fn inputs<X: Shape>(case: &Case) -> Result<&[Tensor<X>], String> {
    let (sides, x) = case.get("x").ok_or("no x")?;
    let len: usize = sides[1..].iter().product();
    if len != X::LEN {
        return Err(format!("samples of {len} numbers, not {}", X::LEN));
    }
    Ok(Tensor::batch(x))
}

fn pass<X: Shape, L: Layer<X>>(case: &Case, trains: bool) -> Result<(), String> {
    let (layer, x) = (made::<L>(case)?, inputs::<X>(case)?);
    let mut room = vec![f32::NAN; training_room::<X, L, f32>(x.len())];
    let mut pass = if trains {
        Pass::train(&mut room, 0)
    } else {
        Pass::infer(&mut room)
    };
    let (y, _) = layer.forward(x, &mut pass);
    close(case, "y", Tensor::flat(y))?;
    case.all_seen()
}

/// A layer in use.
pub(crate) fn infer<X: Shape, L: Layer<X>>(case: &Case) -> Result<(), String> {
    pass::<X, L>(case, false)
}

/// A layer in training.
pub(crate) fn train<X: Shape, L: Layer<X>>(case: &Case) -> Result<(), String> {
    pass::<X, L>(case, true)
}

/// Batch normalisation in training, with the statistics that it leaves.
pub(crate) fn batch_norm<X: Channels<C>, const C: usize>(case: &Case) -> Result<(), String> {
    let layer = made::<BatchNorm<C>>(case)?;
    let x = inputs::<X>(case)?;
    let mut room = vec![f32::NAN; training_room::<X, BatchNorm<C>, f32>(x.len())];
    let mut pass = Pass::train(&mut room, 0);
    let (y, saved) = layer.forward(x, &mut pass);
    close(case, "y", Tensor::flat(y))?;
    let dy = pass.batch::<X>(x.len());
    Tensor::flat_mut(dy).fill(0.0);
    let mut grad = BatchNorm::<C>::boxed();
    layer.backward(saved, dy, Some(&mut grad), &mut pass);
    close(case, "batch_mean", grad.mean.as_slice())?;
    close(case, "batch_variance", grad.variance.as_slice())?;
    case.all_seen()
}

/// A loss towards classes, weighted or not.
pub(crate) trait ByClass<const N: usize>: Loss<Vector<N>, f32, Target = Class<N>> {
    fn with(weights: Option<[f64; N]>) -> Self;
}

macro_rules! by_class { ($($name:ident $weighted:ident;)+) => {$(
    impl<const N: usize> ByClass<N> for $name {
        fn with(weights: Option<[f64; N]>) -> Self { assert!(weights.is_none()); $name }
    }
    impl<const N: usize> ByClass<N> for $weighted<N> {
        fn with(weights: Option<[f64; N]>) -> Self { $weighted { weights: weights.expect("weights") } }
    }
)+} }
by_class! {
    CrossEntropy WeightedCrossEntropy;
    Nll WeightedNll;
}

/// The loss of each sample, and what they weigh together.
fn losses<Q: ByClass<N>, const N: usize>(case: &Case) -> (Vec<f32>, f64) {
    let labels: Vec<Class<N>> = case
        .numbers("labels")
        .iter()
        .map(|&label| Class::new(label as usize))
        .collect();
    let weights = case.get("weights").map(|(_, weights)| weights);
    let loss = Q::with(weights.map(|weights| core::array::from_fn(|i| f64::from(weights[i]))));
    let y = Tensor::<Vector<N>>::batch(case.numbers("x"));
    let mut dy = Tensor::zeros();
    let each = y
        .iter()
        .zip(&labels)
        .map(|(y, label)| loss.sample(y, label, &mut dy))
        .collect();
    let weight =
        |label: &Class<N>| weights.map_or(1.0, |weights| f64::from(weights[label.index()]));
    let whole = labels.iter().map(weight).sum();
    (each, whole)
}

/// The loss of every sample.
pub(crate) fn loss_none<Q: ByClass<N>, const N: usize>(case: &Case) -> Result<(), String> {
    close(case, "loss", &losses::<Q, N>(case).0)?;
    case.all_seen()
}

/// Their sum.
pub(crate) fn loss_sum<Q: ByClass<N>, const N: usize>(case: &Case) -> Result<(), String> {
    let (each, _) = losses::<Q, N>(case);
    close(case, "loss", &[sum(&each) as f32])?;
    case.all_seen()
}

/// Their sum over what the samples weigh.
pub(crate) fn loss_mean<Q: ByClass<N>, const N: usize>(case: &Case) -> Result<(), String> {
    let (each, whole) = losses::<Q, N>(case);
    close(case, "loss", &[(sum(&each) / whole) as f32])?;
    case.all_seen()
}

fn sum(each: &[f32]) -> f64 {
    each.iter().map(|&loss| f64::from(loss)).sum()
}
