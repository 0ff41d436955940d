//! From any picture of a digit to an image as MNIST has them: ink is 1 on paper of 0, as large as a square of 20 pixels allows, its centre of
//! mass in the middle of 28×28.
//!
//! LeCun, Cortes, Burges: The MNIST database of handwritten digits (1998).

use core_tensor::{Image, Tensor};
use models::data::pictures::Picture;

/// An image as the network takes it.
pub(crate) type Grey = Image<SIDE, SIDE, 1>;
const SIDE: usize = 28;
/// The longer side of what is drawn.
const DRAWN: usize = 20;
/// The least contrast between ink and paper, of 1.
const CONTRAST: f32 = 0.15;
/// What is paler than this, of the darkest ink, is paper.
const PALE: f32 = 0.2;
/// What is darker than this, of the darkest ink, counts for the box.
const INK: f32 = 0.4;

/// Where the ink is, in pixels: the first and the one behind the last, of rows and of columns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Bounds {
    pub(crate) rows: [usize; 2],
    pub(crate) columns: [usize; 2],
}

/// The ink of a picture, and what was found on the way.
pub(crate) struct Ink {
    pub(crate) image: Tensor<Grey>,
    pub(crate) bounds: Bounds,
    /// whether the ink is darker than the paper
    pub(crate) dark: bool,
}

/// Finds which of light and dark is ink, where it is, and brings it to size.
///
/// # Errors
/// If all of the picture is as bright as its border.
pub(crate) fn find(picture: &Picture) -> Result<Ink, String> {
    let [height, width] = [picture.height, picture.width];
    let grey = |rgb: &[u8]| {
        let [r, g, b] = [0, 1, 2].map(|c| f32::from(rgb[c]) / 255.0);
        0.299 * r + 0.587 * g + 0.114 * b
    };
    let mut pixels: Vec<f32> = picture.rgb.chunks_exact(3).map(grey).collect();
    let paper = paper(&pixels, width);
    // the ink is on the side of the paper's brightness that has more of it
    let side = |sign: f32| -> f32 {
        let beyond = pixels
            .iter()
            .map(|x| (sign * (x - paper) - CONTRAST).max(0.0));
        beyond.sum()
    };
    let dark = side(-1.0) >= side(1.0);
    let sign = if dark { -1.0 } else { 1.0 };
    pixels.iter_mut().for_each(|x| *x = sign * (*x - paper));
    let most = pixels.iter().copied().fold(0.0, f32::max);
    if most < CONTRAST {
        return Err(format!(
            "nothing is drawn on it: its {height}×{width} pixels differ from its border by at most {most:.2}, expected {CONTRAST}; give it more contrast"
        ));
    }
    for x in &mut pixels {
        *x = ((*x / most - PALE) / (1.0 - PALE)).clamp(0.0, 1.0);
    }
    let inked = |i: usize, j: usize| pixels[i * width + j] > INK;
    let span = |n: usize, has: &dyn Fn(usize) -> bool| {
        let first = (0..n).find(|&i| has(i)).unwrap_or(0);
        let last = (0..n).rfind(|&i| has(i)).unwrap_or(n - 1);
        [first, last + 1]
    };
    let bounds = Bounds {
        rows: span(height, &|i| (0..width).any(|j| inked(i, j))),
        columns: span(width, &|j| (0..height).any(|i| inked(i, j))),
    };
    Ok(Ink {
        image: centred(&cut(&pixels, width, bounds)),
        bounds,
        dark,
    })
}

/// The brightness of the paper: the middle of those along the border.
fn paper(pixels: &[f32], width: usize) -> f32 {
    let height = pixels.len() / width;
    let outer = |i: usize| {
        let (row, column) = (i / width, i % width);
        row == 0 || row + 1 == height || column == 0 || column + 1 == width
    };
    let border = (0..pixels.len()).filter(|&i| outer(i)).map(|i| pixels[i]);
    let mut border: Vec<f32> = border.collect();
    border.sort_by(f32::total_cmp);
    border[border.len() / 2]
}

/// What lies in the box, its longer side brought to 20 pixels.
fn cut(pixels: &[f32], width: usize, bounds: Bounds) -> Picture {
    let [height, across] = [bounds.rows, bounds.columns].map(|[from, to]| to - from);
    let mut rgb = Vec::with_capacity(3 * height * across);
    for i in bounds.rows[0]..bounds.rows[1] {
        for x in &pixels[i * width..][bounds.columns[0]..bounds.columns[1]] {
            rgb.extend([(255.0 * x).round() as u8; 3]);
        }
    }
    let longer = height.max(across);
    let scaled = |side: usize| ((side * DRAWN + longer / 2) / longer).max(1);
    let picture = Picture {
        height,
        width: across,
        rgb,
    };
    picture.stretched(scaled(height), scaled(across))
}

/// Laid into the image so that its centre of mass is in the middle, as far as it has room.
fn centred(drawn: &Picture) -> Tensor<Grey> {
    let ink = |i: usize, j: usize| f64::from(drawn.rgb[3 * (i * drawn.width + j)]);
    let (mut mass, mut moment) = (0.0, [0.0; 2]);
    for i in 0..drawn.height {
        for j in 0..drawn.width {
            mass += ink(i, j);
            moment[0] += ink(i, j) * (i as f64 + 0.5);
            moment[1] += ink(i, j) * (j as f64 + 0.5);
        }
    }
    let sides = [drawn.height, drawn.width];
    let [top, left] = [0, 1].map(|axis| {
        let corner = SIDE as f64 / 2.0 - moment[axis] / mass.max(1.0);
        corner.round().clamp(0.0, (SIDE - sides[axis]) as f64) as usize
    });
    let mut image = Tensor::zeros();
    for i in 0..drawn.height {
        for j in 0..drawn.width {
            image[[top + i, left + j, 0]] = (ink(i, j) / 255.0) as f32;
        }
    }
    image
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture with a bar: rows 10 to 49, columns 30 to 37, so bright on so bright.
    fn bar(paper: u8, ink: u8) -> Picture {
        let drawn = |i: usize| (10..50).contains(&(i / 80)) && (30..38).contains(&(i % 80));
        let rgb = (0..60 * 80).flat_map(|i| [if drawn(i) { ink } else { paper }; 3]);
        Picture {
            height: 60,
            width: 80,
            rgb: rgb.collect(),
        }
    }

    #[test]
    fn light_and_dark_are_told_apart() {
        let (dark, light) = (bar(250, 20), bar(30, 200));
        let [dark, light] = [dark, light].map(|picture| find(&picture).expect("a bar"));
        assert!(dark.dark && !light.dark);
        let bounds = Bounds {
            rows: [10, 50],
            columns: [30, 38],
        };
        assert_eq!([dark.bounds, light.bounds], [bounds; 2]);
        assert!(dark.image == light.image);
    }

    #[test]
    fn it_is_scaled_and_centred() {
        let image = find(&bar(255, 0)).expect("a bar").image;
        // 40×8 become 20×4: rows 4 to 23, columns 12 to 15
        let expected = Tensor::<Grey>::from_fn(|i| {
            let inside = (4..24).contains(&(i / 28)) && (12..16).contains(&(i % 28));
            f32::from(u8::from(inside))
        });
        assert!(image == expected);
    }

    #[test]
    fn an_empty_picture_is_an_error() {
        let error = find(&bar(200, 205)).err().expect("too pale");
        assert!(error.starts_with("nothing is drawn on it"), "{error}");
    }
}
