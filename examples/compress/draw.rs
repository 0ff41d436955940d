//! Pictures of codes: what is restored of images, and where they lie in a plane.

use core_tensor::{Image, Tensor};
use examples::images::{Grey, Images};
use examples::picture::{Color, Figure, Plot};
use nn::Class;

use super::learn::Coded;

const SHOWN: usize = 10;
const CELL: usize = 30;
const WIDE: usize = SHOWN * CELL;
/// Points of a plane at most.
const POINTS: usize = 600;

/// The first held-out image of each class, then what is left of it by each code; a column for each width of codes.
pub(crate) fn restored(test: &Images, columns: [&[Coded]; 2]) -> Figure {
    let first = |class| test.labels.iter().position(|label| label.index() == class);
    let chosen: Vec<usize> = (0..SHOWN).filter_map(first).collect();
    let numbers = columns.map(|all| all[0].codes[1][0].len());
    let title = format!(
        "Images held out, and what {} (left) and {} numbers (right) keep of them",
        numbers[0], numbers[1]
    );
    let mut figure = Figure::new(title, 2).sized([520, 88]);
    for _ in columns {
        figure = figure.plot(Plot::new("as they are").image(&strip(&test.images, &chosen)));
    }
    for row in 0..columns[0].len() {
        for column in columns {
            let coded = &column[row];
            let title = format!("{}: {:.4}", coded.name, coded.error);
            figure = figure.plot(Plot::new(title).image(&strip(&coded.restored, &chosen)));
        }
    }
    figure
}

/// Images beside one another, ink black.
fn strip(images: &[Tensor<Grey>], chosen: &[usize]) -> Tensor<Image<28, WIDE, 1>> {
    let mut strip = Tensor::full(1.0);
    for (place, &i) in chosen.iter().enumerate() {
        for y in 0..28 {
            for x in 0..28 {
                strip[[y, place * CELL + x, 0]] = 1.0 - images[i][[y, x, 0]];
            }
        }
    }
    strip
}

/// The codes of two numbers of the images held out, coloured by class.
pub(crate) fn planes(labels: &[Class<10>], all: &[Coded]) -> Figure {
    let plot = |coded: &Coded| {
        let mut plot = Plot::new(coded.name).axes("first number", "second number");
        for (class, color) in Color::CLASSES.into_iter().enumerate() {
            let codes = coded.codes[1].iter().zip(labels).take(POINTS);
            let own = codes.filter(|(_, label)| label.index() == class);
            plot = plot.dots(&class.to_string(), color, own.map(|(z, _)| [z[0], z[1]]));
        }
        plot
    };
    Figure::new(
        "Images held out as points of a plane, coloured by class, which no code was told",
        3,
    )
    .sized([470, 440])
    .plots(all.iter().map(plot))
}

/// The share of held-out codes whose nearest neighbour among the codes learnt from is of the same class.
pub(crate) fn neighbours(coded: &Coded, learnt: &[Class<10>], held_out: &[Class<10>]) -> f64 {
    let [known, asked] = &coded.codes;
    let right = |(z, label): &(&Vec<f64>, &Class<10>)| {
        let far = |w: &[f64]| z.iter().zip(w).map(|(z, w)| (z - w).powi(2)).sum::<f64>();
        let nearest = known
            .iter()
            .zip(learnt)
            .min_by(|a, b| far(a.0).total_cmp(&far(b.0)));
        nearest.is_some_and(|(_, found)| found == *label)
    };
    let right = asked.iter().zip(held_out).filter(right).count();
    right as f64 / asked.len() as f64
}
