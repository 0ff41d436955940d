//! The walk back over a tape: one rule a step. `dy` is the derivative of the result by the value `y`, and so on.

use alloc::vec::Vec;

use core_tensor::Scalar;
use core_tensor::kernel::{Layout, Product, Start};

use super::record::{Binary, Link, NOWHERE, Piece, Place, Record, Step};
use crate::dual::weigh;

impl<T: Scalar> Record<T> {
    /// Derivatives of a result by everything on the tape. `seed` writes the derivatives by the results themselves.
    pub(crate) fn sweep(&mut self, seed: impl FnOnce(&mut Self)) {
        self.passes = self.passes.wrapping_add(1);
        zeros(&mut self.link_adjoints, self.links.len());
        zeros(&mut self.adjoints, self.values.len());
        seed(self);
        let mut end = self.links.len();
        for i in (0..self.steps.len()).rev() {
            let (links, step) = self.steps[i];
            sweep_links(&self.links[..end], links as usize, &mut self.link_adjoints);
            end = links as usize;
            self.sweep_step(step);
        }
        sweep_links(&self.links[..end], 0, &mut self.link_adjoints);
    }

    /// Adds the derivative of a result by a number.
    pub(crate) fn seed(&mut self, place: Place<T>, dy: T) {
        if let Place::Link(link, slope) = place {
            self.link_adjoints[link as usize] += weighed(slope, dy);
        }
    }

    /// The derivative by a number that is its link.
    pub(crate) fn derivative(&self, place: Place<T>) -> T {
        match place {
            Place::Still => T::zero(),
            Place::Link(link, _) => self.link_adjoints[link as usize],
        }
    }

    fn sweep_step(&mut self, step: Step) {
        match step {
            Step::FromLink { link, y } => {
                if link != NOWHERE {
                    self.link_adjoints[link as usize] += self.adjoints[y.at as usize];
                }
            }
            Step::ToLink { x, link } => {
                self.adjoints[x.at as usize] += self.link_adjoints[link as usize];
            }
            Step::Slopes { x, slopes, y } => {
                let slopes = &self.saved[slopes as usize..][..x.len as usize];
                let (dx, dy) = adjoints(&mut self.adjoints, x, y);
                if dy.len() == 1 {
                    add_multiple(dy[0], slopes, dx);
                } else {
                    add_products(slopes, dy, dx);
                }
            }
            Step::Binary { kind, a, b, y } => self.sweep_binary(kind, a, b, y),
            Step::Product { sides, a, b, y } => self.sweep_product(sides, a, b, y),
            Step::Transpose { x, columns, y } => {
                let (columns, (dx, dy)) = (columns as usize, adjoints(&mut self.adjoints, x, y));
                let rows = dx.len() / columns;
                for (i, dx) in dx.chunks_exact_mut(columns).enumerate() {
                    for (j, dx) in dx.iter_mut().enumerate() {
                        *dx += dy[j * rows + i];
                    }
                }
            }
            Step::Sum {
                x,
                side,
                inner,
                mean,
                y,
            } => {
                let (dx, dy) = adjoints(&mut self.adjoints, x, y);
                let share = if mean {
                    T::of(1.0 / f64::from(side))
                } else {
                    T::one()
                };
                let (side, inner) = (side as usize, inner as usize);
                for (dx, dy) in dx
                    .chunks_exact_mut(side * inner)
                    .zip(dy.chunks_exact(inner))
                {
                    for dx in dx.chunks_exact_mut(inner) {
                        T::vectorize(
                            #[inline(always)]
                            || {
                                for (dx, &dy) in dx.iter_mut().zip(dy) {
                                    *dx += share * dy;
                                }
                            },
                        );
                    }
                }
            }
            Step::Copy {
                x,
                x_row,
                y,
                y_row,
                rows,
                len,
            } => {
                let (dx, dy) = adjoints(&mut self.adjoints, x, y);
                for row in 0..rows as usize {
                    let dx = &mut dx[row * x_row as usize..][..len as usize];
                    T::add_to(&dy[row * y_row as usize..][..len as usize], dx);
                }
            }
            Step::Softmax { x, row, y } => {
                let values = &self.values[y.range()];
                let (dx, dy) = adjoints(&mut self.adjoints, x, y);
                let row = row as usize;
                let rows = dx.chunks_exact_mut(row).zip(dy.chunks_exact(row));
                for ((dx, dy), y) in rows.zip(values.chunks_exact(row)) {
                    let mean: T = y.iter().zip(dy).map(|(&y, &dy)| y * dy).sum();
                    for ((dx, &dy), &y) in dx.iter_mut().zip(dy).zip(y) {
                        *dx += y * (dy - mean);
                    }
                }
            }
            Step::LogSoftmax { x, row, y } => {
                let values = &self.values[y.range()];
                let (dx, dy) = adjoints(&mut self.adjoints, x, y);
                let row = row as usize;
                let rows = dx.chunks_exact_mut(row).zip(dy.chunks_exact(row));
                for ((dx, dy), y) in rows.zip(values.chunks_exact(row)) {
                    let sum: T = dy.iter().copied().sum();
                    for ((dx, &dy), &y) in dx.iter_mut().zip(dy).zip(y) {
                        *dx += dy - y.exp() * sum;
                    }
                }
            }
            Step::Conv2d {
                window,
                x,
                filter,
                y,
            } => self.sweep_conv2d(window, x, filter, y),
            Step::Operation { index, inputs, y } => {
                let (before, dy) = self.adjoints.split_at_mut(y.at as usize);
                let [x, weights] = inputs;
                // the inputs are distinct pieces: taken one after the other from the block
                let gradients = two_pieces(before, x, weights);
                self.operations[index as usize].backward(
                    inputs.map(|input| &self.values[input.range()]),
                    &self.values[y.range()],
                    &dy[..y.len as usize],
                    gradients,
                );
            }
        }
    }

