//! Scenes: a handwritten digit, enlarged, on a canvas full of fragments of other digits, lines and noise; its box is known exactly.

use core_tensor::{Image, Tensor};
use models::data::augment::key;
use nn::Object;
use optim::{Each, Round, Source, Targets};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// The side of a scene.
pub(crate) const SIDE: usize = 32;
pub(crate) type Canvas = Image<SIDE, SIDE, 1>;
type Digit = Tensor<Image<8, 8, 1>>;

/// Ink that counts for the box.
const INK: f32 = 0.3;

/// Paints scene number `key`; returns the object in it, if its centre lies inside.
pub(crate) fn paint(digits: &[Digit], key: u64, canvas: &mut Tensor<Canvas>) -> Option<Object> {
    let mut rng = ChaCha8Rng::seed_from_u64(key);
    let side = SIDE as f64;
    let paper = [0.0, 0.2, 0.2].map(|most| rng.random_range(0.0..=most) as f32);
    for (i, pixel) in canvas.as_mut_slice().iter_mut().enumerate() {
        let [down, right] = [i / SIDE, i % SIDE].map(|i| i as f32 / SIDE as f32);
        let noise = rng.random_range(0.0..0.15);
        *pixel = paper[0] + paper[1] * down + paper[2] * right + noise;
    }
    for _ in 0..rng.random_range(3..7) {
        // a fragment: a quarter of a digit, small
        let digit = &digits[rng.random_range(0..digits.len())];
        let at = [(); 2].map(|()| rng.random_range(0.0..side));
        let corner = [(); 2].map(|()| f64::from(rng.random_range(0..5)));
        let size = rng.random_range(4.0..7.0);
        stamp(digit, canvas, corner, 4.0, at, [size; 2], 0.6);
    }
    for _ in 0..2 {
        let [from, to] = [(); 2].map(|()| [(); 2].map(|()| rng.random_range(0.0..side)));
        for step in 0..64 {
            let share = f64::from(step) / 63.0;
            let [x, y] = [0, 1].map(|axis| (from[axis] + share * (to[axis] - from[axis])) as usize);
            let pixel = &mut canvas[[y.min(SIDE - 1), x.min(SIDE - 1), 0]];
            *pixel = pixel.max(0.5);
        }
    }
    if rng.random_bool(0.2) {
        return None;
    }
    let digit = &digits[rng.random_range(0..digits.len())];
    let rows = inked(|i| (0..8).any(|j| digit[[i, j, 0]] > INK));
    let columns = inked(|j| (0..8).any(|i| digit[[i, j, 0]] > INK));
    let height = rng.random_range(12_f64.ln()..26_f64.ln()).exp();
    let scale = height / 8.0;
    let scales = [scale * rng.random_range(0.85..1.15), scale];
    let sides = [columns, rows].map(|[first, last]| last - first);
    let halves = [0, 1].map(|axis| sides[axis] * scales[axis] / 2.0);
    // two of three lie inside whole, the others reach past the border wherever, their centres too, which then do not count
    let whole = rng.random_bool(2.0 / 3.0);
    let [x, y] = halves.map(|half| {
        let edge = if whole { half } else { -0.03 * side };
        rng.random_range(edge..side - edge)
    });
    let middle = [columns, rows].map(|[first, last]| (first + last) / 2.0);
    let corner = [x - middle[0] * scales[0], y - middle[1] * scales[1]];
    let sizes = scales.map(|scale| 8.0 * scale);
    let at = [corner[0] + sizes[0] / 2.0, corner[1] + sizes[1] / 2.0];
    stamp(digit, canvas, [0.0; 2], 8.0, at, sizes, 1.0);
    let object = Object {
        x: x / side,
        y: y / side,
        width: 2.0 * halves[0] / side,
        height: 2.0 * halves[1] / side,
    };
    object.inside()
}

/// Where ink begins and ends among eight lines.
fn inked(has: impl Fn(usize) -> bool) -> [f64; 2] {
    let first = (0..8).find(|&i| has(i)).unwrap_or(0);
    let last = (0..8).rfind(|&i| has(i)).unwrap_or(7);
    [first as f64, last as f64 + 1.0]
}

