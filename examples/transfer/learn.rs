//! Three ways to five new classes: a head on a frozen backbone, the whole network tuned from there, and all of it from scratch.

use core_tensor::Vector;
use examples::scenes::Canvas;
use nn::{
    BatchNormRelu, Conv2d, CrossEntropy, Frozen, GlobalMaxPool, Init, Layer, Linear, MaxPool2d,
    copy,
};
use optim::schedule::{OneCycle, Schedule};
use optim::{Adam, Data, Epoch, Pace, Progress, Trainer};

use crate::samples::{Pool, Set, Task};

/// What finds features: four convolutions, and whether a feature is anywhere.
pub(crate) type Backbone = (
    (Conv2d<1, 16, 3, 1, 1>, BatchNormRelu<16>, MaxPool2d<2>),
    (Conv2d<16, 32, 3, 1, 1>, BatchNormRelu<32>, MaxPool2d<2>),
    (Conv2d<32, 48, 3, 1, 1>, BatchNormRelu<48>, MaxPool2d<2>),
    (Conv2d<48, 64, 3, 1, 1>, BatchNormRelu<64>),
    GlobalMaxPool,
);
/// What tells five classes apart by them.
type Head = Linear<64, 5>;
/// A network whose weights all learn.
pub(crate) type Whole = (Backbone, Head);
/// A network whose gradient is that of its head: for the rest there is none.
pub(crate) type OnFrozen = (Frozen<Backbone>, Head);

pub(crate) const BATCH: usize = 25;
/// The largest rates for the source, for a new head, and to tune what has learnt.
const SOURCE_RATE: f64 = 4e-3;
const HEAD_RATE: f64 = 2e-2;
const TUNING_RATE: f64 = 1e-3;
/// From scratch, each of these is tried.
pub(crate) const RATES: [f64; 3] = [3e-2, 1e-1, 3e-1];

/// How long is learnt.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    /// samples of the source
    pub(crate) source: usize,
    /// steps of a head, and as many of tuning; from scratch, their sum
    pub(crate) steps: usize,
    /// how many samples judge
    pub(crate) unseen: usize,
    /// how many samples of each new class there are
    pub(crate) sizes: &'static [usize],
}

/// The accuracies on unseen images with so many samples of each class.
#[derive(Clone, Copy)]
pub(crate) struct Ways {
    pub(crate) frozen: f64,
    pub(crate) tuned: f64,
    /// by rate
    pub(crate) scratch: [f64; RATES.len()],
}

/// What one seed found.
pub(crate) struct Found {
    /// the accuracy of the backbone in its own task
    pub(crate) source: f64,
    /// by number of samples
    pub(crate) ways: Vec<Ways>,
}

pub(crate) type Learner<L> = Trainer<Canvas, L, CrossEntropy, Adam>;

/// How a network is taught.
#[derive(Clone, Copy)]
pub(crate) struct Course {
    /// the largest
    pub(crate) rate: f64,
    /// rounded up to whole epochs
    pub(crate) steps: usize,
    pub(crate) seed: u64,
    /// where the steps are part of a longer cycle of the rate: how many came before, and how many there are in all
    pub(crate) part: Option<(usize, usize)>,
}

impl Course {
    fn new(rate: f64, steps: usize, seed: u64) -> Self {
        Self {
            rate,
            steps,
            seed,
            part: None,
        }
    }
}

/// Trains what `begin` makes of new weights, along one cycle of the rate.
pub(crate) fn train<L>(
    pool: &Pool,
    course: Course,
    begin: impl FnOnce(&mut L),
) -> (Learner<L>, Vec<Epoch>)
where
    L: Layer<Canvas, Y = Vector<5>>,
{
    let mut trainer = Learner::<L>::new(CrossEntropy, Adam::new(course.rate), BATCH);
    trainer.network.init(Init::HeNormal, course.seed);
    begin(&mut trainer.network.layers);
    trainer.seed(course.seed);
    let in_epoch = pool.labels().len().div_ceil(BATCH);
    let epochs = course.steps.div_ceil(in_epoch);
    let (before, all) = course.part.unwrap_or((0, epochs * in_epoch));
    let cycle = OneCycle::new(course.rate, all);
    trainer.pace = Pace::steps(move |step| cycle.rate(before + step));
    let history = trainer.fit(pool, None, epochs, &mut Progress::quiet());
    (trainer, history)
}

/// On images to be judged by.
pub(crate) fn accuracy<L>(trainer: &mut Learner<L>, set: &Set) -> f64
where
    L: Layer<Canvas, Y = Vector<5>>,
{
    let score = trainer.score(Data::new(&set.images, &set.labels));
    score.accuracy().unwrap_or(f64::NAN)
}

/// All that one seed has to say: its own backbone, its own few samples, its own weights to begin with.
pub(crate) fn compare(task: &Task, plan: Plan, seed: u64) -> Found {
    let steps = plan.source.div_ceil(BATCH);
    let (mut source, _) = train::<Whole>(
        &task.source[0],
        Course::new(SOURCE_RATE, steps, seed),
        |_| {},
    );
    let backbone = &source.network.layers.0;
    let unseen = task.target[1].unseen(plan.unseen);
    let ways = plan.sizes.iter().map(|&each| {
        let few = task.target[0].few(each, seed);
        let (mut frozen, _) =
            train::<OnFrozen>(&few, Course::new(HEAD_RATE, plan.steps, seed), |net| {
                copy::<f32, _>(backbone, &mut net.0.0);
            });
        let head = &frozen.network.layers.1;
        let (mut tuned, _) =
            train::<Whole>(&few, Course::new(TUNING_RATE, plan.steps, seed), |net| {
                copy::<f32, _>(backbone, &mut net.0);
                copy::<f32, _>(head, &mut net.1);
            });
        let scratch = RATES.map(|rate| {
            let (mut scratch, _) =
                train::<Whole>(&few, Course::new(rate, 2 * plan.steps, seed), |_| {});
            accuracy(&mut scratch, &unseen)
        });
        Ways {
            frozen: accuracy(&mut frozen, &unseen),
            tuned: accuracy(&mut tuned, &unseen),
            scratch,
        }
    });
    let ways = ways.collect();
    Found {
        source: accuracy(&mut source, &task.source[1].unseen(plan.unseen)),
        ways,
    }
}
