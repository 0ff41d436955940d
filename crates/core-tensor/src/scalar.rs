//! What a tensor holds: numbers that bring their own heavy kernels.

use core::fmt::Display;

use pulp::Arch;

use crate::Real;
use crate::elementary::Elementary;
use crate::kernel::check::{check_normalized, check_rows, check_slopes, same_len};
use crate::kernel::norm::{ByVectors, ColumnTerm, Mixing, Plainly};
use crate::kernel::pool::Pools as _;
use crate::kernel::{
    GroupedWindow2d, Product, RowNorm, Start, Window2d, conv, gemm, grouped, map, norm, plain,
    pool, pool_lanes, reduce,
};

/// A number that tensors hold.
///
/// The heavy kernels are methods with the plain loop as their default, right for any number (a dual number, say). `f32` and `f64` bring
/// vector versions that are compiled once, here: a crate downstream that uses a hundred layers instantiates none of them.
///
/// Slices hold dense row-major matrices, or whole batches of samples one after another. Every method panics if their lengths do not fit.
pub trait Scalar: Real + bytemuck::Zeroable + Default + Display + Send + Sync + 'static {
    /// Zero for what is smaller than any normal number: moments decay into denormals, which some processors calculate a hundred times
    /// slower. A dual number stays as it is, since its derivative need not be small.
    fn flush(self) -> Self {
        self
    }

    /// `c = start + a · b`, the factors transposed or not as `p` says.
    fn matmul(p: Product, a: &[Self], b: &[Self], start: Start<'_, Self>, c: &mut [Self]) {
        p.check(a, b, &start, c);
        plain::matmul(p, a, b, start, c);
    }

    /// The same for matrices that are parts of wider ones: `rows` are the distances between the rows of `a`, `b` and `c`, as they lie.
    fn matmul_rows(
        p: Product,
        rows: [usize; 3],
        a: &[Self],
        b: &[Self],
        start: Start<'_, Self>,
        c: &mut [Self],
    ) {
        p.check_rows(rows, a, b, &start, c);
        plain::matmul_rows(p, rows, a, b, start, c);
    }

    /// `y = start + x ∗ filter`; a bias is a row over the output channels. `scratch` holds at least [`Window2d::scratch`] numbers.
    fn conv2d(
        w: &Window2d,
        x: &[Self],
        filter: &[Self],
        start: Start<'_, Self>,
        y: &mut [Self],
        scratch: &mut [Self],
    ) {
        w.check_conv(x, filter, &start, y, scratch);
        plain::conv2d(w, x, filter, start, y);
    }

    /// The gradient of a convolution's input; `dx` is overwritten.
    fn conv2d_by_data(
        w: &Window2d,
        dy: &[Self],
        filter: &[Self],
        dx: &mut [Self],
        scratch: &mut [Self],
    ) {
        w.check_conv(dx, filter, &Start::Zero, dy, scratch);
        plain::conv2d_by_data(w, dy, filter, dx);
    }

    /// The gradient of a convolution's filter, from [`Start::Zero`] or added to [`Start::Output`].
    fn conv2d_by_weights(
        w: &Window2d,
        x: &[Self],
        dy: &[Self],
        start: Start<'_, Self>,
        dfilter: &mut [Self],
        scratch: &mut [Self],
    ) {
        w.check_by_weights(x, dfilter, &start, dy, scratch);
        plain::conv2d_by_weights(w, x, dy, start, dfilter);
    }

    /// The transposed convolution: what [`conv2d_by_data`](Scalar::conv2d_by_data) does, begun with a row over the channels of `y`, its
    /// bias. `w` is the window that leads from `y` back to `x`.
    fn conv2d_transposed(
        w: &Window2d,
        x: &[Self],
        filter: &[Self],
        start: Start<'_, Self>,
        y: &mut [Self],
        scratch: &mut [Self],
    ) {
        w.check_transposed(y, filter, &start, x, scratch);
        plain::conv2d_transposed(w, x, filter, start, y);
    }

    /// [`conv2d`](Scalar::conv2d) where taps lie apart or channels fall into groups.
    fn conv2d_grouped(
        w: &GroupedWindow2d,
        x: &[Self],
        filter: &[Self],
        start: Start<'_, Self>,
        y: &mut [Self],
        scratch: &mut [Self],
    ) {
        w.check_conv(x, filter, &start, y, scratch);
        plain::conv2d_grouped(w, x, filter, start, y);
    }

    /// [`conv2d_by_data`](Scalar::conv2d_by_data) where taps lie apart or channels fall into groups.
    fn conv2d_grouped_by_data(
        w: &GroupedWindow2d,
        dy: &[Self],
        filter: &[Self],
        dx: &mut [Self],
        scratch: &mut [Self],
    ) {
        w.check_conv(dx, filter, &Start::Zero, dy, scratch);
        plain::conv2d_grouped_by_data(w, dy, filter, dx);
    }

    /// [`conv2d_by_weights`](Scalar::conv2d_by_weights) where taps lie apart or channels fall into groups.
    fn conv2d_grouped_by_weights(
        w: &GroupedWindow2d,
        x: &[Self],
        dy: &[Self],
        start: Start<'_, Self>,
        dfilter: &mut [Self],
        scratch: &mut [Self],
    ) {
        w.check_by_weights(x, dfilter, &start, dy, scratch);
        plain::conv2d_grouped_by_weights(w, x, dy, start, dfilter);
    }

    /// The largest number under each window, channel by channel; padding counts as −∞.
    fn max_pool2d(w: &Window2d, x: &[Self], y: &mut [Self]) {
        w.check_pool(x, y);
        pool::Plainly.max(w, x, y);
    }

    /// The gradient goes to the first pixel of the window that holds its largest number `y`; `dx` is overwritten.
    fn max_pool2d_backward(w: &Window2d, x: &[Self], y: &[Self], dy: &[Self], dx: &mut [Self]) {
        w.check_pool(x, y);
        w.check_pool(dx, dy);
        same_len(y, dy);
        pool::Plainly.max_backward(w, x, y, dy, dx);
    }

    /// The mean number under each window, channel by channel; padding counts as zeros, and in the area.
    fn avg_pool2d(w: &Window2d, x: &[Self], y: &mut [Self]) {
        w.check_pool(x, y);
        pool::Plainly.mean(w, x, y);
    }

    /// The gradient of a mean, shared by the pixels of its window; `dx` is overwritten.
    fn avg_pool2d_backward(w: &Window2d, dy: &[Self], dx: &mut [Self]) {
        w.check_pool(dx, dy);
        pool::Plainly.mean_backward(w, dy, dx);
    }

    /// `sums[j] = start + Σ_i x[i][j]`, rows as wide as `sums`: the gradient of a bias.
    fn sum_rows(x: &[Self], start: Start<'_, Self>, sums: &mut [Self]) {
        check_rows(x, &start, sums);
        reduce::sum_rows(x, start, sums);
    }

    /// `y += x`
    fn add_to(x: &[Self], y: &mut [Self]) {
        same_len(x, y);
        reduce::add_to(x, y);
    }

    /// `y = exp(x) / Σ exp(x)`, stable; returns the largest number and `ln Σ exp(x − largest)`, whose sum is `ln Σ exp(x)`.
    fn softmax_row(x: &[Self], y: &mut [Self]) -> [Self; 2] {
        same_len(x, y);
        reduce::softmax_row(x, y, Self::exp)
    }

    /// `y = x − ln Σ eˣ`: the logarithm of the softmax of a row.
    fn log_softmax_row(x: &[Self], y: &mut [Self]) {
        same_len(x, y);
        reduce::log_softmax_row(x, y, Self::exp);
    }

    /// `dy ← y · (dy − Σ y · dy)`: back through a softmax with the output `y`.
    fn softmax_backward(y: &[Self], dy: &mut [Self]) {
        same_len(y, dy);
        norm::softmax_backward(Plainly, y, dy);
    }

    /// `dy ← dy − e^y · Σ dy`: back through the logarithm of a softmax, with the output `y`.
    fn log_softmax_backward(y: &[Self], dy: &mut [Self]) {
        same_len(y, dy);
        norm::log_softmax_backward(Plainly, y, dy, Self::exp);
    }

    /// `y = start + scale · x̂`, rows as wide as `scale`.
    fn normalize_rows(
        norm: RowNorm<Self>,
        x: &[Self],
        scale: &[Self],
        start: Start<'_, Self>,
        y: &mut [Self],
    ) {
        same_len(x, y);
        check_rows(x, &start, scale);
        norm.forward(Plainly, x, scale, start, y);
    }

    /// The gradient of normalised rows: `dy` becomes `dx`; `Σ dy · x̂` is added to the first of `sums`, the gradient of the scale, and `Σ dy` to the
    /// second, that of what was added, where they are asked for.
    fn normalize_rows_backward(
        norm: RowNorm<Self>,
        x: &[Self],
        scale: &[Self],
        dy: &mut [Self],
        sums: [Option<&mut [Self]>; 2],
    ) {
        check_normalized(x, scale, dy, &sums);
        norm.backward(Plainly, x, scale, dy, sums);
    }

    /// The mean of each column and `squares[c] = Σ_r (x[r][c] − mean[c])²`. `scratch` holds at least twice as many numbers as a row.
    fn column_moments(x: &[Self], [mean, squares]: [&mut [Self]; 2], scratch: &mut [Self]) {
        same_len(mean, squares);
        check_rows(x, &Start::Zero, mean);
        norm::column_moments(Plainly, x, mean, squares, scratch);
    }

    /// `sums[c] = Σ_r dy[r][c]`, and behind them `Σ_r dy[r][c] · (x[r][c] − mean[c])`: twice as many numbers as `mean`.
    fn slope_columns(dy: &[Self], x: &[Self], mean: &[Self], sums: &mut [Self]) {
        check_slopes(dy, x, mean, sums);
        norm::sum_columns(Plainly, ColumnTerm::Centred, [dy, x], mean, sums);
    }

    /// `y[r][c] = (x[r][c] − mean[c]) · factor[c] + shift[c]`, given `[mean, factor, shift]`.
    fn scale_columns(x: &[Self], rows: [&[Self]; 3], y: &mut [Self]) {
        same_len(x, y);
        rows.iter().for_each(|row| check_rows(x, &Start::Zero, row));
        let [mean, factor, shift] = rows;
        norm::mix_columns(Plainly, Mixing::Scale, x, [mean, factor, shift, shift], y);
    }

    /// `dy[r][c] ← dy[r][c] · own[c] − (x[r][c] − mean[c]) · along[c] − all[c]`, given `[mean, own, along, all]`.
    fn mix_columns(x: &[Self], rows: [&[Self]; 4], dy: &mut [Self]) {
        same_len(x, dy);
        rows.iter().for_each(|row| check_rows(x, &Start::Zero, row));
        norm::mix_columns(Plainly, Mixing::Back, x, rows, dy);
    }

    /// `y = max(x, 0)`; NaN stays.
    fn relu_all(x: &[Self], y: &mut [Self]) {
        same_len(x, y);
        map::map(x, y, map::relu);
    }

    /// `dy` where `y = relu(x)` is positive, else zero: relu'(0) = 0.
    fn relu_backward(y: &[Self], dy: &mut [Self]) {
        same_len(y, dy);
        map::map_backward(y, dy, map::relu_backward);
    }

    /// `y = eˣ`
    fn exp_all(x: &[Self], y: &mut [Self]) {
        same_len(x, y);
        map::map(x, y, Self::exp);
    }

    /// `y = tanh x`
    fn tanh_all(x: &[Self], y: &mut [Self]) {
        same_len(x, y);
        map::map(x, y, Self::tanh);
    }

    /// `dy · (1 − y²)` for `y = tanh x`
    fn tanh_backward(y: &[Self], dy: &mut [Self]) {
        same_len(y, dy);
        map::map_backward(y, dy, map::tanh_backward);
    }

    /// `y = 1 / (1 + e⁻ˣ)`
    fn sigmoid_all(x: &[Self], y: &mut [Self]) {
        same_len(x, y);
        map::map(x, y, map::sigmoid);
    }

    /// `dy · y · (1 − y)` for `y = sigmoid x`
    fn sigmoid_backward(y: &[Self], dy: &mut [Self]) {
        same_len(y, dy);
        map::map_backward(y, dy, map::sigmoid_backward);
    }

    /// `y ← tanh y`
    fn tanh_in_place(y: &mut [Self]) {
        map::map_in_place(y, Self::tanh);
    }

    /// `y ← 1 / (1 + e⁻ʸ)`
    fn sigmoid_in_place(y: &mut [Self]) {
        map::map_in_place(y, map::sigmoid);
    }

    /// Zeroes each number with the chance `p`, number `i` by the [half](crate::random::half) of place `first + i`, and multiplies the others
    /// by `scale`.
    fn drop_out(key: u64, first: usize, p: f64, scale: Self, numbers: &mut [Self]) {
        map::drop_out(key, first, p, scale, numbers);
    }

    /// Runs `f` where the compiler may use the machine's widest vectors, if it has any for this number. Mark the closure
    /// `#[inline(always)]`, or the loop in it may stay outside.
    #[inline(always)]
    fn vectorize(f: impl FnOnce()) {
        f();
    }
}

