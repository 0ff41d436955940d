//! What several seeds found, in a table and in a picture.

use std::path::Path;

use examples::picture::{Color, Error, Figure, Plot};

use crate::learn::{Found, RATES, Ways};
use crate::samples::Task;

/// A way to learn the new classes, in numbers.
struct Way {
    name: &'static str,
    color: Color,
    /// by number of samples, of every seed
    accuracy: Vec<Vec<f64>>,
}

/// The three ways, each with its name.
pub(crate) struct Table {
    sizes: &'static [usize],
    ways: [Way; 3],
    /// the rate that did best from scratch, by number of samples
    rates: Vec<f64>,
}

/// The mean, and the deviation of a single one.
pub(crate) fn mean_and_spread(numbers: &[f64]) -> [f64; 2] {
    let n = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / n;
    let squares: f64 = numbers.iter().map(|x| (x - mean).powi(2)).sum();
    [mean, (squares / (n - 1.0).max(1.0)).sqrt()]
}

impl Table {
    /// From scratch, the rate counts that has the best mean over the seeds on the images that judge: transfer has no such help.
    pub(crate) fn of(found: &[Found], sizes: &'static [usize]) -> Self {
        let column = |size: usize, number: &dyn Fn(&Ways) -> f64| -> Vec<f64> {
            found.iter().map(|one| number(&one.ways[size])).collect()
        };
        let (mut scratch, mut rates) = (Vec::new(), Vec::new());
        for size in 0..sizes.len() {
            let by_rate = (0..RATES.len()).map(|rate| (rate, column(size, &|w| w.scratch[rate])));
            let mean = |numbers: &[f64]| mean_and_spread(numbers)[0];
            let best = by_rate.max_by(|(_, a), (_, b)| mean(a).total_cmp(&mean(b)));
            let (rate, best) = best.unwrap_or_default();
            scratch.push(best);
            rates.push(RATES[rate]);
        }
        let all =
            |number: fn(&Ways) -> f64| (0..sizes.len()).map(|size| column(size, &number)).collect();
        let way = |name, color, accuracy| Way {
            name,
            color,
            accuracy,
        };
        Self {
            sizes,
            ways: [
                way(
                    "new head, rest frozen",
                    Color::Green,
                    all(|ways| ways.frozen),
                ),
                way("fine-tuned", Color::Blue, all(|ways| ways.tuned)),
                way("from scratch", Color::Orange, scratch),
            ],
            rates,
        }
    }

    /// By how many points fine-tuning is better than what is learnt from scratch from so many samples of each class, in the mean over the seeds.
    pub(crate) fn gain(&self, size: usize) -> f64 {
        let at = self.sizes.iter().position(|&each| each == size);
        let mean = |way: usize| {
            at.map_or(f64::NAN, |at| {
                mean_and_spread(&self.ways[way].accuracy[at])[0]
            })
        };
        100.0 * (mean(1) - mean(2))
    }

    pub(crate) fn print(&self) {
        println!("\naccuracy on unseen images, mean ± spread of a single seed");
        print!("samples a class");
        self.ways.iter().for_each(|way| print!("{:>24}", way.name));
        println!("{:>12}", "its rate");
        for (at, size) in self.sizes.iter().enumerate() {
            print!("{size:15}");
            for way in &self.ways {
                let [mean, spread] = mean_and_spread(&way.accuracy[at]);
                print!("{:>24}", format!("{mean:.4} ± {spread:.4}"));
            }
            println!("{:>12}", self.rates[at]);
        }
    }

    /// Draws the accuracies over the number of samples, and those of every seed where there are `size` of them.
    pub(crate) fn draw(&self, size: usize, path: &Path) -> Result<(), Error> {
        let mut curves = Plot::new("Five new classes, unseen images")
            .axes("samples a class", "accuracy")
            .log([true, false]);
        for way in &self.ways {
            let points = self.sizes.iter().zip(&way.accuracy);
            let means = points
                .clone()
                .map(|(&n, all)| [n as f64, mean_and_spread(all)[0]]);
            let each = points.flat_map(|(&n, all)| all.iter().map(move |&one| [n as f64, one]));
            curves = curves
                .line(way.name, way.color, means)
                .dots("", way.color, each);
        }
        let at = self
            .sizes
            .iter()
            .position(|&each| each == size)
            .unwrap_or(0);
        let seeds = self.ways[0].accuracy[at].len();
        let mut bars = Plot::new(format!("{size} samples a class, seed by seed"))
            .axes("seed", "accuracy")
            .places((0..seeds).map(|seed| seed.to_string()))
            .up(0.0, 1.0);
        for way in &self.ways {
            bars = bars.bars(way.name, way.color, way.accuracy[at].iter().copied());
        }
        Figure::new("A backbone that knows five other classes", 2)
            .sized([460, 380])
            .plots([curves, bars])
            .draw(path)
    }
}

/// Draws some images of both sets.
pub(crate) fn draw_samples(task: &Task, path: &Path) -> Result<(), Error> {
    let mut figure =
        Figure::new("What the backbone learns, and below, what is new", 10).sized([110, 132]);
    for (part, names) in [
        (&task.source[1], &task.names[..5]),
        (&task.target[1], &task.names[5..]),
    ] {
        let set = part.unseen(200);
        let mut of_class = [0; 5];
        let mut plots: Vec<(usize, Plot)> = Vec::new();
        for (image, label) in set.images.iter().zip(&set.labels) {
            let class = label.index();
            of_class[class] += 1;
            if of_class[class] <= 2 {
                plots.push((class, Plot::new(names[class]).image(image)));
            }
        }
        plots.sort_by_key(|(class, _)| *class);
        figure = figure.plots(plots.into_iter().map(|(_, plot)| plot));
    }
    figure.draw(path)
}
