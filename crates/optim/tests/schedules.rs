//! Every schedule over 100 steps against PyTorch's, or against the formula where PyTorch lacks it.

#[path = "../../nn/tests/common/fixture.rs"]
mod fixture;

use optim::schedule::{
    Anneal, Constant, Cosine, Exponential, Gain, Linear, MultiStep, NaturalExponential, Noam,
    OnPlateau, OneCycle, PerEpoch, Polynomial, Restarts, Schedule, Sequence, Step, WarmUp,
};

fn close(name: &str, found: impl Iterator<Item = f64>, expected: &[f64]) {
    let found: Vec<f64> = found.collect();
    assert_eq!((found.len(), expected.len()), (100, 100));
    for (t, (found, expected)) in found.iter().zip(expected).enumerate() {
        // PyTorch multiplies the rate step by step, which rounds at each; relative to the first rate
        assert!(
            (found - expected).abs() < 1e-13,
            "{name}, step {t}: {found}, PyTorch has {expected}"
        );
    }
}

#[test]
fn rates_of_a_hundred_steps() {
    let rate = 0.3;
    let schedules: Vec<(&str, Box<dyn Schedule>)> = vec![
        ("constant", Box::new(Constant(rate))),
        (
            "step",
            Box::new(Step {
                rate,
                factor: 0.8,
                every: 7,
            }),
        ),
        (
            "multi_step",
            Box::new(MultiStep {
                rate,
                factor: 0.5,
                at: vec![5, 20, 21, 80],
            }),
        ),
        ("exponential", Box::new(Exponential { rate, factor: 0.97 })),
        (
            "natural_exponential",
            Box::new(NaturalExponential { rate, decay: 0.05 }),
        ),
        (
            "linear",
            Box::new(Linear {
                from: rate,
                to: 0.03,
                steps: 60,
            }),
        ),
        (
            "polynomial",
            Box::new(Polynomial {
                rate,
                end: 0.0,
                steps: 70,
                power: 2.5,
            }),
        ),
        (
            "cosine",
            Box::new(Cosine {
                rate,
                end: 0.01,
                steps: 100,
            }),
        ),
        (
            "restarts",
            Box::new(Restarts {
                rate,
                end: 0.02,
                steps: 9,
                times: 2,
            }),
        ),
        (
            "restarts_alike",
            Box::new(Restarts {
                rate,
                end: 0.0,
                steps: 13,
                times: 1,
            }),
        ),
        (
            "warm_up",
            Box::new(WarmUp {
                steps: 16,
                from: 0.25,
                then: Cosine {
                    rate,
                    end: 0.0,
                    steps: 84,
                },
            }),
        ),
        ("one_cycle", Box::new(OneCycle::new(rate, 100))),
        (
            "one_cycle_linear",
            Box::new(OneCycle {
                rising: 0.4,
                divide: 10.0,
                end: 100.0,
                anneal: Anneal::Linear,
                ..OneCycle::new(rate, 100)
            }),
        ),
        (
            "noam",
            Box::new(Noam {
                scale: 2.0,
                width: 64,
                warm_up: 20,
            }),
        ),
        (
            "sequence",
            Box::new(
                Sequence::of(
                    10,
                    WarmUp {
                        steps: 10,
                        from: 0.1,
                        then: Constant(rate),
                    },
                )
                .then(30, Exponential { rate, factor: 0.95 })
                .then(1, Constant(rate / 2.0)),
            ),
        ),
    ];
    let names: Vec<&str> = schedules.iter().map(|(name, _)| *name).collect();
    let cases = fixture::load(
        "schedules.txt",
        &[&names[..], &["plateau", "plateau_rest"]].concat(),
    );
    for (name, schedule) in &schedules {
        let case = cases
            .iter()
            .find(|case| case.name == *name)
            .expect("loaded");
        close(
            name,
            (0..100).map(|t| schedule.rate(t)),
            case.numbers("rates"),
        );
        let late = [100, 1000, usize::MAX].map(|t| schedule.rate(t));
        assert!(
            late.iter().all(|rate| (0.0..=0.3).contains(rate)),
            "{name} ends at {late:?}"
        );
    }
    let plateaus = [
        (
            "plateau",
            OnPlateau {
                patience: 3,
                ..OnPlateau::new(0.5)
            },
        ),
        (
            "plateau_rest",
            OnPlateau {
                patience: 2,
                gain: Gain::LargerBy(0.05),
                rest: 4,
                least: 0.05,
                ..OnPlateau::new(0.7)
            },
        ),
    ];
    for (name, mut plateau) in plateaus {
        let case = cases.iter().find(|case| case.name == name).expect("loaded");
        let mut rate = 0.3;
        let numbers = case.numbers("numbers").iter();
        let rates = numbers.map(|&number| {
            rate = plateau.next(rate, number);
            rate
        });
        close(name, rates, case.numbers("rates"));
    }
}

/// However short, every step has a rate between the last and the peak.
#[test]
fn a_short_cycle_has_a_rate_in_every_step() {
    for (steps, rising) in [
        (1, 0.3),
        (2, 0.5),
        (3, 1.0 / 3.0),
        (4, 0.25),
        (5, 1.0),
        (5, 0.0),
    ] {
        let cycle = OneCycle {
            rising,
            ..OneCycle::new(2.0, steps)
        };
        for t in 0..steps + 2 {
            let rate = cycle.rate(t);
            assert!(
                (0.0..=2.0).contains(&rate),
                "{steps} steps, step {t}: {rate}"
            );
        }
    }
}

#[test]
fn an_epoch_is_so_many_steps() {
    let by_epoch = PerEpoch {
        steps: 5,
        of: Exponential {
            rate: 1.0,
            factor: 0.5,
        },
    };
    assert_eq!(
        [0, 4, 5, 14].map(|t| by_epoch.rate(t)),
        [1.0, 1.0, 0.5, 0.25]
    );
    let closure = |t: usize| 1.0 / (1.0 + t as f64);
    assert_eq!(closure.rate(3), 0.25);
}

#[test]
fn a_number_that_is_none_brings_no_gain() {
    let mut plateau = OnPlateau {
        patience: 1,
        ..OnPlateau::new(0.1)
    };
    let mut rate = 1.0;
    for number in [f64::NAN, 1.0, f64::NAN, f64::NAN] {
        rate = plateau.next(rate, number);
    }
    assert_eq!(rate, 0.1);
}
