//! Every operation of a tape on shaped values, at sides that are odd and cross the edges of the kernels' tiles.
//!
//! Operators are called by their trait, as `Var::Add`. What a
//! variable that is a number can do stands in `ops`, on the same line as for dual numbers.

use autodiff::{Tape, Var};
use core_tensor::{Filter, Image, Matrix, Shape, Tensor, Vector};
use num_traits::Float;

use crate::case::{Case, Level};
use crate::evaluate::Sizes;
use crate::function::{Function, function};
use crate::point::{Number, Point, Run, Values};

// name, the range of the numbers: operands => the shape of the result: operation
macro_rules! operations { ($($name:literal $range:expr, ($($x:ident: $shape:ty),+) => $y:ty: $operation:expr;)+) => { vec![$({
    fn sizes() -> Sizes {
        let shapes = [$(core_tensor::shape::name::<$shape>().to_string()),+].join(", ");
        Sizes { input: 0 $(+ <$shape as Shape>::LEN)+, output: <$y as Shape>::LEN, shapes, ..Sizes::default() }
    }
    // the operation `count` times on the same operands, added up
    fn run<T: Number>(point: &Point, run: Run, count: usize) -> Values {
        let (numbers, _) = point.numbers::<T>();
        let (mut tape, mut values) = (Tape::new(), Values::default());
        // the second recording finds the memory as the first one left it
        for numbers in [vec![T::of(0.75); numbers.len()], numbers] {
            let mut rest = &numbers[..];
            $(let $x = take::<$shape, T>(&mut rest);)+
            values = tape.record(|tape| {
                $(let $x = Var::tensor_on(tape, &$x, true);)+
                let mut y: Var<'_, T, $y> = $operation;
                for _ in 1..count { y += $operation; }
                let mut values = Values::default();
                values.y.extend(y.tensor().as_slice());
                if run != Run::Forward {
                    let cotangent = Tensor::<$y, T>::from_fn(|i| T::of(point.cotangent[i]));
                    let scalar = (y * Var::tensor_on(tape, &cotangent, false)).sum();
                    // a first walk back must leave nothing behind
                    scalar.backward();
                    let gradients = scalar.backward();
                    $(values.gradient.extend(gradients.tensor(&$x).as_slice());)+
                }
                values
            });
        }
        values
    }
    fn values<T: Number>(point: &Point, how: Run) -> Values { run::<T>(point, how, 1) }
    fn twins(point: &Point, how: Run) -> Values { run::<f64>(point, how, 2) }
    Case::of(Level::Op, $name, stringify!($operation), || Function {
        range: $range, pulls: true, twins: Some(twins), ..function!(sizes(), values)
    })
}),+] } }

const ANY: [f64; 2] = [-1.5, 1.5];
const POSITIVE: [f64; 2] = [0.5, 2.0];

/// The next numbers of a list as a tensor.
fn take<S: Shape, T: Number>(rest: &mut &[T]) -> Tensor<S, T> {
    let (these, others) = rest.split_at(S::LEN);
    *rest = others;
    Tensor::from_fn(|i| these[i])
}

