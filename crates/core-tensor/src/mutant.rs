//! Breaks one rule of differentiation at a time, to see whether the checks notice.
//!
//! A rule hands what it found to one of the functions here, with a name of its own. In an ordinary build they hand it back, inlined, and
//! nothing is left of them. With the feature `mutants`, `cargo xtask check-grads --mutate` turns one of them against its rule at run time.
//! A kind of mistake that could change nothing at a place is never offered there: only what is added can be assigned by mistake, and only
//! a product has a factor to transpose.

use crate::kernel::{Layout, Start};
use crate::{BatchMut, Real, Scalar, Shape, Tensor};

/// How a rule is broken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// `−` for `+`
    Sign,
    /// times `1 + 10⁻⁴`
    Scale,
    /// left out
    Drop,
    /// `=` for `+=`
    Assign,
    /// a factor of a product read transposed, or as it lies where it should be transposed
    Transpose,
}

#[cfg(feature = "mutants")]
pub use live::{broken, layout, one_of, partials, recorded, slope, sum, values};
#[cfg(not(feature = "mutants"))]
pub use still::{layout, one_of, partials, slope, sum, values};

/// The slopes of a function of two numbers, each a rule of its own.
#[inline(always)]
pub fn slopes<T: Real>([first, second]: [&'static str; 2], slopes: [T; 2]) -> [T; 2] {
    [slope(first, slopes[0]), slope(second, slopes[1])]
}

/// A gradient that the rule `site` hands back.
#[inline(always)]
pub fn back<'a, S: Shape, T: Scalar>(
    site: &'static str,
    dx: BatchMut<'a, S, T>,
) -> BatchMut<'a, S, T> {
    values(site, Tensor::flat_mut(dx));
    dx
}

/// What is left in an ordinary build. That two of them can be called in a constant shows that no switch is.
#[cfg(not(feature = "mutants"))]
mod still {
    use super::{Layout, Start};
    use crate::{Real, Scalar};

    const _: () = assert!(slope("any", 0.5) == 0.5 && partials("any", [2.0])[0] == 2.0);

    /// The slope that the rule `site` found.
    #[inline(always)]
    pub const fn slope<T: Real>(site: &'static str, slope: T) -> T {
        let _ = site;
        slope
    }

    /// The derivatives in each direction that the rule `site` hands on.
    #[inline(always)]
    pub const fn partials<T: Real, const N: usize>(site: &'static str, partials: [T; N]) -> [T; N] {
        let _ = site;
        partials
    }

