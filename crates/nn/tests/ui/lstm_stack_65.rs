//! A stack whose second layer takes another width than the first one has.
//! `Lstm<65, 32>` gets `Sequence<20, 64>`
use core_tensor::Sequence;
use nn::{LastStep, Lstm, Network};

type Net = (Lstm<8, 64>, Lstm<65, 32>, LastStep);

fn main() {
    Network::<Sequence<20, 8>, Net>::new(1);
}
