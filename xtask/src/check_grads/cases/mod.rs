//! What is checked: a file a family, a line a case.
//!
//! A new layer, loss, operation, network or optimizer gets a line in its family; until then `cargo xtask check-grads` fails.

use super::case::Case;

// name, samples, inputs in ± 1.5 or as said: shape => layer, written with `T` for the scalar; two of a layer that draws do not draw alike
macro_rules! layers {
    ($($name:literal $samples:literal $(in $scale:literal)? $(, $draws:ident)?: $x:ty => $layer:ty;)+) => { vec![$({
        use crate::case::{Case, Level};
        use crate::evaluate::{self, Sizes};
        use crate::function::{Function, function};
        use crate::point::{Number, Point, Run, Values};
        fn sizes<T: core_tensor::Scalar>() -> Sizes { evaluate::layer_sizes::<$x, $layer, T>() }
        fn values<T: Number>(point: &Point, run: Run) -> Values { evaluate::layer::<$x, $layer, T>(point, run) }
        fn twins<T: Number>(point: &Point, run: Run) -> Values { evaluate::layer::<$x, nn::Sum<$layer, $layer>, T>(point, run) }
        let (draws, scale): (&[&str], f64) = (&[$(stringify!($draws))?], [$($scale,)? 1.5][0]);
        Case::of(Level::Layer, $name, stringify!($layer), move || Function {
            samples: $samples, range: [-scale, scale], pulls: true, adds: true,
            twins: draws.is_empty().then_some(twins::<f64>), ..function!(sizes::<f64>(), values)
        })
    }),+] };
}

mod activations;
mod branches;
mod convolution;
mod layers;
mod losses;
mod models;
mod ops;
mod optimizers;
mod sequences;
mod shapes;
mod tape;

/// Every case of every family.
pub(crate) fn all() -> Vec<Case> {
    let families = [
        ops::all(),
        tape::all(),
        layers::all(),
        convolution::all(),
        shapes::all(),
        activations::all(),
        sequences::all(),
        losses::all(),
        branches::all(),
        models::all(),
        optimizers::all(),
    ];
    families.into_iter().flatten().collect()
}
