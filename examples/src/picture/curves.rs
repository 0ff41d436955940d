//! Curves by epoch, a panel a quantity.

use std::ops::Range;
use std::path::Path;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::Error;
use super::canvas::{BLUE, Drawn, GRID, INK, ORANGE, PALE, Sheet, px, save, text};

/// One quantity by epoch, on the data that was trained on and on the data held out.
#[derive(Clone, Debug)]
pub struct Panel<'a> {
    /// what it is: "cross-entropy"
    pub title: &'a str,
    /// by epoch, the first at 1
    pub train: &'a [f64],
    /// likewise; may be empty
    pub held_out: &'a [f64],
    /// drawn by its logarithm, as suits a loss that falls to a hundredth; what is not positive is left out
    pub log: bool,
}

/// The size of a panel, and the height of the title above.
const WIDTH: u32 = 560;
const HEIGHT: u32 = 380;
const HEAD: u32 = 44;

/// Draws the panels side by side under a title, and writes the picture to `path`. Numbers that are not finite are left out.
///
/// # Errors
/// If the file cannot be written; what was there before stays.
pub fn curves(path: impl AsRef<Path>, title: &str, panels: &[Panel<'_>]) -> Result<(), Error> {
    let across = panels.len().max(1);
    let width = WIDTH * across as u32;
    save(path.as_ref(), [width, HEAD + HEIGHT], |sheet| {
        let middle = (px(width) / 2, px(16));
        sheet.draw(&Text::new(title, middle, text(18, FontStyle::Bold, INK)))?;
        let parts = sheet.split_vertically(px(HEAD)).1.split_evenly((1, across));
        (panels.iter().zip(&parts)).try_for_each(|(panel, part)| draw(panel, part))
    })
}

fn draw(panel: &Panel<'_>, part: &Sheet<'_>) -> Drawn {
    let at = |&y: &f64| if panel.log { y.log10() } else { y };
    let points = |ys: &[f64]| -> Vec<(f64, f64)> {
        let points = ys.iter().map(at).zip(1..).map(|(y, x)| (f64::from(x), y));
        points.filter(|(_, y)| y.is_finite()).collect()
    };
    let series = [
        ("held out", ORANGE, points(panel.held_out)),
        ("trained on", BLUE, points(panel.train)),
    ];
    let middle = px(WIDTH) / 2;
    part.draw(&Text::new(
        panel.title,
        (middle, px(4)),
        text(15, FontStyle::Normal, INK),
    ))?;

    let ys = || series.iter().flat_map(|(.., points)| points).map(|p| p.1);
    let low = ys().fold(f64::INFINITY, f64::min);
    let high = ys().fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        let place = (middle, px(HEIGHT) / 2);
        part.draw(&Text::new(
            "no numbers to draw",
            place,
            text(13, FontStyle::Normal, PALE),
        ))?;
        return Ok(());
    }
    let air = ((high - low) * 0.05).max(0.005);
    let (low, high) = (low - air, high + air);
    let epochs = panel.train.len().max(panel.held_out.len()) as f64;
    let x_ticks = ticks(1.0, epochs, 8, 1.0);
    let y_ticks = if panel.log {
        log_ticks(low, high)
    } else {
        ticks(low, high, 8, 0.0)
    };
    // one epoch is a point: give it a width to stand in
    let (left, right) = if epochs > 1.0 {
        (1.0, epochs)
    } else {
        (0.5, 1.5)
    };

    let mut chart = ChartBuilder::on(part)
        .margin_left(px(10))
        .margin_right(px(28))
        .margin_top(px(56))
        .margin_bottom(px(8))
        .x_label_area_size(px(46))
        .y_label_area_size(px(56))
        .build_cartesian_2d(
            Axis {
                range: left..right,
                ticks: x_ticks,
            },
            Axis {
                range: low..high,
                ticks: y_ticks,
            },
        )?;
    let y_label = |&y: &f64| {
        let y = if panel.log { 10_f64.powf(y) } else { y };
        format!("{}", (y * 1e5).round() / 1e5)
    };
    chart
        .configure_mesh()
        .bold_line_style(GRID.stroke_width(px(1) as u32))
        .light_line_style(TRANSPARENT)
        .axis_style(PALE.stroke_width(px(1) as u32))
        .set_all_tick_mark_size(px(4))
        .y_label_offset(px(2))
        .x_desc("epoch")
        .x_label_formatter(&|x| format!("{x}"))
        .y_label_formatter(&y_label)
        .label_style(text(12, FontStyle::Normal, PALE))
        .axis_desc_style(text(13, FontStyle::Normal, INK))
        .draw()?;

    // the key stands over the chart, where no curve runs into it
    let label = text(12, FontStyle::Normal, INK).pos(Pos::new(HPos::Left, VPos::Top));
    let shown = series
        .iter()
        .rev()
        .filter(|(.., points)| !points.is_empty());
    for (i, (name, color, points)) in shown.enumerate() {
        let stroke = color.stroke_width(px(2) as u32);
        chart.draw_series(LineSeries::new(points.iter().copied(), stroke))?;
        if points.len() <= 40 {
            let dot = |&point| Circle::new(point, px(3), color.filled());
            chart.draw_series(points.iter().map(dot))?;
        }
        let x = middle - px(100) + px(120) * i as i32;
        part.draw(&PathElement::new(
            vec![(x, px(37)), (x + px(22), px(37))],
            stroke,
        ))?;
        part.draw(&Text::new(*name, (x + px(29), px(33)), label.clone()))?;
    }
    Ok(())
}

