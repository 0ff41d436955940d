//! Images as they are, grey or in colour, in a plot.

use core_tensor::{Image, Tensor};
use plotters::prelude::*;

use super::canvas::{Drawn, Sheet};
use super::frame::{Frame, whole};
use super::plot::{Mark, Plot};

impl Plot {
    /// An image without axes, its first row on top, 0 black and 1 white, three channels red, green and blue. A point in the plot is how far to
    /// the right, and how far up from the lower edge, in pixels.
    ///
    /// # Panics
    /// If the image has neither one nor three channels.
    #[must_use]
    #[track_caller]
    pub fn image<const H: usize, const W: usize, const C: usize>(
        self,
        image: &Tensor<Image<H, W, C>>,
    ) -> Self {
        assert!(
            C == 1 || C == 3,
            "an image of {C} channels has no colours; give 1 or 3"
        );
        let pixels = image.as_slice().chunks_exact(C);
        let pixels = pixels.map(|p| [0, 1, 2].map(|c| f64::from(p[c.min(C - 1)])));
        let plot = self.bare().square().across(0.0, W as f64);
        plot.up(0.0, H as f64)
            .mark("", Mark::Image(pixels.collect(), W))
    }

    /// The outline of a box in an image of `height` rows, by its middle (from the left and from the upper edge) and its sides.
    #[must_use]
    pub fn outline(
        self,
        color: super::Color,
        height: f64,
        [x, y]: [f64; 2],
        [wide, high]: [f64; 2],
    ) -> Self {
        let corners = [
            [-1.0, -1.0],
            [1.0, -1.0],
            [1.0, 1.0],
            [-1.0, 1.0],
            [-1.0, -1.0],
        ];
        let corner = |[a, b]: [f64; 2]| [x + a * wide / 2.0, height - y + b * high / 2.0];
        self.line("", color, corners.map(corner))
    }
}

impl Frame<'_> {
    pub(super) fn image(&self, sheet: &Sheet<'_>, pixels: &[[f64; 3]], columns: usize) -> Drawn {
        let rows = pixels.len() / columns;
        let corner = |x: usize, y: usize| self.pixel([x as f64, (rows - y) as f64]);
        for (i, pixel) in pixels.iter().enumerate() {
            let (x, y) = (i % columns, i / columns);
            let (Some(from), Some(to)) = (corner(x, y), corner(x + 1, y + 1)) else {
                continue;
            };
            let [r, g, b] = pixel.map(|c| (255.0 * c.clamp(0.0, 1.0)).round() as u8);
            let color = RGBColor(r, g, b).filled();
            sheet.draw(&Rectangle::new([whole(from), whole(to)], color))?;
        }
        Ok(())
    }
}
