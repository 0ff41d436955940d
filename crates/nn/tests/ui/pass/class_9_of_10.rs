//! A class in a constant.
use nn::Class;

const NINE: Class<10> = Class::new(9);

fn main() {
    let _ = NINE;
}
