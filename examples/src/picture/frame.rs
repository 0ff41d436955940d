//! The marks of a plot, drawn where its axes say.

use std::ops::Range;

use plotters::prelude::*;
use plotters::style::Color as _;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{Drawn, Sheet, px, text};
use super::color::{Color, shade};
use super::plot::{Mark, Plot};

/// The inside of a plot: where its numbers lie on the sheet.
pub(super) struct Frame<'p> {
    pub(super) plot: &'p Plot,
    pub(super) ranges: [Range<f64>; 2],
    pub(super) size: [f64; 2],
}

impl Frame<'_> {
    /// Where a point lies, in pixels from the upper left corner; none if it is no place.
    pub(super) fn pixel(&self, point: [f64; 2]) -> Option<[f64; 2]> {
        let share = |axis: usize| {
            let Range { start, end } = self.ranges[axis].clone();
            (self.plot.at(axis, point[axis]) - start) / (end - start)
        };
        let [x, y] = [share(0) * self.size[0], (1.0 - share(1)) * self.size[1]];
        (x.is_finite() && y.is_finite()).then_some([x, y])
    }

    fn inside(&self, [x, y]: [f64; 2]) -> bool {
        let air = f64::from(px(3));
        (-air..=self.size[0] + air).contains(&x) && (-air..=self.size[1] + air).contains(&y)
    }

    pub(super) fn mark(&self, sheet: &Sheet<'_>, mark: &Mark, group: [usize; 2]) -> Drawn {
        match mark {
            Mark::Line(points, color) => self.line(sheet, points, *color),
            Mark::Dots(points, color) => {
                let places = points.iter().filter_map(|&p| self.pixel(p));
                for place in places.filter(|&p| self.inside(p)) {
                    let (at, rim) = (whole(place), RGBColor(255, 255, 255).filled());
                    sheet.draw(&Circle::new(at, px(3) + 3, rim))?;
                    sheet.draw(&Circle::new(at, px(3), color.rgb().filled()))?;
                }
                Ok(())
            }
            Mark::Arrow([from, to], color) => self.arrow(sheet, *from, *to, *color),
            Mark::Word(at, word, color) => {
                let style = text(12, FontStyle::Normal, color.rgb());
                let style = style.pos(Pos::new(HPos::Center, VPos::Center));
                let Some(place) = self.pixel(*at) else {
                    return Ok(());
                };
                sheet.draw(&Text::new(word.as_str(), whole(place), style))?;
                Ok(())
            }
            Mark::Field(numbers, columns, corners) => {
                self.field(sheet, numbers, *columns, *corners)
            }
            Mark::Bars(heights, color) => self.bars(sheet, heights, *color, group),
            Mark::Image(pixels, columns) => self.image(sheet, pixels, *columns),
        }
    }

    /// A line, cut where it leaves the plot.
    fn line(&self, sheet: &Sheet<'_>, points: &[[f64; 2]], color: Color) -> Drawn {
        let stroke = color.rgb().stroke_width(px(2) as u32);
        for pair in points.windows(2) {
            let (Some(a), Some(b)) = (self.pixel(pair[0]), self.pixel(pair[1])) else {
                continue;
            };
            if let Some([a, b]) = self.cut(a, b) {
                sheet.draw(&PathElement::new(vec![whole(a), whole(b)], stroke))?;
            }
        }
        Ok(())
    }

    /// The part of a line that lies inside (Liang, Barsky 1984).
    fn cut(&self, a: [f64; 2], b: [f64; 2]) -> Option<[[f64; 2]; 2]> {
        let (mut first, mut last) = (0.0_f64, 1.0_f64);
        for axis in 0..2 {
            let way = b[axis] - a[axis];
            let ends = [-a[axis], self.size[axis] - a[axis]];
            if way == 0.0 {
                if ends[0] > 0.0 || ends[1] < 0.0 {
                    return None;
                }
                continue;
            }
            let [enter, leave] = ends.map(|end| end / way);
            first = first.max(enter.min(leave));
            last = last.min(enter.max(leave));
        }
        let along = |share: f64| [0, 1].map(|i| a[i] + share * (b[i] - a[i]));
        (first <= last).then(|| [along(first), along(last)])
    }

    fn arrow(&self, sheet: &Sheet<'_>, from: [f64; 2], to: [f64; 2], color: Color) -> Drawn {
        let (Some(from), Some(to)) = (self.pixel(from), self.pixel(to)) else {
            return Ok(());
        };
        let [dx, dy] = [to[0] - from[0], to[1] - from[1]];
        let length = dx.hypot(dy).max(1e-9);
        let (ux, uy, tip) = (dx / length, dy / length, f64::from(px(9)));
        let back = [to[0] - ux * tip, to[1] - uy * tip];
        let stroke = color.rgb().stroke_width(px(2) as u32);
        sheet.draw(&PathElement::new(vec![whole(from), whole(back)], stroke))?;
        let side = |s: f64| whole([back[0] - s * uy * tip * 0.5, back[1] + s * ux * tip * 0.5]);
        let head = vec![whole(to), side(1.0), side(-1.0)];
        sheet.draw(&Polygon::new(head, color.rgb().filled()))?;
        Ok(())
    }

    fn field(
        &self,
        sheet: &Sheet<'_>,
        numbers: &[f64],
        columns: usize,
        corners: Option<[[f64; 2]; 2]>,
    ) -> Drawn {
        let [wide, high] = self.size;
        let [from, to] = match corners {
            None => [[0.0, high], [wide, 0.0]],
            Some([from, to]) => match [self.pixel(from), self.pixel(to)] {
                [Some(from), Some(to)] => [from, to],
                _ => return Ok(()),
            },
        };
        let rows = numbers.len() / columns;
        let between = |axis: usize, i: usize, n: usize| {
            (from[axis] + (to[axis] - from[axis]) * i as f64 / n as f64).round() as i32
        };
        for (i, &number) in numbers.iter().enumerate() {
            let (x, y) = (i % columns, i / columns);
            let corner = |x, y| (between(0, x, columns), between(1, y, rows));
            let corners = [corner(x, y + 1), corner(x + 1, y)];
            sheet.draw(&Rectangle::new(corners, shade(number).filled()))?;
        }
        Ok(())
    }

    fn bars(
        &self,
        sheet: &Sheet<'_>,
        heights: &[f64],
        color: Color,
        [group, groups]: [usize; 2],
    ) -> Drawn {
        let wide = 0.8 / groups.max(1) as f64;
        let floor = if self.plot.log[1] {
            10_f64.powf(self.ranges[1].start)
        } else {
            // bars whose foot lies below the plot begin at its edge
            self.ranges[1].start.max(0.0)
        };
        for (i, &height) in heights.iter().enumerate() {
            let left = i as f64 - 0.4 + wide * group as f64;
            let corners = [[left, floor], [left + wide * 0.92, height]];
            let [Some(a), Some(b)] = corners.map(|corner| self.pixel(corner)) else {
                continue;
            };
            if let Some([a, b]) = self.cut(a, b) {
                sheet.draw(&Rectangle::new([whole(a), whole(b)], color.rgb().filled()))?;
            }
        }
        Ok(())
    }
}

pub(super) fn whole([x, y]: [f64; 2]) -> (i32, i32) {
    (x.round() as i32, y.round() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_at_the_edge() {
        let plot = Plot::new("").across(0.0, 1.0).up(0.0, 1.0);
        let frame = Frame {
            plot: &plot,
            ranges: [0.0..1.0, 0.0..1.0],
            size: [100.0, 100.0],
        };
        let cut = frame.cut([-50.0, 50.0], [150.0, 50.0]).unwrap();
        assert_eq!(cut, [[0.0, 50.0], [100.0, 50.0]]);
        assert_eq!(frame.cut([-50.0, -1.0], [150.0, -1.0]), None);
    }
}
