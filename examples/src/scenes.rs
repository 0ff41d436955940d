//! Scenes: a handwritten digit, enlarged, on a canvas full of fragments of other digits, lines and noise; its box and its pixels are known
//! exactly.

use core_tensor::{Image, Tensor};
use models::data::augment::key;
use nn::Object;
use optim::{Each, Round, Source, Targets};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// How long a task learns from scenes, and what it must reach.
#[derive(Clone, Copy)]
pub struct Plan {
    /// Scenes of an epoch.
    pub scenes: usize,
    /// How often that many are learnt from.
    pub epochs: usize,
    /// The mean overlap that is asked for.
    pub asked: f64,
}

/// The side of a scene.
pub const SIDE: usize = 32;
/// A scene: 0 for paper, 1 for ink.
pub type Canvas = Image<SIDE, SIDE, 1>;
/// What lies in scenes, and what is broken to fragments.
pub type Digit = Tensor<Image<8, 8, 1>>;

/// Ink that counts for the box.
const INK: f32 = 0.3;

/// How dark what is in the way is painted, from 0 to 1.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Clutter {
    /// quarters of other digits
    pub fragments: f32,
    /// two straight lines
    pub lines: f32,
}

impl Clutter {
    /// Paler than the digit.
    pub const PALE: Self = Self {
        fragments: 0.6,
        lines: 0.5,
    };
}

/// Paints scene number `key`; returns the object in it, if its centre lies inside. What is seen of the digit goes into `ink`, from 0 to 1
/// in every pixel, whether its centre lies inside or not.
pub fn paint(
    digits: &[Digit],
    clutter: Clutter,
    key: u64,
    canvas: &mut Tensor<Canvas>,
    ink: &mut Tensor<Canvas>,
) -> Option<Object> {
    let mut rng = ChaCha8Rng::seed_from_u64(key);
    ink.as_mut_slice().fill(0.0);
    strew(digits, clutter, &mut rng, canvas);
    if rng.random_bool(0.2) {
        return None;
    }
    let digit = &digits[rng.random_range(0..digits.len())];
    // two of three lie inside whole, the others reach past the border wherever, their centres too, which then do not count
    let object = place(digit, 2.0 / 3.0, &mut rng, canvas, |at, here| {
        ink[at] = here
    });
    object.inside()
}

/// Fills a canvas with what is in the way: paper with noise, quarters of digits, two lines.
pub fn strew(
    digits: &[Digit],
    clutter: Clutter,
    rng: &mut ChaCha8Rng,
    canvas: &mut Tensor<Canvas>,
) {
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
        stamp(digit, corner, 4.0, at, [size; 2], |at, ink| {
            cover(&mut canvas[at], clutter.fragments * ink);
        });
    }
    for _ in 0..2 {
        let [from, to] = [(); 2].map(|()| [(); 2].map(|()| rng.random_range(0.0..side)));
        for step in 0..64 {
            let share = f64::from(step) / 63.0;
            let [x, y] = [0, 1].map(|axis| (from[axis] + share * (to[axis] - from[axis])) as usize);
            let pixel = &mut canvas[[y.min(SIDE - 1), x.min(SIDE - 1), 0]];
            *pixel = pixel.max(clutter.lines);
        }
    }
}

/// Lays a digit of any size anywhere on a canvas: with a chance of `whole` inside, and otherwise wherever, past the border too. Tells `seen`
/// of each pixel that it covers how much ink comes there.
pub fn place(
    digit: &Digit,
    whole: f64,
    rng: &mut ChaCha8Rng,
    canvas: &mut Tensor<Canvas>,
    mut seen: impl FnMut([usize; 3], f32),
) -> Object {
    let side = SIDE as f64;
    let rows = inked(|i| (0..8).any(|j| digit[[i, j, 0]] > INK));
    let columns = inked(|j| (0..8).any(|i| digit[[i, j, 0]] > INK));
    let height = rng.random_range(12_f64.ln()..26_f64.ln()).exp();
    let scale = height / 8.0;
    let scales = [scale * rng.random_range(0.85..1.15), scale];
    let sides = [columns, rows].map(|[first, last]| last - first);
    let halves = [0, 1].map(|axis| sides[axis] * scales[axis] / 2.0);
    let whole = rng.random_bool(whole);
    let [x, y] = halves.map(|half| {
        let edge = if whole { half } else { -0.03 * side };
        rng.random_range(edge..side - edge)
    });
    let middle = [columns, rows].map(|[first, last]| (first + last) / 2.0);
    let corner = [x - middle[0] * scales[0], y - middle[1] * scales[1]];
    let sizes = scales.map(|scale| 8.0 * scale);
    let at = [corner[0] + sizes[0] / 2.0, corner[1] + sizes[1] / 2.0];
    stamp(digit, [0.0; 2], 8.0, at, sizes, |at, here| {
        cover(&mut canvas[at], here);
        seen(at, here);
    });
    Object {
        x: x / side,
        y: y / side,
        width: 2.0 * halves[0] / side,
        height: 2.0 * halves[1] / side,
    }
}

