//! A stack whose second layer takes the width that the first one has.
use core_tensor::Sequence;
use nn::{LastStep, Lstm, Network};

type Net = (Lstm<8, 64>, Lstm<64, 32>, LastStep);

pub fn main() {
    Network::<Sequence<20, 8>, Net>::new(1);
}
