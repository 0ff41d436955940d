//! The pictures of the lesson.

use examples::lesson::{cells, spaced};
use examples::picture::{Color, Figure, Plot};

use crate::logic::{self, CORNERS, Function, Plane};
use crate::rosenblatt::{self, Points, Run};

const LOW: f64 = -0.5;
const HIGH: f64 = 1.5;

/// The points of one class.
fn class(points: &[[f64; 2]], t: &[f64], positive: bool) -> Vec<[f64; 2]> {
    let pairs = points.iter().zip(t);
    pairs
        .filter(|(_, t)| (**t > 0.5) == positive)
        .map(|(&x, _)| x)
        .collect()
}

/// A function of two numbers as a field, with what it says at the corners.
fn region(title: &str, mut function: Function) -> Plot {
    let said = logic::table(&mut function);
    let shown = cells(LOW, HIGH, 100)
        .map(|x| 1.2 * (function(x) - 0.5))
        .collect::<Vec<_>>();
    Plot::new(title)
        .axes("x₁", "x₂")
        .square()
        .across(LOW, HIGH)
        .up(LOW, HIGH)
        .field(100, shown)
        .dots("0", Color::Blue, class(&CORNERS, &said, false))
        .dots("1", Color::Orange, class(&CORNERS, &said, true))
}

/// Two points of the line where a neuron turns, far outside of the picture.
fn ends(plane: Plane) -> [[f64; 2]; 2] {
    let foot = plane.foot([0.5, 0.5]);
    let [w1, w2] = plane.normal;
    let length = w1.hypot(w2);
    [-9.0, 9.0].map(|far| [foot[0] - far * w2 / length, foot[1] + far * w1 / length])
}

fn gate(title: &str, plane: Plane) -> Plot {
    let foot = plane.foot([0.5, 0.5]);
    let [w1, w2] = plane.normal;
    let length = 2.2 * w1.hypot(w2);
    region(title, plane.function())
        .line("w·x + b = 0", Color::Ink, ends(plane))
        .arrow(
            "normal w/|w|",
            Color::Green,
            foot,
            [foot[0] + w1 / length, foot[1] + w2 / length],
        )
}

/// The gates as lines, and Rosenblatt's rule.
pub(crate) fn neurons(points: &Points, run: &Run) -> Figure {
    let plane = |[w1, w2, bias]: [f64; 3]| Plane {
        normal: [w1, w2],
        bias,
    };
    let mut learnt = Plot::new("80 points sorted, and what the rule found")
        .axes("x₁", "x₂")
        .square()
        .across(-1.0, 1.0)
        .up(-1.0, 1.0)
        .dots("−1", Color::Blue, class(&points.x, &points.t, false))
        .dots("+1", Color::Orange, class(&points.x, &points.t, true));
    let rounds = run.weights.len() - 1;
    learnt = learnt
        .line("after round 1", Color::Pale, ends(plane(run.weights[1])))
        .line("at the end", Color::Ink, ends(plane(run.weights[rounds])));
    let [.., bound] = rosenblatt::bound(points, rosenblatt::SORTED_BY);
    let mut total = 0;
    let total: Vec<[f64; 2]> = run
        .mistakes
        .iter()
        .enumerate()
        .map(|(i, &mistakes)| {
            total += mistakes;
            [i as f64 + 1.0, f64::from(total as u32)]
        })
        .collect();
    let last = rounds as f64;
    let mistakes = Plot::new("its mistakes stay below the bound")
        .axes("round", "mistakes so far")
        .log([false, true])
        .up(1.0, 2.0 * bound)
        .line("(R/γ)²", Color::Orange, [[1.0, bound], [last, bound]])
        .line("mistakes", Color::Blue, total.iter().copied())
        .dots("", Color::Blue, total);
    let xor = rosenblatt::learn(&rosenblatt::exclusive_or(), 6);
    let steps = xor.path.len() - 1;
    let by_step = |i: usize| {
        let all = xor.path.iter().zip(spaced(0.0, steps as f64, steps + 1));
        all.map(move |(w, step)| [step, w[i]]).collect::<Vec<_>>()
    };
    let never = Plot::new("XOR: the weights return in every round")
        .axes("sample", "")
        .up(-1.5, 1.5)
        .line("b", Color::Pale, by_step(2))
        .line("w₂", Color::Green, by_step(1))
        .line("w₁", Color::Blue, by_step(0));
    Figure::new("A neuron is a line with a direction", 3)
        .sized([372, 400])
        .plot(gate("AND", logic::AND))
        .plot(gate("OR", logic::OR))
        .plot(gate("NOT x₁", logic::NOT))
        .plots([learnt, mistakes, never])
}

/// The graph of gates, and what every way makes of the plane.
pub(crate) fn exclusive_or() -> Figure {
    let mut graph = Plot::new("(x₁ ∨ x₂) ∧ ¬(x₁ ∧ x₂) as a graph of neurons")
        .bare()
        .across(-0.4, 4.4)
        .up(-0.8, 2.8);
    for gate in &logic::GRAPH {
        for &from in gate.reads {
            let from = logic::GRAPH[from].at;
            let [dx, dy] = [gate.at[0] - from[0], gate.at[1] - from[1]];
            // from rim to rim: boxes are wider than high
            let share = 0.27 / dx.hypot(dy * 0.6);
            let along = |s: f64| [from[0] + s * dx, from[1] + s * dy];
            graph = graph.arrow("", Color::Pale, along(share), along(1.0 - share));
        }
        graph = graph.word(gate.name, Color::Ink, gate.at);
    }
    graph = graph.arrow("", Color::Pale, [3.27, 1.0], [3.8, 1.0]).word(
        "XOR",
        Color::Orange,
        [4.1, 1.0],
    );
    let ways = logic::ways();
    Figure::new("Five ways to XOR", 3)
        .sized([372, 400])
        .plot(graph)
        .plots(
            ways.into_iter()
                .map(|(name, function)| region(name, function)),
        )
}
