//! The state that a recurrent layer is given has the shape of those that it hands on.
//! `Vector<64>` and `Vector<65>`
use core_tensor::{Pair, Sequence, Vector};
use nn::{Gru, Network, Stateful};

type Begun = Pair<Sequence<20, 8>, Vector<65>>;

fn main() {
    Network::<Begun, Stateful<Gru<8, 64>>>::new(1);
}
