//! What every kernel asks of its slices before it starts, in words.

use super::{GroupedWindow2d, Layout, Product, Start, Window2d};
use crate::Scalar;

impl<T: Scalar> Start<'_, T> {
    /// Writes what the sums begin with.
    #[inline(always)]
    pub fn begin(self, c: &mut [T]) {
        match self {
            Start::Zero => c.fill(T::zero()),
            Start::Row(row) => c
                .chunks_exact_mut(row.len().max(1))
                .for_each(|c| c.copy_from_slice(row)),
            Start::Output => {}
        }
    }

    fn check(&self, columns: usize) {
        if let Start::Row(row) = self {
            assert_eq!(
                row.len(),
                columns,
                "a row of {} numbers cannot begin sums of {columns} columns",
                row.len()
            );
        }
    }
}

impl<T> Start<'_, T> {
    fn check_no_row(&self) {
        assert!(
            !matches!(self, Start::Row(_)),
            "a filter's gradient begins with zero or with what it holds"
        );
    }
}

impl Product {
    #[inline(always)]
    pub(crate) fn check<T: Scalar>(&self, a: &[T], b: &[T], start: &Start<'_, T>, c: &[T]) {
        let Product { m, k, n, .. } = *self;
        if [a.len(), b.len(), c.len()] != [m * k, k * n, m * n] {
            self.refuse([a.len(), b.len(), c.len()]);
        }
        start.check(n);
    }

    /// Says which matrix holds another count of numbers than its sides do.
    #[cold]
    #[inline(never)]
    fn refuse(&self, [a, b, c]: [usize; 3]) -> ! {
        let Product { m, k, n, .. } = *self;
        let product = format_args!("a product of {m}×{k} by {k}×{n}");
        assert_eq!(a, m * k, "the left factor of {product} holds {a} numbers");
        assert_eq!(b, k * n, "the right factor of {product} holds {b} numbers");
        panic!(
            "the result of {product} holds {c} numbers instead of {}",
            m * n
        );
    }

    /// The distances between the rows of matrices that lie densely.
    pub(crate) const fn rows(&self) -> [usize; 3] {
        let Product { m, k, n, layout } = *self;
        match layout {
            Layout::Nn => [k, n, n],
            Layout::Nt => [k, k, n],
            Layout::Tn => [m, n, n],
        }
    }

    pub(crate) fn check_rows<T: Scalar>(
        &self,
        rows: [usize; 3],
        a: &[T],
        b: &[T],
        start: &Start<'_, T>,
        c: &[T],
    ) {
        let Product { m, k, n, layout } = *self;
        let sides = match layout {
            Layout::Nn => [[m, k], [k, n], [m, n]],
            Layout::Nt => [[m, k], [n, k], [m, n]],
            Layout::Tn => [[k, m], [k, n], [m, n]],
        };
        let names = ["left factor", "right factor", "result"];
        for (((name, len), [down, across]), row) in names
            .into_iter()
            .zip([a.len(), b.len(), c.len()])
            .zip(sides)
            .zip(rows)
        {
            let end = down.saturating_sub(1) * row + across;
            assert!(
                down * across == 0 || (across <= row && end <= len),
                "the {name}, {down} rows of {across} numbers that begin {row} apart, does not lie in {len} numbers"
            );
        }
        start.check(n);
    }
}

impl Window2d {
    /// Whole batches of as many inputs as outputs, and windows that fit.
    fn check_batch<T>(&self, x: &[T], y: &[T]) {
        self.check_dilated(self.kernel, x, y);
    }

    /// The same for a window as long as `reach`.
    fn check_dilated<T>(&self, reach: [usize; 2], x: &[T], y: &[T]) {
        for (d, kernel) in reach.into_iter().enumerate() {
            let [side, windows] = [self.input[d] + 2 * self.padding[d], self.output[d]];
            let stride = self.stride[d];
            assert!(
                kernel > 0 && stride > 0,
                "a window of {kernel} with stride {stride} covers nothing"
            );
            let fits = windows == 0 || (windows - 1) * stride + kernel <= side;
            assert!(
                fits,
                "{windows} windows of {kernel} with stride {stride} do not fit a side of {side}"
            );
        }
        let [input, output] = [self.input_len(), self.output_len()];
        let samples = x
            .len()
            .checked_div(input)
            .or(y.len().checked_div(output))
            .unwrap_or(0);
        assert_eq!(
            x.len(),
            samples * input,
            "{} numbers are no batch of inputs of {input}",
            x.len()
        );
        assert_eq!(
            y.len(),
            samples * output,
            "{} numbers are no batch of {samples} outputs of {output}",
            y.len()
        );
    }

