//! What a step of a recurrence returns is the state that the next one is given.
//! `Image<4, 3, 3>` and `Image<4, 3, 2>`
use core_tensor::{Image, Sequence};
use nn::{Conv2d, Network, Recurrence};

// frames of 4×3 pixels of one channel, states of two channels
type Cell = Conv2d<3, 3, 3, 1, 1>;
type Film = Recurrence<Image<4, 3, 1>, Image<4, 3, 2>, Cell>;

fn main() {
    Network::<Sequence<5, 12>, Film>::new(1);
}
