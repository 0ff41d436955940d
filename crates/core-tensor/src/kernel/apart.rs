//! Registers and numbers that lie apart, such as some channels of neighbouring pixels: all are found inside at once.
//!
//! The check is the same for each of them, so the compiler makes it once for all that a loop body reads or writes, and [`RowsApart`] once for
//! all that a loop does. A check a register costs as much as the multiply-adds of a depthwise convolution.

use core::marker::PhantomData;

use pulp::Simd;

use super::array::from_fn;
use super::lanes::Lanes;

/// Register `i` of `N` that lie `apart`.
#[inline(always)]
pub(super) fn load_apart<T: Lanes, S: Simd, const N: usize>(
    x: &[T],
    apart: usize,
    i: usize,
) -> T::Vector<S> {
    check::<T, S, N>(x.len(), apart, i);
    // SAFETY: `check` found the numbers from `i · apart` inside `x`; a register is that many of them in a row, at any address.
    unsafe {
        x.as_ptr()
            .add(i * apart)
            .cast::<T::Vector<S>>()
            .read_unaligned()
    }
}

/// Writes register `i` of `N` that lie `apart`.
#[inline(always)]
pub(super) fn store_apart<T: Lanes, S: Simd, const N: usize>(
    x: &mut [T],
    apart: usize,
    i: usize,
    v: T::Vector<S>,
) {
    check::<T, S, N>(x.len(), apart, i);
    // SAFETY: as in `load_apart`, and `x` is borrowed mutably.
    unsafe {
        x.as_mut_ptr()
            .add(i * apart)
            .cast::<T::Vector<S>>()
            .write_unaligned(v);
    }
}

/// All `N` registers lie inside, and `i` is one of them.
#[inline(always)]
fn check<T: Lanes, S: Simd, const N: usize>(len: usize, apart: usize, i: usize) {
    let end = apart
        .checked_mul(N - 1)
        .and_then(|last| last.checked_add(T::lanes::<S>()));
    assert!(
        i < N && end.is_some_and(|end| end <= len),
        "registers beyond their slice"
    );
}

/// The `N` numbers at place `i` of `places` that lie `apart`, such as channels of pixels.
#[inline(always)]
pub(super) fn numbers_apart<T, const N: usize>(
    x: &[T],
    apart: usize,
    places: usize,
    i: usize,
) -> &[T; N] {
    let end = places
        .checked_sub(1)
        .and_then(|last| apart.checked_mul(last))
        .and_then(|last| last.checked_add(N));
    assert!(
        i < places && end.is_some_and(|end| end <= x.len()),
        "numbers beyond their slice"
    );
    // SAFETY: the last of the places ends inside `x`, so this one does.
    unsafe { &*x.as_ptr().add(i * apart).cast::<[T; N]>() }
}

/// Where `N` registers lie whose distances are not even: how far they reach is found once.
pub(super) struct Places<T, S, const N: usize> {
    at: [usize; N],
    /// the end of the register that lies farthest
    reach: usize,
    of: PhantomData<(T, S)>,
}

impl<T: Lanes, S: Simd, const N: usize> Places<T, S, N> {
    /// Registers that begin at these numbers.
    #[inline(always)]
    pub(super) fn new(at: [usize; N]) -> Self {
        let mut reach = 0;
        for at in &at {
            let end = at.checked_add(T::lanes::<S>());
            reach = end.expect("a place in memory").max(reach);
        }
        Self {
            at,
            reach,
            of: PhantomData,
        }
    }

    /// Register `i`, its place counted from the beginning of `x`.
    #[inline(always)]
    pub(super) fn load(&self, x: &[T], i: usize) -> T::Vector<S> {
        assert!(self.reach <= x.len(), "registers beyond their slice");
        // SAFETY: no register ends beyond `reach`, which is inside `x`; a register is so many numbers in a row, at any address.
        unsafe {
            x.as_ptr()
                .add(self.at[i])
                .cast::<T::Vector<S>>()
                .read_unaligned()
        }
    }
}

/// Rows of `NV` registers that lie evenly apart, one after the other: the right factor of a tile.
pub(super) struct RowsApart<'a, T, S, const NV: usize> {
    next: *const T,
    apart: usize,
    left: usize,
    of: PhantomData<(&'a [T], S)>,
}

impl<'a, T: Lanes, S: Simd, const NV: usize> RowsApart<'a, T, S, NV> {
    /// The first `rows` of a slice that has so many.
    #[inline(always)]
    pub(super) fn new(x: &'a [T], apart: usize, rows: usize) -> Self {
        let end = rows.checked_sub(1).map_or(Some(0), |last| {
            last.checked_mul(apart)?.checked_add(NV * T::lanes::<S>())
        });
        assert!(
            end.is_some_and(|end| end <= x.len()),
            "rows beyond their slice"
        );
        Self {
            next: x.as_ptr(),
            apart,
            left: rows,
            of: PhantomData,
        }
    }

