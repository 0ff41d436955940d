//! The walk back over a tape: one rule a step. `dy` is the derivative of the result by the value `y`, and so on.

use alloc::vec::Vec;

use core_tensor::kernel::{Layout, Product, Start};
use core_tensor::{Scalar, mutant};

use super::lists::{add_multiple, add_products, add_terms, each, multiply, repeat_share};
use super::record::{Binary, Link, NOWHERE, Piece, Place, Record, Step};
use crate::dual::weigh;

impl<T: Scalar> Record<T> {
    /// Derivatives of a result by everything on the tape. `seed` writes the derivatives by the results themselves.
    pub(crate) fn sweep(&mut self, seed: impl FnOnce(&mut Self)) {
        self.passes = self.passes.wrapping_add(1);
        let numbers = self.numbers();
        zeros(&mut self.link_adjoints, numbers);
        zeros(&mut self.adjoints, self.end_of_values);
        seed(self);
        let mut end = self.used_links;
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
            let dx = weighed(slope, dy);
            self.link_adjoints[link as usize] += mutant::slope("tape seed", dx);
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
            // nothing flows back into what is detached, though it lies where a live value does
            Step::Slopes { x, .. } | Step::Copy { x, .. } if !x.live => {}
            Step::FromLink { link, y } => {
                if link != NOWHERE {
                    let dy = mutant::slope("tape from link", self.adjoints[y.at as usize]);
                    self.link_adjoints[link as usize] += dy;
                }
            }
            Step::ToLink { x, link } => {
                let dy = mutant::slope("tape to link", self.link_adjoints[link as usize]);
                self.adjoints[x.at as usize] += dy;
            }
            Step::Slopes { x, slopes, y, .. } => {
                let slopes = &self.saved[slopes as usize..][..x.len as usize];
                let (dx, dy) = adjoints(&mut self.adjoints, x, y);
                mutant::sum("tape slopes", Start::Output, dx, |_, dx| match dy {
                    &[dy] => add_multiple(dy, slopes, dx),
                    _ => add_products(slopes, dy, dx),
                });
            }
            Step::Binary { kind, a, b, y } => self.sweep_binary(kind, a, b, y),
            Step::Product { sides, a, b, y } => self.sweep_product(sides, a, b, y),
            Step::Transpose { x, columns, y } => {
                let (columns, (dx, dy)) = (columns as usize, adjoints(&mut self.adjoints, x, y));
                let rows = dx.len() / columns.max(1);
                mutant::sum("tape transpose", Start::Output, dx, |_, dx| {
                    for (i, dx) in dx.chunks_exact_mut(columns.max(1)).enumerate() {
                        for (j, dx) in dx.iter_mut().enumerate() {
                            *dx += dy[j * rows + i];
                        }
                    }
                });
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
                let share = mutant::slope("tape sum", share);
                let (side, inner) = (side as usize, inner as usize);
                for (dx, dy) in dx
                    .chunks_exact_mut((side * inner).max(1))
                    .zip(dy.chunks_exact(inner.max(1)))
                {
                    repeat_share(share, dy, dx);
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
                    let dy = &dy[row * y_row as usize..][..len as usize];
                    mutant::sum("tape copy", Start::Output, dx, |_, dx| T::add_to(dy, dx));
                }
            }
            Step::Softmax { x, row, y } => {
                let values = &self.values[y.range()];
                let (dx, dy) = adjoints(&mut self.adjoints, x, y);
                let row = (row as usize).max(1);
                let rows = dx.chunks_exact_mut(row).zip(dy.chunks_exact(row));
                for ((dx, dy), y) in rows.zip(values.chunks_exact(row)) {
                    let mean: T = y.iter().zip(dy).map(|(&y, &dy)| y * dy).sum();
                    for ((dx, &dy), &y) in dx.iter_mut().zip(dy).zip(y) {
                        *dx += mutant::slope("tape softmax", y * (dy - mean));
                    }
                }
            }
            Step::LogSoftmax { x, row, y } => {
                let values = &self.values[y.range()];
                let (dx, dy) = adjoints(&mut self.adjoints, x, y);
                let row = (row as usize).max(1);
                let rows = dx.chunks_exact_mut(row).zip(dy.chunks_exact(row));
                for ((dx, dy), y) in rows.zip(values.chunks_exact(row)) {
                    let sum: T = dy.iter().copied().sum();
                    for ((dx, &dy), &y) in dx.iter_mut().zip(dy).zip(y) {
                        *dx += mutant::slope("tape log_softmax", dy - y.exp() * sum);
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
            let rule = mutant::one_of(
                [
                    "tape add left",
                    "tape add right",
                    "tape sub left",
                    "tape sub right",
                    "tape mul left",
                    "tape mul right",
                    "tape div left",
                    "tape div right",
                ],
                2 * kind as usize + usize::from(!is_first),
            );
            let slopes = match (kind, is_first) {
                (Binary::Add, _) | (Binary::Sub, true) => {
                    mutant::sum(rule, Start::Output, dx, |_, dx| add_terms(dy, dx));
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
                mutant::sum(rule, Start::Output, dx, |_, dx| {
                    add_products(slopes, dy, dx)
                });
            } else {
                let terms = &mut self.scratch[..dy.len()];
                multiply(dy, terms);
                mutant::sum(rule, Start::Output, dx, |_, dx| add_terms(terms, dx));
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
            let (sides, left, right) = match layout {
                Layout::Nn => (product([m, n, k], Layout::Nt), dy, vb),
                Layout::Nt => (product([m, n, k], Layout::Nn), dy, vb),
                Layout::Tn => (product([k, n, m], Layout::Nt), vb, dy),
            };
            let layout = mutant::layout("tape product left", sides.layout);
            mutant::sum("tape product left", Start::Output, da, |start, da| {
                T::matmul(Product { layout, ..sides }, left, right, start, da);
            });
        }
        if b.live {
            let (db, dy) = adjoints(&mut self.adjoints, b, y);
            let (sides, left, right) = match layout {
                Layout::Nn => (product([k, m, n], Layout::Tn), va, dy),
                Layout::Nt => (product([n, m, k], Layout::Tn), dy, va),
                Layout::Tn => (product([k, m, n], Layout::Nn), va, dy),
            };
            let layout = mutant::layout("tape product right", sides.layout);
            mutant::sum("tape product right", Start::Output, db, |start, db| {
                T::matmul(Product { layout, ..sides }, left, right, start, db);
            });
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
            mutant::sum("tape conv2d input", Start::Output, dx, |_, dx| {
                T::add_to(gradient, dx);
            });
        }
        if filter.live {
            let (df, dy) = adjoints(&mut self.adjoints, filter, y);
            mutant::sum("tape conv2d filter", Start::Output, df, |start, df| {
                T::conv2d_by_weights(&w, vx, dy, start, df, scratch);
            });
        }
    }

    /// Derivatives of everything by one number: the walk forward, where nothing shaped was recorded.
    pub(crate) fn push_forward(&mut self, x: Place<T>) {
        assert!(self.steps.is_empty(), "shaped steps have no rule forward");
        self.passes = self.passes.wrapping_add(1);
        let numbers = self.numbers();
        zeros(&mut self.link_adjoints, numbers);
        let Place::Link(seed, _) = x else { return };
        self.link_adjoints[seed as usize] = T::one();
        for &Link { to, from, slopes } in &self.links[..self.used_links] {
            for (from, slope) in from.into_iter().zip(slopes) {
                if from != NOWHERE {
                    let dx = self.link_adjoints[from as usize];
                    self.link_adjoints[to as usize] += weighed(slope, dx);
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

/// Numbers, walked back over: from the last link down to link `first`.
fn sweep_links<T: Scalar>(links: &[Link<T>], first: usize, adjoints: &mut [T]) {
    for link in links[first..].iter().rev() {
        let (dy, slopes) = (adjoints[link.to as usize], link.slopes);
        let mut terms = [slopes[0] * dy, slopes[1] * dy];
        // one question for both; the answer may be yes without need
        if (terms[0] + terms[1]).holds_nan() {
            terms = weighed_pair(slopes, dy);
        }
        for (from, term) in link.from.into_iter().zip(terms) {
            // nothing lies NOWHERE
            if let Some(dx) = adjoints.get_mut(from as usize) {
                *dx += mutant::slope("tape link", term);
            }
        }
    }
}

/// A call, so that the loop above branches where a choice of values would make the chain from number to number longer.
#[cold]
#[inline(never)]
fn weighed_pair<T: Scalar>(slopes: [T; 2], dy: T) -> [T; 2] {
    slopes.map(|slope| weighed(slope, dy))
}

/// `slope · dy`, and zero for zero times infinity, as forward.
#[inline(always)]
pub(crate) fn weighed<T: Scalar>(slope: T, dy: T) -> T {
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
    // a piece without numbers may begin where another does: it comes first
    let in_order = (a.at, a.len) <= (b.at, b.len);
    let (first, second) = if in_order { (a, b) } else { (b, a) };
    let (before, after) = block.split_at_mut(second.at as usize);
    let first = first.live.then(|| &mut before[first.range()]);
    let second = second.live.then(|| &mut after[..second.len as usize]);
    if in_order {
        [first, second]
    } else {
        [second, first]
    }
}
