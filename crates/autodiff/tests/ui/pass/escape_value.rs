//! A value that outlives its recording.
use autodiff::Tape;

pub fn main() {
    let mut tape = Tape::<f32>::new();
    let _kept = tape.record(|tape| {
        let x = tape.variable(&1.0_f32);
        x.value()
    });
}
