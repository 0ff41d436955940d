//! A handle that outlives its recording.
//! `'2`
use autodiff::Tape;

fn main() {
    let mut tape = Tape::<f32>::new();
    let _kept = tape.record(|tape| {
        let x = tape.variable(&1.0_f32);
        x.detach()
    });
}