/// Where ink begins and ends among eight lines.
fn inked(has: impl Fn(usize) -> bool) -> [f64; 2] {
    let first = (0..8).find(|&i| has(i)).unwrap_or(0);
    let last = (0..8).rfind(|&i| has(i)).unwrap_or(7);
    [first as f64, last as f64 + 1.0]
}

/// Scenes of some digits with what is to be said of each: new ones in every epoch.
#[derive(Debug)]
pub struct Scenes<A> {
    /// what lies in them
    pub digits: Vec<Digit>,
    /// what is in the way
    pub clutter: Clutter,
    /// how many an epoch has
    pub count: usize,
    /// what is to be said of a scene, from the object in it and its ink
    pub target: fn(Option<Object>, &Tensor<Canvas>) -> A,
}

impl<A> Scenes<A> {
    /// So many scenes that are always the same and in no epoch, and what is to be said of each.
    pub fn fixed(&self, count: usize) -> (Vec<Tensor<Canvas>>, Vec<A>) {
        let mut ink = Tensor::zeros();
        let scene = |number| {
            let mut canvas = Tensor::zeros();
            // keys far from those of training
            let target = self.paint(u64::MAX - number, &mut canvas, &mut ink);
            (canvas, target)
        };
        (0..count as u64).map(scene).unzip()
    }

    fn paint(&self, key: u64, canvas: &mut Tensor<Canvas>, ink: &mut Tensor<Canvas>) -> A {
        let object = paint(&self.digits, self.clutter, key, canvas, ink);
        (self.target)(object, ink)
    }
}

impl<A: Send> Source<Canvas, A, f32> for Scenes<A> {
    fn samples(&self) -> usize {
        self.count
    }

    fn epoch(&mut self, round: Round<'_, f32>, each: Each<'_, Canvas, A, f32>) {
        let mut targets = Vec::with_capacity(round.size);
        let scenes = &*self;
        let some = |canvases: &mut [Tensor<Canvas>], chosen: &[usize]| -> Vec<A> {
            let mut ink = Tensor::zeros();
            let scene = |(canvas, &i)| scenes.paint(key(round.key, 0, i as u64), canvas, &mut ink);
            canvases.iter_mut().zip(chosen).map(scene).collect()
        };
        for chosen in round.order.chunks(round.size) {
            targets.clear();
            let canvases = &mut round.room[..chosen.len() * SIDE * SIDE];
            let canvases = Tensor::<Canvas>::batch_mut(canvases);
            // half of them on another thread: they take as long as what is learnt from them
            let (first, second) = canvases.split_at_mut(chosen.len() / 2);
            let (chosen, more) = chosen.split_at(first.len());
            std::thread::scope(|scope| {
                let second = scope.spawn(|| some(second, more));
                targets.extend(some(first, chosen));
                targets.extend(second.join().expect("its own words are above"));
            });
            if each(canvases, Targets::of(&targets)).is_break() {
                return;
            }
        }
    }
}

/// Lays ink over what is there.
fn cover(pixel: &mut f32, ink: f32) {
    *pixel = *pixel * (1.0 - ink) + ink;
}

