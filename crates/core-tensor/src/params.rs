//! The tensors of a network, visited by name: with their role, their sides, and any number of gradient-like values side by side.

use crate::{Path, Scalar, Stored, Zeroed};

/// What a tensor is for, so that an optimizer or an initialisation can tell them apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Role {
    /// Multiplies its input: decayed, initialised at random.
    Weight,
    /// Its rows are looked up, not summed: starts with deviation 1, not decayed.
    Lookup,
    /// Is added: starts at zero, not decayed.
    Bias,
    /// Scales a normalised value: starts at one, not decayed.
    Scale,
    /// The learned slope of an activation: starts at a quarter, not decayed.
    Slope,
    /// A running mean: starts at zero, not trained by its gradient but folded in.
    Statistic,
    /// A running variance: starts at one, not trained by its gradient but folded in.
    Variance,
}

impl Role {
    /// Whether descent moves it; the others follow the batches.
    pub const fn learns(self) -> bool {
        !matches!(self, Self::Statistic | Self::Variance)
    }
}

/// One tensor of a network, described.
#[derive(Clone, Copy, Debug)]
pub struct Leaf<'a> {
    /// its name
    pub path: &'a Path<'a>,
    /// what it is for
    pub role: Role,
    /// its sides, outermost first
    pub sides: &'static [usize],
    /// how its numbers take part in sums, if it is a weight
    pub fans: Fans,
    /// where it stands in a file of weights: nothing, if under its own name and in the order of its [role](Stored)
    pub stored: &'static [Stored],
}

/// How the numbers of a weight take part in sums.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fans {
    /// how many numbers each output is summed from
    pub fan_in: usize,
    /// how many outputs each input takes part in
    pub fan_out: usize,
    /// how many rows the weight has where it is taken for a matrix, of which one side are its inputs
    pub rows: usize,
}

impl Fans {
    /// Of a weight whose last two sides are its inputs and outputs, whatever window stands before them.
    pub const fn of(sides: &[usize]) -> Self {
        let (mut window, mut i) = (1, 0);
        while i + 2 < sides.len() {
            window *= sides[i];
            i += 1;
        }
        let [inputs, outputs] = match sides {
            [.., inputs, outputs] => [*inputs, *outputs],
            [outputs] => [1, *outputs],
            [] => [1, 1],
        };
        Self {
            fan_in: window * inputs,
            fan_out: window * outputs,
            rows: window * inputs,
        }
    }
}

/// What is done at every tensor: to the weight, and to `K` values of the gradient's type (gradient, moments, …) side by side.
///
/// A closure `FnMut(Leaf<'_>, &mut [T], [&mut [T]; K])` is one.
pub trait Visit<T, const K: usize> {
    /// A tensor that learns.
    fn tensor(&mut self, leaf: Leaf<'_>, weight: &mut [T], beside: [&mut [T]; K]);

    /// A tensor that does not learn, so that nothing lies beside it.
    fn frozen(&mut self, leaf: Leaf<'_>, weight: &mut [T]) {
        let _ = (leaf, weight);
    }
}

impl<T, const K: usize, F: FnMut(Leaf<'_>, &mut [T], [&mut [T]; K])> Visit<T, K> for F {
    fn tensor(&mut self, leaf: Leaf<'_>, weight: &mut [T], beside: [&mut [T]; K]) {
        self(leaf, weight, beside);
    }
}

/// Reads every tensor, frozen ones too, by shared reference: to save, count or print a network, one in flash as well.
///
/// A closure `FnMut(Leaf<'_>, &[T])` is one.
pub trait Look<T> {
    /// A tensor.
    fn tensor(&mut self, leaf: Leaf<'_>, weight: &[T]);
}

impl<T, F: FnMut(Leaf<'_>, &[T])> Look<T> for F {
    fn tensor(&mut self, leaf: Leaf<'_>, weight: &[T]) {
        self(leaf, weight);
    }
}

/// Anything with tensors that learn. The macro [`params!`](macro@crate::params) implements it for a struct of tensors, the tuples here pass
/// it on to their parts.
pub trait Params<T: Scalar>: Zeroed {
    /// A gradient: the same tensors, less the frozen ones. Moments and averages are values of this type too.
    type Grad: Zeroed;
    /// Whether anything in here learns; backward stops where nothing before it does.
    const LEARNS: bool = Self::COUNT > 0;
    /// How many numbers there are, frozen ones too.
    const COUNT: usize;
    /// How many of them descent moves: the parameters of a network, without frozen ones and running statistics.
    const TRAINABLE: usize = if Self::LEARNS { Self::COUNT } else { 0 };

