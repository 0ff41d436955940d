//! A convolution along 12 steps.
use core_tensor::Sequence;
use nn::{Conv1d, Network};

type Net = Conv1d<2, 3, 12>;

pub fn main() {
    Network::<Sequence<12, 2>, Net>::new(1);
}
