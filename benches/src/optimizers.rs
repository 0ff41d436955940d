//! Steps of optimizers beside the memory's bandwidth: one thread, `f32`. What they do is move numbers, so bytes are counted.

use std::hint::black_box;
use std::time::Instant;

use core_tensor::{Leaf, Matrix, Params, Path, Scalar, Tensor, Vector, Zeroed, params, zeros};
use optim::{Adam, AdamW, AmsGrad, Lion, Momentum, Optimizer, RmsProp, Sgd};

/// Ten million weights in one tensor.
struct Large {
    weight: Tensor<Matrix<3200, 3125>>,
}
params!(f32: [] Large<> { weight: Weight Matrix<3200, 3125> });

/// A thousand weights.
struct Small {
    weight: Tensor<Vector<1000>>,
}
params!(f32: [] Small<> { weight: Weight Vector<1000> });
type Ten = (
    Small,
    Small,
    Small,
    Small,
    Small,
    Small,
    Small,
    Small,
    Small,
    Small,
);
type Twenty = (Ten, Ten);

/// A step with the bytes that it reads and writes.
pub struct Update {
    /// which optimizer on what
    pub name: String,
    /// read and written in a step
    pub bytes: f64,
    /// takes a step
    pub run: Box<dyn FnMut()>,
}

impl Update {
    /// Seconds of the fastest of many steps, for as long as `budget` seconds.
    pub fn best_seconds(&mut self, budget: f64) -> f64 {
        let (mut best, clock) = (f64::INFINITY, Instant::now());
        while clock.elapsed().as_secs_f64() < budget {
            let start = Instant::now();
            (self.run)();
            best = best.min(start.elapsed().as_secs_f64());
        }
        best
    }
}

/// Adds a large array to another in whole registers: 12 bytes a number, the bandwidth that the steps are measured by.
pub fn bandwidth() -> Update {
    const N: usize = 10_000_000;
    let (mut a, mut b) = (zeros::<f32>(N), zeros::<f32>(N));
    a.fill(1.0);
    b.fill(1e-3);
    Update {
        name: "a += b, 10 M numbers".into(),
        bytes: 12.0 * N as f64,
        run: Box::new(move || {
            let (to, from) = (&mut *a, &*b);
            f32::vectorize(
                #[inline(always)]
                || {
                    for (a, b) in to.iter_mut().zip(from) {
                        *a += b;
                    }
                },
            );
            black_box(&mut a);
        }),
    }
}

/// Ten million parameters, which stream through the memory.
pub fn large() -> Vec<Update> {
    all::<Large>("10 M")
}

/// Twenty tensors of a thousand parameters, which stay in the caches.
pub fn small() -> Vec<Update> {
    all::<Twenty>("20 × 1,000")
}

// a weight and a gradient are read, a weight is written, and what is remembered both
fn all<P: Params<f32> + 'static>(size: &str) -> Vec<Update> {
    let rate = 1e-3;
    vec![
        update::<P>(format!("SGD, {size}"), Sgd { rate }, 12),
        update::<P>(format!("momentum, {size}"), Momentum::new(rate, 0.9), 20),
        update::<P>(format!("RMSprop, {size}"), RmsProp::new(rate), 20),
        update::<P>(format!("Lion, {size}"), Lion::new(rate), 20),
        update::<P>(format!("Adam, {size}"), Adam::new(rate), 28),
        update::<P>(format!("AdamW, {size}"), AdamW::new(rate), 28),
        update::<P>(format!("AMSGrad, {size}"), AmsGrad::new(rate), 36),
    ]
}

fn update<P: Params<f32> + 'static>(
    name: String,
    optimizer: impl Optimizer<f32> + 'static,
    bytes: usize,
) -> Update {
    let (mut net, mut grad) = (P::boxed(), P::Grad::boxed());
    let mut fill = |_: Leaf<'_>, w: &mut [f32], [g]: [&mut [f32]; 1]| {
        for (i, (w, g)) in w.iter_mut().zip(g).enumerate() {
            (*w, *g) = ((i % 17) as f32 * 0.1, (i % 13) as f32 * 0.01 - 0.06);
        }
    };
    net.visit([&mut *grad], &Path::Root, &mut fill);
    let mut state = optimizer.start();
    Update {
        name,
        bytes: (bytes * P::COUNT) as f64,
        run: Box::new(move || optimizer.step(&mut *net, &mut *grad, &mut state)),
    }
}
