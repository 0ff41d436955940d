//! Words where an embedding looks up words.
use nn::{Embedding, Network};

pub fn main() {
    Network::<core_tensor::Tokens<5, 100>, Embedding<100, 16>>::new(1);
}
