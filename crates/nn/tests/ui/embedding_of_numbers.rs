//! Numbers where an embedding looks up words.
//! `Embedding<100, 16>` does not accept `core_tensor::Sequence<5, 100>`
use nn::{Embedding, Network};

fn main() {
    Network::<core_tensor::Sequence<5, 100>, Embedding<100, 16>>::new(1);
}
