//! The harness: a calculation on a tape against the same formula written out by hand for any number.
//!
//! The formula is evaluated on plain numbers, on duals and on duals of duals; the tape holds `f64`, `f32` and duals.

use autodiff::check::{Branches, Comparison, Differences};
use autodiff::{Combine, Dual, Point, Real, Recording, Tape, Var};
use core_tensor::{Scalar, Shape, Tensor};

/// A number worked out twice: by operations of a tape, and by hand from the same numbers in memory order.
pub(crate) trait Formula {
    type X<T: Scalar>: Point<Scalar = T> + List<T>;
    fn on_tape<'t, T: Scalar>(
        tape: Recording<'t, T>,
        x: <Self::X<T> as Point>::Vars<'t>,
    ) -> Var<'t, T>;
    fn by_hand<R: Real>(x: &[R]) -> R;
}

/// name, inputs of scalar `T`: on the tape; by hand. `range` is where numbers are drawn from.
macro_rules! agree { ($($test:ident in $range:expr, $x:ty: |$tape:pat_param, $v:pat_param| $on_tape:expr; |$n:pat_param| $by_hand:expr;)+) => {$(
    #[test]
    fn $test() {
        struct Case;
        impl $crate::agree::Formula for Case {
            type X<T: core_tensor::Scalar> = $x;
            fn on_tape<'t, T: core_tensor::Scalar>($tape: autodiff::Recording<'t, T>, $v: <$x as autodiff::Point>::Vars<'t>) -> autodiff::Var<'t, T> {
                $on_tape
            }
            fn by_hand<R: autodiff::Real>($n: &[R]) -> R {
                $by_hand
            }
        }
        $crate::agree::check::<Case>(stringify!($test), $range);
    }
)+} }
pub(crate) use agree;

/// The numbers of a point in memory order.
pub(crate) trait List<T> {
    fn list(&self) -> Vec<T>;
}

impl<S: Shape, T: Scalar> List<T> for Tensor<S, T> {
    fn list(&self) -> Vec<T> {
        self.as_slice().to_vec()
    }
}

impl<T: Scalar, A: List<T>, B: List<T>> List<T> for (A, B) {
    fn list(&self) -> Vec<T> {
        [self.0.list(), self.1.list()].concat()
    }
}

/// Numbers of all sizes in a range, none of them twice.
pub(crate) fn draw(len: usize, [low, high]: [f64; 2]) -> Vec<f64> {
    let golden = 0.618_033_988_749_894_9;
    let share = |i: usize| ((i + 1) as f64 * golden).fract();
    // single precision holds them too
    (0..len)
        .map(|i| f64::from((low + (high - low) * share(i)) as f32))
        .collect()
}

/// How much each number of a shaped result counts: all different, of both signs.
pub(crate) fn weight(i: usize) -> f64 {
    0.25 * (1.0 + (i % 7) as f64) * if i % 3 == 1 { -1.0 } else { 1.0 }
}

/// `Σ weightᵢ·yᵢ` on a tape.
pub(crate) fn pull<'t, T: Scalar, S: Combine<S, Out = S>>(
    tape: Recording<'t, T>,
    y: Var<'t, T, S>,
) -> Var<'t, T> {
    let weights = Tensor::from_fn(|i| T::of(weight(i)));
    (y * Var::tensor_on(tape, &weights, false)).sum()
}

/// `Σ weightᵢ·yᵢ` by hand.
pub(crate) fn pulled<R: Real>(y: impl IntoIterator<Item = R>) -> R {
    let terms = y.into_iter().enumerate();
    terms.map(|(i, y)| R::of(weight(i)) * y).sum()
}

fn point<F: Formula, T: Scalar>(numbers: &[T]) -> F::X<T> {
    let mut numbers = numbers.iter().copied();
    F::X::generate(&mut || numbers.next().expect("as many as were counted"))
}

fn on_tape<F: Formula, T: Scalar>(tape: &mut Tape<T>, x: &[T]) -> (T, Vec<T>) {
    let (y, gradient) = tape.value_and_grad(F::on_tape, &point::<F, T>(x));
    (y, gradient.list())
}

