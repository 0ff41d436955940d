//! Plots side by side under a title: lines, points, arrows, bars, words and coloured fields.

use std::path::Path;

use plotters::prelude::*;

use super::canvas::{Drawn, INK, Sheet, px, save, sheet, text};
use super::plot::Plot;
use super::{Error, film};

const HEAD: u32 = 44;

/// A picture of [`Plot`]s in rows.
#[derive(Clone, Debug)]
pub struct Figure {
    title: String,
    across: usize,
    size: [u32; 2],
    plots: Vec<Plot>,
}

impl Figure {
    /// A figure without plots yet, `across` of which will stand in a row.
    pub fn new(title: impl Into<String>, across: usize) -> Self {
        Self {
            title: title.into(),
            across: across.max(1),
            size: [380, 340],
            plots: Vec::new(),
        }
    }

    /// The width and the height of each plot in pixels; 380×340 unless said otherwise.
    #[must_use]
    pub fn sized(self, size: [u32; 2]) -> Self {
        Self { size, ..self }
    }

    /// Adds a plot.
    #[must_use]
    pub fn plot(mut self, plot: Plot) -> Self {
        self.plots.push(plot);
        self
    }

    /// Adds plots.
    #[must_use]
    pub fn plots(mut self, plots: impl IntoIterator<Item = Plot>) -> Self {
        self.plots.extend(plots);
        self
    }

    /// Draws the plots and writes the picture, a PNG, to `path`.
    ///
    /// # Errors
    /// If the file cannot be written; what was there before stays.
    pub fn draw(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        save(path.as_ref(), self.pixels(), |sheet| self.on(sheet))
    }

    /// Draws figures of one size, each shown for `hundredths` of a second and the last for two seconds, and writes them, an animated GIF
    /// that begins again and again, to `path`.
    ///
    /// # Errors
    /// If the file cannot be written; what was there before stays.
    pub fn film(
        path: impl AsRef<Path>,
        hundredths: u16,
        figures: impl IntoIterator<Item = Self>,
    ) -> Result<(), Error> {
        let path = path.as_ref();
        let frames = figures.into_iter().map(|figure| {
            let size = figure.pixels();
            sheet(path, size, |sheet| figure.on(sheet)).map(|pixels| (size, pixels))
        });
        film::save(path, hundredths, frames)
    }

    fn pixels(&self) -> [u32; 2] {
        let rows = self.plots.len().div_ceil(self.across).max(1);
        [
            self.size[0] * self.across as u32,
            HEAD + self.size[1] * rows as u32,
        ]
    }

    fn on(&self, sheet: &Sheet<'_>) -> Drawn {
        let middle = (px(self.pixels()[0]) / 2, px(14));
        let title = text(18, FontStyle::Bold, INK);
        sheet.draw(&Text::new(self.title.as_str(), middle, title))?;
        let rows = self.plots.len().div_ceil(self.across).max(1);
        let cells = sheet
            .split_vertically(px(HEAD))
            .1
            .split_evenly((rows, self.across));
        for (row, cells) in self
            .plots
            .chunks(self.across)
            .zip(cells.chunks(self.across))
        {
            // plots of a row stand level, whatever their keys
            let lines = row.iter().map(|plot| plot.key_lines(self.size[0]));
            let lines = lines.max().unwrap_or(0);
            for (plot, cell) in row.iter().zip(cells) {
                plot.draw(cell, self.size, lines)?;
            }
        }
        Ok(())
    }
}
