//! The pictures of the lesson.

use examples::picture::{Color, Figure, Plot};

use crate::{features, sides, sight};

/// An image, its first row on top, from white to orange, blue where it is negative.
fn image(title: impl Into<String>, columns: usize, numbers: &[f64]) -> Plot {
    let largest = numbers
        .iter()
        .fold(1e-9, |largest: f64, x| largest.max(x.abs()));
    let rows = numbers.chunks(columns).rev().flatten();
    let to = [columns, numbers.len() / columns].map(|side| side as f64);
    Plot::new(title)
        .bare()
        .square()
        .part([0.0; 2], to, columns, rows.map(|x| x / largest))
}

/// The number of every pixel in its middle.
fn numbered(plot: Plot, columns: usize, numbers: &[f64]) -> Plot {
    let rows = numbers.len() / columns;
    numbers.iter().enumerate().fold(plot, |plot, (i, x)| {
        let [row, column] = [i / columns, i % columns];
        let at = [column as f64 + 0.5, (rows - row) as f64 - 0.5];
        match x {
            0.0 => plot,
            x => plot.word(format!("{x}"), Color::Ink, at),
        }
    })
}

/// A square around pixels, from the left upper one to the right lower one.
fn outlined(plot: Plot, name: &str, color: Color, first: [f64; 2], side: f64, rows: f64) -> Plot {
    let [top, left] = [rows - first[0], first[1]];
    let (right, bottom) = (left + side, top - side);
    let corners = [
        [left, top],
        [right, top],
        [right, bottom],
        [left, bottom],
        [left, top],
    ];
    plot.line(name, color, corners)
}

/// How many windows see each pixel, and the first two of them.
pub(crate) fn windows() -> Figure {
    // padding, length, stride
    let drawn = [
        [0.0, 3.0, 1.0],
        [1.0, 3.0, 1.0],
        [0.0, 3.0, 2.0],
        [0.0, 5.0, 1.0],
    ];
    let plots =
        sides::covered()
            .into_iter()
            .zip(drawn)
            .map(|(covered, [padding, length, stride])| {
                let sides::Covered { name, out, counts } = covered;
                let plot = image(format!("{name}: 7×7 becomes {out}×{out}"), 7, &counts)
                    .across(-1.2, 8.2)
                    .up(-1.2, 8.2);
                let plot = numbered(plot, 7, &counts);
                let plot = outlined(
                    plot,
                    "the first window",
                    Color::Blue,
                    [-padding, -padding],
                    length,
                    7.0,
                );
                outlined(
                    plot,
                    "the second",
                    Color::Violet,
                    [-padding, stride - padding],
                    length,
                    7.0,
                )
            });
    Figure::new("How many windows see each pixel", 4)
        .sized([300, 330])
        .plots(plots)
}

/// What the pixel in the middle of the output sees.
pub(crate) fn sight() -> Figure {
    let plots = sight::sights().into_iter().map(|seen| {
        let title = format!("{}: {}", seen.name, seen.field);
        let plot = numbered(image(title, 9, &seen.weights), 9, &seen.weights);
        outlined(plot, "", Color::Pale, [0.0; 2], 9.0, 9.0)
    });
    Figure::new("What one pixel of the output sees, with weights of one", 3)
        .sized([340, 350])
        .plots(plots)
}

/// Filters by hand, and their maps of a digit.
pub(crate) fn by_hand() -> Figure {
    let digit = features::digit(0);
    let maps = features::maps(&digit);
    let mut figure = Figure::new(
        "Filters by hand (orange adds, blue subtracts), and what they find in a zero",
        5,
    )
    .sized([250, 270])
    .plot(Plot::new("").bare());
    for (name, filter) in features::BY_HAND {
        let rounded = filter.map(|x| (x * 100.0).round() / 100.0);
        figure = figure.plot(numbered(image(name, 3, &rounded), 3, &rounded));
    }
    figure = figure.plot(image("a digit, enlarged", features::LARGE, &digit));
    for ((name, _), map) in features::BY_HAND.iter().zip(maps) {
        figure = figure.plot(image(format!("map: {name}"), features::LARGE, &map));
    }
    figure
}

/// Learnt filters, and their maps of a digit.
pub(crate) fn learnt(learnt: &features::Learnt) -> Figure {
    let mut figure = Figure::new(
        "Eight filters that a network found for itself, and their maps behind the relu",
        9,
    )
    .sized([170, 190])
    .plot(Plot::new("").bare());
    for (i, filter) in learnt.filters.iter().enumerate() {
        figure = figure.plot(image(format!("filter {}", i + 1), 3, filter));
    }
    figure = figure.plot(image("the digit", 8, &features::seen()));
    for (i, map) in learnt.maps.iter().enumerate() {
        figure = figure.plot(image(format!("map {}", i + 1), 8, map));
    }
    figure
}
