//! A class in a constant.
//! `is less than their number`
use nn::Class;

const NINE: Class<10> = Class::new(10);

fn main() {
    let _ = NINE;
}
