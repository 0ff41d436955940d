//! A transposed convolution whose stride leaves one choice of a larger side.
//! `2×2 extra` on `Image<5, 7, 3>`
use core_tensor::Image;
use nn::{ConvTranspose2d, Network};

type Net = ConvTranspose2d<3, 4, 3, 2, 1, f32, 3, 2, 1, 2>;

fn main() {
    Network::<Image<5, 7, 3>, Net>::new(1);
}
