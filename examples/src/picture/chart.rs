//! Lines over any two quantities, with points where something was measured.

use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::Error;
use super::canvas::{BLUE, Drawn, GRID, INK, ORANGE, PALE, Sheet, px, save, text};
use super::curves::{Axis, log_ticks, ticks};

/// A picture of lines.
#[derive(Clone, Debug)]
pub struct Chart<'a> {
    /// what it shows
    pub title: &'a str,
    /// the names of the axes, with their units
    pub axes: [&'a str; 2],
    /// both axes by their logarithms; what is not positive is left out
    pub log: bool,
    /// up to four, the first drawn on top
    pub lines: &'a [Line<'a>],
}

/// One line of a [`Chart`].
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// what it stands for
    pub name: &'a str,
    /// from left to right
    pub points: &'a [[f64; 2]],
    /// points for what was measured, a line for what was worked out; both if they are joined
    pub style: [bool; 2],
}

const SIZE: [u32; 2] = [720, 460];
const HEAD: u32 = 44;

impl Chart<'_> {
    /// Draws the lines and writes the picture to `path`.
    ///
    /// # Errors
    /// If the file cannot be written; what was there before stays.
    pub fn draw(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        save(path.as_ref(), SIZE, |sheet| {
            let middle = (px(SIZE[0]) / 2, px(16));
            sheet.draw(&Text::new(
                self.title,
                middle,
                text(18, FontStyle::Bold, INK),
            ))?;
            self.lines_on(&sheet.split_vertically(px(HEAD)).1)
        })
    }

    /// The points of a line as they are drawn.
    fn points(&self, line: &Line<'_>) -> Vec<(f64, f64)> {
        let at = |x: f64| if self.log { x.log10() } else { x };
        let points = line.points.iter().map(|&[x, y]| (at(x), at(y)));
        points
            .filter(|(x, y)| x.is_finite() && y.is_finite())
            .collect()
    }

    /// The axis that holds all numbers, with a little air.
    fn axis(&self, numbers: impl Iterator<Item = f64>) -> Axis {
        let around = |[low, high]: [f64; 2], x: f64| [low.min(x), high.max(x)];
        let [low, high] = numbers.fold([f64::INFINITY, f64::NEG_INFINITY], around);
        let [low, high] = if low > high { [0.0, 1.0] } else { [low, high] };
        let air = ((high - low) * 0.04).max(1e-6);
        let range = low - air..high + air;
        let ticks = if self.log {
            log_ticks(range.start, range.end)
        } else {
            ticks(range.start, range.end, 8, 0.0)
        };
        Axis { range, ticks }
    }

    fn lines_on(&self, part: &Sheet<'_>) -> Drawn {
        let all: Vec<_> = self
            .lines
            .iter()
            .flat_map(|line| self.points(line))
            .collect();
        let mut chart = ChartBuilder::on(part)
            .margin_left(px(10))
            .margin_right(px(28))
            .margin_top(px(36))
            .margin_bottom(px(8))
            .x_label_area_size(px(46))
            .y_label_area_size(px(72))
            .build_cartesian_2d(
                self.axis(all.iter().map(|p| p.0)),
                self.axis(all.iter().map(|p| p.1)),
            )?;
        let label = |x: &f64| label(if self.log { 10_f64.powf(*x) } else { *x });
        chart
            .configure_mesh()
            .bold_line_style(GRID.stroke_width(px(1) as u32))
            .light_line_style(TRANSPARENT)
            .axis_style(PALE.stroke_width(px(1) as u32))
            .set_all_tick_mark_size(px(4))
            .y_label_offset(px(2))
            .x_desc(self.axes[0])
            .y_desc(self.axes[1])
            .x_label_formatter(&label)
            .y_label_formatter(&label)
            .label_style(text(12, FontStyle::Normal, PALE))
            .axis_desc_style(text(13, FontStyle::Normal, INK))
            .draw()?;
        let key = text(12, FontStyle::Normal, INK).pos(Pos::new(HPos::Left, VPos::Top));
        let lines = self.lines.iter().zip([BLUE, ORANGE, INK, PALE]).enumerate();
        for (i, (line, color)) in lines.rev() {
            let (points, [dotted, joined]) = (self.points(line), line.style);
            let stroke = color.stroke_width(px(2) as u32);
            // the key stands over the chart, where no line runs into it
            let (x, y) = (px(90) + px(200) * i as i32, px(17));
            if joined {
                chart.draw_series(LineSeries::new(points.iter().copied(), stroke))?;
                part.draw(&PathElement::new(vec![(x, y), (x + px(22), y)], stroke))?;
            }
            if dotted {
                let dot = |&point| Circle::new(point, px(3), color.filled());
                chart.draw_series(points.iter().map(dot))?;
                part.draw(&Circle::new((x + px(11), y), px(3), color.filled()))?;
            }
            part.draw(&Text::new(line.name, (x + px(29), y - px(5)), key.clone()))?;
        }
        Ok(())
    }
}

/// A number as it stands at an axis: powers of ten where it is far from one.
pub(super) fn label(x: f64) -> String {
    let rounded = |x: f64| format!("{}", (x * 1e4).round() / 1e4);
    match x.abs() {
        0.0 | 1e-3..1e5 => rounded(x),
        _ => {
            let power = x.abs().log10().floor();
            format!("{}e{power}", rounded(x / 10_f64.powf(power)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_short() {
        let all = [0.0, 0.25, -3.0, 20000.0, 1e-6, 2e-5, 1e7].map(label);
        assert_eq!(all, ["0", "0.25", "-3", "20000", "1e-6", "2e-5", "1e7"]);
    }
}
