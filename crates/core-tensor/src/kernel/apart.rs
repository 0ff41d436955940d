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

/// `R` rows of `N` registers, a row and a register within it so far apart.
#[inline(always)]
pub(super) fn load_grid<T: Lanes, S: Simd, const R: usize, const N: usize>(
    x: &[T],
    [row, apart]: [usize; 2],
) -> [[T::Vector<S>; N]; R] {
    let last = row
        .checked_mul(R - 1)
        .zip(apart.checked_mul(N - 1))
        .and_then(|(row, apart)| row.checked_add(apart)?.checked_add(T::lanes::<S>()));
    assert!(
        last.is_some_and(|end| end <= x.len()),
        "registers beyond their slice"
    );
    from_fn(
        #[inline(always)]
        |r| {
            from_fn(
                #[inline(always)]
                |i| {
                    // SAFETY: the last register of the last row ends inside `x`, so this one does; a register is so many numbers in a row, at any
                    // address.
                    unsafe {
                        x.as_ptr()
                            .add(r * row + i * apart)
                            .cast::<T::Vector<S>>()
                            .read_unaligned()
                    }
                },
            )
        },
    )
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

/// Adds rows of registers to rows that lie `apart`; of a row's last register only the first lanes.
#[inline(always)]
pub(super) fn add_apart<T: Lanes, S: Simd, const R: usize, const N: usize>(
    simd: S,
    x: &mut [T],
    apart: usize,
    last: T::First<S>,
    rows: [[T::Vector<S>; N]; R],
) {
    let lanes = T::lanes::<S>();
    let end = apart
        .checked_mul(R - 1)
        .and_then(|row| row.checked_add(N * lanes));
    assert!(
        end.is_some_and(|end| end <= x.len()),
        "registers beyond their slice"
    );
    for (r, row) in rows.iter().enumerate() {
        for (v, &more) in row.iter().enumerate() {
            // SAFETY: the last register of the last row ends inside `x`, so this one does; it is borrowed mutably, and a register is so many
            // numbers in a row, at any address.
            unsafe {
                let at = x.as_mut_ptr().add(r * apart + v * lanes);
                let to = at.cast::<T::Vector<S>>();
                let sum = T::plus(simd, to.read_unaligned(), more);
                if v + 1 < N {
                    to.write_unaligned(sum);
                } else {
                    T::store_first_at(simd, last, at, sum);
                }
            }
        }
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

/// Rows of `NV` registers that lie evenly apart, one after the other: the right factor of a tile.
#[derive(Clone, Copy)]
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

/// Where the pixels under a strip of windows lie in a row of an image: all are found inside once. At most `OUTER` on either side lie outside; the outermost
/// pixel stands for those.
#[derive(Clone, Copy)]
pub(super) struct Pixels<const N: usize, const OUTER: usize> {
    /// channels, which is how far neighbours lie apart
    c: usize,
    /// the first pixel that lies inside anyway
    inner: usize,
    /// the first and the last pixels, and whether they lie inside
    outer: [[(usize, bool); OUTER]; 2],
    /// numbers of a row
    row: usize,
}

impl<const N: usize, const OUTER: usize> Pixels<N, OUTER> {
    /// `N` neighbouring pixels of rows with `width` pixels of `c` channels.
    #[inline(always)]
    pub(super) fn new([width, c]: [usize; 2], first: isize) -> Self {
        const { assert!(OUTER <= N, "the outer pixels of a strip are part of it") }
        let row = width.checked_mul(c).expect("a row in memory");
        let inner = [OUTER, N - OUTER].map(|p| first + p as isize);
        assert!(
            width > 0 && (N <= 2 * OUTER || inner[0] >= 0 && inner[1] <= width as isize),
            "pixels of a row"
        );
        let mut outer = [[(0, true); OUTER]; 2];
        for (outer, begin) in outer.iter_mut().zip([0, N - OUTER]) {
            for (p, outer) in outer.iter_mut().enumerate() {
                let place = first + (begin + p) as isize;
                let near = place.clamp(0, width as isize - 1);
                *outer = (near as usize * c, place == near);
            }
        }
        Self {
            c,
            inner: (inner[0] as usize).wrapping_mul(c),
            outer,
            row,
        }
    }

    /// Of each pixel the register that begins with `channel`.
    #[inline(always)]
    pub(super) fn under<T: Lanes, S: Simd>(self, simd: S, channel: usize) -> Under<T, S, N, OUTER> {
        let end = channel.checked_add(T::lanes::<S>());
        assert!(
            end.is_some_and(|end| end <= self.c),
            "a register beyond its pixel"
        );
        let (all, none) = (T::first(simd, T::lanes::<S>()), T::first(simd, 0));
        let (mut at, mut lanes) = ([0; N], [all; N]);
        for p in 0..N {
            if (OUTER..N - OUTER).contains(&p) {
                at[p] = self.inner + (p - OUTER) * self.c + channel;
            } else {
                let (place, inside) = if p < OUTER {
                    self.outer[0][p]
                } else {
                    self.outer[1][p + OUTER - N]
                };
                at[p] = place + channel;
                lanes[p] = if inside { all } else { none };
            }
        }
        Under {
            at,
            lanes,
            row: self.row,
        }
    }
}

/// Registers of [`Pixels`], in one row after another; zeros where they lie outside.
pub(super) struct Under<T: Lanes, S: Simd, const N: usize, const OUTER: usize> {
    at: [usize; N],
    /// of the first and the last pixels
    lanes: [T::First<S>; N],
    /// numbers of a row
    row: usize,
}

impl<T: Lanes, S: Simd, const N: usize, const OUTER: usize> Under<T, S, N, OUTER> {
    /// Row `y` of an image.
    #[inline(always)]
    pub(super) fn row<'a>(&self, image: &'a [T], y: usize) -> &'a [T] {
        &image[y * self.row..][..self.row]
    }

    /// Pixel `p` of a row.
    #[inline(always)]
    pub(super) fn pixel(&self, simd: S, row: &[T], p: usize) -> T::Vector<S> {
        assert!(row.len() == self.row, "a row of another image");
        // SAFETY: all of the pixels lie inside a row of this length, and the registers end with their pixels or before.
        unsafe {
            let at = row.as_ptr().add(self.at[p]);
            if (OUTER..N - OUTER).contains(&p) {
                at.cast::<T::Vector<S>>().read_unaligned()
            } else {
                T::load_first_at(simd, self.lanes[p], at)
            }
        }
    }
}
