//! Where in a sequence a step stands, for layers that cannot tell.

use core_tensor::{Batch, BatchMut, Room, Scalar, Sequence, Tensor, mutant, no_params, params};

use crate::{Layer, Pass};

/// Adds waves of many lengths: `y[l][2i] = x[l][2i] + sin(l/10000^(2i/D))` and `y[l][2i+1] = x[l][2i+1] + cos(l/10000^(2i/D))`, steps counted from 0.
///
/// # Shapes
/// `Sequence<L, D>`, which stays. An odd `D` ends with a sine.
///
/// # Gradient
/// `dy`
///
/// Vaswani et al.: Attention is all you need (2017).
pub struct PositionalEncoding;
no_params!([] PositionalEncoding);

/// The waves of `table`, rows of `d`: each pair of numbers turns by its own angle from step to step, which needs one sine and cosine a pair.
fn waves<T: Scalar>(d: usize, table: &mut [T]) {
    for i in (0..d).step_by(2) {
        let (sin, cos) = 1e4_f64.powf(-(i as f64) / d as f64).sin_cos();
        let (mut s, mut c) = (0.0, 1.0);
        for row in table.chunks_exact_mut(d) {
            row[i] = T::of(s);
            if let Some(next) = row.get_mut(i + 1) {
                *next = T::of(c);
            }
            (s, c) = (s * cos + c * sin, c * cos - s * sin);
        }
    }
}

impl<const L: usize, const D: usize, T: Scalar> Layer<Sequence<L, D>, T> for PositionalEncoding {
    type Y = Sequence<L, D>;
    type Saved<'a> = ();
    const NAME: &'static str = "PositionalEncoding";
    const FLOPS: u64 = (L * D) as u64;
    const ROOM: Room = Room::new(L * D, 0).with_scratch(L * D);

    fn forward<'a>(
        &self,
        x: Batch<'a, Sequence<L, D>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Sequence<L, D>, T>, ()) {
        let y = pass.batch::<Sequence<L, D>>(x.len());
        let mut scope = pass.room.scope();
        let table = scope.numbers(L * D);
        waves(D, table);
        Tensor::flat_mut(y).copy_from_slice(Tensor::flat(x));
        y.iter_mut()
            .for_each(|y| T::add_to(table, y.as_mut_slice()));
        (y, ())
    }

    fn backward<'a>(
        &self,
        (): (),
        dy: BatchMut<'a, Sequence<L, D>, T>,
        _: Option<&mut ()>,
        _: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Sequence<L, D>, T> {
        mutant::back("PositionalEncoding", dy)
    }
}

/// Adds a learned row to each step: `y = x + table`. It starts at zero, as what is added does.
///
/// # Shapes
/// `Sequence<L, D>`, which stays.
///
/// # Gradient
/// `dx = dy`, `dtable = Σ dy` over the batch.
///
/// Gehring et al.: Convolutional sequence to sequence learning (2017).
pub struct LearnedPositions<const L: usize, const D: usize, T: Scalar = f32> {
    /// what is added to each step
    pub table: Tensor<Sequence<L, D>, T>,
}
params!([const L: usize, const D: usize] LearnedPositions<L, D> { table: Bias Sequence<L, D> });

impl<const L: usize, const D: usize, T: Scalar> Layer<Sequence<L, D>, T>
    for LearnedPositions<L, D, T>
{
    type Y = Sequence<L, D>;
    type Saved<'a> = ();
    const NAME: &'static str = "LearnedPositions";
    const FLOPS: u64 = (L * D) as u64;
    const ROOM: Room = Room::new(L * D, 0);

    fn forward<'a>(
        &self,
        x: Batch<'a, Sequence<L, D>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Sequence<L, D>, T>, ()) {
        let y = pass.batch::<Sequence<L, D>>(x.len());
        Tensor::flat_mut(y).copy_from_slice(Tensor::flat(x));
        let table = self.table.as_slice();
        y.iter_mut()
            .for_each(|y| T::add_to(table, y.as_mut_slice()));
        (y, ())
    }

    fn backward<'a>(
        &self,
        (): (),
        dy: BatchMut<'a, Sequence<L, D>, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Sequence<L, D>, T> {
        if let Some(grad) = grad {
            let (table, dy) = (grad.table.as_mut_slice(), Tensor::flat(dy));
            mutant::sum(
                "LearnedPositions table",
                pass.start(),
                table,
                |start, table| {
                    T::sum_rows(dy, start, table);
                },
            );
        }
        mutant::back("LearnedPositions", dy)
    }
}
