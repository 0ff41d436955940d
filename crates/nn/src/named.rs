//! Structs with named fields as layers: networks, and layers of tensors and other layers.

/// Declares a struct whose fields are layers, one after another, and makes it a layer itself: for any input shape that its first field
/// accepts, with `conv1.weight` as the name of a tensor and a gradient struct of the same fields (`LeNetGrad` beside `LeNet`).
///
/// Its parameters are constants, then types of layers, and last the scalar: `struct Net<const CLASSES: usize, Backbone, T> { … }`.
///
/// ```
/// use core_tensor::{Tensor, Vector};
/// use nn::{Linear, Network, Tanh, network};
/// network! {
///     /// Two layers, the first with `UNITS` units.
///     pub struct Xor<const UNITS: usize, T> { hidden: Linear<2, UNITS, T>, bend: Tanh, output: Linear<UNITS, 1, T> }
/// }
/// let mut net = Network::<Vector<2>, Xor<3, f32>>::new(1);
/// net.layers.output.bias = Tensor::new([0.25]);
/// assert_eq!(net.predict(&[Tensor::new([0.0, 1.0])])[0], Tensor::new([0.25]));
/// ```
#[macro_export]
macro_rules! network {
    ($(#[$meta:meta])* $vis:vis struct $name:ident<$($tail:tt)+) => {
        $crate::declare! { chain [$(#[$meta])*] [$vis] $name [] [] $($tail)+ }
    };
    // one field at a time, carrying the shape reached: (field, its layer, its input shape), in order and reversed
    (@walk {$name:ident $grad:ident $generics:tt $args:tt $t:ident} [$x:ty] [$field:ident: $layer:ty, $($rest:tt)*] [$($forward:tt)*] [$($reverse:tt)*]) => {
        $crate::network!(@walk {$name $grad $generics $args $t} [<$layer as $crate::Layer<$x, $t>>::Y] [$($rest)*] [$($forward)* ($field $layer, $x)] [($field $layer, $x) $($reverse)*]);
    };
    (@walk {$name:ident $grad:ident [$($generics:tt)*] [$($arg:ident)*] $t:ident} [$y:ty] [] [$(($field:ident $layer:ty, $x:ty))+] [$(($rfield:ident $rlayer:ty, $rx:ty))+]) => {
        impl<X: $crate::export::Shape, $($generics)* $t: $crate::export::Scalar> $crate::Layer<X, $t> for $name<$($arg,)* $t>
        where $($layer: $crate::Layer<$x, $t>),+
        {
            type Y = $y;
            type Saved<'a> = ($(<$layer as $crate::Layer<$x, $t>>::Saved<'a>,)+);
            const NAME: &'static str = stringify!($name);
            const FLOPS: u64 = 0 $(+ <$layer as $crate::Layer<$x, $t>>::FLOPS)+;
            const ROOM: $crate::export::Room = $crate::export::Room::NONE $(.then(<$layer as $crate::Layer<$x, $t>>::ROOM))+;
            const ACROSS: usize = $crate::export::largest(&[$(<$layer as $crate::Layer<$x, $t>>::ACROSS),+]);
            const FIELD: $crate::Field = $crate::Field::POINT $(.then(<$layer as $crate::Layer<$x, $t>>::FIELD))+;
            fn forward<'a>(&self, x: $crate::export::Batch<'a, X, $t>, pass: &mut $crate::Pass<'a, $t>) -> ($crate::export::Batch<'a, Self::Y, $t>, Self::Saved<'a>) {
                $(let (x, $field) = pass.through::<$x, $layer>($crate::Place::Field(stringify!($field)), &self.$field, x);)+
                (x, ($($field,)+))
            }
            fn backward<'a>(&self, saved: Self::Saved<'_>, dy: $crate::export::BatchMut<'a, Self::Y, $t>, mut grad: Option<&mut Self::Grad>, pass: &mut $crate::Pass<'a, $t>) -> $crate::export::BatchMut<'a, X, $t> {
                let ($($field,)+) = saved;
                $(let dy = pass.back::<$rx, $rlayer>($crate::Place::Field(stringify!($rfield)), &self.$rfield, $rfield, dy, grad.as_deref_mut().map(|g| &mut g.$rfield));)+
                $crate::export::mutant::back("network!", dy)
            }
            fn backward_first<'a>(&self, saved: Self::Saved<'_>, dy: $crate::export::BatchMut<'a, Self::Y, $t>, mut grad: Option<&mut Self::Grad>, pass: &mut $crate::Pass<'a, $t>) {
                let ($($field,)+) = saved;
                // how many fields that learn are still to come; the last of them is where backward stops
                let mut before = 0 $(+ usize::from(<$layer as $crate::export::Params<$t>>::LEARNS))+;
                $(
                    before -= usize::from(<$rlayer as $crate::export::Params<$t>>::LEARNS);
                    let (here, grad_here) = ($crate::Place::Field(stringify!($rfield)), grad.as_deref_mut().map(|g| &mut g.$rfield));
                    if before == 0 {
                        return pass.back_first::<$rx, $rlayer>(here, &self.$rfield, $rfield, dy, grad_here);
                    }
                    let dy = pass.back::<$rx, $rlayer>(here, &self.$rfield, $rfield, dy, grad_here);
                )+
                let _ = dy;
            }
            fn describe(path: &$crate::export::Path<'_>) -> $crate::Part {
                $crate::Part::chain::<Self, X, $t>(path, $crate::export::vec![$(<$layer as $crate::Layer<$x, $t>>::describe(&path.field(stringify!($field)))),+])
            }
        }
    };
}