    /// Calls `visit` for every tensor, in a fixed order, with the same tensor of each value `beside`.
    fn visit<const K: usize>(
        &mut self,
        beside: [&mut Self::Grad; K],
        path: &Path<'_>,
        visit: &mut impl Visit<T, K>,
    );

    /// Calls `look` for every tensor, in the same order.
    fn look(&self, path: &Path<'_>, look: &mut impl Look<T>);
}

/// The same part of each of several values. Where it lies is said by a plain function and not by a closure's type, which would be another
/// for every visitor of every network: so there is one copy of this for all of them, and large networks compile several times as fast.
///
/// ```
/// let (mut gradient, mut moment) = ((1, 2.0), (3, 4.0));
/// for number in core_tensor::parts(&mut [&mut gradient, &mut moment], |value| &mut value.1) {
///     *number *= 10.0;
/// }
/// assert_eq!([gradient, moment], [(1, 20.0), (3, 40.0)]);
/// ```
pub fn parts<'v, G, F: ?Sized, const K: usize>(
    values: &'v mut [&mut G; K],
    part: fn(&mut G) -> &mut F,
) -> [&'v mut F; K] {
    values.each_mut().map(|value| part(value))
}

/// One field of each of several values: `each!(grads.weight)` is an array of `&mut weight`.
#[macro_export]
macro_rules! each {
    ($values:ident . $field:tt) => {
        $crate::parts(&mut $values, |value| &mut value.$field)
    };
}

/// Implements [`Params`](trait@crate::Params) and [`Zeroed`](trait@crate::Zeroed) for a struct without tensors, such as an activation.
#[macro_export]
macro_rules! no_params {
    ([$($generics:tt)*] $name:ident $(<$($arg:ident),*>)?) => {
        $crate::zeroed!([$($generics)*] $name $(<$($arg),*>)? {});
        impl<T: $crate::Scalar, $($generics)*> $crate::Params<T> for $name $(<$($arg),*>)? {
            type Grad = ();
            const COUNT: usize = 0;
            fn visit<const BESIDE: usize>(&mut self, _: [&mut (); BESIDE], _: &$crate::Path<'_>, _: &mut impl $crate::Visit<T, BESIDE>) {}
            fn look(&self, _: &$crate::Path<'_>, _: &mut impl $crate::Look<T>) {}
        }
    };
}

/// Implements [`Params`](trait@crate::Params) and [`Zeroed`](trait@crate::Zeroed) for a tuple struct around something with tensors, given
/// its type; the struct's tensors are those, and so is its gradient. Other fields are named by their numbers, and a function after `=>` is
/// given the struct's path and returns that of what is inside, where that is another. A struct whose parameters have its scalar among
/// them names it in front, as in [`params!`](macro@crate::params).
///
/// ```
/// use core_tensor::{Params, Tensor, Vector, Scalar, Zeroed, inner_params, params};
/// struct Bias<const N: usize, T: Scalar = f32> { bias: Tensor<Vector<N>, T> }
/// params!([const N: usize] Bias<N> { bias: Bias Vector<N> });
///
/// struct Twice<F>(F);
/// inner_params!([F: Zeroed] Twice<F> { F });
/// assert_eq!(<Twice<Bias<3>> as Params<f32>>::COUNT, 3);
/// ```
#[macro_export]
macro_rules! inner_params {
    ([$($generics:tt)*] $name:ident<$($arg:ident),*> { $inner:ty $(, $field:tt)* } $(=> $path:expr)?) => {
        $crate::zeroed!([$($generics)*] $name<$($arg),*> { 0 $(, $field)* });
        $crate::inner_params!(@impl T: [T: $crate::Scalar, $($generics)*] $name<$($arg),*> { $inner } $($path)?);
    };
    ($t:ident: [$($generics:tt)*] $name:ident<$($arg:ident),*> { $inner:ty $(, $field:tt)* } $(=> $path:expr)?) => {
        $crate::zeroed!([$($generics)*] $name<$($arg),*> { 0 $(, $field)* });
        $crate::inner_params!(@impl $t: [$($generics)*] $name<$($arg),*> { $inner } $($path)?);
    };
    (@impl $t:ident: [$($generics:tt)*] $name:ident<$($arg:ident),*> { $inner:ty } $($path:expr)?) => {
        impl<$($generics)*> $crate::Params<$t> for $name<$($arg),*> where $inner: $crate::Params<$t> {
            type Grad = <$inner as $crate::Params<$t>>::Grad;
            const LEARNS: bool = <$inner as $crate::Params<$t>>::LEARNS;
            const COUNT: usize = <$inner as $crate::Params<$t>>::COUNT;
            const TRAINABLE: usize = <$inner as $crate::Params<$t>>::TRAINABLE;
            fn visit<const BESIDE: usize>(&mut self, beside: [&mut Self::Grad; BESIDE], path: &$crate::Path<'_>, visit: &mut impl $crate::Visit<$t, BESIDE>) {
                $(let path = &$path(path);)?
                $crate::Params::visit(&mut self.0, beside, path, visit);
            }
            fn look(&self, path: &$crate::Path<'_>, look: &mut impl $crate::Look<$t>) {
                $(let path = &$path(path);)?
                $crate::Params::look(&self.0, path, look);
            }
        }
    };
}

/// Implements [`Params`](trait@crate::Params) and [`Zeroed`](trait@crate::Zeroed) for a struct whose fields are all tensors, given the
/// role and the shape of each. The struct's last parameter is its scalar, or another one that
/// is named in front (`params!(T: […] …)`); its gradient is a value of its own type. A tensor that stands for one of other sides says
/// which: `weight: Weight Image<I, 4, N> as [I, 4 * N]` is a matrix of `I` inputs and `4·N` outputs. A weight whose last two sides are not
/// its inputs and outputs is followed by `=>` and its [`Fans`](crate::Fans). What a file of weights calls otherwise, or has in another order than
/// is usual for its role, says so in brackets behind its name: another name, `scale ["weight"]`, or how it is [`Stored`](crate::Stored).
///
/// ```
/// use core_tensor::{Matrix, Params, Path, Scalar, Tensor, Vector, Zeroed, params};
/// struct Linear<const I: usize, const O: usize, T: Scalar = f32> { weight: Tensor<Matrix<I, O>, T>, bias: Tensor<Vector<O>, T> }
/// params!([const I: usize, const O: usize] Linear<I, O> { weight: Weight Matrix<I, O>, bias: Bias Vector<O> });
///
/// let (mut layer, mut gradient) = (Linear::<3, 2>::boxed(), Linear::<3, 2>::boxed());
/// gradient.bias[[1]] = 4.0;
/// layer.visit([&mut *gradient], &Path::Root, &mut |_: core_tensor::Leaf<'_>, weight: &mut [f32], [gradient]: [&mut [f32]; 1]| {
///     for (w, g) in weight.iter_mut().zip(gradient) { *w -= 0.5 * *g; }
/// });
/// assert_eq!(layer.bias[[1]], -2.0);
/// assert_eq!(<Linear<3, 2> as Params<f32>>::COUNT, 8);
/// ```
#[macro_export]
macro_rules! params {
    (@sides $shape:ty) => { <$shape as $crate::Shape>::SIDES };
    (@sides $shape:ty, $sides:expr) => { const { &$sides } };
    (@stored) => { &[] };
    (@stored $name:literal) => { const { &[$crate::Stored::named($name)] } };
    (@stored $($stored:expr),+) => { const { &[$($stored),+] } };
    (@fans $sides:expr) => { const { $crate::Fans::of($sides) } };
    (@fans $sides:expr, $fans:expr) => { const { $fans } };
    ([$($generics:tt)*] $name:ident<$($arg:ident),*> { $($field:ident $([$($stored:tt)+])?: $role:ident $shape:ty $(as $sides:expr)? $(=> $fans:expr)?),* $(,)? }) => {
        $crate::params!(T: [$($generics)*, T: $crate::Scalar] $name<$($arg,)* T> { $($field $([$($stored)+])?: $role $shape $(as $sides)? $(=> $fans)?),* });
    };
    // the scalar need not stand last when it is named in front
    ($t:ident: [$($generics:tt)*] $name:ident<$($arg:ident),*> { $($field:ident $([$($stored:tt)+])?: $role:ident $shape:ty $(as $sides:expr)? $(=> $fans:expr)?),* $(,)? }) => {
        $crate::zeroed!([$($generics)*] $name<$($arg),*> { $($field),* });
        impl<$($generics)*> $crate::Params<$t> for $name<$($arg),*> {
            type Grad = Self;
            const COUNT: usize = 0 $(+ <$shape as $crate::Shape>::LEN)*;
            const TRAINABLE: usize = 0 $(+ <$shape as $crate::Shape>::LEN * $crate::Role::$role.learns() as usize)*;
            fn visit<const BESIDE: usize>(&mut self, mut beside: [&mut Self; BESIDE], path: &$crate::Path<'_>, visit: &mut impl $crate::Visit<$t, BESIDE>) {
                $(visit.tensor(
                    $crate::Leaf {
                        path: &path.field(stringify!($field)),
                        role: $crate::Role::$role,
                        sides: $crate::params!(@sides $shape $(, $sides)?),
                        fans: $crate::params!(@fans $crate::params!(@sides $shape $(, $sides)?) $(, $fans)?),
                        stored: $crate::params!(@stored $($($stored)+)?),
                    },
                    $crate::Tensor::<$shape, $t>::as_mut_slice(&mut self.$field),
                    $crate::parts(&mut beside, |value| value.$field.as_mut_slice()),
                );)*
            }
            fn look(&self, path: &$crate::Path<'_>, look: &mut impl $crate::Look<$t>) {
                $(look.tensor(
                    $crate::Leaf {
                        path: &path.field(stringify!($field)),
                        role: $crate::Role::$role,
                        sides: $crate::params!(@sides $shape $(, $sides)?),
                        fans: $crate::params!(@fans $crate::params!(@sides $shape $(, $sides)?) $(, $fans)?),
                        stored: $crate::params!(@stored $($($stored)+)?),
                    },
                    $crate::Tensor::<$shape, $t>::as_slice(&self.$field),
                );)*
            }
        }
    };
}

impl<T: Scalar> Params<T> for () {
    type Grad = ();
    const COUNT: usize = 0;
    fn visit<const K: usize>(&mut self, _: [&mut (); K], _: &Path<'_>, _: &mut impl Visit<T, K>) {}
    fn look(&self, _: &Path<'_>, _: &mut impl Look<T>) {}
}

/// One item of each of several arrays.
fn items<'v, G, const N: usize, const K: usize>(
    values: &'v mut [&mut [G; N]; K],
    i: usize,
) -> [&'v mut G; K] {
    values.each_mut().map(|values| &mut values[i])
}

impl<T: Scalar, F: Params<T>, const N: usize> Params<T> for [F; N] {
    type Grad = [F::Grad; N];
    const LEARNS: bool = F::LEARNS && N > 0;
    const COUNT: usize = N * F::COUNT;
    const TRAINABLE: usize = N * F::TRAINABLE;

    fn visit<const K: usize>(
        &mut self,
        mut beside: [&mut Self::Grad; K],
        path: &Path<'_>,
        visit: &mut impl Visit<T, K>,
    ) {
        for (i, part) in self.iter_mut().enumerate() {
            part.visit(items(&mut beside, i), &path.index(i), visit);
        }
    }

    fn look(&self, path: &Path<'_>, look: &mut impl Look<T>) {
        for (i, part) in self.iter().enumerate() {
            part.look(&path.index(i), look);
        }
    }
}

macro_rules! tuples { ($($($part:ident $i:tt)+;)+) => {$(
    impl<T: Scalar, $($part: Params<T>),+> Params<T> for ($($part,)+) {
        type Grad = ($($part::Grad,)+);
        const LEARNS: bool = false $(|| $part::LEARNS)+;
        const COUNT: usize = 0 $(+ $part::COUNT)+;
        const TRAINABLE: usize = 0 $(+ $part::TRAINABLE)+;
        fn visit<const K: usize>(&mut self, mut beside: [&mut Self::Grad; K], path: &Path<'_>, visit: &mut impl Visit<T, K>) {
            $(self.$i.visit(each!(beside.$i), &path.index($i), visit);)+
        }
        fn look(&self, path: &Path<'_>, look: &mut impl Look<T>) {
            $(self.$i.look(&path.index($i), look);)+
        }
    }
)+} }
tuples! {
    A 0;
    A 0 B 1;
    A 0 B 1 C 2;
    A 0 B 1 C 2 D 3;
    A 0 B 1 C 2 D 3 E 4;
    A 0 B 1 C 2 D 3 E 4 F 5;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 L 10;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 L 10 M 11;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 L 10 M 11 N 12;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 L 10 M 11 N 12 O 13;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 L 10 M 11 N 12 O 13 P 14;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 L 10 M 11 N 12 O 13 P 14 Q 15;
}