    pub(crate) fn check_conv<T: Scalar>(
        &self,
        x: &[T],
        filter: &[T],
        start: &Start<'_, T>,
        y: &[T],
        scratch: &[T],
    ) {
        self.check_batch(x, y);
        start.check(self.output[2]);
        check_lengths(self.filter_len(), filter, self.scratch(), scratch);
    }

    /// Its output is as the input of `self`, and so is its bias.
    pub(crate) fn check_transposed<T: Scalar>(
        &self,
        y: &[T],
        filter: &[T],
        start: &Start<'_, T>,
        x: &[T],
        scratch: &[T],
    ) {
        self.check_conv(y, filter, &Start::Zero, x, scratch);
        start.check(self.input[2]);
    }

    pub(crate) fn check_by_weights<T: Scalar>(
        &self,
        x: &[T],
        dfilter: &[T],
        start: &Start<'_, T>,
        dy: &[T],
        scratch: &[T],
    ) {
        start.check_no_row();
        self.check_conv(x, dfilter, start, dy, scratch);
    }

    pub(crate) fn check_pool<T: Scalar>(&self, x: &[T], y: &[T]) {
        assert_eq!(
            self.input[2], self.output[2],
            "pooling keeps the number of channels"
        );
        self.check_batch(x, y);
    }
}

impl GroupedWindow2d {
    pub(crate) fn check_conv<T: Scalar>(
        &self,
        x: &[T],
        filter: &[T],
        start: &Start<'_, T>,
        y: &[T],
        scratch: &[T],
    ) {
        let (window, groups) = (&self.window, self.groups);
        let reach = [0, 1].map(|d| match window.kernel[d] {
            0 => 0,
            taps => (taps - 1) * self.dilation[d] + 1,
        });
        assert!(
            self.dilation[0] > 0 && self.dilation[1] > 0,
            "taps without a distance are one"
        );
        for channels in [window.input[2], window.output[2]] {
            assert!(
                groups > 0 && channels.is_multiple_of(groups),
                "{channels} channels do not fall into {groups} groups"
            );
        }
        window.check_dilated(reach, x, y);
        start.check(window.output[2]);
        check_lengths(self.filter_len(), filter, self.scratch(), scratch);
    }

    pub(crate) fn check_by_weights<T: Scalar>(
        &self,
        x: &[T],
        dfilter: &[T],
        start: &Start<'_, T>,
        dy: &[T],
        scratch: &[T],
    ) {
        start.check_no_row();
        self.check_conv(x, dfilter, start, dy, scratch);
    }
}

/// A filter as long as its window wants it, and enough scratch.
fn check_lengths<T>(filter_len: usize, filter: &[T], room: usize, scratch: &[T]) {
    assert_eq!(
        filter.len(),
        filter_len,
        "a filter of {filter_len} numbers holds {}",
        filter.len()
    );
    assert!(
        scratch.len() >= room,
        "a convolution needs {room} numbers of scratch, not {}",
        scratch.len()
    );
}

/// Rows as wide as `sums`.
pub(crate) fn check_rows<T: Scalar>(x: &[T], start: &Start<'_, T>, sums: &[T]) {
    start.check(sums.len());
    let n = sums.len();
    assert!(
        x.is_empty() || (n > 0 && x.len().is_multiple_of(n)),
        "{} numbers are no rows of {n}",
        x.len()
    );
}

/// Rows of slopes beside those of `x`, as long as `mean`, and two sums for each number of it.
pub(crate) fn check_slopes<T: Scalar>(dy: &[T], x: &[T], mean: &[T], sums: &[T]) {
    same_len(x, dy);
    check_rows(x, &Start::Zero, mean);
    assert_eq!(
        sums.len(),
        2 * mean.len(),
        "{} sums cannot hold two for each of {} columns",
        sums.len(),
        mean.len()
    );
}

/// Rows of slopes beside those of `x`, as long as `scale`, and sums of such rows.
pub(crate) fn check_normalized<T: Scalar>(
    x: &[T],
    scale: &[T],
    dy: &[T],
    sums: &[Option<&mut [T]>; 2],
) {
    same_len(x, dy);
    check_rows(x, &Start::Zero, scale);
    sums.iter().flatten().for_each(|sums| same_len(sums, scale));
}

/// Element by element.
pub(crate) fn same_len<T>(x: &[T], y: &[T]) {
    assert_eq!(
        x.len(),
        y.len(),
        "{} numbers cannot be met with {}",
        x.len(),
        y.len()
    );
}
