//! Transfer: a backbone that has learnt to find five digits in clutter helps to tell five others apart, of which there are few. Frozen, with a
//! new head, then tuned as a whole; beside the same network from scratch. And a VGG-11 that grows to a VGG-13.
//!
//! `cargo run --release --example transfer`, in a minute with `--quick`; with `--data DIR`, on the classes 0 to 4 and 5 to 9 of the IDX files of
//! Fashion-MNIST
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

use clap::Parser;
use examples::lesson::{Setting, at_least, heading};
use examples::picture;
use nn::weights::WeightsError;

mod grow;
mod learn;
mod samples;
mod table;

use grow::{Best, Grown};
use learn::{Found, RATES};
use samples::Task;
use table::Table;

/// The number of samples of each class that the asked number is about.
const FEW: usize = 10;

/// Compares what is learnt from few samples on top of what was learnt before with what is learnt from scratch.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    setting: Setting,
    /// Folder with the IDX files of Fashion-MNIST, plain or gzip; without it, scenes of the program's digits are used
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The second part alone
    #[arg(long)]
    grow: bool,
}

/// How much is done.
#[derive(Clone, Copy)]
struct Plan {
    seeds: u64,
    learn: learn::Plan,
    /// by how many points fine-tuning is to be better than from scratch
    gain: f64,
    /// how many seeds grow
    growing: u64,
    grow: grow::Plan,
}

const QUICK: Plan = Plan {
    seeds: 2,
    learn: learn::Plan {
        source: 12_000,
        steps: 100,
        unseen: 500,
        sizes: &[FEW],
    },
    gain: 5.0,
    growing: 1,
    grow: grow::Plan {
        samples: 20_000,
        unseen: 1000,
    },
};
const USUAL: Plan = Plan {
    seeds: 5,
    learn: learn::Plan {
        source: 40_000,
        steps: 200,
        unseen: 1000,
        sizes: &[3, FEW, 30],
    },
    gain: 5.0,
    growing: 3,
    grow: grow::Plan {
        samples: 20_000,
        unseen: 1000,
    },
};
const LONG: Plan = Plan {
    learn: learn::Plan {
        source: 120_000,
        steps: 400,
        sizes: &[1, 3, FEW, 30, 100],
        ..USUAL.learn
    },
    growing: 5,
    ..USUAL
};

fn main() -> ExitCode {
    let options = Options::parse();
    let task = |folder: &Path| run(&options, folder);
    options.setting.run("transfer", task)
}

fn run(options: &Options, folder: &Path) -> Result<(), Box<dyn Error>> {
    let plan = options.setting.choose(QUICK, USUAL, LONG);
    let seed = options.setting.seed;
    if !options.grow {
        heading(1, "Five classes that are known help with five that are new");
        let files = options.data.as_deref().map(samples::files).transpose()?;
        transfer(plan, seed, files, folder)?;
    }
    heading(2, "A VGG-11 that has learnt grows to a VGG-13");
    growing(plan, seed, folder)
}

/// The first part: of scenes, or of files.
fn transfer(
    plan: Plan,
    first: u64,
    files: Option<Task>,
    folder: &Path,
) -> Result<(), Box<dyn Error>> {
    let of_seed = |seed| {
        let scenes;
        let task = match &files {
            Some(task) => task,
            None => {
                scenes = samples::scenes(seed);
                &scenes
            }
        };
        if seed == first {
            table::draw_samples(task, &folder.join("samples.png"))?;
        }
        Ok(learn::compare(task, plan.learn, seed))
    };
    let found = each_seed(first, plan.seeds, of_seed).into_iter();
    let found: Vec<Found> = found.collect::<Result<_, picture::Error>>()?;
    println!("seed   known classes   {FEW} a class: frozen    tuned   from scratch at {RATES:?}");
    for (one, seed) in found.iter().zip(first..) {
        let at = plan.learn.sizes.iter().position(|&size| size == FEW);
        if let Some(ways) = at.map(|at| one.ways[at]) {
            println!(
                "{seed:4} {:15.4} {:20.4} {:8.4}   {:.4?}",
                one.source, ways.frozen, ways.tuned, ways.scratch
            );
        }
    }
    let table = Table::of(&found, plan.learn.sizes);
    table.print();
    table.draw(FEW, &folder.join("transfer.png"))?;
    let gain = table.gain(FEW);
    println!("\nfine-tuned, {FEW} samples a class: {gain:.1} points better than from scratch");
    let what = format!("what is gained with {FEW} samples a class, in points,");
    // garments on bare paper are learnt from few: one point is left to gain, too little to ask for it with other seeds
    let asked = if files.is_some() { 0.0 } else { plan.gain };
    Ok(at_least(what, gain, asked)?)
}

/// The second part: always of scenes.
fn growing(plan: Plan, first: u64, folder: &Path) -> Result<(), Box<dyn Error>> {
    let of_seed = |seed| -> Result<[Grown; grow::RATES.len()], WeightsError> {
        let task = samples::scenes(seed);
        let at = |rate| grow::compare(&task.source, plan.grow, (rate, seed));
        let [slow, fast] = grow::RATES.map(at);
        Ok([slow?, fast?])
    };
    let found = each_seed(first, plan.growing, of_seed).into_iter();
    let found: Vec<_> = found.collect::<Result<_, WeightsError>>()?;
    let best = Best::of(&found);
    best.print();
    best.draw(&folder.join("growing.png"))?;
    let [grown, scratch] = best.means();
    println!("\nmean accuracy of VGG-13: grown {grown:.4}, from scratch {scratch:.4}");
    // at the same cost it is about as good: two thousandths behind over three seeds
    let what = "the accuracy of what has grown, above that from scratch,";
    Ok(at_least(what, grown - scratch, -0.02)?)
}