    /// The next row. Not an iterator's: that one is not always inlined.
    #[inline(always)]
    pub(super) fn next(&mut self) -> Option<[T::Vector<S>; NV]> {
        self.left = self.left.checked_sub(1)?;
        // SAFETY: `new` found all rows inside the slice, which is borrowed, and this is one of them; its registers are so many numbers, at
        // any address.
        let row = unsafe { self.next.cast::<[T::Vector<S>; NV]>().read_unaligned() };
        self.next = self.next.wrapping_add(self.apart);
        Some(row)
    }
}

/// `N` registers that lie evenly apart, in one piece of memory after another: how far they reach is found once.
#[derive(Clone, Copy)]
pub(super) struct Evenly<T, S, const N: usize> {
    apart: usize,
    reach: usize,
    of: PhantomData<(T, S)>,
}

impl<T: Lanes, S: Simd, const N: usize> Evenly<T, S, N> {
    #[inline(always)]
    pub(super) fn new(apart: usize) -> Self {
        let end = apart
            .checked_mul(N - 1)
            .and_then(|last| last.checked_add(T::lanes::<S>()));
        Self {
            apart,
            reach: end.expect("places in memory"),
            of: PhantomData,
        }
    }

    /// The registers from number `at` of `x` on.
    #[inline(always)]
    pub(super) fn load(self, x: &[T], at: usize) -> [T::Vector<S>; N] {
        let x = &x[at..][..self.reach];
        from_fn(
            #[inline(always)]
            |i| {
                // SAFETY: no register ends beyond `reach`, and `x` is as long; a register is so many numbers in a row, at any address.
                unsafe {
                    x.as_ptr()
                        .add(i * self.apart)
                        .cast::<T::Vector<S>>()
                        .read_unaligned()
                }
            },
        )
    }

    /// Writes the registers from number `at` of `x` on.
    #[inline(always)]
    pub(super) fn store(self, x: &mut [T], at: usize, v: &[T::Vector<S>; N]) {
        let x = &mut x[at..][..self.reach];
        for (i, &v) in v.iter().enumerate() {
            // SAFETY: as in `load`, and `x` is borrowed mutably.
            unsafe {
                x.as_mut_ptr()
                    .add(i * self.apart)
                    .cast::<T::Vector<S>>()
                    .write_unaligned(v);
            }
        }
    }
}

/// The pixels under a strip of windows, in one row of an image after another: all are found inside once. Of those outside the image no lane is read,
/// near the outermost pixel.
pub(super) struct Under<T: Lanes, S: Simd, const N: usize> {
    at: [usize; N],
    lanes: [T::First<S>; N],
    /// numbers of a row
    row: usize,
}

impl<T: Lanes, S: Simd, const N: usize> Under<T, S, N> {
    /// `N` neighbouring pixels of rows with `width` pixels of `c` channels, of each the register that begins with `channel`.
    #[inline(always)]
    pub(super) fn new(simd: S, [width, c]: [usize; 2], first: isize, channel: usize) -> Self {
        let row = width.checked_mul(c).expect("a row in memory");
        let end = channel.checked_add(T::lanes::<S>());
        assert!(
            width > 0 && end.is_some_and(|end| end <= c),
            "a register beyond its pixel"
        );
        let (mut at, mut lanes) = ([0; N], [T::first(simd, 0); N]);
        for p in 0..N {
            let place = first + p as isize;
            let near = place.clamp(0, width as isize - 1);
            at[p] = near as usize * c + channel;
            lanes[p] = T::first(simd, if place == near { T::lanes::<S>() } else { 0 });
        }
        Self { at, lanes, row }
    }

    /// Row `y` of an image.
    #[inline(always)]
    pub(super) fn row<'a>(&self, image: &'a [T], y: usize) -> &'a [T] {
        &image[y * self.row..][..self.row]
    }

    /// Pixel `p` of a row; zeros where it is outside, of which there are at most `OUTER` on either side.
    #[inline(always)]
    pub(super) fn pixel<const OUTER: usize>(&self, simd: S, row: &[T], p: usize) -> T::Vector<S> {
        assert!(row.len() == self.row, "a row of another image");
        // SAFETY: `new` found all of the registers that begin here inside a row of this length.
        unsafe {
            let at = row.as_ptr().add(self.at[p]);
            if (OUTER..N.saturating_sub(OUTER)).contains(&p) {
                at.cast::<T::Vector<S>>().read_unaligned()
            } else {
                T::load_first_at(simd, self.lanes[p], at)
            }
        }
    }
}
