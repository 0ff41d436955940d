//! The table that a network prints, worked out by hand.

use core_tensor::{Image, Vector};
use nn::{Conv2d, Flatten, Frozen, Linear, MaxPool2d, Network, Relu, Residual, Tanh, network};

network! { struct Tiny<T> { conv: Conv2d<1, 4, 3, 1, 1, T>, act: Relu, pool: MaxPool2d<2>, flat: Flatten, out: Linear<64, 10, T> } }

#[test]
fn a_table_of_named_fields() {
    let summary = Network::<Image<8, 8, 1>, Tiny<f32>>::new(32).summary();
    println!("{summary}");
    assert_eq!(summary.to_string(), "");
}

#[test]
fn frozen_parts_and_shortcuts() {
    type Net = (
        Frozen<Linear<2, 3, f64>>,
        Residual<(Linear<3, 3, f64>, Tanh)>,
    );
    let summary = Network::<Vector<2>, Net, f64>::new(1).summary();
    println!("{summary}");
    assert_eq!(summary.to_string(), "");
}
