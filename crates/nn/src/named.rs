//! Networks with named fields.

/// Declares a struct whose fields are layers, one after another, and makes it a layer itself: for any input shape that its first field
/// accepts, with `conv1.weight` as the name of a tensor and a gradient struct of the same fields (`LeNetGrad` beside `LeNet`).
///
/// ```
/// use core_tensor::{Tensor, Vector};
/// use nn::{Linear, Network, Tanh, network};
/// network! {
///     /// Two layers.
///     pub struct Xor<T> { hidden: Linear<2, 3, T>, bend: Tanh, output: Linear<3, 1, T> }
/// }
/// let mut net = Network::<Vector<2>, Xor<f32>>::new(1);
/// net.layers.output.bias = Tensor::new([0.25]);
/// assert_eq!(net.predict(&[Tensor::new([0.0, 1.0])])[0], Tensor::new([0.25]));
/// ```
#[macro_export]
macro_rules! network {
    ($(#[$meta:meta])* $vis:vis struct $name:ident<$t:ident> { $($(#[$field_meta:meta])* $field:ident: $layer:ty),+ $(,)? }) => {
        $crate::export::paste! {
            $(#[$meta])*
            #[allow(missing_docs, reason = "a field is documented by its layer")]
            $vis struct $name<$t: $crate::export::core_tensor::Scalar = f32> { $($(#[$field_meta])* pub $field: $layer),+ }

            #[doc = "The gradient of [`" $name "`]."]
            #[allow(missing_docs, reason = "a field is documented by its layer")]
            $vis struct [<$name Grad>]<$t: $crate::export::core_tensor::Scalar = f32> {
                $(pub $field: <$layer as $crate::export::core_tensor::Params<$t>>::Grad),+
            }

            $crate::network!(@impl $name [<$name Grad>] $t { $($field: $layer,)+ });
        }
    };
    (@impl $name:ident $grad:ident $t:ident { $($field:ident: $layer:ty,)+ }) => {
        $crate::export::core_tensor::zeroed!([$t: $crate::export::core_tensor::Scalar] $name<$t> { $($field),+ });
        $crate::export::core_tensor::zeroed!([$t: $crate::export::core_tensor::Scalar] $grad<$t> { $($field),+ });
        impl<$t: $crate::export::core_tensor::Scalar> $crate::export::core_tensor::Params<$t> for $name<$t> {
            type Grad = $grad<$t>;
            const LEARNS: bool = false $(|| <$layer as $crate::export::core_tensor::Params<$t>>::LEARNS)+;
            const COUNT: usize = 0 $(+ <$layer as $crate::export::core_tensor::Params<$t>>::COUNT)+;
            fn visit<const BESIDE: usize>(&mut self, mut beside: [&mut Self::Grad; BESIDE], path: &$crate::export::core_tensor::Path<'_>, visit: &mut impl $crate::export::core_tensor::Visit<$t, BESIDE>) {
                $($crate::export::core_tensor::Params::<$t>::visit(&mut self.$field, $crate::export::core_tensor::each!(beside.$field), &path.field(stringify!($field)), visit);)+
            }
            fn look(&self, path: &$crate::export::core_tensor::Path<'_>, look: &mut impl $crate::export::core_tensor::Look<$t>) {
                $($crate::export::core_tensor::Params::<$t>::look(&self.$field, &path.field(stringify!($field)), look);)+
            }
        }
        $crate::network!(@walk $name $grad $t [X] [$($field: $layer,)+] [] []);
    };
    // one field at a time, carrying the shape reached: (field, its layer, its input shape), in order and reversed
    (@walk $name:ident $grad:ident $t:ident [$x:ty] [$field:ident: $layer:ty, $($rest:tt)*] [$($forward:tt)*] [$($reverse:tt)*]) => {
        $crate::network!(@walk $name $grad $t [<$layer as $crate::Layer<$x, $t>>::Y] [$($rest)*] [$($forward)* ($field $layer, $x)] [($field $layer, $x) $($reverse)*]);
    };
    (@walk $name:ident $grad:ident $t:ident [$y:ty] [] [$(($field:ident $layer:ty, $x:ty))+] [$(($rfield:ident $rlayer:ty, $rx:ty))+]) => {
        impl<X: $crate::export::core_tensor::Shape, $t: $crate::export::core_tensor::Scalar> $crate::Layer<X, $t> for $name<$t>
        where $($layer: $crate::Layer<$x, $t>),+
        {
            type Y = $y;
            type Saved<'a> = ($(<$layer as $crate::Layer<$x, $t>>::Saved<'a>,)+);
            const NAME: &'static str = stringify!($name);
            const FLOPS: u64 = 0 $(+ <$layer as $crate::Layer<$x, $t>>::FLOPS)+;
            const ROOM: $crate::export::core_tensor::Room = $crate::export::core_tensor::Room::NONE $(.then(<$layer as $crate::Layer<$x, $t>>::ROOM))+;
            const FIELD: $crate::Field = $crate::Field::POINT $(.then(<$layer as $crate::Layer<$x, $t>>::FIELD))+;
            fn forward<'a>(&self, x: $crate::export::core_tensor::Batch<'a, X, $t>, pass: &mut $crate::Pass<'a, $t>) -> ($crate::export::core_tensor::Batch<'a, Self::Y, $t>, Self::Saved<'a>) {
                $(let (x, $field) = <$layer as $crate::Layer<$x, $t>>::forward(&self.$field, x, pass);)+
                (x, ($($field,)+))
            }
            fn backward<'a>(&self, saved: Self::Saved<'_>, dy: $crate::export::core_tensor::BatchMut<'a, Self::Y, $t>, mut grad: Option<&mut Self::Grad>, pass: &mut $crate::Pass<'a, $t>) -> $crate::export::core_tensor::BatchMut<'a, X, $t> {
                let ($($field,)+) = saved;
                $(let dy = <$rlayer as $crate::Layer<$rx, $t>>::backward(&self.$rfield, $rfield, dy, grad.as_deref_mut().map(|g| &mut g.$rfield), pass);)+
                $crate::export::core_tensor::mutant::back("network!", dy)
            }
            fn backward_first<'a>(&self, saved: Self::Saved<'_>, dy: $crate::export::core_tensor::BatchMut<'a, Self::Y, $t>, mut grad: Option<&mut Self::Grad>, pass: &mut $crate::Pass<'a, $t>) {
                let ($($field,)+) = saved;
                // how many fields that learn are still to come; the last of them is where backward stops
                let mut before = 0 $(+ usize::from(<$layer as $crate::export::core_tensor::Params<$t>>::LEARNS))+;
                $(
                    before -= usize::from(<$rlayer as $crate::export::core_tensor::Params<$t>>::LEARNS);
                    let grad_here = grad.as_deref_mut().map(|g| &mut g.$rfield);
                    if before == 0 {
                        return <$rlayer as $crate::Layer<$rx, $t>>::backward_first(&self.$rfield, $rfield, dy, grad_here, pass);
                    }
                    let dy = <$rlayer as $crate::Layer<$rx, $t>>::backward(&self.$rfield, $rfield, dy, grad_here, pass);
                )+
                let _ = dy;
            }
            fn describe(path: &$crate::export::core_tensor::Path<'_>) -> $crate::Part {
                $crate::Part::chain::<Self, X, $t>(path, $crate::export::vec![$(<$layer as $crate::Layer<$x, $t>>::describe(&path.field(stringify!($field)))),+])
            }
        }
    };
}
