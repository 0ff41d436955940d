//! Grids of numbers brought to other sides by a filter.

/// What a pixel of the new grid takes of the old one, by the distance from its middle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Filter {
    /// `1 − |x|` up to 1: bilinear
    Triangle,
    /// Keys' cubic with `a = −½`, exact for parabolas: `(a + 2)|x|³ − (a + 3)|x|² + 1` up to 1, `a|x|³ − 5a|x|² + 8a|x| − 4a` up to 2. What
    /// it makes may lie beyond the numbers that it is made of.
    ///
    /// Keys: Cubic convolution interpolation for digital image processing (1981).
    Bicubic,
}

impl Filter {
    /// Where the weight ends.
    fn reach(self) -> f64 {
        match self {
            Self::Triangle => 1.0,
            Self::Bicubic => 2.0,
        }
    }

    fn weight(self, x: f64) -> f64 {
        const A: f64 = -0.5;
        let x = x.abs();
        match self {
            Self::Triangle => (1.0 - x).max(0.0),
            Self::Bicubic if x < 1.0 => ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0,
            Self::Bicubic if x < 2.0 => ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A,
            Self::Bicubic => 0.0,
        }
    }
}

/// Brings rows of pixels of `channels` numbers to other sides. Where it shrinks, the filter is as much wider as the old grid is finer, so that
/// what is too fine for the new one is averaged away (antialiased); at the border, what lies beyond is left out, and the weights that
/// remain are divided by their sum: as Pillow's `resize`.
///
/// ```
/// use models::data::{Filter, resample};
/// // a line stays a line, away from the border
/// let line: Vec<f32> = (0..8).map(|x| x as f32).collect();
/// let finer = resample(Filter::Bicubic, &line, [1, 8, 1], [1, 16]);
/// assert!((finer[6] - 2.75).abs() < 1e-6 && (finer[7] - 3.25).abs() < 1e-6);
/// ```
///
/// # Panics
/// If a side is 0, or there are not as many numbers as the sides say.
#[track_caller]
pub fn resample(
    filter: Filter,
    numbers: &[f32],
    [height, width, channels]: [usize; 3],
    [new_height, new_width]: [usize; 2],
) -> Vec<f32> {
    assert!(
        [height, width, channels, new_height, new_width]
            .iter()
            .all(|&side| side > 0),
        "a picture has at least one pixel"
    );
    assert_eq!(
        numbers.len(),
        height * width * channels,
        "{} numbers are no {height}×{width} pixels of {channels}",
        numbers.len()
    );
    let across = lines(filter, numbers, width, channels, new_width);
    // a row is a pixel of so many channels
    lines(filter, &across, height, new_width * channels, new_height)
}

/// Lines of `old` pixels of `channels` numbers become lines of `new`.
fn lines(filter: Filter, x: &[f32], old: usize, channels: usize, new: usize) -> Vec<f32> {
    let scale = old as f64 / new as f64;
    let coarser = scale.max(1.0);
    let reach = filter.reach() * coarser;
    let mut y = Vec::with_capacity(x.len() / old * new);
    for line in x.chunks_exact(old * channels) {
        for pixel in 0..new {
            let middle = (pixel as f64 + 0.5) * scale;
            let first = (middle - reach + 0.5).max(0.0) as usize;
            let last = ((middle + reach + 0.5) as usize).min(old);
            let weight = |i: usize| filter.weight((i as f64 + 0.5 - middle) / coarser);
            let whole: f64 = (first..last).map(weight).sum();
            for c in 0..channels {
                let sum = |i: usize| weight(i) * f64::from(line[i * channels + c]);
                y.push(((first..last).map(sum).sum::<f64>() / whole) as f32);
            }
        }
    }
    y
}