fn within(name: &str, what: &str, tolerance: f64, found: &[f64], right: &[f64]) {
    let comparison = Comparison::of(found.iter().copied(), right.iter().copied());
    assert!(
        comparison.is_within(tolerance),
        "{name}: {what}: {comparison:?}\nfound {found:?}\nright {right:?}"
    );
}

/// Every comparison there is.
pub(crate) fn check<F: Formula>(name: &str, range: [f64; 2]) {
    let mut count = 0;
    F::X::<f64>::generate(&mut || {
        count += 1;
        0.0
    });
    let x = draw(count, range);
    let mut tape = Tape::new();
    let (value, gradient) = on_tape::<F, f64>(&mut tape, &x);

    // the value, and every entry by dual numbers
    let along = |moved: &dyn Fn(usize) -> f64| {
        let x: Vec<_> = x
            .iter()
            .enumerate()
            .map(|(i, &x)| Dual {
                value: x,
                partials: [moved(i)],
            })
            .collect();
        F::by_hand(&x)
    };
    within(name, "value", 1e-12, &[value], &[F::by_hand(&x)]);
    let entry = |j: usize| along(&|i| f64::from(u8::from(i == j))).partials[0];
    let by_duals: Vec<_> = (0..count).map(entry).collect();
    within(name, "duals", 1e-12, &gradient, &by_duals);

    // differences, which know no rule
    let report = Differences::default().compare(&gradient, |moved| {
        let x: Vec<_> = x.iter().enumerate().map(|(i, x)| x + moved.by(i)).collect();
        (F::by_hand(&x), Branches::default())
    });
    assert!(report.is_within(1e-8), "{name}: {report:?}");

    // ⟨ȳ, Jẋ⟩ = ⟨Jᵀȳ, ẋ⟩ in a direction of many lengths
    let direction = |i: usize| weight(i + 1);
    let backward: f64 = gradient
        .iter()
        .enumerate()
        .map(|(i, g)| g * direction(i))
        .sum();
    within(
        name,
        "product",
        1e-11,
        &[backward],
        &[along(&direction).partials[0]],
    );

    // the walk back differentiated, against duals of duals
    let moved: Vec<_> = x
        .iter()
        .enumerate()
        .map(|(i, &x)| Dual {
            value: x,
            partials: [direction(i)],
        })
        .collect();
    let (_, of_duals) = on_tape::<F, Dual<f64>>(&mut Tape::new(), &moved);
    let products: Vec<_> = of_duals.iter().map(|g| g.partials[0]).collect();
    let second = |j: usize| {
        let x: Vec<_> = moved
            .iter()
            .enumerate()
            .map(|(i, &x)| {
                if i == j {
                    Dual::variable(x, 0)
                } else {
                    Dual::constant(x)
                }
            })
            .collect();
        F::by_hand::<Dual<Dual<f64>>>(&x).partials[0].partials[0]
    };
    let by_hand: Vec<_> = (0..count).map(second).collect();
    within(name, "Hessian-vector product", 1e-10, &products, &by_hand);

    // single precision, at the same numbers
    let single: Vec<_> = x.iter().map(|&x| x as f32).collect();
    let (value32, gradient32) = on_tape::<F, f32>(&mut Tape::new(), &single);
    let gradient32: Vec<_> = gradient32.into_iter().map(f64::from).collect();
    within(name, "f32 value", 3e-5, &[value32.into()], &[value]);
    within(name, "f32", 3e-5, &gradient32, &gradient);

    // same tape again, same bits; used twice, and on a tape that holds it already, twice the gradient
    assert_eq!(
        on_tape::<F, f64>(&mut tape, &x),
        (value, gradient.clone()),
        "{name}"
    );
    let x = point::<F, f64>(&x);
    let (_, twice) = tape.value_and_grad(|tape, x| F::on_tape(tape, x) + F::on_tape(tape, x), &x);
    let doubled: Vec<_> = gradient.iter().map(|g| 2.0 * g).collect();
    within(name, "fan-out", 1e-14, &twice.list(), &doubled);
    let (_, none) = tape.value_and_grad(|tape, x| F::on_tape(tape, x) * 0.0, &x);
    assert!(
        none.list().iter().all(|&g| g == 0.0),
        "{name}: zero cotangent"
    );
}
