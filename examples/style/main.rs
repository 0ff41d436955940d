//! Style transfer: descent on the colours of a picture, through a network that is frozen, until it has the features of one picture and the
//! Gram matrices of another.
//!
//! `cargo run --release --example style`
//!
//! Gatys, Ecker, Bethge: A neural algorithm of artistic style (2015).
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use examples::lesson::{heading, lesson};
use examples::picture::{Color, Figure, Plot};

mod drawn;
mod features;
mod transfer;

use transfer::{Descent, Judge, descend};

/// How often the network sees every digit.
const EPOCHS: usize = 12;
/// Steps of descent on a picture.
const STEPS: usize = 800;
/// After which of them the picture is drawn.
const LOOK: [usize; 5] = [0, 10, 40, 120, STEPS];
/// How much style counts beside content.
const WEIGHT: f32 = 60.0;
/// The loss falls to less than this share, and so does the distance to the style.
const SHARE: f64 = 0.1;

fn main() -> ExitCode {
    lesson("style", run)
}

fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    heading(1, "A network that tells digits apart, in any colour");
    let (features, accuracy) = features::learn(EPOCHS, 0);
    println!("right about {accuracy:.3} of 360 others; from here on nothing in it changes");

    heading(2, "A house in two styles");
    let house = drawn::house();
    let mut pictures = Vec::new();
    let mut curves = Plot::new("loss")
        .axes("step", "share of the first")
        .log([false, true]);
    let mut fell = Vec::new();
    for (name, style, color) in [
        ("waves", drawn::waves(), Color::Blue),
        ("mosaic", drawn::mosaic(), Color::Orange),
    ] {
        let mut judge = Judge::new(&features, &house, &style, WEIGHT);
        let descent = descend(&mut judge, &house, STEPS, &LOOK);
        let [first, last] = ends(&descent);
        println!(
            "{name}: loss {:.4} to {:.4}; distance to the style {:.4} to {:.4}, to the content 0 to {:.4}",
            first.total, last.total, first.style, last.style, last.content
        );
        pictures.push(Plot::new(format!("style: {name}")).image(&style));
        for (step, picture) in &descent.seen {
            let title = match step {
                0 => "content".into(),
                step => format!("after {step} steps"),
            };
            pictures.push(Plot::new(title).image(picture));
        }
        let line = descent.costs.iter().enumerate();
        let line = line.map(|(step, cost)| [step as f64, cost.total / first.total]);
        curves = curves.line(name, color, line);
        fell.push((name, last.total / first.total, last.style / first.style));
    }
    Figure::new("A house in the style of waves and of a mosaic", 6)
        .sized([210, 240])
        .plots(pictures)
        .draw(folder.join("style.png"))?;
    Figure::new("Descent on a picture", 1)
        .sized([640, 360])
        .plot(curves)
        .draw(folder.join("descent.png"))?;
    for (name, loss, style) in fell {
        if loss >= SHARE || style >= SHARE {
            return Err(format!(
                "{name}: the loss fell to {loss:.3} of the first, the distance to the style to {style:.3}; expected less than {SHARE} of each"
            )
            .into());
        }
    }
    Ok(())
}

/// The first and the last cost.
fn ends(descent: &Descent) -> [transfer::Cost; 2] {
    [descent.costs[0], descent.costs[descent.costs.len() - 1]]
}

#[cfg(test)]
mod tests {
    use core_tensor::Tensor;

    use super::*;

    #[test]
    fn a_picture_takes_on_a_style() {
        // features drawn at random say less, and enough for this
        let (features, _) = features::learn(1, 0);
        let (house, style) = (drawn::house(), drawn::mosaic());
        let mut judge = Judge::new(&features, &house, &style, WEIGHT);
        let descent = descend(&mut judge, &house, 25, &[25]);
        let [first, last] = ends(&descent);
        assert!(first.content == 0.0 && first.style > 0.1, "{first:?}");
        assert!(last.total < 0.6 * first.total, "{first:?} {last:?}");
        // the style's own style is at no distance
        let own = judge.cost(&style, &mut Tensor::zeros());
        assert!(own.style < 1e-9 && own.content > 0.1, "{own:?}");
    }

    #[test]
    fn the_slope_is_that_of_the_cost() {
        let (features, _) = features::learn(1, 1);
        let (house, style) = (drawn::house(), drawn::waves());
        let mut judge = Judge::new(&features, &house, &style, WEIGHT);
        let mut slope = Tensor::zeros();
        judge.cost(&style, &mut slope);
        // along the slope itself the cost changes by its squared length
        let square: f64 = slope.as_slice().iter().map(|&d| f64::from(d).powi(2)).sum();
        let step = 1e-2 / square.sqrt();
        let at = |sign: f64| style.zip(&slope, |x, d| x + (sign * step) as f32 * d);
        let [up, down] = [1.0, -1.0].map(|sign| judge.cost(&at(sign), &mut Tensor::zeros()).total);
        let found = (up - down) / (2.0 * step) / square;
        assert!((found - 1.0).abs() < 0.02, "{found}");
    }
}
