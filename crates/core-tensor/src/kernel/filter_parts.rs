//! Parts of a filter that stay in the second-level cache.

use super::Start;
use super::contract::PACKING_ROWS;

/// Bytes of a filter that stay in the second-level cache while samples pass by.
const FILTER_BYTES: usize = 1 << 20;

/// Images of fewer pixels meet a filter too briefly: it pays to bring its parts to the cache for all of them. Larger ones keep the filter's
/// panels in the first-level cache, and would come from memory themselves for every part.
pub(super) const FEW_PIXELS: usize = PACKING_ROWS;
/// The same for the gradient of the filter, whose sums are read and written once a sample.
pub(super) const FEW_PIXELS_BY_WEIGHTS: usize = 32;

/// Some neighbouring rows of a window, or some taps of one of its rows.
#[derive(Clone, Copy)]
pub(super) struct FilterPart {
    /// the first tap
    pub(super) at: [usize; 2],
    /// rows and columns
    pub(super) taps: [usize; 2],
}

impl FilterPart {
    /// What this part begins from: the first as all do, later ones from what those before have left.
    pub(super) fn start<'a, T>(&self, start: Start<'a, T>) -> Start<'a, T> {
        match self.at {
            [0, 0] => start,
            _ => Start::Output,
        }
    }

    /// Where the part begins in a window whose rows and columns lie so far apart.
    pub(super) fn from(&self, [rows, columns]: [usize; 2]) -> usize {
        self.at[0] * rows + self.at[1] * columns
    }
}

/// A filter in parts, each of which serves all samples before the next, where the whole would come from memory for each of them. A tap is
/// `numbers` of type `T`. One part unless it `pays`, and where the whole stays in the cache.
pub(super) fn filter_parts<T>(
    kernel: [usize; 2],
    numbers: usize,
    pays: bool,
) -> impl Iterator<Item = FilterPart> {
    let fit = FILTER_BYTES / (numbers * size_of::<T>()).max(1);
    let [rows, columns] = kernel;
    let part = if !pays || rows * columns <= fit {
        kernel
    } else if columns <= fit {
        [fit / columns, columns]
    } else {
        [1, fit.max(1)]
    };
    let at = |side: usize, part: usize| (0..side.max(1)).step_by(part.max(1));
    at(rows, part[0]).flat_map(move |y| {
        at(columns, part[1]).map(move |x| FilterPart {
            at: [y, x],
            taps: [part[0].min(rows - y), part[1].min(columns - x)],
        })
    })
}