    /// `y = a ∘ b`: the slopes by one operand, then their products with `dy`, summed where that operand was repeated.
    fn sweep_binary(&mut self, kind: Binary, a: Piece, b: Piece, y: Piece) {
        let (va, vb, vy) = (
            &self.values[a.range()],
            &self.values[b.range()],
            &self.values[y.range()],
        );
        for (x, is_first) in [(a, true), (b, false)] {
            if !x.live {
                continue;
            }
            let (dx, dy) = adjoints(&mut self.adjoints, x, y);
            let slopes = match (kind, is_first) {
                (Binary::Add, _) | (Binary::Sub, true) => {
                    add_terms(dy, dx);
                    continue;
                }
                (Binary::Mul, true) if vb.len() == dy.len() && dx.len() == dy.len() => vb,
                (Binary::Mul, false) if va.len() == dy.len() && dx.len() == dy.len() => va,
                _ => {
                    // sized, and written over in full
                    self.scratch
                        .resize(self.scratch.len().max(dy.len()), T::zero());
                    let slopes = &mut self.scratch[..dy.len()];
                    match (kind, is_first) {
                        (Binary::Mul, true) => each(vb, vb, slopes, |b, _| b),
                        (Binary::Mul, false) => each(va, va, slopes, |a, _| a),
                        (Binary::Div, true) => each(vb, vb, slopes, |b, _| b.recip()),
                        (Binary::Div, false) => each(vy, vb, slopes, |y, b| -y / b),
                        _ => slopes.fill(-T::one()),
                    }
                    slopes
                }
            };
            if dx.len() == dy.len() {
                add_products(slopes, dy, dx);
            } else {
                let terms = &mut self.scratch[..dy.len()];
                multiply(dy, terms);
                add_terms(terms, dx);
            }
        }
    }

