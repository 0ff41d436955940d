//! Heads that divide the width.
use core_tensor::Sequence;
use nn::{EncoderBlock, Network};

type Net = EncoderBlock<10, 5, 20>;

pub fn main() {
    Network::<Sequence<7, 10>, Net>::new(1);
}