    /// The name of one of several rules.
    #[inline(always)]
    pub const fn one_of<const N: usize>(sites: [&'static str; N], index: usize) -> &'static str {
        let _ = (sites, index);
        ""
    }

    /// How the rule `site` reads the factors of its product.
    #[inline(always)]
    pub const fn layout(site: &'static str, layout: Layout) -> Layout {
        let _ = site;
        layout
    }

    /// The gradient that the rule `site` has written.
    #[inline(always)]
    pub fn values<T: Scalar>(site: &'static str, gradient: &mut [T]) {
        let _ = (site, gradient);
    }

    /// The rule `site`, whose term begins `gradient` or is added to it, as `start` says.
    #[inline(always)]
    pub fn sum<T: Scalar>(
        site: &'static str,
        start: Start<'_, T>,
        gradient: &mut [T],
        term: impl FnOnce(Start<'_, T>, &mut [T]),
    ) {
        let _ = site;
        term(start, gradient);
    }
}

#[cfg(feature = "mutants")]
mod live {
    use std::cell::{Cell, RefCell};
    use std::collections::BTreeSet;
    use std::vec;

    use super::{Kind, Layout, Start};
    use crate::{Real, Scalar};

    /// What is done at the sites.
    #[derive(Clone, Copy, PartialEq)]
    enum Mode {
        Nothing,
        Record,
        Break(&'static str, Kind),
    }

    const TERM: [Kind; 3] = [Kind::Sign, Kind::Scale, Kind::Drop];

    thread_local! {
        static MODE: Cell<Mode> = const { Cell::new(Mode::Nothing) };
        static SITES: RefCell<BTreeSet<(&'static str, Kind)>> = const { RefCell::new(BTreeSet::new()) };
        /// the sites seen last, so that a loop does not search the set in each turn
        static RECENT: [Cell<(usize, u8)>; 256] = const { [const { Cell::new((0, 0)) }; 256] };
    }

    /// Runs `f` with the rule `site` broken, on this thread.
    pub fn broken<R>(site: &'static str, kind: Kind, f: impl FnOnce() -> R) -> R {
        within(Mode::Break(site, kind), f)
    }

    /// Runs `f` and returns every site that it came by, on this thread, with how each can be broken.
    pub fn recorded<R>(f: impl FnOnce() -> R) -> (R, BTreeSet<(&'static str, Kind)>) {
        SITES.take();
        RECENT.with(|recent| recent.iter().for_each(|place| place.set((0, 0))));
        let result = within(Mode::Record, f);
        (result, SITES.take())
    }

    fn within<R>(mode: Mode, f: impl FnOnce() -> R) -> R {
        /// Ends the mode when `f` panics, too.
        struct End;
        impl Drop for End {
            fn drop(&mut self) {
                MODE.set(Mode::Nothing);
            }
        }
        MODE.set(mode);
        let _end = End;
        f()
    }

    /// How `site` is to be broken now.
    #[inline]
    fn visit(site: &'static str, kinds: &[Kind]) -> Option<Kind> {
        match MODE.get() {
            Mode::Nothing => None,
            Mode::Record => {
                record(site, kinds);
                None
            }
            Mode::Break(broken, kind) => (broken == site && kinds.contains(&kind)).then_some(kind),
        }
    }

    fn record(site: &'static str, kinds: &[Kind]) {
        let known = (
            site.as_ptr().addr(),
            kinds.iter().fold(1, |set, &kind| set | 2 << kind as u8),
        );
        let place = (known.0 ^ known.0 >> 8) % 256;
        if RECENT.with(|recent| recent[place].replace(known)) != known {
            SITES.with_borrow_mut(|sites| sites.extend(kinds.iter().map(|&kind| (site, kind))));
        }
    }

    fn wrong<T: Real>(kind: Kind, term: T) -> T {
        match kind {
            Kind::Sign => -term,
            Kind::Scale => term * T::of(1.0001),
            Kind::Drop => T::zero(),
            Kind::Assign | Kind::Transpose => term,
        }
    }

    /// The slope that the rule `site` found.
    #[inline]
    pub fn slope<T: Real>(site: &'static str, slope: T) -> T {
        visit(site, &TERM).map_or(slope, |kind| wrong(kind, slope))
    }

    /// The derivatives in each direction that the rule `site` hands on.
    #[inline]
    pub fn partials<T: Real, const N: usize>(site: &'static str, partials: [T; N]) -> [T; N] {
        match visit(site, &TERM) {
            Some(kind) => partials.map(|partial| wrong(kind, partial)),
            None => partials,
        }
    }

    /// The name of one of several rules.
    pub fn one_of<const N: usize>(sites: [&'static str; N], index: usize) -> &'static str {
        sites[index]
    }

    /// How the rule `site` reads the factors of its product.
    pub fn layout(site: &'static str, layout: Layout) -> Layout {
        match (visit(site, &[Kind::Transpose]), layout) {
            (None, layout) => layout,
            (Some(_), Layout::Nn) => Layout::Nt,
            (Some(_), Layout::Nt | Layout::Tn) => Layout::Nn,
        }
    }

    /// The gradient that the rule `site` has written.
    pub fn values<T: Scalar>(site: &'static str, gradient: &mut [T]) {
        if let Some(kind) = visit(site, &TERM) {
            gradient
                .iter_mut()
                .for_each(|term| *term = wrong(kind, *term));
        }
    }

    /// The rule `site`, whose term begins `gradient` or is added to it, as `start` says.
    pub fn sum<T: Scalar>(
        site: &'static str,
        start: Start<'_, T>,
        gradient: &mut [T],
        term: impl FnOnce(Start<'_, T>, &mut [T]),
    ) {
        let mut term = Some(term);
        visited_sum(site, start, gradient, &mut |start, gradient| {
            let term = term.take().expect("a term is worked out once");
            term(start, gradient);
        });
    }

    /// One copy for all rules, of which there are thousands of instances in the gradient checks.
    #[inline(never)]
    fn visited_sum<T: Scalar>(
        site: &'static str,
        start: Start<'_, T>,
        gradient: &mut [T],
        term: &mut dyn FnMut(Start<'_, T>, &mut [T]),
    ) {
        let adds = matches!(start, Start::Output);
        let added = visit(
            site,
            if adds {
                &[Kind::Sign, Kind::Scale, Kind::Drop, Kind::Assign]
            } else {
                &TERM
            },
        );
        let Some(kind) = added else {
            return term(start, gradient);
        };
        // zeroes, since some terms are always added
        let mut alone = vec![T::zero(); gradient.len()];
        term(Start::Zero, &mut alone);
        for (sum, term) in gradient.iter_mut().zip(alone) {
            let term = wrong(kind, term);
            *sum = if adds && kind != Kind::Assign {
                *sum + term
            } else {
                term
            };
        }
    }
}

#[cfg(all(test, feature = "mutants"))]
mod tests {
    use super::*;

    #[test]
    fn each_kind_does_what_it_says() {
        let sum_of = |start: Start<'_, f64>, kind| {
            let mut gradient = [10.0];
            broken("rule", kind, || {
                sum("rule", start, &mut gradient, |start, into| {
                    start.begin(into);
                    into[0] += 2.0;
                });
            });
            gradient[0]
        };
        for (kind, added, written) in [
            (Kind::Sign, 8.0, -2.0),
            (Kind::Scale, 12.0002, 2.0002),
            (Kind::Drop, 10.0, 0.0),
            (Kind::Assign, 2.0, 2.0),
        ] {
            assert_eq!(sum_of(Start::Output, kind), added);
            assert_eq!(sum_of(Start::Zero, kind), written);
        }
        assert_eq!(broken("rule", Kind::Sign, || slope("rule", 3.0)), -3.0);
        assert_eq!(broken("rule", Kind::Sign, || slope("other", 3.0)), 3.0);
        assert_eq!(slope("rule", 3.0), 3.0, "the switch is off again");
        let turned = broken("rule", Kind::Transpose, || layout("rule", Layout::Nt));
        assert_eq!(turned, Layout::Nn);
    }

    #[test]
    fn only_what_is_added_can_be_assigned() {
        let visited = |start| {
            let ((), sites) = recorded(|| sum("rule", start, &mut [0.0], |_, _| ()));
            sites.contains(&("rule", Kind::Assign))
        };
        assert!(visited(Start::Output) && !visited(Start::Zero));
    }
}
