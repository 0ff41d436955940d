//! A convolution inside a recurrence: a digit flies about and bounces off the walls; what will the next frame be?

use core_tensor::{Image, Sequence, Tensor};
use models::data::digits;
use nn::{BceWithLogits, Conv2d, EachStep, Flatten, Init, Recurrence, Relu, Reshape, Tanh};
use optim::schedule::OneCycle;
use optim::{AdamW, Clipped, Crew, Each, Pace, Progress, Round, Source, Targets, Trainer};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// The side of a frame.
pub(crate) const SIDE: usize = 16;
const PIXELS: usize = SIDE * SIDE;
/// Frames that are seen; after each the next is foretold.
pub(crate) const L: usize = 8;
/// Channels of the state.
const STATE: usize = 12;
const BATCH: usize = 16;
const PEAK: f64 = 4e-3;

pub(crate) type Frame = Image<SIDE, SIDE, 1>;
type Memory = Image<SIDE, SIDE, STATE>;
/// The frame and the state go through two convolutions and become the next state.
type Cell = (
    Conv2d<13, 24, 5, 1, 2>,
    Relu,
    Conv2d<24, STATE, 3, 1, 1>,
    Tanh,
);
type Look = (Reshape<Memory>, Conv2d<STATE, 1, 3, 1, 1>, Flatten);
type Net = (Recurrence<Frame, Memory, Cell>, EachStep<Look>);
type Film = Tensor<Sequence<L, PIXELS>>;
type Digit = Tensor<Image<8, 8, 1>>;

/// Film number `key`: the frames that are seen, and those that follow each of them.
fn film(digits: &[Digit], key: u64) -> (Film, Film) {
    let mut rng = ChaCha8Rng::seed_from_u64(key);
    let digit = &digits[rng.random_range(0..digits.len())];
    let mut at = [(); 2].map(|()| rng.random_range(0.0..8.0));
    let mut velocity = [(); 2].map(|()| {
        let speed = rng.random_range(0.4..1.6);
        if rng.random() { speed } else { -speed }
    });
    let mut film = [Tensor::zeros(), Tensor::zeros()];
    for t in 0..=L {
        for (row, column) in (0..PIXELS).map(|i| (i / SIDE, i % SIDE)) {
            let ink = ink(digit, [row as f64 - at[0], column as f64 - at[1]]) as f32;
            if t < L {
                film[0][[t, row * SIDE + column]] = ink;
            }
            if t > 0 {
                film[1][[t - 1, row * SIDE + column]] = ink;
            }
        }
        for (at, velocity) in at.iter_mut().zip(&mut velocity) {
            *at += *velocity;
            // off the wall
            for wall in [0.0, 8.0] {
                if (*at - wall) * (4.0 - wall) < 0.0 {
                    (*at, *velocity) = (2.0 * wall - *at, -*velocity);
                }
            }
        }
    }
    let [seen, next] = film;
    (seen, next)
}

/// How dark a digit is at a place in it, between its pixels too.
fn ink(digit: &Digit, [row, column]: [f64; 2]) -> f64 {
    let pixel = |i: f64, j: f64| {
        let inside = [i, j].iter().all(|x| (0.0..8.0).contains(x));
        if inside {
            f64::from(digit[[i as usize, j as usize, 0]])
        } else {
            0.0
        }
    };
    let (top, left) = (row.floor(), column.floor());
    let (low, wide) = (row - top, column - left);
    let along = |i: f64| pixel(i, left) * (1.0 - wide) + pixel(i, left + 1.0) * wide;
    along(top) * (1.0 - low) + along(top + 1.0) * low
}

/// New films in every epoch.
struct Films {
    digits: Vec<Digit>,
    count: usize,
}

impl Source<Sequence<L, PIXELS>, Film, f32> for Films {
    fn samples(&self) -> usize {
        self.count
    }

    fn epoch(&mut self, round: Round<'_, f32>, each: Each<'_, Sequence<L, PIXELS>, Film, f32>) {
        for part in round.order.chunks(round.size) {
            let film = |&i: &usize| film(&self.digits, round.key_of(i));
            let (seen, next): (Vec<Film>, Vec<Film>) = part.iter().map(film).unzip();
            if each(&seen, Targets::of(&next)).is_break() {
                return;
            }
        }
    }
}

/// A film of an unseen digit: frames seen, the frame that follows, and what was foretold.
pub(crate) struct Shown {
    pub(crate) seen: Vec<Tensor<Frame>>,
    pub(crate) next: Tensor<Frame>,
    pub(crate) foretold: Tensor<Frame>,
}