    /// `da += dy · bᵀ` and `db += aᵀ · dy`, whichever factor was transposed.
    fn sweep_product(&mut self, sides: Product, a: Piece, b: Piece, y: Piece) {
        let Product { m, k, n, layout } = sides;
        let (va, vb) = (&self.values[a.range()], &self.values[b.range()]);
        let product = |[m, k, n]: [usize; 3], layout| Product { m, k, n, layout };
        if a.live {
            let (da, dy) = adjoints(&mut self.adjoints, a, y);
            match layout {
                Layout::Nn => T::matmul(product([m, n, k], Layout::Nt), dy, vb, Start::Output, da),
                Layout::Nt => T::matmul(product([m, n, k], Layout::Nn), dy, vb, Start::Output, da),
                Layout::Tn => T::matmul(product([k, n, m], Layout::Nt), vb, dy, Start::Output, da),
            }
        }
        if b.live {
            let (db, dy) = adjoints(&mut self.adjoints, b, y);
            match layout {
                Layout::Nn => T::matmul(product([k, m, n], Layout::Tn), va, dy, Start::Output, db),
                Layout::Nt => T::matmul(product([n, m, k], Layout::Tn), dy, va, Start::Output, db),
                Layout::Tn => T::matmul(product([k, m, n], Layout::Nn), va, dy, Start::Output, db),
            }
        }
    }

    fn sweep_conv2d(&mut self, window: u32, x: Piece, filter: Piece, y: Piece) {
        let w = self.windows[window as usize];
        let (vx, vf) = (&self.values[x.range()], &self.values[filter.range()]);
        zeros(&mut self.scratch, w.scratch() + x.len as usize);
        let (scratch, gradient) = self.scratch.split_at_mut(w.scratch());
        if x.live {
            let (dx, dy) = adjoints(&mut self.adjoints, x, y);
            T::conv2d_by_data(&w, dy, vf, gradient, scratch);
            T::add_to(gradient, dx);
        }
        if filter.live {
            let (df, dy) = adjoints(&mut self.adjoints, filter, y);
            T::conv2d_by_weights(&w, vx, dy, Start::Output, df, scratch);
        }
    }

    /// Derivatives of everything by one number: the walk forward, where nothing shaped was recorded.
    pub(crate) fn push_forward(&mut self, x: Place<T>) {
        assert!(self.steps.is_empty(), "shaped steps have no rule forward");
        self.passes = self.passes.wrapping_add(1);
        zeros(&mut self.link_adjoints, self.links.len());
        let Place::Link(seed, _) = x else { return };
        self.link_adjoints[seed as usize] = T::one();
        for (i, &Link { from, slopes }) in self.links.iter().enumerate().skip(seed as usize + 1) {
            for (from, slope) in from.into_iter().zip(slopes) {
                if from != NOWHERE {
                    let dx = self.link_adjoints[from as usize];
                    self.link_adjoints[i] += weighed(slope, dx);
                }
            }
        }
    }

    /// After the walk forward: the derivative of the number at a place.
    pub(crate) fn tangent(&self, y: Place<T>) -> T {
        match y {
            Place::Link(link, slope) => weighed(slope, self.link_adjoints[link as usize]),
            Place::Still => T::zero(),
        }
    }
}

/// Numbers, walked back over: from the last down to number `first`.
fn sweep_links<T: Scalar>(links: &[Link<T>], first: usize, adjoints: &mut [T]) {
    for i in (first..links.len()).rev() {
        let Link { from, slopes } = links[i];
        let dy = adjoints[i];
        for (from, slope) in from.into_iter().zip(slopes) {
            if from != NOWHERE {
                adjoints[from as usize] += weighed(slope, dy);
            }
        }
    }
}

/// `slope · dy`, and zero for zero times infinity, as forward.
#[inline(always)]
fn weighed<T: Scalar>(slope: T, dy: T) -> T {
    let product = slope * dy;
    if product.holds_nan() {
        weigh(slope, dy)
    } else {
        product
    }
}

fn zeros<T: Scalar>(numbers: &mut Vec<T>, len: usize) {
    numbers.clear();
    numbers.resize(len, T::zero());
}

/// The gradient of `x` to write to and that of `y`, which comes later on the tape.
fn adjoints<T>(block: &mut [T], x: Piece, y: Piece) -> (&mut [T], &[T]) {
    let (before, dy) = block.split_at_mut(y.at as usize);
    (&mut before[x.range()], &dy[..y.len as usize])
}

/// Two pieces of a block, each if it is wanted.
fn two_pieces<T>(block: &mut [T], a: Piece, b: Piece) -> [Option<&mut [T]>; 2] {
    let (first, second) = if a.at <= b.at { (a, b) } else { (b, a) };
    let (before, after) = block.split_at_mut(second.at as usize);
    let first = first.live.then(|| &mut before[first.range()]);
    let second = second.live.then(|| &mut after[..second.len as usize]);
    if a.at <= b.at {
        [first, second]
    } else {
        [second, first]
    }
}