/// The vector kernels of the numbers that have them: the methods above once more, on the machine's vectors and compiled here.
macro_rules! vector_kernels { ($($T:ident)*) => { $(
    #[rustfmt::skip]
    impl Scalar for $T {
        #[inline(always)] fn flush(self) -> $T { if self.abs() < <$T>::MIN_POSITIVE { 0.0 } else { self } }
        #[inline(always)] fn vectorize(f: impl FnOnce()) { Arch::new().dispatch(f); }
        #[inline(never)] fn matmul(p: Product, a: &[$T], b: &[$T], start: Start<'_, $T>, c: &mut [$T]) { p.check(a, b, &start, c); gemm::matmul(Arch::new(), p, p.rows(), a, b, start, c); }
        #[inline(never)] fn matmul_rows(p: Product, rows: [usize; 3], a: &[$T], b: &[$T], start: Start<'_, $T>, c: &mut [$T]) { p.check_rows(rows, a, b, &start, c); gemm::matmul(Arch::new(), p, rows, a, b, start, c); }
        #[inline(never)] fn conv2d(w: &Window2d, x: &[$T], filter: &[$T], start: Start<'_, $T>, y: &mut [$T], scratch: &mut [$T]) { w.check_conv(x, filter, &start, y, scratch); conv::conv2d(Arch::new(), w, x, filter, start, y, scratch); }
        #[inline(never)] fn conv2d_by_data(w: &Window2d, dy: &[$T], filter: &[$T], dx: &mut [$T], scratch: &mut [$T]) { w.check_conv(dx, filter, &Start::Zero, dy, scratch); conv::conv2d_by_data(Arch::new(), w, dy, filter, Start::Zero, dx, scratch); }
        #[inline(never)] fn conv2d_transposed(w: &Window2d, x: &[$T], filter: &[$T], start: Start<'_, $T>, y: &mut [$T], scratch: &mut [$T]) { w.check_transposed(y, filter, &start, x, scratch); conv::conv2d_by_data(Arch::new(), w, x, filter, start, y, scratch); }
        #[inline(never)] fn conv2d_by_weights(w: &Window2d, x: &[$T], dy: &[$T], start: Start<'_, $T>, dfilter: &mut [$T], scratch: &mut [$T]) { w.check_by_weights(x, dfilter, &start, dy, scratch); conv::conv2d_by_weights(Arch::new(), w, x, dy, start, dfilter, scratch); }
        #[inline(never)] fn conv2d_grouped(w: &GroupedWindow2d, x: &[$T], filter: &[$T], start: Start<'_, $T>, y: &mut [$T], scratch: &mut [$T]) { w.check_conv(x, filter, &start, y, scratch); grouped::conv2d(Arch::new(), w, x, filter, start, y, scratch); }
        #[inline(never)] fn conv2d_grouped_by_data(w: &GroupedWindow2d, dy: &[$T], filter: &[$T], dx: &mut [$T], scratch: &mut [$T]) { w.check_conv(dx, filter, &Start::Zero, dy, scratch); grouped::conv2d_by_data(Arch::new(), w, dy, filter, dx, scratch); }
        #[inline(never)] fn conv2d_grouped_by_weights(w: &GroupedWindow2d, x: &[$T], dy: &[$T], start: Start<'_, $T>, dfilter: &mut [$T], scratch: &mut [$T]) { w.check_by_weights(x, dfilter, &start, dy, scratch); grouped::conv2d_by_weights(Arch::new(), w, x, dy, start, dfilter, scratch); }
        #[inline(never)] fn max_pool2d(w: &Window2d, x: &[$T], y: &mut [$T]) { w.check_pool(x, y); pool_lanes::ByVectors(Arch::new()).max(w, x, y); }
        #[inline(never)] fn max_pool2d_backward(w: &Window2d, x: &[$T], y: &[$T], dy: &[$T], dx: &mut [$T]) { w.check_pool(x, y); w.check_pool(dx, dy); same_len(y, dy); pool_lanes::ByVectors(Arch::new()).max_backward(w, x, y, dy, dx); }
        #[inline(never)] fn avg_pool2d(w: &Window2d, x: &[$T], y: &mut [$T]) { w.check_pool(x, y); pool_lanes::ByVectors(Arch::new()).mean(w, x, y); }
        #[inline(never)] fn avg_pool2d_backward(w: &Window2d, dy: &[$T], dx: &mut [$T]) { w.check_pool(dx, dy); pool_lanes::ByVectors(Arch::new()).mean_backward(w, dy, dx); }
        #[inline(never)] fn sum_rows(x: &[$T], start: Start<'_, $T>, sums: &mut [$T]) { check_rows(x, &start, sums); if sums.len() >= reduce::CHAINS { start.begin(sums); return norm::add_rows(ByVectors(Arch::new()), x, sums); } $T::vectorize(#[inline(always)] || reduce::sum_rows(x, start, sums)); }
        #[inline(never)] fn add_to(x: &[$T], y: &mut [$T]) { same_len(x, y); $T::vectorize(#[inline(always)] || reduce::add_to(x, y)); }
        #[inline(never)] fn softmax_row(x: &[$T], y: &mut [$T]) -> [$T; 2] { same_len(x, y); let mut sum = [0.0; 2]; $T::vectorize(#[inline(always)] || sum = reduce::softmax_row(x, y, $T::fast_exp_below_one)); sum }
        #[inline(never)] fn log_softmax_row(x: &[$T], y: &mut [$T]) { same_len(x, y); $T::vectorize(#[inline(always)] || reduce::log_softmax_row(x, y, $T::fast_exp_below_one)); }
        #[inline(never)] fn softmax_backward(y: &[$T], dy: &mut [$T]) { same_len(y, dy); $T::vectorize(#[inline(always)] || norm::softmax_backward(ByVectors(Arch::new()), y, dy)); }
        #[inline(never)] fn log_softmax_backward(y: &[$T], dy: &mut [$T]) { same_len(y, dy); $T::vectorize(#[inline(always)] || norm::log_softmax_backward(ByVectors(Arch::new()), y, dy, $T::fast_exp_below_one)); }
        #[inline(never)] fn normalize_rows(norm: RowNorm<$T>, x: &[$T], scale: &[$T], start: Start<'_, $T>, y: &mut [$T]) { same_len(x, y); check_rows(x, &start, scale); $T::vectorize(#[inline(always)] || norm.forward(ByVectors(Arch::new()), x, scale, start, y)); }
        #[inline(never)] fn normalize_rows_backward(norm: RowNorm<$T>, x: &[$T], scale: &[$T], dy: &mut [$T], sums: [Option<&mut [$T]>; 2]) { check_normalized(x, scale, dy, &sums); norm.backward(ByVectors(Arch::new()), x, scale, dy, sums); }
        #[inline(never)] fn column_moments(x: &[$T], [mean, squares]: [&mut [$T]; 2], scratch: &mut [$T]) { same_len(mean, squares); check_rows(x, &Start::Zero, mean); norm::column_moments(ByVectors(Arch::new()), x, mean, squares, scratch); }
        #[inline(never)] fn slope_columns(dy: &[$T], x: &[$T], mean: &[$T], sums: &mut [$T]) { check_slopes(dy, x, mean, sums); norm::sum_columns(ByVectors(Arch::new()), ColumnTerm::Centred, [dy, x], mean, sums); }
        #[inline(never)] fn scale_columns(x: &[$T], rows: [&[$T]; 3], y: &mut [$T]) { same_len(x, y); rows.iter().for_each(|row| check_rows(x, &Start::Zero, row)); let [mean, factor, shift] = rows; norm::mix_columns(ByVectors(Arch::new()), Mixing::Scale, x, [mean, factor, shift, shift], y); }
        #[inline(never)] fn mix_columns(x: &[$T], rows: [&[$T]; 4], dy: &mut [$T]) { same_len(x, dy); rows.iter().for_each(|row| check_rows(x, &Start::Zero, row)); norm::mix_columns(ByVectors(Arch::new()), Mixing::Back, x, rows, dy); }
        #[inline(never)] fn relu_all(x: &[$T], y: &mut [$T]) { same_len(x, y); $T::vectorize(#[inline(always)] || map::map(x, y, map::relu)); }
        #[inline(never)] fn relu_backward(y: &[$T], dy: &mut [$T]) { same_len(y, dy); $T::vectorize(#[inline(always)] || map::map_backward(y, dy, map::relu_backward)); }
        #[inline(never)] fn exp_all(x: &[$T], y: &mut [$T]) { same_len(x, y); $T::vectorize(#[inline(always)] || map::map(x, y, $T::fast_exp)); }
        #[inline(never)] fn tanh_all(x: &[$T], y: &mut [$T]) { same_len(x, y); $T::vectorize(#[inline(always)] || map::map(x, y, $T::fast_tanh)); }
        #[inline(never)] fn tanh_backward(y: &[$T], dy: &mut [$T]) { same_len(y, dy); $T::vectorize(#[inline(always)] || map::map_backward(y, dy, map::tanh_backward)); }
        #[inline(never)] fn sigmoid_all(x: &[$T], y: &mut [$T]) { same_len(x, y); $T::vectorize(#[inline(always)] || map::map(x, y, $T::fast_sigmoid)); }
        #[inline(never)] fn sigmoid_backward(y: &[$T], dy: &mut [$T]) { same_len(y, dy); $T::vectorize(#[inline(always)] || map::map_backward(y, dy, map::sigmoid_backward)); }
        #[inline(never)] fn tanh_in_place(y: &mut [$T]) { $T::vectorize(#[inline(always)] || map::map_in_place(y, $T::fast_tanh)); }
        #[inline(never)] fn sigmoid_in_place(y: &mut [$T]) { $T::vectorize(#[inline(always)] || map::map_in_place(y, $T::fast_sigmoid)); }
        #[inline(never)] fn drop_out(key: u64, first: usize, p: f64, scale: $T, numbers: &mut [$T]) { $T::vectorize(#[inline(always)] || map::drop_out(key, first, p, scale, numbers)); }
    }
)* } }
vector_kernels!(f32 f64);
