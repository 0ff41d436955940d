//! One plot of a figure: what lies in it, and how it is drawn.

use plotters::prelude::*;
use plotters::style::Color as _;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{Drawn, GRID, INK, PALE, Sheet, px, text};
use super::chart::label;
use super::color::Color;
use super::curves::{Axis, log_ticks, ticks};
use super::frame::Frame;

/// What lies in a plot.
#[derive(Clone, Debug)]
pub(super) enum Mark {
    Line(Vec<[f64; 2]>, Color),
    Dots(Vec<[f64; 2]>, Color),
    Arrow([[f64; 2]; 2], Color),
    Word([f64; 2], String, Color),
    /// rows from the lowest, how many numbers a row has, and the corners, those of the plot if there are none
    Field(Vec<f64>, usize, Option<[[f64; 2]; 2]>),
    /// heights
    Bars(Vec<f64>, Color),
    /// red, green and blue from 0 to 1, rows from the highest, and how many pixels a row has
    Image(Vec<[f64; 3]>, usize),
}

/// Axes with anything between them. Later marks lie over earlier ones; names that are empty have no line in the key.
#[derive(Clone, Debug)]
pub struct Plot {
    title: String,
    axes: [String; 2],
    pub(super) log: [bool; 2],
    ranges: [Option<[f64; 2]>; 2],
    places: Vec<String>,
    bare: bool,
    square: bool,
    marks: Vec<Mark>,
    key: Vec<(String, usize)>,
}

