//! Augmentation: one digit under everything that may happen to it, and what that is worth where there are few of them.
//!
//! `cargo run --release --example augmentation`
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use core_tensor::{Image, Tensor};
use examples::lesson::{at_once, heading, lesson};
use examples::picture::{Figure, Plot};
use models::LeNet8;
use models::data::augment::{
    Augment, Augmenter, Brightness, CutOut, FlipHorizontal, FlipVertical, RandomCrop, Rotate,
    SaltAndPepper, Shift, Zoom, key, resize,
};
use models::data::digits;
use nn::{CrossEntropy, Init};
use optim::{Adam, Data, Loader, Progress, Trainer};

const SIDE: usize = 32;
const SHOWN: usize = 8;
const STRIP: usize = SHOWN * SIDE;
type Large = Image<SIDE, SIDE, 1>;

/// Samples of each class to learn from.
const FEW: usize = 10;
const EPOCHS: usize = 200;
const SEEDS: u64 = 3;

fn main() -> ExitCode {
    lesson("augmentation", run)
}

fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    heading(1, "One digit, drawn from keys 0 to 7");
    let all = (
        (Shift::by(4), FlipHorizontal { chance: 0.1 }),
        Rotate::by(15.0),
        Zoom::between(0.8, 1.2),
        CutOut { side: 8, fill: 0.0 },
        SaltAndPepper::of(0.03),
        Brightness { most: 0.4 },
    );
    let plots = [
        strip("shift by up to 6 pixels", Shift::by(6)),
        strip(
            "flip left and right, one in two",
            FlipHorizontal { chance: 0.5 },
        ),
        strip("flip up and down, one in two", FlipVertical { chance: 0.5 }),
        strip("rotation by up to 30°", Rotate::by(30.0)),
        strip("zoom from ½ to 2", Zoom::between(0.5, 2.0)),
        strip(
            "crop of at least 0.4 of the area",
            RandomCrop { least: 0.4 },
        ),
        strip(
            "cut-out of 12×12",
            CutOut {
                side: 12,
                fill: 0.0,
            },
        ),
        strip(
            "salt and pepper on 0.1 of the pixels",
            SaltAndPepper::of(0.1),
        ),
        strip("brightness by up to 0.8", Brightness { most: 0.8 }),
        strip("most of them together", all),
    ];
    Figure::new("A handwritten 3, augmented", 2)
        .sized([600, 112])
        .plots(plots)
        .draw(folder.join("augmentation.png"))?;

    heading(2, "What it is worth: 10 digits of each class to learn from");
    let [plain, augmented] = at_once([&|| few(false), &|| few(true)]);
    println!("accuracy on the other digits, the mean of {SEEDS} seeds:");
    println!("as they are    {plain:.4}");
    println!("augmented      {augmented:.4}");
    Ok(())
}

/// A 3 of 8×8 pixels, enlarged.
fn digit() -> Tensor<Large> {
    let digits = digits::load();
    let mut large = Tensor::zeros();
    resize(&digits.images[3], &mut large);
    large
}

/// The digit as it is, then as it comes out of `SHOWN − 1` keys.
fn strip(name: &str, augment: impl Augment<Large>) -> Plot {
    let mut augmenter = Augmenter::<_, Large>::new(augment);
    let mut strip = Tensor::<Image<SIDE, STRIP, 1>>::zeros();
    for shown in 0..SHOWN {
        let mut digit = digit();
        if shown > 0 {
            augmenter.apply(&mut digit, key(0, 0, shown as u64));
        }
        for i in 0..SIDE {
            for j in 0..SIDE {
                // a dark line between neighbours
                let ink = if j == 0 { 0.5 } else { digit[[i, j, 0]] };
                strip[[i, shown * SIDE + j, 0]] = 1.0 - ink;
            }
        }
    }
    Plot::new(name).image(&strip)
}

/// The accuracy of LeNet on all other digits after learning from few.
fn few(augmented: bool) -> f64 {
    let one = |seed: u64| {
        let mut all = digits::load();
        all.shuffle(seed);
        let mut seen = [0; 10];
        let (learnt, others): (Vec<usize>, Vec<usize>) = (0..all.len()).partition(|&i| {
            let class = all.labels[i].index();
            seen[class] += 1;
            seen[class] <= FEW
        });
        let (train, test) = (all.pick(&learnt), all.pick(&others));
        let mut trainer =
            Trainer::<Image<8, 8, 1>, LeNet8, _, _>::new(CrossEntropy, Adam::new(1e-3), 25);
        trainer.network.init(Init::HeNormal, seed);
        trainer.seed(seed);
        let mut augmenter =
            Augmenter::new((Shift::by(1), Rotate::by(10.0), Zoom::between(0.85, 1.15)));
        let samples = Loader::new(Data::new(&train.images, &train.labels));
        let samples = samples.change(move |image: &mut Tensor<_>, key| {
            if augmented {
                augmenter.apply(image, key);
            }
        });
        trainer.fit(samples, None, EPOCHS, &mut Progress::quiet());
        let score = trainer.score(Data::new(&test.images, &test.labels));
        score.accuracy().unwrap_or(0.0)
    };
    (0..SEEDS).map(one).sum::<f64>() / SEEDS as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn augmentation_helps_where_samples_are_few() {
        let [plain, augmented] = at_once([&|| few(false), &|| few(true)]);
        assert!(plain > 0.85, "{plain}");
        assert!(augmented > plain + 0.005, "{plain} {augmented}");
    }
}
