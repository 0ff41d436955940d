//! The picture as SVG: one text that any browser draws, with nothing to load.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;

use super::stack::{MARGIN, THICK, THIN};
use super::style::{Kind, SMALL, TITLE, width};
use super::{Edge, Form, Graph, Line, Node, grouped};

const INK: &str = "#262a33";
const PALE: &str = "#5f6673";
/// The height of the legend, and of the title above.
const LEGEND: f64 = 30.0;
const SWATCH: f64 = 14.0;

impl Graph {
    /// The picture as SVG.
    pub fn to_svg(&self) -> String {
        let kinds = if self.legend {
            self.kinds()
        } else {
            Vec::new()
        };
        let legend = kinds.iter().map(|kind| entry(*kind)).sum::<f64>();
        let [left, top, right, bottom] = self.bounds();
        let middle = f64::midpoint(left, right);
        let wide = legend.max(width(&self.title, TITLE)).max(right - left);
        let left = middle - wide / 2.0 - MARGIN;
        let top = top - MARGIN - LEGEND;
        let size = [
            wide + 2.0 * MARGIN,
            bottom + MARGIN + f64::from(u8::from(self.legend)) * LEGEND - top,
        ];
        let mut text = sheet([left, top], size);
        let look = Look {
            anchor: "middle",
            ..Look::TITLE
        };
        label(&mut text, [middle, top + 24.0], &self.title, look);
        for frame in &self.frames {
            let ([x, y], [w, h]) = (frame.at, frame.size);
            text += &format!(
                "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"8\" fill=\"{PALE}\" fill-opacity=\"0.05\" stroke=\"#b6bcc7\" stroke-dasharray=\"4 3\"/>\n"
            );
            label(&mut text, [x + 10.0, y + 15.0], &frame.label, Look::SMALL);
            let end = [x + w - 10.0, y + 15.0];
            label(&mut text, end, &frame.note, Look::SMALL.at_end());
        }
        self.edges.iter().for_each(|edge| arrow(&mut text, edge));
        self.nodes.iter().for_each(|node| boxes(&mut text, node));
        let mut x = middle - legend / 2.0;
        let y = bottom + LEGEND - SWATCH;
        for kind in kinds {
            let [fill, stroke] = kind.colors();
            text += &format!(
                "<rect x=\"{x}\" y=\"{y}\" width=\"{SWATCH}\" height=\"{SWATCH}\" rx=\"3\" fill=\"{fill}\" stroke=\"{stroke}\"/>\n"
            );
            label(
                &mut text,
                [x + SWATCH + 6.0, y + 11.0],
                kind.name(),
                Look::SMALL,
            );
            x += entry(kind);
        }
        text += "</svg>\n";
        text
    }

    /// The kinds of layers that there are, each once.
    fn kinds(&self) -> Vec<Kind> {
        let lines = self.nodes.iter().flat_map(|node| &node.lines);
        let mut kinds: Vec<Kind> = lines.map(|line| line.kind).collect();
        kinds.sort();
        kinds.dedup();
        kinds
    }

    /// Left, top, right and bottom of everything.
    fn bounds(&self) -> [f64; 4] {
        let nodes = self.nodes.iter().map(|node| {
            let ([x, y], [w, h]) = (node.at, node.size);
            [x - w / 2.0, y - h / 2.0, x + w / 2.0, y + h / 2.0]
        });
        let frames = self.frames.iter().map(|frame| {
            let ([x, y], [w, h]) = (frame.at, frame.size);
            [x, y, x + w, y + h]
        });
        let edges = self.edges.iter().flat_map(|edge| &edge.points);
        let all = nodes.chain(frames).chain(edges.map(|&[x, y]| [x, y, x, y]));
        all.reduce(|a, b| {
            [
                a[0].min(b[0]),
                a[1].min(b[1]),
                a[2].max(b[2]),
                a[3].max(b[3]),
            ]
        })
        .unwrap_or_default()
    }
}

/// The beginning of the text: a white sheet, and the tips of arrows.
fn sheet([x, y]: [f64; 2], [w, h]: [f64; 2]) -> String {
    format!(
        concat!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="{x} {y} {w} {h}" width="{w}" height="{h}" "#,
            r#"font-family="'DejaVu Sans', Verdana, Helvetica, Arial, sans-serif">"#,
            "\n",
            r#"<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">"#,
            r#"<path d="M0 1L10 5L0 9z" fill="{ink}"/></marker></defs>"#,
            "\n",
            r##"<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="#ffffff"/>"##,
            "\n"
        ),
        x = x,
        y = y,
        w = w,
        h = h,
        ink = PALE
    )
}

/// How a text looks.
struct Look {
    size: f64,
    color: &'static str,
    bold: bool,
    anchor: &'static str,
}

impl Look {
    const TITLE: Self = Self {
        size: TITLE,
        color: INK,
        bold: true,
        anchor: "start",
    };
    const SMALL: Self = Self {
        size: SMALL,
        color: PALE,
        bold: false,
        anchor: "start",
    };

    const fn at_end(self) -> Self {
        Self {
            anchor: "end",
            ..self
        }
    }
}