/// The operations on shaped values.
#[rustfmt::skip]
pub(crate) fn all() -> Vec<Case> {
    operations! {
        "Var::Add" ANY, (a: Vector<5>, b: Vector<5>) => Vector<5>: a * a + b * a;
        "Var::Add" ANY, (a: Matrix<3, 5>, b: ()) => Matrix<3, 5>: a * a + b;
        "Var::Add" ANY, (a: (), b: Image<3, 2, 5>) => Image<3, 2, 5>: a + b * b;
        "Var::Sub" ANY, (a: Vector<5>, b: Vector<5>) => Vector<5>: a * a - b;
        "Var::Sub" ANY, (a: Matrix<3, 5>, b: ()) => Matrix<3, 5>: a * a - b;
        "Var::Sub" ANY, (a: (), b: Vector<17>) => Vector<17>: a - b * b;
        "Var::Mul" ANY, (a: Vector<5>, b: Vector<5>) => Vector<5>: a * b;
        "Var::Mul" ANY, (a: Matrix<3, 5>, b: ()) => Matrix<3, 5>: a * b;
        "Var::Mul" ANY, (a: (), b: Filter<2, 2, 3, 1>) => Filter<2, 2, 3, 1>: a * b;
        "Var::Mul" ANY, (a: Vector<17>) => Vector<17>: a * a;
        "Var::Div" POSITIVE, (a: Vector<5>, b: Vector<5>) => Vector<5>: a / b;
        "Var::Div" POSITIVE, (a: Matrix<3, 5>, b: ()) => Matrix<3, 5>: a / b;
        "Var::Div" POSITIVE, (a: (), b: Vector<5>) => Vector<5>: a / b;
        "Var::Neg" ANY, (a: Vector<5>) => Vector<5>: -(a * a);
        "Var::AddAssign" ANY, (a: Vector<5>, b: Vector<5>) => Vector<5>: { let mut y = a * a; y += b; y };
        "Var::SubAssign" ANY, (a: Vector<5>, b: Vector<5>) => Vector<5>: { let mut y = a * a; y -= b; y };
        "Var::MulAssign" ANY, (a: Vector<5>, b: ()) => Vector<5>: { let mut y = a * a; y *= b; y };
        "Var::DivAssign" POSITIVE, (a: Vector<5>, b: Vector<5>) => Vector<5>: { let mut y = a * a; y /= b; y };
        "Var::add_row" ANY, (a: Matrix<3, 5>, b: Vector<5>) => Matrix<3, 5>: a.add_row(b);
        "Var::add_row" ANY, (a: Image<3, 2, 5>, b: Vector<5>) => Image<3, 2, 5>: a.add_row(b);
        "Var::sub_row" ANY, (a: Matrix<3, 5>, b: Vector<5>) => Matrix<3, 5>: a.sub_row(b);
        "Var::mul_row" ANY, (a: Matrix<3, 5>, b: Vector<5>) => Matrix<3, 5>: a.mul_row(b);
        "Var::div_row" POSITIVE, (a: Matrix<3, 5>, b: Vector<5>) => Matrix<3, 5>: a.div_row(b);
        "Var::map" ANY, (a: Vector<5>) => Vector<5>: a.map(|x| x * x * x.sin());
        "Var::zip" ANY, (a: Vector<5>, b: Vector<5>) => Vector<5>: a.zip(b, |x, y| x * x * y.sin());
        "Var::exp" ANY, (a: Matrix<3, 7>) => Matrix<3, 7>: a.exp();
        "Var::ln" POSITIVE, (a: Vector<5>) => Vector<5>: a.ln();
        "Var::sqrt" POSITIVE, (a: Vector<5>) => Vector<5>: a.sqrt();
        "Var::abs" ANY, (a: Vector<5>) => Vector<5>: a.abs();
        "Var::powi" ANY, (a: Vector<5>) => Vector<5>: a.powi(3);
        "Var::sin" ANY, (a: Vector<5>) => Vector<5>: a.sin();
        "Var::cos" ANY, (a: Vector<5>) => Vector<5>: a.cos();
        "Var::tanh" ANY, (a: Vector<5>) => Vector<5>: a.tanh();
        "Var::erf" ANY, (a: Vector<5>) => Vector<5>: a.erf();
        "Var::sigmoid" ANY, (a: Vector<5>) => Vector<5>: a.sigmoid();
        "Var::relu" ANY, (a: Image<3, 2, 5>) => Image<3, 2, 5>: a.relu();
        "Var::matmul" ANY, (a: Matrix<3, 5>, b: Matrix<5, 2>) => Matrix<3, 2>: a.matmul(b);
        "Var::matmul" ANY, (a: Matrix<9, 17>, b: Matrix<17, 35>) => Matrix<9, 35>: a.matmul(b);
        "Var::matmul" ANY, (a: Matrix<5, 5>) => Matrix<5, 5>: a.matmul(a);
        "Var::matmul_nt" ANY, (a: Matrix<3, 5>, b: Matrix<2, 5>) => Matrix<3, 2>: a.matmul_nt(b);
        "Var::matmul_nt" ANY, (a: Matrix<9, 17>, b: Matrix<33, 17>) => Matrix<9, 33>: a.matmul_nt(b);
        "Var::matmul_tn" ANY, (a: Matrix<5, 3>, b: Matrix<5, 2>) => Matrix<3, 2>: a.matmul_tn(b);
        "Var::matmul_tn" ANY, (a: Matrix<17, 9>, b: Matrix<17, 33>) => Matrix<9, 33>: a.matmul_tn(b);
        "Var::matvec" ANY, (a: Matrix<3, 5>, x: Vector<5>) => Vector<3>: a.matvec(x);
        "Var::dot" ANY, (x: Vector<19>, y: Vector<19>) => (): x.dot(y);
        "Var::transpose" ANY, (a: Matrix<3, 5>) => Matrix<5, 3>: a.transpose();
        "Var::conv2d" ANY, (x: Image<5, 7, 3>, w: Filter<3, 3, 3, 5>) => Image<5, 7, 5>: x.conv2d::<1, 1, _, _>(w);
        "Var::conv2d" ANY, (x: Image<7, 6, 2>, w: Filter<3, 3, 2, 3>) => Image<3, 2, 3>: x.conv2d::<2, 0, _, _>(w);
        "Var::conv2d" ANY, (x: Image<5, 5, 1>, w: Filter<4, 4, 1, 17>) => Image<4, 4, 17>: x.conv2d::<1, 1, _, _>(w);
        "Var::sum" ANY, (a: Image<3, 2, 5>) => (): (a * a).sum();
        "Var::mean" ANY, (a: Matrix<5, 7>) => (): (a * a).mean();
        "Var::sum_axis" ANY, (a: Matrix<3, 5>) => Vector<5>: (a * a).sum_axis::<0>();
        "Var::sum_axis" ANY, (a: Matrix<3, 5>) => Vector<3>: (a * a).sum_axis::<1>();
        "Var::mean_axis" ANY, (a: Matrix<3, 5>) => Vector<5>: (a * a).mean_axis::<0>();
        "Var::mean_axis" ANY, (a: Matrix<3, 5>) => Vector<3>: (a * a).mean_axis::<1>();
        "Var::largest" ANY, (a: Vector<7>) => (): (a * a).largest();
        "Var::smallest" ANY, (a: Vector<7>) => (): (a * a).smallest();
        "Var::log_sum_exp" ANY, (a: Vector<7>) => (): a.log_sum_exp();
        "Var::log_sum_exp" ANY, (a: Matrix<5, 7>) => (): a.log_sum_exp();
        "Var::softmax" ANY, (a: Matrix<3, 5>) => Matrix<3, 5>: a.softmax();
        "Var::log_softmax" ANY, (a: Matrix<3, 5>) => Matrix<3, 5>: a.log_softmax();
        "Var::at" ANY, (a: Matrix<3, 5>) => (): a.at([1, 3]) * a.at([2, 0]);
        "Var::row" ANY, (a: Matrix<3, 5>) => Vector<5>: a.row(1) * a.row(2);
        "Var::reshape" ANY, (a: Image<3, 2, 5>) => Matrix<5, 6>: (a * a).reshape::<Matrix<5, 6>>();
        "Var::concat" ANY, (a: Matrix<3, 5>, b: Matrix<3, 2>) => Matrix<3, 7>: a.concat(b);
        "Var::concat" ANY, (a: Image<3, 2, 5>, b: Image<3, 2, 1>) => Image<3, 2, 6>: (a * a).concat(b * b);
        "Var::stack" ANY, (a: (), b: (), c: Vector<3>) => Vector<4>: Var::stack([a * b, b, c.sum(), b * b]);
        "Var::unstack" ANY, (a: Vector<3>) => (): { let [x, y, z] = a.unstack(); x * y + y.sin() * z };
        "Var::keep" ANY, (a: (), b: ()) => (): { let y = (a * a).keep(); y * b + y };
    }
}