/// An axis with the ticks that it is given; the library's own choice leaves short logarithmic axes without any.
pub(super) struct Axis {
    pub(super) range: Range<f64>,
    pub(super) ticks: Vec<f64>,
}

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (first, last): (i32, i32)) -> i32 {
        let share = (value - self.range.start) / (self.range.end - self.range.start);
        first + (share * f64::from(last - first)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.clone()
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

/// At most `most` round numbers from `low` to `high`, at least `least` apart.
pub(super) fn ticks(low: f64, high: f64, most: usize, least: f64) -> Vec<f64> {
    let rough = ((high - low) / most as f64).max(1e-9);
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|round| round * power);
    let step = step.into_iter().find(|&step| step >= rough * 0.999);
    let step = step.unwrap_or(10.0 * power).max(least);
    let numbers = (low / step).ceil() as i64..=(high / step).floor() as i64;
    numbers.map(|i| i as f64 * step).collect()
}

/// The powers of ten between two logarithms; twice and five times them where they are few.
pub(super) fn log_ticks(low: f64, high: f64) -> Vec<f64> {
    let round: &[f64] = match high - low {
        span if span > 4.0 => &[1.0],
        span if span > 0.7 => &[1.0, 2.0, 5.0],
        _ => &[1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0],
    };
    let powers = low.floor() as i32..=high.ceil() as i32;
    let all = powers.flat_map(|power| round.iter().map(move |r| r.log10() + f64::from(power)));
    all.filter(|tick| (low..=high).contains(tick)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(ticks(1.0, 10.0, 8, 1.0), [2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(ticks(1.0, 3.0, 8, 1.0), [1.0, 2.0, 3.0]);
        assert_eq!(ticks(-0.1, 1.04, 4, 0.0), [0.0, 0.5, 1.0]);
    }

    #[test]
    fn logarithms_have_their_powers_of_ten() {
        let wide: Vec<_> = log_ticks(-5.5, 0.5).iter().map(|t| t.round()).collect();
        assert_eq!(wide, [-5.0, -4.0, -3.0, -2.0, -1.0, 0.0]);
        let small: Vec<_> = log_ticks(-1.5, 0.0)
            .iter()
            .map(|t| (10_f64.powf(*t) * 100.0).round())
            .collect();
        assert_eq!(small, [5.0, 10.0, 20.0, 50.0, 100.0]);
    }
}