fn label(out: &mut String, [x, y]: [f64; 2], text: &str, look: Look) {
    if text.is_empty() {
        return;
    }
    let Look {
        size,
        color,
        bold,
        anchor,
    } = look;
    let weight = if bold { " font-weight=\"bold\"" } else { "" };
    *out += &format!(
        "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{color}\" text-anchor=\"{anchor}\"{weight}>{}</text>\n",
        escaped(text)
    );
}

fn boxes(out: &mut String, node: &Node) {
    let ([x, y], [w, h]) = (node.at, node.size);
    let [left, top] = [x - w / 2.0, y - h / 2.0];
    let Some(first) = node.lines.first() else {
        return;
    };
    let [fill, stroke] = first.kind.colors();
    match node.form {
        Form::Circle => {
            *out += &format!(
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"{}\" fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"1.3\"/>\n",
                w / 2.0
            );
            let look = Look {
                size: 17.0,
                anchor: "middle",
                ..Look::TITLE
            };
            label(out, [x, y + 6.0], &first.title, look);
        }
        Form::Pill => {
            let round = h / 2.0;
            *out += &format!(
                "<rect x=\"{left}\" y=\"{top}\" width=\"{w}\" height=\"{h}\" rx=\"{round}\" fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"1.3\"/>\n"
            );
            let color = if first.kind == Kind::End {
                "#ffffff"
            } else {
                INK
            };
            let text = match first.shape.as_str() {
                "" => first.title.clone(),
                shape => format!("{}: {shape}", first.title),
            };
            let look = Look {
                color,
                bold: false,
                anchor: "middle",
                ..Look::TITLE
            };
            label(out, [x, y + 4.5], &text, look);
        }
        Form::Box => {
            let mut y = top;
            for (i, line) in node.lines.iter().enumerate() {
                let height = if i == 0 && !line.thin { THICK } else { THIN };
                row(out, [left, y, w, height], line);
                y += height;
            }
        }
    }
}

/// One layer of a box.
fn row(out: &mut String, [x, y, w, h]: [f64; 4], line: &Line) {
    let [fill, stroke] = line.kind.colors();
    let dashed = if line.frozen {
        " stroke-dasharray=\"5 3\""
    } else {
        ""
    };
    *out += &format!(
        "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"3\" fill=\"{fill}\" stroke=\"{stroke}\"{dashed}/>\n"
    );
    let [start, end] = [x + 9.0, x + w - 9.0];
    let title = if line.frozen {
        format!("{} (frozen)", line.title)
    } else {
        line.title.clone()
    };
    let parameters = match line.parameters {
        0 => String::new(),
        n => grouped(n as u64),
    };
    let plain = Look {
        bold: false,
        ..Look::TITLE
    };
    if h < THICK {
        let look = Look {
            size: 12.0,
            bold: false,
            ..Look::TITLE
        };
        label(out, [start, y + 14.5], &title, look);
        let right = if line.shape.is_empty() {
            parameters
        } else {
            line.shape.clone()
        };
        label(out, [end, y + 14.5], &right, Look::SMALL.at_end());
    } else {
        label(out, [start, y + 16.5], &title, Look::TITLE);
        label(out, [end, y + 16.5], &line.shape, plain.at_end());
        label(out, [start, y + 32.0], &line.path, Look::SMALL);
        label(out, [end, y + 32.0], &parameters, Look::SMALL.at_end());
    }
}

/// Straight down where it can be, else with both ends upright; into a circle from its side around a corner.
fn arrow(out: &mut String, edge: &Edge) {
    let [first, rest @ ..] = edge.points.as_slice() else {
        return;
    };
    let mut path = format!("M{} {}", first[0], first[1]);
    let mut from = *first;
    for (i, &to) in rest.iter().enumerate() {
        let ([x0, y0], [x1, y1]) = (from, to);
        let last = i + 1 == rest.len();
        let corner = if x1 > x0 { 12.0 } else { -12.0 };
        // writing to a text cannot fail
        let _ = if x0 == x1 {
            write!(path, "L{x1} {y1}")
        } else if last && edge.sideways {
            write!(
                path,
                "L{x0} {}Q{x0} {y1} {} {y1}L{x1} {y1}",
                y1 - 12.0,
                x0 + corner
            )
        } else {
            let middle = f64::midpoint(y0, y1);
            write!(path, "C{x0} {middle} {x1} {middle} {x1} {y1}")
        };
        from = to;
    }
    *out += &format!(
        "<path d=\"{path}\" fill=\"none\" stroke=\"{PALE}\" stroke-width=\"1.4\" marker-end=\"url(#tip)\"/>\n"
    );
    if let ([.., [x0, _], [x, y]], false) = (edge.points.as_slice(), edge.label.is_empty()) {
        // on the side that the arrow comes from
        let (aside, look) = match x0 < x {
            true => (-7.0, Look::SMALL.at_end()),
            false => (7.0, Look::SMALL),
        };
        label(out, [x + aside, y - 9.0], &edge.label, look);
    }
}

fn entry(kind: Kind) -> f64 {
    SWATCH + 6.0 + width(kind.name(), SMALL) + 16.0
}

/// Text as it may stand between tags and in quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            // signs that XML has no place for
            c if c.is_control() => escaped += " ",
            c => escaped += &c.to_string(),
        }
    }
    escaped
}