/// Declares a struct of tensors and layers, its gradient struct and its [`Params`](core_tensor::Params), for a layer whose passes are
/// written by hand. A tensor is given by its shape and its [`Role`](core_tensor::Role), `scale: Vector<N> as Scale`, and is a
/// `Tensor<Vector<N>, T>`; all else is a layer. The parameters are those of [`network!`](crate::network).
///
/// ```
/// use core_tensor::{Batch, BatchMut, Params, Room, Scalar, Tensor, Vector};
/// use nn::{Gradients, Layer, Linear, Pass, layer};
/// layer! {
///     /// `y = s·(x·W + b)` with one learned number for all.
///     pub struct Scaled<const I: usize, const O: usize, T> { inner: Linear<I, O, T>, by: Vector<1> as Scale }
/// }
/// impl<const I: usize, const O: usize, T: Scalar> Layer<Vector<I>, T> for Scaled<I, O, T> {
///     type Y = Vector<O>;
///     type Saved<'a> = (Batch<'a, Vector<O>, T>, Batch<'a, Vector<I>, T>);
///     const NAME: &'static str = "Scaled";
///     const FLOPS: u64 = (2 * I * O + O) as u64;
///     const ROOM: Room = <Linear<I, O, T> as Layer<Vector<I>, T>>::ROOM.then(Room::new(O, 0));
///
///     fn forward<'a>(&self, x: Batch<'a, Vector<I>, T>, pass: &mut Pass<'a, T>) -> (Batch<'a, Vector<O>, T>, Self::Saved<'a>) {
///         let (inner, saved) = self.inner.forward(x, pass);
///         let y = pass.batch::<Vector<O>>(x.len());
///         for (y, &x) in Tensor::flat_mut(y).iter_mut().zip(Tensor::flat(inner)) { *y = x * self.by[[0]]; }
///         (y, (inner, saved))
///     }
///
///     fn backward<'a>(&self, (inner, saved): Self::Saved<'_>, dy: BatchMut<'a, Vector<O>, T>, mut grad: Option<&mut ScaledGrad<I, O, T>>, pass: &mut Pass<'a, T>) -> BatchMut<'a, Vector<I>, T> {
///         if let Some(grad) = &mut grad {
///             let sum: T = Tensor::flat(dy).iter().zip(Tensor::flat(inner)).map(|(&d, &x)| d * x).sum();
///             if pass.gradients == Gradients::Overwrite { grad.by[[0]] = T::zero(); }
///             grad.by[[0]] += sum;
///         }
///         for d in Tensor::flat_mut(dy) { *d *= self.by[[0]]; }
///         self.inner.backward(saved, dy, grad.map(|g| &mut g.inner), pass)
///     }
/// }
/// assert_eq!(<Scaled<3, 2, f32> as Params<f32>>::COUNT, 3 * 2 + 2 + 1);
/// ```
#[macro_export]
macro_rules! layer {
    ($(#[$meta:meta])* $vis:vis struct $name:ident<$($tail:tt)+) => {
        $crate::declare! { own [$(#[$meta])*] [$vis] $name [] [] $($tail)+ }
    };
}

/// What [`network!`](crate::network) and [`layer!`](crate::layer) have in common.
#[doc(hidden)]
#[macro_export]
macro_rules! declare {
    // a field is a layer, or a tensor with a role: what it stores, its gradient, its count, whether it learns, and the visits
    (@stored $t:ident $layer:ty) => { $layer };
    (@stored $t:ident $shape:ty, $role:ident) => { $crate::export::Tensor<$shape, $t> };
    (@gradient $t:ident $layer:ty) => { <$layer as $crate::export::Params<$t>>::Grad };
    (@gradient $t:ident $shape:ty, $role:ident) => { $crate::export::Tensor<$shape, $t> };
    (@count $t:ident $layer:ty) => { <$layer as $crate::export::Params<$t>>::COUNT };
    (@count $t:ident $shape:ty, $role:ident) => { <$shape as $crate::export::Shape>::LEN };
    (@trainable $t:ident $layer:ty) => { <$layer as $crate::export::Params<$t>>::TRAINABLE };
    (@trainable $t:ident $shape:ty, $role:ident) => { <$shape as $crate::export::Shape>::LEN * $crate::export::Role::$role.learns() as usize };
    (@learns $t:ident $layer:ty) => { <$layer as $crate::export::Params<$t>>::LEARNS };
    (@learns $t:ident $shape:ty, $role:ident) => { $crate::export::Role::$role.learns() };
    (@visit $t:ident [$field:expr, $beside:expr, $path:expr, $visit:expr] $layer:ty) => {
        <$layer as $crate::export::Params<$t>>::visit($field, $beside, $path, $visit)
    };
    (@visit $t:ident [$field:expr, $beside:expr, $path:expr, $visit:expr] $shape:ty, $role:ident) => {
        $crate::export::Visit::tensor($visit, $crate::declare!(@leaf $path, $shape, $role), $field.as_mut_slice(), $crate::export::parts(&mut $beside, |value| value.as_mut_slice()))
    };
    (@look $t:ident [$field:expr, $path:expr, $look:expr] $layer:ty) => {
        <$layer as $crate::export::Params<$t>>::look($field, $path, $look)
    };
    (@look $t:ident [$field:expr, $path:expr, $look:expr] $shape:ty, $role:ident) => {
        $crate::export::Look::tensor($look, $crate::declare!(@leaf $path, $shape, $role), $field.as_slice())
    };
    (@leaf $path:expr, $shape:ty, $role:ident) => {
        $crate::export::Leaf { path: $path, role: $crate::export::Role::$role, sides: <$shape as $crate::export::Shape>::SIDES, fans: const { $crate::export::Fans::of(<$shape as $crate::export::Shape>::SIDES) }, stored: &[] }
    };

    // the structs and their parameters
    (@own [$($metas:tt)*] [$($vis:tt)*] {$name:ident $grad:ident [$($generics:tt)*] [$($arg:ident)*] $t:ident} { $($(#[$meta:meta])* $field:ident: $ty:ty $(as $role:ident)?),+ $(,)? }) => {
        #[allow(missing_docs, reason = "a field is documented by its type")]
        $($metas)* $($vis)* struct $name<$($generics)* $t: $crate::export::Scalar = f32> {
            $($(#[$meta])* pub $field: $crate::declare!(@stored $t $ty $(, $role)?)),+
        }
        #[doc = concat!("The gradient of [`", stringify!($name), "`].")]
        #[allow(missing_docs, reason = "a field is documented by its type")]
        $($vis)* struct $grad<$($generics)* $t: $crate::export::Scalar = f32> {
            $(pub $field: $crate::declare!(@gradient $t $ty $(, $role)?)),+
        }
        $crate::export::zeroed!([$($generics)* $t: $crate::export::Scalar] $name<$($arg,)* $t> { $($field),+ });
        $crate::export::zeroed!([$($generics)* $t: $crate::export::Scalar] $grad<$($arg,)* $t> { $($field),+ });
        impl<$($generics)* $t: $crate::export::Scalar> $crate::export::Params<$t> for $name<$($arg,)* $t> {
            type Grad = $grad<$($arg,)* $t>;
            const LEARNS: bool = false $(|| $crate::declare!(@learns $t $ty $(, $role)?))+;
            const COUNT: usize = 0 $(+ $crate::declare!(@count $t $ty $(, $role)?))+;
            const TRAINABLE: usize = 0 $(+ $crate::declare!(@trainable $t $ty $(, $role)?))+;
            fn visit<const BESIDE: usize>(&mut self, mut beside: [&mut Self::Grad; BESIDE], path: &$crate::export::Path<'_>, visit: &mut impl $crate::export::Visit<$t, BESIDE>) {
                $($crate::declare!(@visit $t [&mut self.$field, $crate::export::each!(beside.$field), &path.field(stringify!($field)), &mut *visit] $ty $(, $role)?);)+
            }
            fn look(&self, path: &$crate::export::Path<'_>, look: &mut impl $crate::export::Look<$t>) {
                $($crate::declare!(@look $t [&self.$field, &path.field(stringify!($field)), &mut *look] $ty $(, $role)?);)+
            }
        }
    };

    // a network is such a struct whose fields are a chain
    (@chain $metas:tt $vis:tt $of:tt $fields:tt) => {
        $crate::declare! { @own $metas $vis $of $fields }
        $crate::declare! { @steps $of $fields }
    };
    (@steps $of:tt { $($(#[$meta:meta])* $field:ident: $layer:ty),+ $(,)? }) => {
        $crate::network! { @walk $of [X] [$($field: $layer,)+] [] [] }
    };
    // the parameters, one at a time: constants, types of layers, the scalar
    ($kind:ident $metas:tt $vis:tt $name:ident [$($constants:tt)*] [] const $n:ident: $of:ty, $($tail:tt)+) => {
        $crate::declare! { $kind $metas $vis $name [$($constants)* $n: $of,] [] $($tail)+ }
    };
    ($kind:ident $metas:tt $vis:tt $name:ident $constants:tt [$($layers:ident)*] $layer:ident, $($tail:tt)+) => {
        $crate::declare! { $kind $metas $vis $name $constants [$($layers)* $layer] $($tail)+ }
    };
    ($kind:ident $metas:tt $vis:tt $name:ident [$($n:ident: $of:ty,)*] [$($layer:ident)*] $t:ident> $fields:tt) => {
        $crate::export::paste! {
            $crate::declare! { @$kind $metas $vis {$name [<$name Grad>] [$(const $n: $of,)* $($layer: $crate::export::Params<$t>,)*] [$($n)* $($layer)*] $t} $fields }
        }
    };
}
