//! Gradients beside the values that they are gradients of: on a tape, and by dual numbers a chunk of directions at a time.

use std::array;
use std::hint::black_box;
use std::rc::Rc;

use autodiff::{Dual, Point, Real, Recording, Tape, Var, hessian};
use core_tensor::{Matrix, Scalar, Tensor, Vector};
use nalgebra::Const;
use num_dual::{Derivative, DualNum, DualSVec64};

use crate::derivatives::Ratio;
use crate::{Work, numbers};

/// All of them.
pub fn ratios() -> Vec<Ratio> {
    [
        (chain_f32(), Some(3.2)),
        (chain_f64(), Some(3.2)),
        (network(), Some(3.2)),
        (log_sum_exp(), Some(3.0)),
        (log_density(), Some(3.0)),
        (rosenbrock_on_a_tape(), Some(20.0)),
        (rosenbrock_by_chunks(), Some(1.0)),
        (rosenbrock_twice(), None),
    ]
    .into_iter()
    .map(|([work, beside], at_most)| Ratio {
        work,
        beside,
        at_most,
    })
    .collect()
}

/// The gradient of a function as written for a tape, and its value as written for plain numbers.
fn pair<X: Point + 'static>(
    name: &str,
    flops: usize,
    x: X,
    on_tape: impl for<'t> Fn(Recording<'t, X::Scalar>, X::Vars<'t>) -> Var<'t, X::Scalar> + 'static,
    plain: impl Fn(&X) -> X::Scalar + 'static,
) -> [Work; 2] {
    let (x, mut tape) = (Rc::new(x), Tape::new());
    let same = Rc::clone(&x);
    let flops = flops as f64;
    [
        Work::new(format!("gradient of {name}"), 3.0 * flops, move || {
            black_box(tape.value_and_grad(&on_tape, black_box(&*x)));
        }),
        Work::new(format!("value of {name}"), flops, move || {
            black_box(plain(black_box(&*same)));
        }),
    ]
}

fn matrix<T: Scalar, const M: usize, const N: usize>() -> Tensor<Matrix<M, N>, T> {
    let numbers = numbers(M * N);
    Tensor::from_fn(|i| T::of(numbers[i].into()))
}

// a product of four matrices
macro_rules! chains { ($($name:ident $T:ident)+) => {$(
    fn $name() -> [Work; 2] {
        pair(
            concat!("Σ A·B·C·D, 64×64, ", stringify!($T)),
            3 * 2 * 64 * 64 * 64,
            [(); 4].map(|()| matrix::<$T, 64, 64>()),
            |_, [a, b, c, d]| a.matmul(b).matmul(c).matmul(d).sum(),
            |[a, b, c, d]| a.matmul(b).matmul(c).matmul(d).sum(),
        )
    }
)+} }
chains! { chain_f32 f32 chain_f64 f64 }

const SAMPLES: usize = 64;
type Inputs = Tensor<Matrix<SAMPLES, 64>>;
type Labels = Tensor<Matrix<SAMPLES, 10>>;

/// The cross-entropy of two layers with a ReLU between them.
fn network() -> [Work; 2] {
    let data: Rc<(Inputs, Labels)> = Rc::new((
        matrix(),
        Tensor::from_fn(|i| f32::from(u8::from(i / 10 * 7 % 10 == i % 10))),
    ));
    let same = Rc::clone(&data);
    pair(
        "an MLP's loss, 64-128-10, batch 64, f32",
        2 * SAMPLES * (64 * 128 + 128 * 10),
        (
            matrix::<f32, 64, 128>(),
            Tensor::<Vector<128>>::zeros(),
            matrix::<f32, 128, 10>(),
            Tensor::<Vector<10>>::zeros(),
        ),
        move |tape, (w1, b1, w2, b2)| {
            let (x, labels) = (tape.constant(&data.0), tape.constant(&data.1));
            let hidden = x.matmul(w1).add_row(b1).relu();
            let logits = hidden.matmul(w2).add_row(b2);
            (logits.log_softmax() * labels).sum() * (-1.0 / SAMPLES as f32)
        },
        move |(w1, b1, w2, b2)| {
            let mut hidden = Tensor::<Matrix<SAMPLES, 128>>::zeros();
            f32::relu_all(
                same.0.matmul(w1).add_row(b1).as_slice(),
                hidden.as_mut_slice(),
            );
            let logits = hidden.matmul(w2).add_row(b2);
            let (mut loss, mut softmax) = (0.0, [0.0; 10]);
            let rows = logits.as_slice().chunks_exact(10);
            for (logits, labels) in rows.zip(same.1.as_slice().chunks_exact(10)) {
                let [largest, log_sum] = f32::softmax_row(logits, &mut softmax);
                for (logit, label) in logits.iter().zip(labels) {
                    loss -= label * ((logit - largest) - log_sum);
                }
            }
            loss / SAMPLES as f32
        },
    )
}

const N: usize = 1000;

/// Numbers between ½ and 1½.
fn point<const N: usize>() -> [f64; N] {
    let numbers = numbers(N);
    array::from_fn(|i| f64::from(numbers[i]) + 1.0)
}

