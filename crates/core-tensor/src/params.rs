//! The tensors of a network, visited by name: with their role, their sides, and any number of gradient-like values side by side.

use core::fmt;

use crate::{Scalar, Stored, Zeroed};

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

/// A name that lives on the stack: `features.3.weight`.
///
/// ```
/// use core_tensor::Path;
/// let (root, name) = (Path::Root, "features.3.weight");
/// let (features, third);
/// let path = { features = root.field("features"); third = features.index(3); third.field("weight") };
/// assert!(path.to_string() == name && path.is(name) && !path.is("features.3"));
/// assert!(path.starts_with("features.3") && !path.starts_with("feat"));
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Path<'a> {
    /// The network itself.
    Root,
    /// A named field of something.
    Field(&'a Path<'a>, &'static str),
    /// A numbered part of something.
    Index(&'a Path<'a>, usize),
    /// A numbered part of something that files do not count: there its tensors stand beside those of the other parts, under names that end
    /// in this.
    Way(&'a Path<'a>, usize, &'static str),
    /// Something whose parts are numbered from here on: it adds nothing to a name itself.
    Numbered(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    /// The field `name` of this.
    pub fn field(&'a self, name: &'static str) -> Path<'a> {
        match self {
            Path::Numbered(whole, _) => Path::Field(whole, name),
            _ => Path::Field(self, name),
        }
    }

    /// The part number `index` of this.
    pub fn index(&'a self, index: usize) -> Path<'a> {
        match self {
            Path::Numbered(whole, first) => Path::Index(whole, first + index),
            _ => Path::Index(self, index),
        }
    }

    /// The same, with its parts numbered from `first` on: `Path::Root.numbered(5).index(2)` is `7`.
    pub fn numbered(&'a self, first: usize) -> Path<'a> {
        Path::Numbered(self, first)
    }

    /// The part number `index` of this, whose names in files end in `ending`: the other direction of a recurrent layer.
    pub fn way(&'a self, index: usize, ending: &'static str) -> Path<'a> {
        Path::Way(self, index, ending)
    }

    /// Whether it is written like this.
    pub fn is(&self, name: &str) -> bool {
        self.after(name) == Some("")
    }

    /// Whether it is `part`, or lies in it: `features.3.weight` starts with `features` and with `features.3`, not with `feat`.
    pub fn starts_with(&self, part: &str) -> bool {
        match self {
            _ if self.is(part) => true,
            Path::Root => false,
            Path::Field(parent, _)
            | Path::Index(parent, _)
            | Path::Way(parent, ..)
            | Path::Numbered(parent, _) => parent.starts_with(part),
        }
    }

    /// What is left of `name` behind this path, if it begins with it.
    fn after<'n>(&self, name: &'n str) -> Option<&'n str> {
        /// Takes what is written to it from the front.
        struct Rest<'n>(&'n str);
        impl fmt::Write for Rest<'_> {
            fn write_str(&mut self, written: &str) -> fmt::Result {
                self.0 = self.0.strip_prefix(written).ok_or(fmt::Error)?;
                Ok(())
            }
        }
        let mut rest = Rest(name);
        fmt::write(&mut rest, format_args!("{self}"))
            .ok()
            .map(|()| rest.0)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Path::Field(parent, _) | Path::Index(parent, _) | Path::Way(parent, ..)) = self else {
            return match self {
                Path::Numbered(whole, _) => write!(f, "{whole}"),
                _ => Ok(()),
            };
        };
        if !matches!(parent, Path::Root) {
            write!(f, "{parent}.")?;
        }
        match self {
            Path::Field(_, name) => f.write_str(name),
            Path::Index(_, index) | Path::Way(_, index, _) => write!(f, "{index}"),
            Path::Root | Path::Numbered(..) => Ok(()),
        }
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

/// One field of each of several values: `each!(grads.weight)` is an array of `&mut weight`.
#[macro_export]
macro_rules! each {
    ($values:ident . $field:tt) => {
        $values.each_mut().map(|value| &mut value.$field)
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
                    beside.each_mut().map(|value| value.$field.as_mut_slice()),
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
            let beside = beside.each_mut().map(|values| &mut values[i]);
            part.visit(beside, &path.index(i), visit);
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
