//! The pictures that come with this example: digits of the program, enlarged, by turns dark on light and light on dark, somewhere on a sheet.

use std::error::Error;
use std::path::Path;

use core_tensor::{Image, Tensor};
use models::data::digits;
use models::data::pictures::Picture;
use nn::weights::replace;

/// A digit as the program has it.
type Small = Image<8, 8, 1>;
/// The sides of a sheet, and of the digit on it.
const SHEET: [usize; 2] = [72, 96];
const DRAWN: usize = 48;

/// Draws the most usual digit of each class into a folder, `0.png` to `9.png`: of the class's digits the one nearest to their mean.
pub(crate) fn all(folder: &Path) -> Result<(), Box<dyn Error>> {
    let digits = digits::load();
    for digit in 0..10 {
        let samples = digits.images.iter().zip(&digits.labels);
        let of: Vec<_> = samples
            .filter(|(_, label)| label.index() == digit)
            .collect();
        let mut mean = Tensor::<Small>::zeros();
        for &(image, _) in &of {
            mean += image;
        }
        mean /= of.len() as f32;
        let distance = |image: &Tensor<Small>| (image - &mean).map(|x| x * x).sum();
        let nearest = of
            .iter()
            .min_by(|(a, _), (b, _)| distance(a).total_cmp(&distance(b)));
        let &(image, _) = nearest.ok_or("a digit is missing")?;
        let ink = |x: &f32| [(255.0 * x).round() as u8; 3];
        let small = Picture {
            height: 8,
            width: 8,
            rgb: image.as_slice().iter().flat_map(ink).collect(),
        };
        let sheet = sheet(&small.stretched(DRAWN, DRAWN), digit);
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, SHEET[1] as u32, SHEET[0] as u32);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.write_header()?.write_image_data(&sheet)?;
        replace(&folder.join(format!("{digit}.png")), &bytes)?;
    }
    Ok(())
}

/// The digit on its sheet: grey values, rows from above.
fn sheet(drawn: &Picture, digit: usize) -> Vec<u8> {
    let [top, left] = [4 + digit * 7 % 17, 6 + digit * 13 % 37];
    let (paper, ink) = if digit.is_multiple_of(2) {
        (235.0, 25.0)
    } else {
        (40.0, 220.0)
    };
    let share = |i: usize| {
        let inside = |at: usize, from: usize| at.checked_sub(from).filter(|&at| at < DRAWN);
        let (row, column) = (inside(i / SHEET[1], top), inside(i % SHEET[1], left));
        row.zip(column).map_or(0.0, |(row, column)| {
            f64::from(drawn.rgb[3 * (row * DRAWN + column)]) / 255.0
        })
    };
    let grey = |i: usize| (paper + (ink - paper) * share(i)) as u8;
    (0..SHEET[0] * SHEET[1]).map(grey).collect()
}