/// Lays a square of a digit, `side` pixels from `corner` (right, down), over the canvas: its middle at `at`, so large, so dark. Bilinear
/// between the digit's pixels, nothing beyond them.
fn stamp(
    digit: &Digit,
    canvas: &mut Tensor<Canvas>,
    corner: [f64; 2],
    side: f64,
    at: [f64; 2],
    size: [f64; 2],
    strength: f32,
) {
    for i in 0..SIDE {
        for j in 0..SIDE {
            // the middle of this pixel as a place in the square, 0 to 1
            let place =
                [0, 1].map(|axis| ([j, i][axis] as f64 + 0.5 - at[axis]) / size[axis] + 0.5);
            if place.iter().any(|share| !(0.0..1.0).contains(share)) {
                continue;
            }
            let [x, y] = [0, 1].map(|axis| corner[axis] + place[axis] * side - 0.5);
            let (left, top) = (x.floor(), y.floor());
            let ink = |row: f64, column: f64| {
                let inside = [row, column].iter().all(|i| (0.0..8.0).contains(i));
                if inside {
                    digit[[row as usize, column as usize, 0]]
                } else {
                    0.0
                }
            };
            let (wide, low) = ((x - left) as f32, (y - top) as f32);
            let upper = ink(top, left) * (1.0 - wide) + ink(top, left + 1.0) * wide;
            let lower = ink(top + 1.0, left) * (1.0 - wide) + ink(top + 1.0, left + 1.0) * wide;
            let ink = strength * (upper * (1.0 - low) + lower * low);
            let pixel = &mut canvas[[i, j, 0]];
            *pixel = *pixel * (1.0 - ink) + ink;
        }
    }
}

/// New scenes in every epoch, from the digits that are learnt from.
pub(crate) struct Scenes {
    pub(crate) digits: Vec<Digit>,
    pub(crate) count: usize,
}

impl Source<Canvas, Option<Object>, f32> for Scenes {
    fn samples(&self) -> usize {
        self.count
    }

    fn epoch(&mut self, round: Round<'_, f32>, each: Each<'_, Canvas, Option<Object>, f32>) {
        let mut objects = Vec::with_capacity(round.size);
        for chosen in round.order.chunks(round.size) {
            objects.clear();
            let canvases = &mut round.room[..chosen.len() * SIDE * SIDE];
            let canvases = Tensor::<Canvas>::batch_mut(canvases);
            for (canvas, &i) in canvases.iter_mut().zip(chosen) {
                let key = key(round.key, 0, i as u64);
                objects.push(paint(&self.digits, key, canvas));
            }
            if each(canvases, Targets::of(&objects)).is_break() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_exact() {
        // a digit of one block of ink, rows 2 to 5 and columns 3 to 4, nothing else on the paper
        let block = |i: usize| (2..6).contains(&(i / 8)) && (3..5).contains(&(i % 8));
        let digit = [Digit::from_fn(|i| f32::from(u8::from(block(i))))];
        let mut found = 0;
        for key in 0..40 {
            let mut canvas = Tensor::zeros();
            let Some(object) = paint(&digit, key, &mut canvas) else {
                continue;
            };
            // the digit's own scale: 4 of 8 rows are ink
            let high = object.height * 32.0;
            assert!((6.0..13.0).contains(&high), "{high}");
            let ratio = object.width / object.height;
            assert!((0.42..0.58).contains(&ratio), "{ratio}");
            let [i, j] = [object.y, object.x].map(|share| ((share * 32.0) as usize).min(31));
            assert!(canvas[[i, j, 0]] > 0.9, "the middle is ink");
            found += 1;
        }
        assert!((20..40).contains(&found), "{found}");
    }

    #[test]
    fn a_scene_is_its_number() {
        let digits = models::data::digits::load().images;
        let scene = |key| {
            let mut canvas = Tensor::zeros();
            let object = paint(&digits, key, &mut canvas);
            (canvas, object)
        };
        assert!(scene(3) == scene(3));
        assert!(scene(3).0 != scene(4).0);
        assert!(
            scene(5)
                .0
                .as_slice()
                .iter()
                .all(|x| (0.0..=1.0).contains(x))
        );
    }
}
