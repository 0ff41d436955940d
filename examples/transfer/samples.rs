//! What is learnt from: two sets of five classes each, scenes of digits or images in files.

use std::path::Path;

use core_tensor::{Image, Tensor};
use examples::scenes::{Canvas, Clutter, SIDE, place, strew};
use models::data::augment::{Augmenter, Shift, key};
use models::data::{Dataset, Error, digits, idx};
use nn::Class;
use optim::{Each, Round, Source, Targets};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

/// Images of five classes.
pub(crate) type Set = Dataset<Canvas, 5>;

/// Nearly as dark as the digit.
const CLUTTER: Clutter = Clutter {
    fragments: 0.8,
    lines: 0.7,
};
/// Keys of the images to be judged by lie far from those of training.
const UNSEEN: u64 = u64::MAX;

/// Samples of five classes, seen a little differently every time.
pub(crate) enum Pool {
    /// digits, each time in a scene of its own, and what lies in the way of it
    Digits(Dataset<Image<8, 8, 1>, 5>, Clutter),
    /// images, each time shifted
    Images(Set, Shift),
}

/// What one set teaches shall help with the other.
pub(crate) struct Task {
    /// of the first set, to learn from and unseen
    pub(crate) source: [Pool; 2],
    /// of the second
    pub(crate) target: [Pool; 2],
    /// what the ten classes are called, those of the first set first
    pub(crate) names: [&'static str; 10],
}

/// The first set has the digits 0 to 4, the second 5 to 9: scenes of handwritten digits, somewhere among fragments of others and lines.
pub(crate) fn scenes(seed: u64) -> Task {
    let (train, test) = digits::load().split(5, seed);
    let halves = |part: &digits::Digits| halved(part).map(|half| Pool::Digits(half, CLUTTER));
    let [[source, target], [unseen_source, unseen_target]] = [halves(&train), halves(&test)];
    Task {
        source: [source, unseen_source],
        target: [target, unseen_target],
        names: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    }
}

/// The two halves of the classes of a data set, each with labels of its own.
fn halved<X: core_tensor::Shape>(all: &Dataset<X, 10>) -> [Dataset<X, 5>; 2] {
    [0, 5].map(|first| {
        let chosen: Vec<usize> = (0..all.len())
            .filter(|&i| (first..first + 5).contains(&all.labels[i].index()))
            .collect();
        let part = all.pick(&chosen);
        let label = |label: Class<10>| Class::new(label.index() - first);
        Dataset {
            images: part.images,
            labels: part.labels.into_iter().map(label).collect(),
        }
    })
}

/// The first five classes of IDX files, and the others.
///
/// # Errors
/// If a file is missing or wrong.
pub(crate) fn files(folder: &Path) -> Result<Task, Error> {
    let [train, test]: [Dataset<Image<28, 28, 1>, 10>; 2] = idx::load(folder)?.into();
    // with a rim of two pixels
    let framed = |set: Dataset<Image<28, 28, 1>, 5>| Set {
        images: set.images.iter().map(frame).collect(),
        labels: set.labels,
    };
    let halves = |part| halved(part).map(|half| Pool::Images(framed(half), Shift::by(2)));
    let [[source, target], [unseen_source, unseen_target]] = [halves(&train), halves(&test)];
    Ok(Task {
        source: [source, unseen_source],
        target: [target, unseen_target],
        names: [
            "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
            "boot",
        ],
    })
}

fn frame(image: &Tensor<Image<28, 28, 1>>) -> Tensor<Canvas> {
    Tensor::from_fn(|at| {
        let [i, j] = [at / SIDE, at % SIDE].map(|at| at.wrapping_sub(2));
        if i < 28 && j < 28 {
            image[[i, j, 0]]
        } else {
            0.0
        }
    })
}

impl Pool {
    pub(crate) fn labels(&self) -> &[Class<5>] {
        match self {
            Self::Digits(digits, _) => &digits.labels,
            Self::Images(images, _) => &images.labels,
        }
    }

    /// Writes sample `i`, as `key` says.
    fn sample(&self, i: usize, key: u64, canvas: &mut Tensor<Canvas>) {
        match self {
            Self::Digits(digits, clutter) => {
                let mut rng = ChaCha8Rng::seed_from_u64(key);
                strew(&digits.images, *clutter, &mut rng, canvas);
                place(&digits.images[i], 1.0, &mut rng, canvas, |_, _| {});
            }
            Self::Images(images, _) => {
                canvas
                    .as_mut_slice()
                    .copy_from_slice(images.images[i].as_slice());
            }
        }
    }

    /// So many samples of each class that stay as they are; which ones is drawn from `seed`. To learn from, they are shifted by up to three
    /// pixels.
    ///
    /// # Panics
    /// If a class has fewer.
    pub(crate) fn few(&self, each: usize, seed: u64) -> Self {
        let mut order: Vec<usize> = (0..self.labels().len()).collect();
        order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let of_class = |class: usize| {
            let members = order
                .iter()
                .filter(move |&&i| self.labels()[i].index() == class);
            members.take(each).copied()
        };
        let chosen: Vec<usize> = (0..5).flat_map(of_class).collect();
        assert_eq!(
            chosen.len(),
            5 * each,
            "a class has fewer than {each} samples"
        );
        let fill = match self {
            // about as bright as the paper
            Self::Digits(..) => 0.2,
            Self::Images(_, shift) => shift.fill,
        };
        Self::Images(self.fixed(&chosen, seed), Shift { most: 3, fill })
    }

    /// The first `count` samples, or as many as there are, as they are judged: digits each in another scene until there are enough.
    pub(crate) fn unseen(&self, count: usize) -> Set {
        let len = self.labels().len();
        let count = match self {
            Self::Digits(..) => count,
            Self::Images(..) => count.min(len),
        };
        let chosen: Vec<usize> = (0..count).map(|i| i % len).collect();
        self.fixed(&chosen, UNSEEN)
    }

    fn fixed(&self, chosen: &[usize], seed: u64) -> Set {
        let image = |(at, &i): (usize, &usize)| {
            let mut canvas = Tensor::zeros();
            self.sample(i, key(seed, 0, at as u64), &mut canvas);
            canvas
        };
        Set {
            images: chosen.iter().enumerate().map(image).collect(),
            labels: chosen.iter().map(|&i| self.labels()[i]).collect(),
        }
    }
}

impl Source<Canvas, Class<5>, f32> for &Pool {
    fn samples(&self) -> usize {
        self.labels().len()
    }

    fn epoch(&mut self, round: Round<'_, f32>, each: Each<'_, Canvas, Class<5>, f32>) {
        let shift = match self {
            Pool::Digits(..) => Shift::by(0),
            Pool::Images(_, shift) => *shift,
        };
        let mut shifter = Augmenter::new(shift);
        for chosen in round.order.chunks(round.size) {
            let canvases = &mut round.room[..chosen.len() * SIDE * SIDE];
            let canvases = Tensor::<Canvas>::batch_mut(canvases);
            for (canvas, &i) in canvases.iter_mut().zip(chosen) {
                let key = key(round.key, 0, i as u64);
                self.sample(i, key, canvas);
                if shift.most > 0 {
                    shifter.apply(canvas, key);
                }
            }
            if each(canvases, Targets::chosen(self.labels(), chosen)).is_break() {
                return;
            }
        }
    }
}
