//! The samples that a network is most wrong about, each with what it is, what it was taken for, and how surely.

use std::path::Path;

use core_tensor::{Image, Scalar, Tensor, Vector};
use nn::Class;
use plotters::prelude::*;

use super::Error;
use super::canvas::{Drawn, GRID, INK, ORANGE, PALE, Sheet, px, save, text};

/// One sample that was taken for another class than its own.
#[derive(Debug)]
pub struct Mistake<'a, const H: usize, const W: usize> {
    /// the image, 0 for paper and 1 for ink
    pub image: &'a Tensor<Image<H, W, 1>>,
    /// what it is
    pub label: usize,
    /// what it was taken for
    pub predicted: usize,
    /// the probability that the network gave to that
    pub probability: f32,
    /// the cross-entropy of the sample: by this mistakes are ranked
    pub loss: f32,
}

/// The worst mistakes so far, the worst first.
///
/// ```
/// use core_tensor::{Image, Tensor, Vector};
/// use examples::picture::Mistakes;
/// use nn::Class;
///
/// let images = [0.0, 0.5, 1.0].map(Tensor::<Image<2, 2, 1>>::full);
/// let labels = [0, 1, 1].map(Class::<2>::new);
/// let logits = [[2.0, 0.0], [3.0, 0.0], [5.0, 0.0]].map(Tensor::<Vector<2>>::new);
/// let mut mistakes = Mistakes::new(12);
/// mistakes.add(&images, &labels, &logits);
/// assert_eq!((mistakes.wrong, mistakes.seen), (2, 3));
/// assert_eq!(mistakes.worst[0].image[[0, 0, 0]], 1.0);
/// ```
#[derive(Debug)]
pub struct Mistakes<'a, const H: usize, const W: usize> {
    /// the mistakes that are kept
    pub worst: Vec<Mistake<'a, H, W>>,
    /// how many samples were judged
    pub seen: usize,
    /// how many of them were taken for another class
    pub wrong: usize,
    most: usize,
}

impl<'a, const H: usize, const W: usize> Mistakes<'a, H, W> {
    /// None yet; at most `most` will be kept.
    pub fn new(most: usize) -> Self {
        Self {
            worst: Vec::new(),
            seen: 0,
            wrong: 0,
            most,
        }
    }

    /// Judges a batch by its logits.
    ///
    /// # Panics
    /// If there are not as many images, labels and logits.
    #[track_caller]
    pub fn add<const N: usize>(
        &mut self,
        images: &'a [Tensor<Image<H, W, 1>>],
        labels: &[Class<N>],
        logits: &[Tensor<Vector<N>>],
    ) {
        let [n, l, y] = [images.len(), labels.len(), logits.len()];
        assert!(
            n == l && n == y,
            "{n} images came with {l} labels and {y} outputs"
        );
        self.seen += n;
        let mut probabilities = [0.0; N];
        for ((image, label), y) in images.iter().zip(labels).zip(logits) {
            let (label, predicted) = (label.index(), y.argmax());
            if label == predicted {
                continue;
            }
            self.wrong += 1;
            let [largest, log_sum] = f32::softmax_row(y.as_slice(), &mut probabilities);
            self.worst.push(Mistake {
                image,
                label,
                predicted,
                probability: probabilities[predicted],
                loss: (largest - y[[label]]) + log_sum,
            });
        }
        // a stable sort: of equal mistakes, the first stays first
        self.worst.sort_by(|a, b| b.loss.total_cmp(&a.loss));
        self.worst.truncate(self.most);
    }

    /// Draws the mistakes in a grid under a title, and writes the picture to `path`.
    ///
    /// # Errors
    /// If the file cannot be written; what was there before stays.
    pub fn draw(&self, path: impl AsRef<Path>, title: &str) -> Result<(), Error> {
        // as square as can be, and never narrower than the title
        let columns = (self.worst.len() as f64 * 1.5).sqrt().ceil() as usize;
        let columns = columns.clamp(4, 8);
        let rows = self.worst.len().div_ceil(columns).max(1);
        let width = columns as u32 * CELL[0] + 2 * MARGIN;
        let height = HEAD + rows as u32 * CELL[1] + MARGIN / 2;
        save(path.as_ref(), [width, height], |sheet| {
            let middle = px(width) / 2;
            sheet.draw(&Text::new(
                title,
                (middle, px(16)),
                text(18, FontStyle::Bold, INK),
            ))?;
            let count = format!("{} of {} samples wrong", self.wrong, self.seen);
            sheet.draw(&Text::new(
                count,
                (middle, px(42)),
                text(13, FontStyle::Normal, PALE),
            ))?;
            if self.worst.is_empty() {
                let place = (middle, px(height) / 2 + px(10));
                sheet.draw(&Text::new(
                    "no mistakes",
                    place,
                    text(16, FontStyle::Normal, PALE),
                ))?;
            }
            self.worst.iter().enumerate().try_for_each(|(i, mistake)| {
                let [x, y] = [i % columns, i / columns].map(|i| i as u32);
                let corner = [MARGIN + x * CELL[0], HEAD + y * CELL[1]];
                mistake.draw(sheet, corner)
            })
        })
    }
}

