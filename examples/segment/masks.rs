//! Masks: how far two of them agree, and how they are drawn.

use core_tensor::{Image, Tensor};
use examples::picture::Plot;
use examples::scenes::{Canvas, SIDE};

/// 1 where a number reaches `least`, else 0.
pub(crate) fn mask(numbers: &Tensor<Canvas>, least: f32) -> Tensor<Canvas> {
    numbers.map(|&x| f32::from(u8::from(x >= least)))
}

/// Intersection over union of masks, `|A ∩ B| / |A ∪ B|`, over many scenes.
#[derive(Default)]
pub(crate) struct Overlap {
    /// of each scene where there is something to find
    each: Vec<f64>,
    /// scenes without, and how many of them were left empty
    empty: [usize; 2],
    common: usize,
    either: usize,
}

impl Overlap {
    /// Takes in a scene; returns its overlap if there is something to find.
    pub(crate) fn add(&mut self, found: &Tensor<Canvas>, truth: &Tensor<Canvas>) -> Option<f64> {
        let pixels = || found.as_slice().iter().zip(truth.as_slice());
        let count = |is: fn(bool, bool) -> bool| {
            let pixels = pixels().filter(|&(&a, &b)| is(a > 0.5, b > 0.5));
            pixels.count()
        };
        let (common, either) = (count(|a, b| a && b), count(|a, b| a || b));
        self.common += common;
        self.either += either;
        if count(|_, b| b) == 0 {
            self.empty[0] += 1;
            self.empty[1] += usize::from(either == 0);
            return None;
        }
        let iou = common as f64 / either as f64;
        self.each.push(iou);
        Some(iou)
    }

    /// The mean over scenes where there is something to find.
    pub(crate) fn mean(&self) -> f64 {
        self.each.iter().sum::<f64>() / self.each.len() as f64
    }

    /// That of all pixels of all scenes at once: what is found in empty scenes counts against it.
    pub(crate) fn of_all(&self) -> f64 {
        self.common as f64 / self.either as f64
    }

    /// The share of scenes without anything in which nothing was found.
    pub(crate) fn left_empty(&self) -> f64 {
        self.empty[1] as f64 / self.empty[0] as f64
    }
}

/// A scene, what is there, and what was found.
pub(crate) struct Shown {
    pub(crate) canvas: Tensor<Canvas>,
    pub(crate) truth: Tensor<Canvas>,
    pub(crate) found: Tensor<Canvas>,
    pub(crate) iou: Option<f64>,
}

const GAP: usize = 2;
const WIDE: usize = 4 * SIDE + 3 * GAP;

impl Shown {
    /// The four beside one another.
    pub(crate) fn draw(self) -> Plot {
        let mut strip = Tensor::<Image<SIDE, WIDE, 3>>::full(1.0);
        for i in 0..SIDE {
            for j in 0..SIDE {
                let at = [i, j, 0];
                let [scene, truth, found] = [&self.canvas, &self.truth, &self.found].map(|x| x[at]);
                let difference = match (truth > 0.5, found > 0.5) {
                    (true, true) => [0.75; 3],
                    (true, false) => [1.0, 0.55, 0.1],
                    (false, true) => [0.25, 0.5, 1.0],
                    (false, false) => [0.0; 3],
                };
                for (k, pixel) in [[scene; 3], [truth; 3], [found; 3], difference]
                    .into_iter()
                    .enumerate()
                {
                    for (c, part) in pixel.into_iter().enumerate() {
                        strip[[i, k * (SIDE + GAP) + j, c]] = part;
                    }
                }
            }
        }
        let title = self
            .iou
            .map_or_else(|| "nothing to find".into(), |iou| format!("IoU {iou:.2}"));
        Plot::new(title).image(&strip)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mask of the first `count` pixels from number `from` on.
    fn run(from: usize, count: usize) -> Tensor<Canvas> {
        Tensor::from_fn(|i| f32::from(u8::from((from..from + count).contains(&i))))
    }

    #[test]
    fn overlaps_by_hand() {
        let mut overlap = Overlap::default();
        // 4 common of 8, all of 5, nothing where there is nothing, 3 where there is nothing
        assert_eq!(overlap.add(&run(0, 6), &run(2, 6)), Some(0.5));
        assert_eq!(overlap.add(&run(9, 5), &run(9, 5)), Some(1.0));
        assert_eq!(overlap.add(&run(0, 0), &run(0, 0)), None);
        assert_eq!(overlap.add(&run(0, 3), &run(0, 0)), None);
        assert_eq!(overlap.mean(), 0.75);
        assert_eq!(overlap.of_all(), 9.0 / 16.0);
        assert_eq!(overlap.left_empty(), 0.5);
    }
}
