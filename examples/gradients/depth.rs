//! Ten layers, and what is left of the gradient in each.

use autodiff::{Real, derivative};
use core_tensor::{Leaf, Params, Path, Role, Tensor, Vector};
use examples::lesson::norm;
use nn::{Gradients, Init, Layer, Mse, Network};
use optim::Optimizer;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// Numbers that go in and out of every layer.
pub(crate) const WIDTH: usize = 32;
/// Layers.
pub(crate) const DEPTH: usize = 10;
const SAMPLES: usize = 64;

/// Ten times the same.
pub(crate) type Ten<B> = (B, B, B, B, B, B, B, B, B, B);
type Sample = Tensor<Vector<WIDTH>, f64>;

/// Something between weights and their activation, of one shape throughout.
pub(crate) trait Block: Layer<Vector<WIDTH>, f64, Y = Vector<WIDTH>> {}
impl<B: Layer<Vector<WIDTH>, f64, Y = Vector<WIDTH>>> Block for B {}

/// A network of ten blocks with a task: random targets for random samples, to be learnt by heart.
pub(crate) struct Task<B: Block> {
    net: Network<Vector<WIDTH>, Ten<B>, f64>,
    gradient: Box<<Ten<B> as Params<f64>>::Grad>,
    x: Vec<Sample>,
    targets: Vec<Sample>,
}

impl<B: Block> Task<B> {
    pub(crate) fn new(how: Init) -> Self {
        let mut net = Network::new(SAMPLES);
        net.init(how, 2);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut samples = |low: f64, high: f64| {
            let mut sample = || Sample::from_fn(|_| rng.random_range(low..high));
            (0..SAMPLES).map(|_| sample()).collect()
        };
        Self {
            gradient: net.new_gradient(),
            net,
            // of variance 1, and targets that a sigmoid can reach
            x: samples(-3_f64.sqrt(), 3_f64.sqrt()),
            targets: samples(0.1, 0.9),
        }
    }

    /// The loss; its gradient is in `gradient` then.
    fn differentiate(&mut self) -> f64 {
        let gradient = &mut *self.gradient;
        let score = self.net.gradient(
            &Mse,
            &self.x,
            &self.targets,
            gradient,
            Gradients::Overwrite,
            0,
        );
        score.loss
    }

    /// The length of the gradient by the weights of each layer.
    pub(crate) fn lengths(&mut self) -> [f64; DEPTH] {
        self.differentiate();
        self.found()
    }

    /// The same of the gradient that was found last, as it was changed since.
    pub(crate) fn found(&mut self) -> [f64; DEPTH] {
        let mut lengths = [0.0; DEPTH];
        self.each_layer(|layer, role, g| {
            if role == Role::Weight {
                lengths[layer] = norm(g);
            }
        });
        lengths
    }

    /// Calls `f` with the number of the layer, the role, and the gradient of every tensor that learns.
    fn each_layer(&mut self, mut f: impl FnMut(usize, Role, &mut [f64])) {
        let mut visit = |leaf: Leaf<'_>, _: &mut [f64], [g]: [&mut [f64]; 1]| {
            let path = leaf.path.to_string();
            let layer = path
                .split('.')
                .next()
                .and_then(|number| number.parse().ok());
            f(layer.expect("blocks are numbered"), leaf.role, g);
        };
        let gradient = &mut *self.gradient;
        self.net.layers.visit([gradient], &Path::Root, &mut visit);
    }

    /// The loss before each of `steps` steps of descent with a gradient that `change` may change.
    pub(crate) fn descend(
        &mut self,
        optimizer: impl Optimizer<f64>,
        steps: usize,
        mut change: impl FnMut(&mut Self),
    ) -> Vec<f64> {
        let mut state = optimizer.start();
        let step = |_| {
            let loss = self.differentiate();
            change(self);
            optimizer.step(&mut *self.net.layers, &mut *self.gradient, &mut state);
            loss
        };
        (0..steps).map(step).collect()
    }

    /// Makes the gradient of every layer as long as that of the last.
    pub(crate) fn amplify(&mut self) {
        let mut lengths = [0.0_f64; DEPTH];
        self.each_layer(|layer, _, g| lengths[layer] = lengths[layer].hypot(norm(g)));
        let last = lengths[DEPTH - 1];
        self.each_layer(|layer, _, g| scale(g, last / lengths[layer].max(f64::MIN_POSITIVE)));
    }

    /// Shortens the whole gradient to the length `most`, if it is longer: what [`optim::Clipped`] does in a step, to be looked at.
    pub(crate) fn clip(&mut self, most: f64) {
        let mut length = 0.0_f64;
        self.each_layer(|_, _, g| length = length.hypot(norm(g)));
        if length > most {
            self.each_layer(|_, _, g| scale(g, most / length));
        }
    }
}

fn scale(numbers: &mut [f64], factor: f64) {
    numbers.iter_mut().for_each(|number| *number *= factor);
}

/// `σ(σ(…σ(x)))`, `n` of them.
fn chain<R: Real>(x: R, n: usize) -> R {
    (0..n).fold(x, |x, _| (R::one() + (-x).exp()).recip())
}

/// The derivative of a chain of `n` sigmoids at 0, and its bound `0.25ⁿ`.
pub(crate) fn chained(n: usize) -> [f64; 2] {
    let (_, slope) = derivative(|x| chain(x, n), 0.0_f64);
    [slope, 0.25_f64.powi(n as i32)]
}
