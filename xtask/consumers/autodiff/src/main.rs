//! The derivative of a formula with `autodiff` alone.

use autodiff::derivative;

fn main() {
    let (value, slope) = derivative(|x| x * x * x, 2.0_f64);
    assert_eq!((value, slope), (8.0, 12.0));
    println!("x³ at 2: {value}, slope {slope}");
}
