//! A network type and its data from `models`: an untrained LeNet on the embedded digits.

use models::LeNet8;
use models::data::digits;
use nn::{Init, Network};

fn main() {
    let digits = digits::load();
    let mut net = Network::<_, LeNet8>::new(16);
    net.init(Init::HeNormal, 1);
    let classes: Vec<usize> = net.predict(&digits.images[..16]).iter().map(|logits| logits.argmax()).collect();
    assert_eq!(classes.len(), 16);
    println!("{} digits; before training, the first 16 look like {classes:?}", digits.len());
}
