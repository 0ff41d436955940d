//! A transposed window of 3 and stride 2 spreads a side of 3 over 7, less its padding at both ends.
//! `window of 3 with padding 4, stride 2 and 0 extra` on `Const<3>`
use core_tensor::Const;
use core_tensor::dim::TransposedWindow;

fn spread<N: TransposedWindow<3, 2, P>, const P: usize>() {}

fn main() {
    spread::<Const<3>, 4>();
}
