//! Heads that do not divide the width.
//! `Sequence<7, 10>` and 4 heads: `shared among 4 heads`
use core_tensor::Sequence;
use nn::{EncoderBlock, Network};

type Net = EncoderBlock<10, 4, 20>;

fn main() {
    Network::<Sequence<7, 10>, Net>::new(1);
}