impl Plot {
    /// An empty plot with its title.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            axes: [String::new(), String::new()],
            log: [false; 2],
            ranges: [None; 2],
            places: Vec::new(),
            bare: false,
            square: false,
            marks: Vec::new(),
            key: Vec::new(),
        }
    }

    /// The names of the axes, with their units.
    #[must_use]
    pub fn axes(mut self, across: &str, up: &str) -> Self {
        self.axes = [across.into(), up.into()];
        self
    }

    /// Which axes, across and up, go by logarithms; what is not positive is left out.
    #[must_use]
    pub fn log(mut self, log: [bool; 2]) -> Self {
        self.log = log;
        self
    }

    /// The numbers across; without it, all that there are.
    #[must_use]
    pub fn across(mut self, low: f64, high: f64) -> Self {
        self.ranges[0] = Some([low, high]);
        self
    }

    /// The numbers up; without it, all that there are.
    #[must_use]
    pub fn up(mut self, low: f64, high: f64) -> Self {
        self.ranges[1] = Some([low, high]);
        self
    }

    /// Words in place of the numbers 0, 1, … across.
    #[must_use]
    pub fn places<W: Into<String>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        self.places = words.into_iter().map(Into::into).collect();
        self
    }

    /// Without axes: for graphs and images.
    #[must_use]
    pub fn bare(mut self) -> Self {
        self.bare = true;
        self
    }

    /// A unit across as long as a unit up, so that right angles are drawn as such.
    #[must_use]
    pub fn square(mut self) -> Self {
        self.square = true;
        self
    }

    pub(super) fn mark(mut self, name: &str, mark: Mark) -> Self {
        if !name.is_empty() {
            self.key.push((name.into(), self.marks.len()));
        }
        self.marks.push(mark);
        self
    }

    /// A line through points.
    #[must_use]
    pub fn line(
        self,
        name: &str,
        color: Color,
        points: impl IntoIterator<Item = [f64; 2]>,
    ) -> Self {
        self.mark(name, Mark::Line(points.into_iter().collect(), color))
    }

    /// Points.
    #[must_use]
    pub fn dots(
        self,
        name: &str,
        color: Color,
        points: impl IntoIterator<Item = [f64; 2]>,
    ) -> Self {
        self.mark(name, Mark::Dots(points.into_iter().collect(), color))
    }

    /// An arrow from one point to another.
    #[must_use]
    pub fn arrow(self, name: &str, color: Color, from: [f64; 2], to: [f64; 2]) -> Self {
        self.mark(name, Mark::Arrow([from, to], color))
    }

    /// A word with its middle at a point.
    #[must_use]
    pub fn word(self, word: impl Into<String>, color: Color, at: [f64; 2]) -> Self {
        self.mark("", Mark::Word(at, word.into(), color))
    }

    /// A colour for every place: `−1` blue, `0` white, `1` orange. The rows of numbers fill the plot from below.
    ///
    /// # Panics
    /// If the numbers do not fill whole rows of `columns`.
    #[must_use]
    #[track_caller]
    pub fn field(self, columns: usize, numbers: impl IntoIterator<Item = f64>) -> Self {
        self.field_at(None, columns, numbers)
    }

    /// The same between a lower left and an upper right corner.
    ///
    /// # Panics
    /// If the numbers do not fill whole rows of `columns`.
    #[must_use]
    #[track_caller]
    pub fn part(
        self,
        from: [f64; 2],
        to: [f64; 2],
        columns: usize,
        numbers: impl IntoIterator<Item = f64>,
    ) -> Self {
        self.field_at(Some([from, to]), columns, numbers)
    }

    #[track_caller]
    fn field_at(
        self,
        corners: Option<[[f64; 2]; 2]>,
        columns: usize,
        numbers: impl IntoIterator<Item = f64>,
    ) -> Self {
        let numbers: Vec<f64> = numbers.into_iter().collect();
        assert!(
            columns > 0 && numbers.len().is_multiple_of(columns),
            "{} numbers do not fill rows of {columns}",
            numbers.len()
        );
        self.mark("", Mark::Field(numbers, columns, corners))
    }

    /// A bar for every place; several calls stand beside one another.
    #[must_use]
    pub fn bars(self, name: &str, color: Color, heights: impl IntoIterator<Item = f64>) -> Self {
        self.mark(name, Mark::Bars(heights.into_iter().collect(), color))
    }

    /// Where the entries of the key stand: how far from the left, and in which line.
    fn key_places(&self, width: u32) -> Vec<[u32; 2]> {
        let (left, right) = (LEFT + 6, width.saturating_sub(8));
        let (mut x, mut line) = (left, 0);
        let place = |(name, _): &(String, usize)| {
            let wide = 34 + 7 * name.chars().count() as u32;
            if x > left && x + wide > right {
                (x, line) = (left, line + 1);
            }
            let here = [x, line];
            x += wide;
            here
        };
        self.key.iter().map(place).collect()
    }

    /// How many lines the key takes in a plot of this width.
    pub(super) fn key_lines(&self, width: u32) -> u32 {
        let places = self.key_places(width);
        places.last().map_or(0, |[_, line]| line + 1)
    }

    /// The numbers along an axis, `0` across and `1` up, as they are drawn.
    fn numbers(&self, axis: usize) -> Vec<f64> {
        let mut all = Vec::new();
        for mark in &self.marks {
            match mark {
                Mark::Line(points, _) | Mark::Dots(points, _) => {
                    all.extend(points.iter().map(|p| p[axis]));
                }
                Mark::Arrow(ends, _) => all.extend(ends.iter().map(|p| p[axis])),
                Mark::Word(at, ..) => all.push(at[axis]),
                Mark::Bars(heights, _) if axis == 0 => {
                    all.extend([-0.5, heights.len() as f64 - 0.5]);
                }
                Mark::Bars(heights, _) => {
                    all.extend(heights);
                    if !self.log[1] {
                        all.push(0.0);
                    }
                }
                Mark::Field(_, _, Some(corners)) => all.extend(corners.iter().map(|p| p[axis])),
                Mark::Field(numbers, columns, None) => {
                    let side = [*columns, numbers.len() / columns][axis];
                    all.extend([0.0, side as f64]);
                }
                Mark::Image(pixels, columns) => {
                    all.extend([0.0, [*columns, pixels.len() / columns][axis] as f64]);
                }
            }
        }
        all
    }

    fn axis(&self, axis: usize) -> Axis {
        let at = |x: f64| self.at(axis, x);
        let range = match self.ranges[axis] {
            Some([low, high]) => at(low)..at(high),
            None => {
                let numbers = self.numbers(axis).into_iter().map(at);
                let around = |[low, high]: [f64; 2], x: f64| [low.min(x), high.max(x)];
                let [low, high] = numbers
                    .filter(|x| x.is_finite())
                    .fold([f64::INFINITY, f64::NEG_INFINITY], around);
                let [low, high] = if low > high { [0.0, 1.0] } else { [low, high] };
                let filled = self
                    .marks
                    .iter()
                    .any(|mark| matches!(mark, Mark::Field(..) | Mark::Image(..)));
                let air = if filled {
                    0.0
                } else {
                    ((high - low) * 0.04).max(1e-6)
                };
                low - air..high + air
            }
        };
        let ticks = if axis == 0 && !self.places.is_empty() {
            (0..self.places.len()).map(|i| i as f64).collect()
        } else if self.log[axis] {
            log_ticks(range.start, range.end)
        } else {
            ticks(range.start, range.end, 6, 0.0)
        };
        Axis { range, ticks }
    }

    pub(super) fn at(&self, axis: usize, x: f64) -> f64 {
        if self.log[axis] { x.log10() } else { x }
    }

    /// Draws the plot on its part of the sheet, under `lines` lines of key.
    pub(super) fn draw(&self, part: &Sheet<'_>, [width, height]: [u32; 2], lines: u32) -> Drawn {
        let middle = (px(width) / 2, px(2));
        let title = text(14, FontStyle::Normal, INK);
        part.draw(&Text::new(self.title.as_str(), middle, title))?;
        let [x_axis, y_axis] = [0, 1].map(|axis| self.axis(axis));
        let (bottom, left) = if self.bare { (8, 8) } else { (BOTTOM, LEFT) };
        let top = TOP + 18 * lines;
        // what is left over at the sides and above
        let (mut aside, mut above) = (0, 0);
        if self.square {
            let wide = f64::from(width.saturating_sub(left + 20));
            let high = f64::from(height.saturating_sub(top + bottom + 6));
            let [across, up] = [&x_axis, &y_axis].map(|axis| axis.range.end - axis.range.start);
            let unit = (wide / across).min(high / up);
            aside = px(1) * ((wide - unit * across) / 2.0) as i32;
            above = px(1) * ((high - unit * up) / 2.0) as i32;
        }
        let mut chart = ChartBuilder::on(part)
            .margin_left(px(4) + aside)
            .margin_right(px(16) + aside)
            .margin_top(px(top) + above)
            .margin_bottom(px(6) + above)
            .x_label_area_size(px(bottom))
            .y_label_area_size(px(left))
            .build_cartesian_2d(x_axis, y_axis)?;
        if !self.bare {
            let number =
                |axis: usize, x: f64| label(if self.log[axis] { 10_f64.powf(x) } else { x });
            let across = |x: &f64| match self.places.get(x.round() as usize) {
                Some(word) if *x >= 0.0 => word.clone(),
                _ => number(0, *x),
            };
            chart
                .configure_mesh()
                .bold_line_style(GRID.stroke_width(px(1) as u32))
                .light_line_style(TRANSPARENT)
                .axis_style(PALE.stroke_width(px(1) as u32))
                .set_all_tick_mark_size(px(3))
                .y_label_offset(px(2))
                .x_desc(self.axes[0].as_str())
                .y_desc(self.axes[1].as_str())
                .x_label_formatter(&across)
                .y_label_formatter(&|y| number(1, *y))
                .label_style(text(11, FontStyle::Normal, PALE))
                .axis_desc_style(text(12, FontStyle::Normal, INK))
                .draw()?;
        }
        let inner = chart.plotting_area().strip_coord_spec();
        let (wide, high) = inner.dim_in_pixel();
        let frame = Frame {
            plot: self,
            ranges: [0, 1].map(|axis| self.axis(axis).range),
            size: [f64::from(wide), f64::from(high)],
        };
        let groups = self.marks.iter().filter(|m| matches!(m, Mark::Bars(..)));
        let groups = groups.count();
        let mut group = 0;
        for mark in &self.marks {
            frame.mark(&inner, mark, [group, groups])?;
            group += usize::from(matches!(mark, Mark::Bars(..)));
        }
        self.draw_key(part, width)
    }

    fn draw_key(&self, part: &Sheet<'_>, width: u32) -> Drawn {
        let style = text(12, FontStyle::Normal, INK).pos(Pos::new(HPos::Left, VPos::Center));
        for ((name, mark), [x, line]) in self.key.iter().zip(self.key_places(width)) {
            let (x, y) = (px(x), px(30 + 18 * line));
            match &self.marks[*mark] {
                Mark::Line(_, color) | Mark::Arrow(_, color) => {
                    let stroke = color.rgb().stroke_width(px(2) as u32);
                    part.draw(&PathElement::new(vec![(x, y), (x + px(18), y)], stroke))?;
                }
                Mark::Dots(_, color) => {
                    part.draw(&Circle::new((x + px(9), y), px(3), color.rgb().filled()))?;
                }
                Mark::Bars(_, color) => {
                    let square = [(x + px(4), y - px(5)), (x + px(14), y + px(5))];
                    part.draw(&Rectangle::new(square, color.rgb().filled()))?;
                }
                Mark::Word(..) | Mark::Field(..) | Mark::Image(..) => {}
            }
            part.draw(&Text::new(name.as_str(), (x + px(23), y), style.clone()))?;
        }
        Ok(())
    }
}

const LEFT: u32 = 56;
const BOTTOM: u32 = 42;
const TOP: u32 = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_takes_the_lines_that_it_needs() {
        let plot = Plot::new("")
            .line("short", Color::Blue, [])
            .line("x", Color::Ink, []);
        assert_eq!(plot.key_lines(380), 1);
        let long = "a name that is so long that it fills a line";
        assert_eq!(plot.line(long, Color::Red, []).key_lines(380), 2);
    }
}
