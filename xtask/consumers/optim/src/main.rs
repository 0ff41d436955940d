//! Training with `optim`: the line through four points.

use core_tensor::{Tensor, Vector};
use nn::{Linear, Mse};
use optim::{Sgd, Trainer};

fn main() {
    let x = [0.0, 1.0, 2.0, 3.0].map(|x| Tensor::<Vector<1>>::new([x]));
    let y = [1.0, 3.0, 5.0, 7.0].map(|y| Tensor::<Vector<1>>::new([y]));
    let mut trainer = Trainer::<Vector<1>, Linear<1, 1>, _, _>::new(Mse, Sgd { rate: 0.1 }, 4);
    for _ in 0..300 {
        trainer.step(&x, &y);
    }
    let slope = trainer.network.layers.weight[[0, 0]];
    assert!((slope - 2.0).abs() < 1e-3);
    println!("slope {slope:.3}");
}
