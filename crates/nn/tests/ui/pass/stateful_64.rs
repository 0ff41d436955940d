//! The state that a recurrent layer is given has the shape of those that it hands on.
use core_tensor::{Pair, Sequence, Vector};
use nn::{Gru, Network, Stateful};

type Begun = Pair<Sequence<20, 8>, Vector<64>>;

pub fn main() {
    Network::<Begun, Stateful<Gru<8, 64>>>::new(1);
}
