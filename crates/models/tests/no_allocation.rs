//! Augmenting and normalising allocate nothing and free nothing. A program of its own without the test harness, whose other thread would be
//! counted.

#[path = "../../core-tensor/tests/common/counting.rs"]
mod counting;

use core_tensor::{Image, Tensor};
use counting::counted;
use models::data::Normaliser;
use models::data::augment::{
    Augmenter, Brightness, CutOut, FlipHorizontal, RandomCrop, Rotate, SaltAndPepper, Shift, Zoom,
};

fn main() {
    let mut augmenter = Augmenter::new((
        Shift::by(2),
        FlipHorizontal { chance: 0.5 },
        Rotate::by(10.0),
        Zoom::between(0.9, 1.1),
        RandomCrop { least: 0.8 },
        CutOut { side: 2, fill: 0.0 },
        SaltAndPepper::of(0.1),
        Brightness { most: 0.1 },
    ));
    let mut images = [0, 1].map(|k| Tensor::<Image<28, 28, 1>>::from_fn(|i| ((i + k) % 7) as f32));
    let normaliser = Normaliser::standard(&images);
    let before = images[0].as_slice().to_vec();
    let work = counted(|| {
        for key in 0..20 {
            augmenter.apply(&mut images[0], key);
        }
        normaliser.apply(&mut images);
    });
    assert_ne!(images[0].as_slice(), before);
    assert_eq!(work, (0, 0), "allocations and frees of twenty images");
    println!("augmenting and normalising allocate nothing");
}
