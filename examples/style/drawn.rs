//! Pictures drawn by a formula: what is shown, and in which style.

use core_tensor::Tensor;

use crate::transfer::{Canvas, SIDE};

/// A picture from a colour for each place, right and down from 0 to 1, as the mean of four points of each pixel.
fn draw(color: impl Fn(f32, f32) -> [f32; 3]) -> Box<Tensor<Canvas>> {
    let mut picture = Tensor::<Canvas>::full(0.0).duplicate();
    for i in 0..SIDE * SIDE {
        for (dx, dy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
            let [y, x] = [(i / SIDE) as f32 + dy, (i % SIDE) as f32 + dx].map(|n| n / SIDE as f32);
            let color = color(x, y);
            for (c, part) in color.into_iter().enumerate() {
                picture.as_mut_slice()[3 * i + c] += part / 4.0;
            }
        }
    }
    picture
}

/// A house with a roof and a door, the sun, a meadow.
pub(crate) fn house() -> Box<Tensor<Canvas>> {
    draw(|x, y| {
        let inside =
            |from: [f32; 2], to: [f32; 2]| x > from[0] && x < to[0] && y > from[1] && y < to[1];
        if inside([0.42, 0.62], [0.54, 0.8]) {
            [0.35, 0.2, 0.15]
        } else if inside([0.62, 0.55], [0.72, 0.66]) {
            [0.55, 0.75, 0.9]
        } else if inside([0.25, 0.48], [0.78, 0.8]) {
            [0.9, 0.85, 0.7]
        } else if y > 0.22 && y < 0.48 && (x - 0.515).abs() < 1.25 * (y - 0.22) {
            [0.75, 0.25, 0.2]
        } else if (x - 0.84).hypot(y - 0.16) < 0.1 {
            [1.0, 0.85, 0.2]
        } else if y > 0.76 {
            [0.4, 0.65, 0.3]
        } else {
            [0.7, 0.85, 0.97]
        }
    })
}

/// Waves of ink, ochre and white, bent by one another.
pub(crate) fn waves() -> Box<Tensor<Canvas>> {
    draw(|x, y| {
        let bent = y + 0.06 * (11.0 * x).sin() + 0.03 * (23.0 * x + 9.0 * y).cos();
        match (bent * 27.0).sin() + 0.4 * (40.0 * x).sin() {
            wave if wave > 0.5 => [0.95, 0.93, 0.85],
            wave if wave > -0.2 => [0.1, 0.25, 0.55],
            wave if wave > -0.7 => [0.15, 0.45, 0.7],
            _ => [0.85, 0.6, 0.2],
        }
    })
}

/// A mosaic of round stones, warm and dark, in mortar.
pub(crate) fn mosaic() -> Box<Tensor<Canvas>> {
    draw(|x, y| {
        let row = (y * 9.0).floor();
        let column = (x * 9.0 + 0.5 * (row % 2.0)).floor();
        let middle = [(column + 0.5 - 0.5 * (row % 2.0)) / 9.0, (row + 0.5) / 9.0];
        let far = (x - middle[0]).hypot(y - middle[1]) * 9.0;
        let kind = (row * 5.0 + column * 3.0) as i32 % 4;
        match kind {
            _ if far > 0.42 => [0.2, 0.18, 0.2],
            0 => [0.8, 0.25, 0.15],
            1 => [0.95, 0.7, 0.25],
            2 => [0.5, 0.12, 0.25],
            _ => [0.95, 0.9, 0.75],
        }
    })
}
