//! The loops that do the work. The only place for speed tricks.
//!
//! Every kernel takes its sides at run time, so that a hundred layers share a handful of compiled loops.

mod apart;
mod array;
mod block;
pub(crate) mod check;
mod contract;
pub(crate) mod conv;
mod correlation;
mod filter_parts;
mod fold;
pub(crate) mod gemm;
pub(crate) mod grouped;
mod lanes;
pub(crate) mod map;
pub(crate) mod norm;
mod overlap;
mod pack;
pub mod plain;
mod planar;
mod planar_weights;
mod planes;
pub(crate) mod pool;
pub(crate) mod pool_lanes;
mod product;
pub(crate) mod reduce;
mod spread;
mod starts;
mod taps;
#[cfg(test)]
mod tests;
pub(crate) mod tile;
mod transpose;
mod window;

pub use gemm::{Gemm, Strided, matmul_strided};
pub use norm::RowNorm;

/// What a sum begins with: the one choice that serves a bias, an overwritten and an accumulated gradient.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a, T> {
    /// Zero: whatever the output held is overwritten.
    Zero,
    /// This row, repeated for every row of the output: a bias.
    Row(&'a [T]),
    /// What the output holds already: the result is added.
    Output,
}

impl<T> Start<'_, T> {
    /// How many of a tile's first rows, done already, must not be stored again: sums of the same order that
    /// do not build upon the output come out with the same bits.
    #[inline(always)]
    fn skip(&self, done: usize) -> usize {
        match self {
            Start::Output => done,
            Start::Zero | Start::Row(_) => 0,
        }
    }
}

/// Which of the two factors of a matrix product is read transposed. All matrices are row-major and dense.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    /// `c[m×n] = a[m×k] · b[k×n]`
    Nn,
    /// `c[m×n] = a[m×k] · b[n×k]ᵀ`
    Nt,
    /// `c[m×n] = a[k×m]ᵀ · b[k×n]`
    Tn,
}

/// The sides of a matrix product.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Product {
    /// rows of the result
    pub m: usize,
    /// length of the sums
    pub k: usize,
    /// columns of the result
    pub n: usize,
    /// which factor is transposed
    pub layout: Layout,
}

/// A window that slides over images: the geometry of a convolution or of a pooling layer. Images are `[height][width][channel]`,
/// filters `[height][width][channel in][channel out]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window2d {
    /// height, width and channels of the input
    pub input: [usize; 3],
    /// height, width and channels of the output
    pub output: [usize; 3],
    /// height and width of the window
    pub kernel: [usize; 2],
    /// step between windows, down and to the right
    pub stride: [usize; 2],
    /// zeros around the input, above and below, left and right
    pub padding: [usize; 2],
}

/// A window whose taps may lie apart, and whose channels may fall into groups that know nothing of one another: the geometry of a dilated,
/// a grouped or a depthwise convolution. Filters are `[height][width][channel in, of a group][group][channel out, of the group]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GroupedWindow2d {
    /// the window; its input and output hold the channels of all groups
    pub window: Window2d,
    /// distance between taps, down and to the right: 1 if they are neighbours
    pub dilation: [usize; 2],
    /// how many groups there are, 1 for a dense window
    pub groups: usize,
}
