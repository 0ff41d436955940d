//! Curvature along a training path: the largest eigenvalue of the Hessian of a small network, measured before every step.
//!
//! `cargo run --release --example curvature` trains on 8×8 digits by gradient descent with all samples at once, and asks for the sharpest
//! direction by power iteration: `v ← H·v / |H·v|`, a Hessian-vector product a turn. A parabola of curvature `a` is descended in steps of
//! `rate` as long as `a < 2 / rate`. The loss is no parabola: where gradient descent may go on, it climbs into sharper and sharper
//! ground until it meets that border, and there it stays (Cohen et al.: Gradient descent on neural networks typically occurs at the
//! edge of stability, 2021).
#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::process::ExitCode;

use autodiff::Dual;
use clap::Parser;
use core_tensor::{Image, Tensor, Vector};
use examples::picture::{Panel, curves};
use models::data::digits;
use nn::{
    DualNetwork, Flatten, Hvp, Init, Linear, Mse, Network, Tanh, constants, set_weights, weights,
};

/// Measures how sharply the loss of a small network curves while it learns.
#[derive(Parser)]
struct Options {
    /// Size of a step
    #[arg(long, default_value_t = 1.0)]
    rate: f64,
    /// Steps of gradient descent
    #[arg(long, default_value_t = 400)]
    epochs: usize,
    /// Samples, all of which are in every step
    #[arg(long, default_value_t = 200)]
    samples: usize,
    /// Seed of the first weights
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Folder for the picture
    #[arg(long, value_name = "DIR", default_value = "target/curvature")]
    pictures: PathBuf,
}

/// Written for any scalar: plain numbers train, dual numbers bring the Hessian.
type Net<T> = (Flatten, Linear<64, 20, T>, Tanh, Linear<20, 10, T>);
type Digit = Image<8, 8, 1>;

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    std::fs::create_dir_all(&options.pictures).map_err(|error| {
        format!(
            "{} cannot be made: {error}; name another folder with --pictures",
            options.pictures.display()
        )
    })?;
    let (images, targets) = samples(options.samples.max(1));
    let mut net = Network::<Digit, Net<f64>, f64>::new(images.len());
    net.init(Init::XavierNormal, options.seed);
    let mut dual = DualNetwork::<Digit, Net<Dual<f64>>>::new(images.len());
    let mut path = Path {
        direction: vec![1.0; weights(&mut *net.layers).len()],
        losses: Vec::new(),
        sharpness: Vec::new(),
    };

    let border = 2.0 / options.rate;
    println!(
        "steps of {}, so the border is 2/{0} = {border:.2}\n",
        options.rate
    );
    println!(
        "{:>6}  {:>9}  {:>10}  {:>9}",
        "epoch", "loss", "|gradient|", "sharpness"
    );
    let epochs = options.epochs.max(1);
    for epoch in 1..=epochs {
        dual.set(&*net.layers);
        // the sharpest direction turns slowly: the last one is a good beginning
        let turns = if epoch == 1 { 50 } else { 4 };
        let here = path.sharpest(turns, |v| dual.hvp(&Mse, &images, &targets, v));
        if !here.loss.is_finite() || here.loss > 1e3 {
            return Err(format!(
                "the loss grew to {:.0e} by epoch {epoch}: steps of {} are too large; take a smaller --rate",
                here.loss, options.rate
            )
            .into());
        }
        if epoch == 1 || epoch % (epochs / 10).max(1) == 0 {
            let (loss, sharpness) = (here.loss, path.sharpness[epoch - 1]);
            println!(
                "{epoch:>6}  {loss:>9.5}  {:>10.5}  {sharpness:>9.3}",
                norm(&here.gradient)
            );
        }
        let mut w = weights(&mut *net.layers);
        w.iter_mut()
            .zip(&here.gradient)
            .for_each(|(w, g)| *w -= options.rate * g);
        set_weights(&mut *net.layers, &w);
    }

    let last = &path.sharpness[path.sharpness.len() * 3 / 4..];
    let mean = last.iter().sum::<f64>() / last.len() as f64;
    println!(
        "\nsharpness over the last quarter: {mean:.3}, {:.2} of the border",
        mean / border
    );
    let picture = options.pictures.join("curvature.png");
    let title = format!(
        "A network of {} weights, steps of {}",
        path.direction.len(),
        options.rate
    );
    let sharp = format!("largest eigenvalue of the Hessian; 2/rate is {border:.2}");
    let panels = [
        ("mean squared error", &path.losses, true),
        (&sharp, &path.sharpness, false),
    ];
    curves(
        &picture,
        &title,
        &panels.map(|(title, train, log)| Panel {
            title,
            train,
            held_out: &[],
            log,
        }),
    )?;
    println!("drew {}", picture.display());
    Ok(())
}

/// What was met on the way.
struct Path {
    /// the sharpest direction so far, of length 1
    direction: Vec<f64>,
    losses: Vec<f64>,
    sharpness: Vec<f64>,
}

impl Path {
    /// Power iteration from the last direction on; notes `v·H·v`, and returns what the last product found.
    fn sharpest(&mut self, turns: usize, mut product: impl FnMut(&[f64]) -> Hvp) -> Hvp {
        let v = &mut self.direction;
        for _ in 1..turns {
            normalize(v);
            let turned = product(v).product;
            v.copy_from_slice(&turned);
        }
        normalize(v);
        let found = product(v);
        let along = v.iter().zip(&found.product).map(|(v, hv)| v * hv);
        self.sharpness.push(along.sum());
        self.losses.push(found.loss);
        found
    }
}

fn normalize(v: &mut [f64]) {
    let length = norm(v);
    v.iter_mut().for_each(|v| *v /= length);
}

fn norm(v: &[f64]) -> f64 {
    v.iter().map(|v| v * v).sum::<f64>().sqrt()
}

/// The first digits of the file, and for each the ten outputs that it should have: 1 in its class, 0 elsewhere.
#[expect(clippy::type_complexity, reason = "two lists, as the sentence says")]
fn samples(n: usize) -> (Vec<Tensor<Digit, f64>>, Vec<Tensor<Vector<10>, Dual<f64>>>) {
    let data = digits::load();
    let images = data
        .images
        .iter()
        .take(n)
        .map(|image| image.map(|&pixel| f64::from(pixel)));
    let target =
        |class: &nn::Class<10>| Tensor::from_fn(|i| f64::from(u8::from(i == class.index())));
    let targets: Vec<Tensor<Vector<10>, f64>> = data.labels.iter().take(n).map(target).collect();
    (images.collect(), constants(&targets))
}
