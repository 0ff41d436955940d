//! Curves by epoch, a panel a quantity.

use std::path::Path;

use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::coord::types::RangedCoordf64;
use plotters::element::PathElement;
use plotters::prelude::*;

use super::Error;
use super::canvas::{BLUE, Drawn, GRID, INK, ORANGE, PALE, SCALE, Sheet, px, save, text};

/// One quantity by epoch, on the data that was trained on and on the data held out.
#[derive(Clone, Debug)]
pub struct Panel<'a> {
    /// what it is: "cross-entropy"
    pub title: &'a str,
    /// by epoch, the first at 1
    pub train: &'a [f64],
    /// likewise; may be empty
    pub held_out: &'a [f64],
    /// drawn by its logarithm, as a loss is that falls to a hundredth
    pub log: bool,
}

/// The size of a panel, and the height of the title above.
const WIDTH: u32 = 560;
const HEIGHT: u32 = 380;
const HEAD: u32 = 44;

/// Draws the panels side by side under a title, and writes the picture to `path`.
///
/// # Errors
/// If the file cannot be written; what was there before stays.
pub fn curves(path: impl AsRef<Path>, title: &str, panels: &[Panel<'_>]) -> Result<(), Error> {
    let width = WIDTH * panels.len().max(1) as u32;
    save(path.as_ref(), [width, HEAD + HEIGHT], |sheet| {
        sheet.draw(&Text::new(
            title,
            (px(width) / 2, px(14)),
            text(19, FontStyle::Bold, INK),
        ))?;
        let (_, below) = sheet.split_vertically(px(HEAD));
        let parts = below.split_evenly((1, panels.len().max(1)));
        (panels.iter().zip(&parts)).try_for_each(|(panel, part)| draw(panel, part))
    })
}

fn draw(panel: &Panel<'_>, part: &Sheet<'_>) -> Drawn {
    // what is not finite has no place on the sheet; a logarithm also needs what it is taken of to be positive
    let drawn = |y: &f64| y.is_finite() && (!panel.log || *y > 0.0);
    let ys = || panel.train.iter().chain(panel.held_out).copied().filter(drawn);
    let low = ys().fold(f64::INFINITY, f64::min);
    let high = ys().fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        let middle = (px(WIDTH / 2), px(HEIGHT / 2));
        let nothing = format!("{}: nothing to draw", panel.title);
        part.draw(&Text::new(nothing, middle, text(14, FontStyle::Normal, PALE)))?;
        return Ok(());
    }
    if panel.log {
        // whole ticks at both ends, and a little air
        let range = (low / 1.3)..(high * 1.3);
        chart(panel, part, range.log_scale(), &logarithmic)
    } else {
        let air = ((high - low) * 0.06).max(1e-3);
        let range = (low - air)..(high + air);
        chart(panel, part, range, &|y| format!("{y:.2}"))
    }
}

/// A tick of a logarithmic axis: as short as it can be said.
fn logarithmic(y: &f64) -> String {
    format!("{}", (y * 1e6).round() / 1e6)
}
