//! What the peers share: the names of the work, as `benches` has them, and how it is timed and told.
#![forbid(unsafe_code)]

use std::time::{Duration, Instant};

/// Training steps.
pub const MLP4: &str = "train MLP 4-32-32-2, batch 32";
pub const MLP784: &str = "train MLP 784-128-64-10, batch 64";
pub const LENET: &str = "train LeNet-5, batch 64";
pub const STAGES: &str = "train two convolutional stages, batch 32";
pub const RESNET: &str = "train ResNet-18 for 32×32, batch 16";
/// Inference.
pub const INFER_MLP4: &str = "infer MLP 4-32-32-2, one sample";
pub const INFER_MLP784: &str = "infer MLP 784-128-64-10, one sample";
pub const INFER_LENET: &str = "infer LeNet-5, one sample";
/// Element-wise layers, forward and backward.
pub const GELU: &str = "GELU (exact), 1 M numbers, both";
pub const TANH: &str = "tanh, 1 M numbers, both";
pub const SOFTMAX: &str = "softmax, 1,000 rows of 1,000, both";
/// A recurrent layer, forward and backward.
pub const LSTM: &str = "LSTM 64→128, length 32, batch 16";
/// An optimizer alone.
pub const ADAM: &str = "Adam, 10 M";

const BUDGET: Duration = Duration::from_secs(2);

/// Whether the command line asks for this work: its argument is a part of the name.
pub fn wanted(name: &str) -> bool {
    std::env::args()
        .nth(1)
        .is_none_or(|part| name.contains(&part))
}

/// Prints the median of many runs as a line of JSON, if the work is wanted.
pub fn tell(name: &str, mut run: impl FnMut()) {
    if !wanted(name) {
        return;
    }
    run();
    run();
    let clock = Instant::now();
    while clock.elapsed() < BUDGET / 4 {
        run();
    }
    let (mut times, clock) = (Vec::new(), Instant::now());
    while times.len() < 7 || (clock.elapsed() < BUDGET && times.len() < 20_000) {
        let start = Instant::now();
        run();
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    println!(
        "{{\"work\": \"{name}\", \"us\": {:.3}}}",
        times[times.len() / 2]
    );
}

/// Labels of ten classes.
pub fn labels(n: usize) -> impl Iterator<Item = usize> {
    (0..n).map(|i| i * 7 % 10)
}
