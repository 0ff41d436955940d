//! A transposed convolution whose stride leaves one choice of a larger side.
use core_tensor::Image;
use nn::{ConvTranspose2d, Network};

type Net = ConvTranspose2d<3, 4, 3, 2, 1, f32, 3, 2, 1, 1>;

pub fn main() {
    Network::<Image<5, 7, 3>, Net>::new(1);
}
