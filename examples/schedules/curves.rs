//! Every schedule over a hundred steps.

use optim::schedule::{
    Anneal, Constant, Cosine, Exponential, Linear, MultiStep, NaturalExponential, Noam, OnPlateau,
    OneCycle, PerEpoch, Polynomial, Restarts, Schedule, Sequence, Step, WarmUp,
};

/// How many steps are drawn.
pub(crate) const STEPS: usize = 100;

/// Some schedules that belong together: their names and their rates, step by step.
pub(crate) struct Group {
    pub(crate) title: &'static str,
    pub(crate) curves: Vec<(&'static str, Vec<f64>)>,
}

fn rates(schedule: &impl Schedule) -> Vec<f64> {
    (0..STEPS).map(|t| schedule.rate(t)).collect()
}

/// A line each: a name and its schedule.
macro_rules! group {
    ($title:literal: $($name:literal => $schedule:expr),+) => {
        Group { title: $title, curves: vec![$(($name, rates(&$schedule))),+] }
    };
}

/// All of them, from a rate of 1.
pub(crate) fn all() -> Vec<Group> {
    let (rate, end, steps) = (1.0, 0.0, STEPS);
    let cosine = Cosine { rate, end, steps };
    // with w = 10 up to 1: s·√(1/196)·√(1/10) = 1
    let top = 14.0 * 10_f64.sqrt();
    let wave = |t: usize| 0.5 + 0.5 * (0.2 * t as f64).cos() * 0.97_f64.powi(t as i32);
    vec![
        group!("steps":
            "Constant" => Constant(rate),
            "Step" => Step { rate, factor: 0.5, every: 20 },
            "MultiStep" => MultiStep { rate, factor: 0.3, at: vec![30, 70] }),
        group!("exponential":
            "Exponential" => Exponential { rate, factor: 0.96 },
            "NaturalExponential" => NaturalExponential { rate, decay: 0.02 }),
        group!("to an end":
            "Linear" => Linear { from: rate, to: 0.1, steps: 80 },
            "Polynomial, p = 2" => Polynomial { rate, end, steps, power: 2.0 },
            "Cosine" => cosine),
        group!("restarts":
            "Restarts, twice as long" => Restarts { rate, end, steps: 14, times: 2 },
            "Restarts, as long" => Restarts { rate, end, steps: 25, times: 1 }),
        group!("warm-up":
            "WarmUp, Cosine" => WarmUp { steps: 15, from: 0.0, then: Cosine { steps: 85, ..cosine } },
            "WarmUp, Constant" => WarmUp { steps: 40, from: 0.25, then: Constant(0.8) }),
        group!("one cycle":
            "OneCycle" => OneCycle::new(rate, steps),
            "along lines" => OneCycle { anneal: Anneal::Linear, rising: 0.45, ..OneCycle::new(rate, steps) }),
        group!("Noam: up for w steps, down with the root":
            "w = 10" => Noam { scale: top, width: 196, warm_up: 10 },
            "w = 40" => Noam { scale: top, width: 196, warm_up: 40 }),
        group!("sequences":
            "Linear, Constant, Cosine" => Sequence::of(15, Linear { from: 0.1, to: 1.0, steps: 15 })
                .then(35, Constant(1.0))
                .then(0, Cosine { rate, end, steps: 50 }),
            "PerEpoch of 10, Exponential" => PerEpoch { steps: 10, of: Exponential { rate, factor: 0.7 } },
            "a closure" => wave),
        Group {
            title: "on a plateau, by the loss",
            curves: vec![
                ("OnPlateau", plateau()),
                ("loss", (0..STEPS).map(loss).collect()),
            ],
        },
    ]
}

/// A loss that falls, and stays for a while in two places.
pub(crate) fn loss(t: usize) -> f64 {
    let t = t as f64;
    match t {
        ..20.0 => 0.9 - 0.02 * t,
        ..40.0 => 0.5,
        ..60.0 => 0.5 - 0.015 * (t - 40.0),
        _ => 0.2,
    }
}

fn plateau() -> Vec<f64> {
    let mut plateau = OnPlateau {
        patience: 8,
        ..OnPlateau::new(0.5)
    };
    let mut rate = 1.0;
    let step = |t| {
        let next = plateau.next(rate, loss(t));
        std::mem::replace(&mut rate, next)
    };
    (0..STEPS).map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(name: &str) -> Vec<f64> {
        let mut curves = all().into_iter().flat_map(|group| group.curves);
        curves.find(|(n, _)| *n == name).expect("one of them").1
    }

    #[test]
    fn rates_by_hand() {
        let all = [
            ("Constant", 99, 1.0),
            ("Step", 59, 0.25),
            ("MultiStep", 70, 0.09),
            ("Exponential", 2, 0.9216),
            ("NaturalExponential", 50, 1.0 / std::f64::consts::E),
            ("Linear", 40, 0.55),
            ("Linear", 90, 0.1),
            ("Polynomial, p = 2", 50, 0.25),
            ("Cosine", 50, 0.5),
            ("Restarts, twice as long", 14, 1.0),
            ("Restarts, twice as long", 28, 0.5),
            ("Restarts, as long", 75, 1.0),
            ("WarmUp, Cosine", 3, 0.2),
            ("WarmUp, Cosine", 15, 1.0),
            ("WarmUp, Constant", 20, 0.5),
            ("OneCycle", 0, 0.04),
            ("OneCycle", 29, 1.0),
            ("OneCycle", 99, 4e-6),
            ("along lines", 44, 1.0),
            ("along lines", 22, 0.52),
            // the top of w = 10 is 1, in its tenth step; that of w = 40 half of it; then both fall with the root
            ("w = 10", 9, 1.0),
            ("w = 40", 39, 0.5),
            ("w = 10", 89, 1.0 / 3.0),
            ("w = 40", 89, 1.0 / 3.0),
            ("Linear, Constant, Cosine", 30, 1.0),
            ("Linear, Constant, Cosine", 75, 0.5),
            ("PerEpoch of 10, Exponential", 29, 0.49),
            // a gain ends in step 20; the ninth epoch without one, step 29 counted from 1, halves the rate
            ("OnPlateau", 29, 1.0),
            ("OnPlateau", 30, 0.5),
            ("OnPlateau", 39, 0.25),
        ];
        for (name, step, rate) in all {
            let found = curve(name)[step];
            assert!((found - rate).abs() < 1e-12, "{name} at {step}: {found}");
        }
    }
}
