//! Which rate? The losses while it grows, and what comes of rates below, at and above the one that they suggest.

use core_tensor::Image;
use models::LeNet8;
use models::data::digits::{self, Digits};
use nn::{CrossEntropy, Init};
use optim::schedule::{Cosine, WarmUp};
use optim::{Data, Momentum, Pace, Progress, RateRange, Trainer};

const BATCH: usize = 32;
const EPOCHS: usize = 3;

type Lenet = Trainer<Image<8, 8, 1>, LeNet8, CrossEntropy, Momentum>;

/// Digits to learn from, and some that are held out.
pub(crate) fn data() -> (Digits, Digits) {
    digits::load().split(5, 0)
}

fn trainer(rate: f64) -> Lenet {
    let mut trainer = Trainer::new(CrossEntropy, Momentum::new(rate, 0.9), BATCH);
    trainer.network.init(Init::HeNormal, 1);
    trainer.seed(1);
    trainer
}

/// What a search found.
pub(crate) struct Found {
    /// rates and smoothed losses
    pub(crate) curve: Vec<[f64; 2]>,
    /// the rate with the smallest of them
    pub(crate) lowest: f64,
}

impl Found {
    /// A tenth of the rate with the smallest loss: well before where it turns.
    pub(crate) fn suggested(&self) -> f64 {
        self.lowest / 10.0
    }
}

/// A hundred steps, each with a rate larger than the last.
pub(crate) fn search(train: &Digits) -> Found {
    let range = RateRange {
        from: 1e-4,
        ..RateRange::default()
    };
    let curve = trainer(1.0).range(Data::new(&train.images, &train.labels), range);
    let least = curve.iter().min_by(|a, b| a[1].total_cmp(&b[1]));
    Found {
        lowest: least.expect("a search has steps")[0],
        curve,
    }
}

/// The rate of a training by step, and its loss on what is held out after three epochs; not a number if it came to no good.
pub(crate) fn learn((train, held_out): &(Digits, Digits), rate: f64, pace: Option<Pace>) -> f64 {
    let mut trainer = trainer(rate);
    trainer.pace = pace.unwrap_or(Pace::Constant);
    let (train, held_out) = [train, held_out]
        .map(|d| Data::new(&d.images, &d.labels))
        .into();
    trainer.fit(train, None, EPOCHS, &mut Progress::quiet());
    match trainer.trouble {
        Some(_) => f64::NAN,
        None => f64::from(trainer.score(held_out).loss),
    }
}

/// The steps of such a training.
fn steps(train: &Digits) -> usize {
    EPOCHS * train.len().div_ceil(BATCH)
}

/// A training whose rate stays, falls with a cosine, or does so after a warm-up.
pub(crate) fn paced(data: &(Digits, Digits), rate: f64) -> [(&'static str, f64); 3] {
    let steps = steps(&data.0);
    let falling = |steps| Cosine {
        rate,
        end: 0.0,
        steps,
    };
    let warm = WarmUp {
        steps: steps / 5,
        from: 0.0,
        then: falling(steps - steps / 5),
    };
    [
        ("constant", None),
        ("cosine", Some(Pace::steps(falling(steps)))),
        ("warm-up, cosine", Some(Pace::steps(warm))),
    ]
    .map(|(name, pace)| (name, learn(data, rate, pace)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suggested_rate_learns_and_others_do_not() {
        let data = data();
        let found = search(&data.0);
        // ten classes: a network that knows nothing begins near ln 10, and the search ends where it is far above the least
        assert!((found.curve[0][1] - 10_f64.ln()).abs() < 1.0);
        let rate = found.suggested();
        assert!((1e-3..0.3).contains(&rate), "{rate}");
        let right = learn(&data, rate, None);
        let slow = learn(&data, rate / 100.0, None);
        let fast = learn(&data, rate * 100.0, None);
        assert!(right < 0.3, "{right}");
        assert!(slow > 4.0 * right, "{slow}");
        assert!(fast.is_nan() || fast > 4.0 * right, "{fast}");
    }
}