/// Lays a square of a digit, `side` pixels from `corner` (right, down), over the canvas: its middle at `at`, so large. Tells `lay` of
/// each pixel that it covers how much ink comes there: bilinear between the digit's pixels, nothing beyond them.
fn stamp(
    digit: &Digit,
    corner: [f64; 2],
    side: f64,
    at: [f64; 2],
    size: [f64; 2],
    mut lay: impl FnMut([usize; 3], f32),
) {
    // the middle of a pixel as a place in the square, 0 to 1
    let place = |axis: usize, pixel: usize| (pixel as f64 + 0.5 - at[axis]) / size[axis] + 0.5;
    for i in 0..SIDE {
        let down = place(1, i);
        if !(0.0..1.0).contains(&down) {
            continue;
        }
        let y = corner[1] + down * side - 0.5;
        let top = y.floor();
        for j in 0..SIDE {
            let right = place(0, j);
            if !(0.0..1.0).contains(&right) {
                continue;
            }
            let x = corner[0] + right * side - 0.5;
            let left = x.floor();
            let ink = |row: f64, column: f64| {
                if (0.0..8.0).contains(&row) && (0.0..8.0).contains(&column) {
                    digit[[row as usize, column as usize, 0]]
                } else {
                    0.0
                }
            };
            let (wide, low) = ((x - left) as f32, (y - top) as f32);
            let upper = ink(top, left) * (1.0 - wide) + ink(top, left + 1.0) * wide;
            let lower = ink(top + 1.0, left) * (1.0 - wide) + ink(top + 1.0, left + 1.0) * wide;
            lay([i, j, 0], upper * (1.0 - low) + lower * low);
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
            let [mut canvas, mut ink] = [(); 2].map(|()| Tensor::zeros());
            let Some(object) = paint(&digit, Clutter::PALE, key, &mut canvas, &mut ink) else {
                continue;
            };
            // the digit's own scale: 4 of 8 rows are ink
            let high = object.height * 32.0;
            assert!((6.0..13.0).contains(&high), "{high}");
            let ratio = object.width / object.height;
            assert!((0.42..0.58).contains(&ratio), "{ratio}");
            let [i, j] = [object.y, object.x].map(|share| ((share * 32.0) as usize).min(31));
            assert!(canvas[[i, j, 0]] > 0.9, "the middle is ink");
            masked(&object, &ink);
            found += 1;
        }
        assert!((20..40).contains(&found), "{found}");
    }

    /// Ink of a half or more fills the box of a block, and nothing else: its edges are those of the box, to the pixel that they cut.
    fn masked(object: &Object, ink: &Tensor<Canvas>) {
        let side = SIDE as f64;
        let within =
            |at: f64, middle: f64, long: f64| (at - middle * side).abs() - long * side / 2.0;
        for i in 0..SIDE {
            for j in 0..SIDE {
                let [x, y] = [j, i].map(|at| at as f64 + 0.5);
                let beyond = [
                    within(x, object.x, object.width),
                    within(y, object.y, object.height),
                ];
                let here = ink[[i, j, 0]];
                // near a corner of the box both directions fade
                if beyond.iter().all(|&far| far < -1.0) {
                    assert!(here >= 0.5, "{here} inside at {i}, {j}");
                }
                if beyond.iter().any(|&far| far > 0.01) {
                    assert!(here < 0.5, "{here} outside at {i}, {j}");
                }
            }
        }
    }

    #[test]
    fn ink_is_what_covers_the_canvas() {
        // nothing is in the way: without ink the canvas is paper, whole ink is black
        let none = Clutter {
            fragments: 0.0,
            lines: 0.0,
        };
        let digits = models::data::digits::load().images;
        for key in 0..40 {
            let [mut canvas, mut ink] = [(); 2].map(|()| Tensor::zeros());
            paint(&digits, none, key, &mut canvas, &mut ink);
            for (&pixel, &ink) in canvas.as_slice().iter().zip(ink.as_slice()) {
                // paper of at most 0.4 and noise of at most 0.15
                assert!(pixel >= ink && pixel <= ink + 0.55 * (1.0 - ink) + 1e-6);
            }
        }
    }

    #[test]
    fn a_scene_is_its_number() {
        let digits = models::data::digits::load().images;
        let scene = |key| {
            let [mut canvas, mut ink] = [(); 2].map(|()| Tensor::zeros());
            let object = paint(&digits, Clutter::PALE, key, &mut canvas, &mut ink);
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