fn log_sum_exp() -> [Work; 2] {
    pair(
        "ln Σ eˣ, n = 1000, f64",
        2 * N,
        Tensor::<Vector<N>, f64>::new(point()),
        |_, x| x.log_sum_exp(),
        |x| {
            let mut softmax = [0.0; N];
            let [largest, log_sum] = f64::softmax_row(x.as_slice(), &mut softmax);
            black_box(&softmax);
            largest + log_sum
        },
    )
}

/// `Σ −½·((x − µ)/σ)² − ln σ − ½·ln 2π`
fn log_density() -> [Work; 2] {
    let constant = N as f64 * -0.5 * std::f64::consts::TAU.ln();
    pair(
        "the normal log-density, n = 1000, f64",
        5 * N,
        (Tensor::<Vector<N>, f64>::new(point()), 1.2_f64, 0.7_f64),
        move |_, (x, mu, sigma)| {
            let z = (x - mu) / sigma;
            (z * z).sum() * -0.5 - sigma.ln() * N as f64 + constant
        },
        move |(x, mu, sigma)| {
            let z = x.map(|x| (x - mu) / sigma);
            let squares: f64 = z.zip(&z, |a, b| a * b).sum();
            squares * -0.5 - sigma.ln() * N as f64 + constant
        },
    )
}

/// `Σ 100·(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²`
#[inline(always)]
fn rosenbrock<R: Real>(x: &[R]) -> R {
    let mut sum = R::zero();
    for pair in x.windows(2) {
        let (u, v) = (pair[1] - pair[0] * pair[0], R::one() - pair[0]);
        sum += R::of(100.0) * u * u + v * v;
    }
    sum
}

fn rosenbrock_on_a_tape() -> [Work; 2] {
    pair(
        "Rosenbrock's function, n = 1000, f64",
        7 * N,
        point::<N>(),
        |_, x| rosenbrock(&x),
        |x| rosenbrock(x),
    )
}

/// So many directions at once.
const CHUNK: usize = 10;

/// Its gradient in a hundred walks forward, ours and `num-dual`'s.
fn rosenbrock_by_chunks() -> [Work; 2] {
    let flops = (N / CHUNK * N * 7 * (CHUNK + 1)) as f64;
    let (x, mut gradient) = (point::<N>(), vec![0.0; N]);
    let ours = move || {
        let x = black_box(&x).iter();
        let mut at: Vec<Dual<f64, CHUNK>> = x.map(|&x| Dual::constant(x)).collect();
        for (chunk, gradient) in gradient.chunks_exact_mut(CHUNK).enumerate() {
            let chunk = chunk * CHUNK..(chunk + 1) * CHUNK;
            for (i, x) in at[chunk.clone()].iter_mut().enumerate() {
                x.partials[i] = 1.0;
            }
            f64::vectorize(
                #[inline(always)]
                || gradient.copy_from_slice(&rosenbrock(&at).partials),
            );
            at[chunk].iter_mut().for_each(|x| x.partials = [0.0; CHUNK]);
        }
        black_box(&gradient);
    };
    fn rosenbrock_there<D: DualNum<f64> + Copy>(x: &[D]) -> D {
        let mut sum = D::zero();
        for pair in x.windows(2) {
            let (u, v) = (pair[1] - pair[0] * pair[0], D::one() - pair[0]);
            sum += u * u * 100.0 + v * v;
        }
        sum
    }
    let (x, mut gradient) = (point::<N>(), vec![0.0; N]);
    let theirs = move || {
        let start = black_box(&x).iter();
        let mut at: Vec<DualSVec64<CHUNK>> = start.map(|&x| DualSVec64::from_re(x)).collect();
        for (chunk, gradient) in gradient.chunks_exact_mut(CHUNK).enumerate() {
            let first = chunk * CHUNK;
            (0..CHUNK).for_each(|i| {
                at[first + i].eps = Derivative::derivative_generic(Const, Const::<1>, i);
            });
            let slopes = rosenbrock_there(&at).eps;
            let slopes = slopes.unwrap_generic(Const::<CHUNK>, Const::<1>);
            gradient.copy_from_slice(slopes.as_slice());
            (0..CHUNK).for_each(|i| at[first + i] = DualSVec64::from_re(x[first + i]));
        }
        black_box(&gradient);
    };
    [
        Work::new(
            "gradient of Rosenbrock's function by chunks of 10",
            flops,
            ours,
        ),
        Work::new("the same by num-dual", flops, theirs),
    ]
}

/// Its Hessian beside its gradient.
fn rosenbrock_twice() -> [Work; 2] {
    const N: usize = 100;
    let x = point::<N>();
    let [gradient, _] = pair(
        "Rosenbrock's function, n = 100, f64",
        7 * N,
        x,
        |_, x| rosenbrock(&x),
        |x| rosenbrock(x),
    );
    let flops = (7 * N * 3 * N) as f64;
    let work = move || {
        black_box(hessian(|x| rosenbrock(&x), black_box(&x)));
    };
    [
        Work::new(
            "Hessian of Rosenbrock's function, n = 100, f64",
            flops,
            work,
        ),
        gradient,
    ]
}
