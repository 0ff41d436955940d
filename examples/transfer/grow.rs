//! Growing: a VGG-11 that has learnt becomes a VGG-13 that says the same, and goes on learning. Simonyan and Zisserman began their deep
//! networks with the layers of a shallow one, since from random weights they would not learn; a new layer that begins as the identity
//! changes nothing at first (Chen, Goodfellow, Shlens: Net2Net, 2015).

use std::path::Path;

use core_tensor::{Filter, Tensor};
use examples::picture::{Color, Error, Figure, Plot};
use examples::scenes::Canvas;
use models::{Vgg11, Vgg13};
use nn::weights::{Weights, WeightsError, to_bytes};
use nn::{Layer, copy};
use optim::Epoch;

use crate::learn::{BATCH, Course, accuracy, train};
use crate::samples::Pool;
use crate::table::mean_and_spread;

/// VGG-11 for five classes of grey images, at most 32 channels wide.
pub(crate) type Eleven = Vgg11<5, f32, 8, 16, 32, 32, 1, 32, 64, 0, 1>;
/// VGG-13, as wide.
pub(crate) type Thirteen = Vgg13<5, f32, 8, 16, 32, 32, 1, 32, 64, 0, 1>;

/// The names of the layers of VGG-11 in VGG-13, where numbers 2 and 7 are new.
fn deeper(name: &str) -> Option<String> {
    const LAYERS: [[&str; 2]; 8] = [
        ["0", "0"],
        ["3", "5"],
        ["6", "10"],
        ["8", "12"],
        ["11", "15"],
        ["13", "17"],
        ["16", "20"],
        ["18", "22"],
    ];
    let Some(feature) = name.strip_prefix("features.") else {
        // the classifier is the same
        return Some(name.into());
    };
    let (layer, tensor) = feature.split_once('.')?;
    let [_, new] = LAYERS.iter().find(|[old, _]| *old == layer)?;
    Some(format!("features.{new}.{tensor}"))
}

/// Makes `net` say what `trained` says: the layers that both have are carried over by name, the two new ones begin as the identity, which a relu
/// behind a relu leaves alone.
pub(crate) fn grow(trained: &Eleven, net: &mut Thirteen) -> Result<(), WeightsError> {
    let stages = &mut net.0.0;
    identity(&mut stages.0.0.1.0.0.weight);
    identity(&mut stages.1.0.1.0.0.weight);
    let (learnt, begun) = (to_bytes(trained)?, to_bytes(net)?);
    let learnt = Weights::parse(&learnt)?.rename(deeper);
    learnt.or(Weights::parse(&begun)?).read(net)
}

/// The middle of each window takes its own channel as it is.
fn identity<const C: usize>(weight: &mut Tensor<Filter<3, 3, C, C>>) {
    *weight = Tensor::zeros();
    (0..C).for_each(|c| weight[[1, 1, c, c]] = 1.0);
}

/// How long is learnt.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    /// before growing, and in each of the other parts of the cycle; from scratch, as many as cost the same
    pub(crate) samples: usize,
    /// how many samples judge
    pub(crate) unseen: usize,
}

/// In how many parts the cycle of the rate is: a VGG-11 learns through the first of them, what it grows to through the others.
const PARTS: usize = 3;

/// The largest rates: each is tried in both ways.
pub(crate) const RATES: [f64; 2] = [2e-3, 4e-3];

/// What one seed found at one rate.
pub(crate) struct Grown {
    /// the accuracy of VGG-11 when it grew, and that of what it became, before it learnt on
    pub(crate) before: [f64; 2],
    /// in the end
    pub(crate) grown: f64,
    pub(crate) scratch: f64,
    /// training losses by thousand samples seen: of VGG-11, of what it became, and from scratch
    curves: [Vec<[f64; 2]>; 3],
}

/// Teaches a VGG-11 through the first part of a cycle of the rate, grows it and teaches what it became through the others; and a VGG-13 from
/// random weights through a cycle that takes as many multiply-adds in all.
///
/// # Errors
/// If the layers do not fit, or a weight is not finite.
pub(crate) fn compare(
    [train_on, unseen]: &[Pool; 2],
    plan: Plan,
    (rate, seed): (f64, u64),
) -> Result<Grown, WeightsError> {
    let unseen = unseen.unseen(plan.unseen);
    let in_epoch = train_on.labels().len();
    let epochs = plan.samples.div_ceil(in_epoch);
    let steps = epochs * in_epoch.div_ceil(BATCH);
    let course = |steps, part| Course {
        rate,
        steps,
        seed,
        part,
    };
    let curve = |history: &[Epoch], from: usize| -> Vec<[f64; 2]> {
        let seen = |epoch: usize| ((from + epoch) * in_epoch) as f64 / 1e3;
        let points = history.iter();
        let points = points.map(|epoch| [seen(epoch.number), f64::from(epoch.train.loss)]);
        points.collect()
    };
    let first_part = course(steps, Some((0, PARTS * steps)));
    let (mut small, first) = train::<Eleven>(train_on, first_part, |_| {});
    let mut fits = Ok(());
    let trained = &small.network.layers;
    let grow = |net: &mut Thirteen| fits = grow(trained, net);
    // no step yet: what it says as it begins
    let (mut begun, _) = train::<Thirteen>(train_on, course(0, None), grow);
    fits?;
    let rest = course((PARTS - 1) * steps, Some((steps, PARTS * steps)));
    let (mut grown, second) = train::<Thirteen>(train_on, rest, |net| {
        copy::<f32, _>(&*begun.network.layers, net);
    });
    let cost = [flops::<Eleven>(), flops::<Thirteen>()];
    let as_many = (steps as f64 * ((PARTS - 1) as f64 + cost[0] / cost[1])) as usize;
    let (mut scratch, all) = train::<Thirteen>(train_on, course(as_many, None), |_| {});
    Ok(Grown {
        before: [accuracy(&mut small, &unseen), accuracy(&mut begun, &unseen)],
        grown: accuracy(&mut grown, &unseen),
        scratch: accuracy(&mut scratch, &unseen),
        curves: [curve(&first, 0), curve(&second, epochs), curve(&all, 0)],
    })
}

