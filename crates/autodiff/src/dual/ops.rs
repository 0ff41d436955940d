//! The operators of [`Dual`]: what each does, then the same by reference, with a plain scalar, and assigning.

use core::ops::{
    Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign,
};

use core_tensor::{Real, mutant};

use super::float::inside;
use super::{Dual, each};

/// `(−u)' = −u'`
impl<T: Real, const N: usize> Neg for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self {
            value: -self.value,
            partials: mutant::partials("neg", self.partials.map(T::neg)),
        }
    }
}

/// `(−u)' = −u'`
impl<T: Real, const N: usize> Neg for &Dual<T, N> {
    type Output = Dual<T, N>;
    #[inline(always)]
    fn neg(self) -> Dual<T, N> {
        -*self
    }
}

/// `(u + v)' = u' + v'`
impl<T: Real, const N: usize> Add for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let du = mutant::partials("add left", self.partials);
        let dv = mutant::partials("add right", other.partials);
        Self {
            value: self.value + other.value,
            partials: each(|i| du[i] + dv[i]),
        }
    }
}

/// `(u − v)' = u' − v'`
impl<T: Real, const N: usize> Sub for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        let du = mutant::partials("sub left", self.partials);
        let dv = mutant::partials("sub right", other.partials);
        Self {
            value: self.value - other.value,
            partials: each(|i| du[i] - dv[i]),
        }
    }
}

/// `(u·v)' = v·u' + u·v'`
impl<T: Real, const N: usize> Mul for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.product(other)
    }
}

/// `(u/v)' = (1/v)·u' − (u/v)/v·v'`
impl<T: Real, const N: usize> Div for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self.quotient(other)
    }
}

/// `u % v = u − n·v` with the whole number `n = trunc(u/v)`, so `(u % v)' = u' − n·v'`.
impl<T: Real, const N: usize> Rem for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn rem(self, other: Self) -> Self {
        let (u, v) = (self.value, other.value);
        let rest = u % v;
        // Not trunc(u/v): the division may round up to the next whole number.
        let n = ((u - rest) / v).round();
        let slopes = inside(rest, [T::one(), -n]);
        let slopes = mutant::slopes(["rem left", "rem right"], slopes);
        self.chain2(other, rest, slopes)
    }
}

/// `(u + c)' = u'`
impl<T: Real, const N: usize> Add<T> for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, constant: T) -> Self {
        Self {
            value: self.value + constant,
            partials: mutant::partials("add left", self.partials),
        }
    }
}

/// `(u − c)' = u'`
impl<T: Real, const N: usize> Sub<T> for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, constant: T) -> Self {
        Self {
            value: self.value - constant,
            partials: mutant::partials("sub left", self.partials),
        }
    }
}

/// `(u·c)' = c·u'`
impl<T: Real, const N: usize> Mul<T> for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, constant: T) -> Self {
        let slope = mutant::slope("mul left", constant);
        self.scaled(self.value * constant, slope)
    }
}

/// `(u/c)' = (1/c)·u'`
impl<T: Real, const N: usize> Div<T> for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, constant: T) -> Self {
        let slope = mutant::slope("div left", constant.recip());
        self.scaled(self.value / constant, slope)
    }
}

/// The operators again, for operands that [`From`] makes a dual.
macro_rules! forms {
    ($Left:ty, $Right:ty: $($Op:ident $op:ident),*) => {$(
        impl<T: Real, const N: usize> $Op<$Right> for $Left {
            type Output = Dual<T, N>;
            #[inline(always)]
            fn $op(self, other: $Right) -> Dual<T, N> {
                Dual::<T, N>::from(self).$op(Dual::<T, N>::from(other))
            }
        }
    )*};
}

forms!(Dual<T, N>, &Dual<T, N>: Add add, Sub sub, Mul mul, Div div, Rem rem);
forms!(&Dual<T, N>, Dual<T, N>: Add add, Sub sub, Mul mul, Div div, Rem rem);
forms!(&Dual<T, N>, &Dual<T, N>: Add add, Sub sub, Mul mul, Div div, Rem rem);
forms!(Dual<T, N>, T: Rem rem);

/// The operators with a constant, by reference.
macro_rules! by_reference { ($($Op:ident $op:ident),*) => {$(
    impl<T: Real, const N: usize> $Op<T> for &Dual<T, N> {
        type Output = Dual<T, N>;
        #[inline(always)]
        fn $op(self, constant: T) -> Dual<T, N> {
            (*self).$op(constant)
        }
    }
)*} }
by_reference!(Add add, Sub sub, Mul mul, Div div, Rem rem);

/// The operators with a constant on the left: of the floats, since nobody may give an operator to all scalars, and since a dual on both sides
/// would leave the compiler in doubt about the type of `Dual::of(3.0)`.
macro_rules! from_left {
    ($($Op:ident $op:ident),*) => {$(
        from_left!(@ f32 $Op $op);
        from_left!(@ f64 $Op $op);
    )*};
    (@ $T:ident $Op:ident $op:ident) => {
        impl<const N: usize> $Op<Dual<$T, N>> for $T {
            type Output = Dual<$T, N>;
            #[inline(always)]
            fn $op(self, other: Dual<$T, N>) -> Dual<$T, N> {
                Dual::constant(self).$op(other)
            }
        }
        impl<const N: usize> $Op<&Dual<$T, N>> for $T {
            type Output = Dual<$T, N>;
            #[inline(always)]
            fn $op(self, other: &Dual<$T, N>) -> Dual<$T, N> {
                Dual::constant(self).$op(*other)
            }
        }
    };
}
from_left!(Add add, Sub sub, Mul mul, Div div, Rem rem);

/// The assigning operators.
macro_rules! assigning {
    ($Right:ty: $($Assign:ident $assign:ident $op:ident),*) => {$(
        impl<T: Real, const N: usize> $Assign<$Right> for Dual<T, N> {
            #[inline(always)]
            fn $assign(&mut self, other: $Right) {
                *self = self.$op(other);
            }
        }
    )*};
}

assigning!(Dual<T, N>: AddAssign add_assign add, SubAssign sub_assign sub, MulAssign mul_assign mul,
    DivAssign div_assign div, RemAssign rem_assign rem);
assigning!(&Dual<T, N>: AddAssign add_assign add, SubAssign sub_assign sub, MulAssign mul_assign mul,
    DivAssign div_assign div, RemAssign rem_assign rem);
assigning!(T: AddAssign add_assign add, SubAssign sub_assign sub, MulAssign mul_assign mul,
    DivAssign div_assign div, RemAssign rem_assign rem);
