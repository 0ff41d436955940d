//! What the tasks draw.

use std::path::Path;

use examples::picture::{Color, Error, Figure, Plot};

use crate::brackets::{self, SIGNS, UNITS};
use crate::characters::{self, mean};
use crate::{motion, sums};

/// A line from its numbers, counted from 1.
fn counted(numbers: &[f64]) -> Vec<[f64; 2]> {
    let point = |(i, &y): (usize, &f64)| [i as f64 + 1.0, y];
    numbers.iter().enumerate().map(point).collect()
}

/// Learning curves, and a piece of the held-out text with what each of its characters costs.
pub(crate) fn of_characters(
    folder: &Path,
    all: &[characters::Learnt],
    ngram: &[f64],
    best: &characters::Learnt,
    text: &[char],
) -> Result<(), Error> {
    let ends = |y: f64| [[1.0, y], [all[0].curve.len().max(2) as f64, y]];
    let mut curves = Plot::new("bits a byte while learning").axes("epoch", "bits");
    let mut bars = Plot::new("bits a held-out character");
    let mut names = vec!["n-gram".to_string()];
    let mut heights = vec![mean(ngram)];
    for (learnt, color) in all.iter().zip(Color::ALL) {
        curves = curves.line(learnt.name, color, counted(&learnt.curve));
        names.push(learnt.name.into());
        heights.push(learnt.mean());
    }
    curves = curves.line("n-gram, held out", Color::Pale, ends(mean(ngram)));
    bars = bars.places(names).bars("", Color::Blue, heights);
    Figure::new("Networks that write a text, against an n-gram model", 2)
        .sized([520, 360])
        .plot(curves)
        .plot(bars)
        .draw(folder.join("characters.png"))?;

    // lines of 72 characters, from the middle of the held-out part on
    const COLUMNS: usize = 72;
    const ROWS: usize = 18;
    let from = (text.len() / 2).saturating_sub(COLUMNS * ROWS / 2);
    let many = (text.len() - from).min(COLUMNS * ROWS) / COLUMNS * COLUMNS;
    let rows = many / COLUMNS;
    // the lowest row first
    let order = (0..rows)
        .rev()
        .flat_map(|row| (0..COLUMNS).map(move |i| from + row * COLUMNS + i));
    let gain = order.map(|i| (ngram[i] - best.bits[i]) / 6.0);
    let title = format!(
        "orange: the {} is surprised less, blue: the n-gram is; 6 bits for the full colour",
        best.name
    );
    let mut plot = Plot::new(title).bare().field(COLUMNS, gain);
    for i in 0..many {
        let at = [
            (i % COLUMNS) as f64 + 0.5,
            (rows - i / COLUMNS) as f64 - 0.5,
        ];
        let sign = match text[from + i] {
            '\n' => '⏎',
            ' ' => continue,
            sign => sign,
        };
        plot = plot.word(sign, Color::Ink, at);
    }
    Figure::new("Where a memory helps: held-out text", 1)
        .sized([1120, 420])
        .plot(plot)
        .draw(folder.join("surprise.png"))
}

/// The share of right sums while learning, and by carries.
pub(crate) fn of_sums(folder: &Path, learnt: &sums::Learnt) -> Result<(), Error> {
    let curve = Plot::new("unseen sums with the whole answer right")
        .axes("epoch", "share")
        .up(0.0, 1.05)
        .line("", Color::Orange, counted(&learnt.curve));
    let bars = Plot::new("by the number of carries")
        .places(["0", "1", "2", "3"])
        .up(0.0, 1.05)
        .bars("", Color::Blue, learnt.by_carries);
    let mut shown = Plot::new("some unseen sums")
        .bare()
        .across(0.0, 2.0)
        .up(0.0, 8.0);
    for (i, (question, said, right)) in learnt.shown.iter().enumerate() {
        let at = [(i / 8) as f64 + 0.5, 7.5 - (i % 8) as f64];
        let color = if *right { Color::Ink } else { Color::Red };
        shown = shown.word(format!("{question} = {said}"), color, at);
    }
    Figure::new("Sums of three digits, character by character", 3)
        .sized([380, 330])
        .plots([curve, bars, shown])
        .draw(folder.join("sums.png"))
}

/// The states of the network along a text, and how many brackets are open.
pub(crate) fn of_brackets(folder: &Path, learnt: &brackets::Learnt) -> Result<(), Error> {
    let mut depth = 0.0;
    let depths: Vec<f64> = learnt
        .text
        .iter()
        .map(|&sign| {
            depth += if sign < 2 { 1.0 } else { -1.0 };
            depth
        })
        .collect();
    let steps = learnt.text.len();
    let unit = |unit: usize| -> Vec<f64> {
        (0..steps)
            .map(|t| f64::from(learnt.states[t * UNITS + unit]))
            .collect()
    };
    // units by how closely they follow the depth
    let mut units: Vec<(f64, Vec<f64>)> = (0..UNITS)
        .map(|i| (correlation(&unit(i), &depths), unit(i)))
        .collect();
    units.sort_by(|a, b| a.0.total_cmp(&b.0));
    let cells = units.iter().flat_map(|(_, states)| states.iter().copied());
    let states = Plot::new("the state: a row a unit, orange +1, blue −1; in the order of their correlation with the depth")
        .places(learnt.text.map(|sign| SIGNS[sign]))
        .across(-0.5, steps as f64 - 0.5)
        .axes("", "unit")
        .part([-0.5, 0.0], [steps as f64 - 0.5, UNITS as f64], steps, cells);
    let line = depths
        .iter()
        .enumerate()
        .map(|(t, &depth)| [t as f64, depth]);
    let depth = Plot::new("brackets that are open")
        .places(learnt.text.map(|sign| SIGNS[sign]))
        .across(-0.5, steps as f64 - 0.5)
        .axes("", "depth")
        .line("", Color::Blue, line);
    Figure::new(
        "What an LSTM keeps while it reads brackets, twice as many as it was taught with",
        1,
    )
    .sized([1000, 300])
    .plots([depth, states])
    .draw(folder.join("brackets.png"))
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let [a, b] = [a, b].map(|x| {
        let mean = mean(x);
        x.iter().map(move |x| x - mean).collect::<Vec<f64>>()
    });
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt().max(1e-12)
}

/// Films of unseen digits: the last frames that were seen, the next, and what was foretold; and the errors.
pub(crate) fn of_motion(folder: &Path, learnt: &motion::Learnt) -> Result<(), Error> {
    let mut plots = Vec::new();
    for shown in &learnt.shown {
        for (t, frame) in shown.seen.iter().enumerate().skip(motion::L - 4) {
            plots.push(Plot::new(format!("frame {}", t + 1)).image(frame));
        }
        plots.push(Plot::new("what follows").image(&shown.next));
        plots.push(Plot::new("foretold").image(&shown.foretold));
    }
    Figure::new("The next frame, by a convolution inside a recurrence", 6)
        .sized([150, 178])
        .plots(plots)
        .draw(folder.join("frames.png"))?;
    let errors = |which: usize| -> Vec<f64> { learnt.errors.iter().map(|e| e[which]).collect() };
    let errors = Plot::new("error of the next frame")
        .axes("frames seen", "mean squared error")
        .line("foretold", Color::Orange, counted(&errors(0)))
        .line("the last frame again", Color::Pale, counted(&errors(1)));
    let curve = Plot::new("while learning")
        .axes("epoch", "cross-entropy")
        .line("", Color::Blue, counted(&learnt.curve));
    Figure::new("A memory of where things go", 2)
        .sized([460, 340])
        .plots([curve, errors])
        .draw(folder.join("motion.png"))
}
