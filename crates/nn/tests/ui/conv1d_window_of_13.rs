//! A convolution along 12 steps.
//! `window of 13 steps` along `Sequence<12, 2>`
use core_tensor::Sequence;
use nn::{Conv1d, Network};

type Net = Conv1d<2, 3, 13>;

fn main() {
    Network::<Sequence<12, 2>, Net>::new(1);
}
