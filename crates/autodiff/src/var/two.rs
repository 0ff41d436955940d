//! Functions of two numbers on a tape: of any two, and in the forms that an operator has where one is a constant or their links differ.

use core_tensor::{Real, Scalar, mutant};

use super::{Dual, State, Var};
use crate::tape::sweep::weighed;

/// A function of two numbers. The operators say what is left of them where a partial is known to be zero: half of the work.
pub(super) trait Two {
    fn of<R: Real>(u: R, v: R) -> R;

    /// `v` is a constant.
    #[inline(always)]
    fn left<T: Scalar>(u: Dual<T>, v: T) -> Dual<T> {
        Self::of(u, Dual::constant(v))
    }

    /// `u` is a constant.
    #[inline(always)]
    fn right<T: Scalar>(u: T, v: Dual<T>) -> Dual<T> {
        Self::of(Dual::constant(u), v)
    }

    /// The value, and its slopes by the link of `u` and by that of `v`.
    #[inline(always)]
    fn both<T: Scalar>(u: Dual<T>, v: Dual<T>) -> (T, [T; 2]) {
        let u = Dual {
            value: u.value,
            partials: [u.partials[0], T::zero()],
        };
        let v = Dual {
            value: v.value,
            partials: [T::zero(), v.partials[0]],
        };
        let y = Self::of(u, v);
        (y.value, y.partials)
    }
}

pub(super) struct Plus;

impl Two for Plus {
    #[inline(always)]
    fn of<R: Real>(u: R, v: R) -> R {
        u + v
    }

    #[inline(always)]
    fn left<T: Scalar>(u: Dual<T>, v: T) -> Dual<T> {
        u + v
    }

    #[inline(always)]
    fn right<T: Scalar>(u: T, v: Dual<T>) -> Dual<T> {
        v + u
    }

    #[inline(always)]
    fn both<T: Scalar>(u: Dual<T>, v: Dual<T>) -> (T, [T; 2]) {
        let slopes = [u.partials[0], v.partials[0]];
        let slopes = mutant::slopes(["add left", "add right"], slopes);
        (u.value + v.value, slopes)
    }
}

pub(super) struct Minus;

impl Two for Minus {
    #[inline(always)]
    fn of<R: Real>(u: R, v: R) -> R {
        u - v
    }

    #[inline(always)]
    fn left<T: Scalar>(u: Dual<T>, v: T) -> Dual<T> {
        u - v
    }

    #[inline(always)]
    fn right<T: Scalar>(u: T, v: Dual<T>) -> Dual<T> {
        Dual {
            value: u - v.value,
            partials: [mutant::slope("sub right", -v.partials[0])],
        }
    }

    #[inline(always)]
    fn both<T: Scalar>(u: Dual<T>, v: Dual<T>) -> (T, [T; 2]) {
        let slopes = [u.partials[0], -v.partials[0]];
        let slopes = mutant::slopes(["sub left", "sub right"], slopes);
        (u.value - v.value, slopes)
    }
}

pub(super) struct Times;

impl Two for Times {
    #[inline(always)]
    fn of<R: Real>(u: R, v: R) -> R {
        u * v
    }

    #[inline(always)]
    fn left<T: Scalar>(u: Dual<T>, v: T) -> Dual<T> {
        u * v
    }

    #[inline(always)]
    fn right<T: Scalar>(u: T, v: Dual<T>) -> Dual<T> {
        v * u
    }

    #[inline(always)]
    fn both<T: Scalar>(u: Dual<T>, v: Dual<T>) -> (T, [T; 2]) {
        let [left, right] = mutant::slopes(["mul left", "mul right"], [v.value, u.value]);
        let slopes = [weighed(left, u.partials[0]), weighed(right, v.partials[0])];
        (u.value * v.value, slopes)
    }
}

pub(super) struct Over;

impl Two for Over {
    #[inline(always)]
    fn of<R: Real>(u: R, v: R) -> R {
        u / v
    }

    #[inline(always)]
    fn left<T: Scalar>(u: Dual<T>, v: T) -> Dual<T> {
        u / v
    }
}

/// Those that have no shorter form.
macro_rules! two { ($($name:ident $f:ident)+) => {$(
    pub(super) struct $name;
    impl Two for $name {
        #[inline(always)]
        fn of<R: Real>(u: R, v: R) -> R {
            u.$f(v)
        }
    }
)+} }
two! { Rest rem Power powf Log log Hypot hypot Atan2 atan2 Max max Min min AbsSub abs_sub CopySign copysign }

impl<T: Scalar> Var<'_, T> {
    #[inline(always)]
    pub(super) fn two<F: Two>(self, other: Self, _: F) -> Self {
        if other.state == State::Still {
            self.one(|u| F::left(u, other.number.value))
        } else if self.state == State::Still {
            other.one(|v| F::right(self.number.value, v))
        } else if self.place == other.place {
            self.one(|u| F::of(u, other.number))
        } else {
            let (value, slopes) = F::both(self.number, other.number);
            let record = self.record();
            let from = [self.place, other.place];
            let link = record.borrow_mut().link(from, slopes);
            Self::kept(record, link, value)
        }
    }
}