/// `y[i] = f(a[i], b[i])`, where an operand shorter than `y` is repeated.
pub(crate) fn each<T: Scalar>(a: &[T], b: &[T], y: &mut [T], f: impl Fn(T, T) -> T + Copy) {
    match (a.len() == y.len(), b.len() == y.len()) {
        (true, true) => T::vectorize(
            #[inline(always)]
            || {
                for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
                    *y = f(a, b);
                }
            },
        ),
        (true, false) if b.len() == 1 => {
            let b = b[0];
            T::vectorize(
                #[inline(always)]
                || {
                    for (y, &a) in y.iter_mut().zip(a) {
                        *y = f(a, b);
                    }
                },
            );
        }
        (false, true) if a.len() == 1 => {
            let a = a[0];
            T::vectorize(
                #[inline(always)]
                || {
                    for (y, &b) in y.iter_mut().zip(b) {
                        *y = f(a, b);
                    }
                },
            );
        }
        (true, false) => {
            let rows = y.chunks_exact_mut(b.len()).zip(a.chunks_exact(b.len()));
            rows.for_each(|(y, a)| each(a, b, y, f));
        }
        (false, _) => {
            let (rows, a) = (y.chunks_exact_mut(a.len()), a);
            let width = a.len();
            for (i, y) in rows.enumerate() {
                let b = if b.len() == width {
                    b
                } else {
                    &b[i * width..][..width]
                };
                each(a, b, y, f);
            }
        }
    }
}

/// `dx += terms`, summed over the repetitions of a shorter `dx`.
fn add_terms<T: Scalar>(terms: &[T], dx: &mut [T]) {
    match dx {
        _ if dx.len() == terms.len() => T::add_to(terms, dx),
        [dx] => *dx += total(terms),
        _ => T::sum_rows(terms, Start::Output, dx),
    }
}

/// `Σ x`, in eight sums side by side.
pub(crate) fn total<T: Scalar>(x: &[T]) -> T {
    let (chunks, rest) = x.as_chunks::<8>();
    let mut sums = [T::zero(); 8];
    T::vectorize(
        #[inline(always)]
        || {
            for chunk in chunks {
                for (sum, &x) in sums.iter_mut().zip(chunk) {
                    *sum += x;
                }
            }
        },
    );
    sums.into_iter().chain(rest.iter().copied()).sum()
}

/// `dx += slope · dy` for each slope.
fn add_multiple<T: Scalar>(dy: T, slopes: &[T], dx: &mut [T]) {
    let mut nan = dy.holds_nan();
    T::vectorize(
        #[inline(always)]
        || {
            for &slope in slopes {
                nan |= (slope * dy).holds_nan();
            }
            if !nan {
                for (dx, &slope) in dx.iter_mut().zip(slopes) {
                    *dx += slope * dy;
                }
            }
        },
    );
    if nan {
        let pairs = dx.iter_mut().zip(slopes);
        pairs.for_each(|(dx, &slope)| *dx += weighed(slope, dy));
    }
}

/// `dx += slopes · dy`, number by number.
fn add_products<T: Scalar>(slopes: &[T], dy: &[T], dx: &mut [T]) {
    let mut nan = false;
    T::vectorize(
        #[inline(always)]
        || {
            for (&slope, &dy) in slopes.iter().zip(dy) {
                nan |= (slope * dy).holds_nan();
            }
            if !nan {
                for ((dx, &slope), &dy) in dx.iter_mut().zip(slopes).zip(dy) {
                    *dx += slope * dy;
                }
            }
        },
    );
    if nan {
        for ((dx, &slope), &dy) in dx.iter_mut().zip(slopes).zip(dy) {
            *dx += weighed(slope, dy);
        }
    }
}

/// `slopes *= dy`, number by number.
fn multiply<T: Scalar>(dy: &[T], slopes: &mut [T]) {
    let pairs = slopes.iter_mut().zip(dy);
    pairs.for_each(|(slope, &dy)| *slope = weighed(*slope, dy));
}