/// Does some work for so many seeds, two at a time; the results are in the order of the seeds.
fn each_seed<R: Send>(first: u64, count: u64, work: impl Fn(u64) -> R + Sync) -> Vec<R> {
    let left = Mutex::new((first..first + count).collect::<Vec<u64>>());
    let done = Mutex::new(Vec::new());
    let help = || {
        loop {
            let next = left.lock().ok().and_then(|mut left| left.pop());
            let Some(seed) = next else { break };
            let result = work(seed);
            if let Ok(mut done) = done.lock() {
                done.push((seed, result));
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(help);
        help();
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(seed, _)| *seed);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use core_tensor::{Params, Tensor};
    use examples::scenes::Canvas;
    use learn::{Course, OnFrozen, Whole, train};
    use nn::{Init, Network};

    const ALL_AT_ONCE: Course = Course {
        rate: 0.02,
        steps: 8,
        seed: 0,
        part: None,
    };

    #[test]
    fn what_has_grown_says_the_same_to_the_bit() {
        let mut eleven = Network::<Canvas, grow::Eleven>::new(2);
        eleven.init(Init::HeNormal, 3);
        let mut thirteen = Network::<Canvas, grow::Thirteen>::new(2);
        thirteen.init(Init::HeNormal, 4);
        let images = samples::scenes(0).target[1].unseen(2).images;
        assert!(eleven.predict(&images) != thirteen.predict(&images));
        grow::grow(&eleven.layers, &mut thirteen.layers).expect("every layer has its place");
        assert!(eleven.predict(&images) == thirteen.predict(&images));
    }

    #[test]
    fn only_the_head_learns_on_a_frozen_backbone() {
        // 64 features and a bias for each of five classes
        assert_eq!(<OnFrozen as Params<f32>>::TRAINABLE, 325);
        let few = samples::scenes(0).target[0].few(2, 0);
        let mut begun = Network::<Canvas, OnFrozen>::new(1);
        begun.init(Init::HeNormal, 0);
        let course = Course {
            steps: 40,
            ..ALL_AT_ONCE
        };
        let (taught, history) = train::<OnFrozen>(&few, course, |_| {});
        let bits = |net: &OnFrozen| {
            let [mut backbone, mut head] = [(); 2].map(|()| Vec::<f32>::new());
            let mut tell = |leaf: core_tensor::Leaf<'_>, weight: &[f32]| {
                let of_head = leaf.path.to_string().starts_with('1');
                if of_head { &mut head } else { &mut backbone }.extend(weight);
            };
            net.look(&core_tensor::Path::Root, &mut tell);
            (backbone, head)
        };
        let [before, after] = [&begun.layers, &taught.network.layers].map(|net| bits(net));
        assert!(before.0 == after.0 && before.1 != after.1);
        let loss = |at: usize| history[at].train.loss;
        assert!(loss(39) < 0.7 * loss(0), "{} {}", loss(0), loss(39));
    }

    #[test]
    fn few_are_as_many_of_each_class_and_stay_as_they_are() {
        let task = samples::scenes(1);
        let [a, b] = [(); 2].map(|()| task.target[0].few(3, 7));
        let (samples::Pool::Images(a, _), samples::Pool::Images(b, _)) = (a, b) else {
            panic!("few are images");
        };
        assert_eq!(a.counts(), [3; 5]);
        assert!(a.images == b.images);
        let differ = |i: usize, j: usize| a.images[i] != a.images[j];
        assert!((0..15).all(|i| (0..i).all(|j| differ(i, j))));
        // 1,797 digits, 901 of them below 5; a fifth is held out
        let counts = task.source.each_ref().map(|pool| pool.labels().len());
        assert_eq!(counts.iter().sum::<usize>(), 901);
        assert!(counts[1].abs_diff(180) < 3, "{counts:?}");
    }

    #[test]
    fn a_backbone_of_few_samples_learns_them() {
        let few = samples::scenes(0).source[0].few(4, 0);
        let (mut taught, _) = train::<Whole>(
            &few,
            Course {
                steps: 20,
                ..ALL_AT_ONCE
            },
            |_| {},
        );
        let samples::Pool::Images(set, _) = few else {
            panic!("few are images");
        };
        let found = learn::accuracy(&mut taught, &set);
        assert!(found > 0.7, "{found}");
        let none = Tensor::<Canvas>::zeros();
        assert!(
            taught.network.predict(&[none])[0]
                .as_slice()
                .iter()
                .all(|y| y.is_finite())
        );
    }

    #[test]
    fn no_data_is_an_error_that_names_the_folder() {
        let options = Options::parse_from(["transfer", "--data", "no/such/folder"]);
        let error = run(&options, Path::new("nowhere"));
        assert!(error.is_err_and(|error| error.to_string().contains("no/such/folder")));
    }
}