/// The room of one mistake, width and height, and the side of its image.
const CELL: [u32; 2] = [144, 172];
const SIDE: u32 = 112;
const MARGIN: u32 = 16;
const HEAD: u32 = 76;

impl<const H: usize, const W: usize> Mistake<'_, H, W> {
    fn draw(&self, sheet: &Sheet<'_>, [left, top]: [u32; 2]) -> Drawn {
        let [left, top] = [px(left + (CELL[0] - SIDE) / 2), px(top)];
        // where pixel `i` of `n` begins, so that they fill the side whatever their number
        let edge = |i: usize, n: usize| i as i32 * px(SIDE) / n as i32;
        for y in 0..H {
            for x in 0..W {
                let ink = self.image[[y, x, 0]].clamp(0.0, 1.0);
                let grey = (255.0 * (1.0 - ink)).round() as u8;
                sheet.draw(&Rectangle::new(
                    [
                        (left + edge(x, W), top + edge(y, H)),
                        (left + edge(x + 1, W), top + edge(y + 1, H)),
                    ],
                    RGBColor(grey, grey, grey).filled(),
                ))?;
            }
        }
        let frame = [(left, top), (left + px(SIDE), top + px(SIDE))];
        sheet.draw(&Rectangle::new(frame, GRID.stroke_width(px(1) as u32)))?;
        let middle = left + px(SIDE) / 2;
        let label = format!("label {}", self.label);
        sheet.draw(&Text::new(
            label,
            (middle, top + px(SIDE + 8)),
            text(13, FontStyle::Bold, INK),
        ))?;
        let taken = format!(
            "taken for {}: {}",
            self.predicted,
            percent(self.probability)
        );
        sheet.draw(&Text::new(
            taken,
            (middle, top + px(SIDE + 26)),
            text(12, FontStyle::Normal, ORANGE),
        ))?;
        Ok(())
    }
}

/// A probability as people say it; what is not quite certain is not called so.
fn percent(probability: f32) -> String {
    let rounded = (100.0 * probability).round();
    if rounded >= 100.0 && probability < 1.0 {
        ">99 %".into()
    } else {
        format!("{rounded} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_are_kept_in_order() {
        let images = [0.0, 0.1, 0.2, 0.3].map(Tensor::<Image<1, 1, 1>>::full);
        let labels = [0, 0, 1, 2].map(Class::<3>::new);
        let zero = |k: usize, y: f32| Tensor::from_fn(move |i| if i == k { y } else { 0.0 });
        let logits = [zero(1, 1.0), zero(2, 3.0), zero(1, 9.0), zero(0, 2.0)];
        let mut mistakes = Mistakes::new(2);
        mistakes.add(&images[..2], &labels[..2], &logits[..2]);
        mistakes.add(&images[2..], &labels[2..], &logits[2..]);
        assert_eq!((mistakes.seen, mistakes.wrong), (4, 3));
        let [a, b] = &mistakes.worst[..] else {
            panic!("two are kept")
        };
        assert_eq!((a.image[[0, 0, 0]], a.label, a.predicted), (0.1, 0, 2));
        assert_eq!((b.image[[0, 0, 0]], b.label, b.predicted), (0.3, 2, 0));
        // e³ / (e³ + 2) and ln(e³ + 2)
        assert!(
            (a.probability - 0.909_443).abs() < 1e-5,
            "{}",
            a.probability
        );
        assert!((a.loss - 3.094_923).abs() < 1e-5, "{}", a.loss);
    }

    #[test]
    fn only_certainty_is_called_certain() {
        assert_eq!(percent(0.416), "42 %");
        assert_eq!(percent(0.999), ">99 %");
        assert_eq!(percent(1.0), "100 %");
    }
}