/// How it went, on films of digits that were not learnt from.
pub(crate) struct Learnt {
    /// the mean loss of each epoch
    pub(crate) curve: Vec<f64>,
    /// after so many frames: the mean squared error of what was foretold, and that of saying that nothing moves
    pub(crate) errors: [[f64; 2]; L],
    pub(crate) shown: Vec<Shown>,
}

impl Learnt {
    /// The errors after the last frame.
    pub(crate) fn last(&self) -> [f64; 2] {
        self.errors[L - 1]
    }
}

/// Trains on `epochs` times `films` films.
pub(crate) fn learn(epochs: usize, films: usize, asked: u64, seed: u64) -> Learnt {
    let (train, test) = digits::load().split(5, 0);
    let adam = Clipped::norm(AdamW::new(PEAK), 1.0);
    let mut trainer = Trainer::<_, Net, _, _>::new(BceWithLogits, adam, BATCH);
    trainer.network.init(Init::XavierNormal, seed);
    trainer.seed(seed);
    trainer.pace = Pace::steps(OneCycle::new(PEAK, epochs * films.div_ceil(BATCH)));
    let mut crew = Crew::of(&trainer, 2, 2);
    let source = Films {
        digits: train.images,
        count: films,
    };
    let mut progress = Progress::quiet();
    let history = trainer
        .with(&mut crew)
        .fit(source, None, epochs, &mut progress);

    let unseen = (0..asked).map(|key| film(&test.images, u64::MAX - key));
    let (seen, next): (Vec<Film>, Vec<Film>) = unseen.unzip();
    let (mut errors, mut shown) = ([[0.0; 2]; L], Vec::new());
    trainer.predict(&seen, |i, y| {
        let y = y.map(|&logit| 1.0 / (1.0 + (-logit).exp()));
        for (t, sums) in errors.iter_mut().enumerate() {
            let [foretold, still, truth] = [&y, &seen[i], &next[i]].map(|film| frame(film, t));
            for (sum, frame) in sums.iter_mut().zip([foretold, still]) {
                *sum += error(frame, truth) / asked as f64;
            }
        }
        if shown.len() < 5 {
            let frame_of = |film: &Film, t| Tensor::from_fn(|i| frame(film, t)[i]);
            shown.push(Shown {
                seen: (0..L).map(|t| frame_of(&seen[i], t)).collect(),
                next: frame_of(&next[i], L - 1),
                foretold: frame_of(&y, L - 1),
            });
        }
    });
    Learnt {
        curve: history
            .iter()
            .map(|epoch| f64::from(epoch.train.loss))
            .collect(),
        errors,
        shown,
    }
}

fn frame(film: &Film, t: usize) -> &[f32] {
    &film.as_slice()[t * PIXELS..][..PIXELS]
}

/// The mean squared error.
fn error(a: &[f32], b: &[f32]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2));
    squares.sum::<f64>() / PIXELS as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digit_keeps_its_ink_and_moves() {
        let digits = digits::load().images;
        for key in 0..20 {
            let (seen, next) = film(&digits, key);
            let ink = |t: usize| -> f32 { frame(&seen, t).iter().sum() };
            assert!(
                (0..L).all(|t| (ink(t) - ink(0)).abs() < 1e-3 * ink(0)),
                "{key}"
            );
            assert_eq!(frame(&seen, 1), frame(&next, 0));
            assert!(
                error(frame(&seen, L - 1), frame(&next, L - 1)) > 1e-3,
                "{key}"
            );
        }
    }

    #[test]
    fn a_short_training_says_where_ink_is() {
        let learnt = learn(1, 256, 40, 0);
        // from ln 2 for each pixel down towards the share of ink
        assert!(learnt.curve[0] < 0.6, "{:?}", learnt.curve);
        // where nothing is foretold the error is the mean square of the ink
        assert!(learnt.last()[0] < 0.08, "{:?}", learnt.errors);
    }

    #[test]
    fn places_between_pixels() {
        let digit = Digit::from_fn(|i| if i == 9 { 1.0 } else { 0.0 });
        assert_eq!(ink(&digit, [1.0, 1.0]), 1.0);
        assert_eq!(ink(&digit, [1.25, 0.5]), 0.75 * 0.5);
        assert_eq!(ink(&digit, [2.0, 1.0]), 0.0);
    }
}