/// Multiply-adds and more of a sample, forward.
fn flops<L: Layer<Canvas>>() -> f64 {
    L::FLOPS as f64
}

/// Both ways at the rates that did best for each, in the mean over the seeds.
pub(crate) struct Best<'g> {
    rates: [f64; 2],
    grown: Vec<&'g Grown>,
    scratch: Vec<&'g Grown>,
}

fn mean(all: &[&Grown], number: fn(&Grown) -> f64) -> f64 {
    let numbers: Vec<f64> = all.iter().map(|&one| number(one)).collect();
    mean_and_spread(&numbers)[0]
}

impl<'g> Best<'g> {
    /// Of what every seed found at each of [`RATES`].
    pub(crate) fn of(found: &'g [[Grown; RATES.len()]]) -> Self {
        let at = |rate: usize| {
            found
                .iter()
                .map(move |seed| &seed[rate])
                .collect::<Vec<_>>()
        };
        let best = |number: fn(&Grown) -> f64| {
            let rates = (0..RATES.len()).map(|rate| (rate, mean(&at(rate), number)));
            let best = rates.max_by(|(_, a), (_, b)| a.total_cmp(b));
            best.map_or(0, |(rate, _)| rate)
        };
        let [grown, scratch] = [best(|one| one.grown), best(|one| one.scratch)];
        Self {
            rates: [RATES[grown], RATES[scratch]],
            grown: at(grown),
            scratch: at(scratch),
        }
    }

    /// The mean accuracies: of what has grown, and of what was learnt from scratch.
    pub(crate) fn means(&self) -> [f64; 2] {
        [
            mean(&self.grown, |one| one.grown),
            mean(&self.scratch, |one| one.scratch),
        ]
    }

    pub(crate) fn print(&self) {
        let [grown, scratch] = self.rates;
        println!(
            "largest rate {grown} for what grows, {scratch} from scratch: the best of {RATES:?}\n"
        );
        println!("seed     VGG-11   as VGG-13   having learnt on   VGG-13 from scratch");
        for (seed, (one, other)) in self.grown.iter().zip(&self.scratch).enumerate() {
            let [before, as_13] = one.before;
            println!(
                "{seed:4} {before:10.4} {as_13:11.4} {:18.4} {:21.4}",
                one.grown, other.scratch
            );
        }
    }

    /// Draws how the first seed learnt, and what all of them reached.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn draw(&self, path: &Path) -> Result<(), Error> {
        let mut curves = Plot::new("How they learn (first seed)")
            .axes("thousand samples", "training loss")
            .log([false, true]);
        let ways = [
            ("VGG-11", Color::Green),
            ("VGG-13, grown from it", Color::Blue),
            ("VGG-13 from scratch", Color::Orange),
        ];
        if let (Some(grown), Some(scratch)) = (self.grown.first(), self.scratch.first()) {
            let all = [&grown.curves[0], &grown.curves[1], &scratch.curves[2]];
            for ((name, color), curve) in ways.into_iter().zip(all) {
                curves = curves.line(name, color, curve.iter().copied());
            }
        }
        let seeds = (0..self.grown.len()).map(|seed| seed.to_string());
        let heights: [Vec<f64>; 3] = [
            self.grown.iter().map(|one| one.before[0]).collect(),
            self.grown.iter().map(|one| one.grown).collect(),
            self.scratch.iter().map(|one| one.scratch).collect(),
        ];
        let mut bars = Plot::new("Unseen images, seed by seed")
            .axes("seed", "accuracy")
            .places(seeds)
            .up(0.0, 1.0);
        for ((name, color), heights) in ways.into_iter().zip(heights) {
            bars = bars.bars(name, color, heights);
        }
        Figure::new("VGG-11 grows to VGG-13", 2)
            .sized([460, 380])
            .plots([curves, bars])
            .draw(path)
    }
}
