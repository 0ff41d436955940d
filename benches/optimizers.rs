//! `cargo bench --bench optimizers`: steps of optimizers as shares of the bandwidth measured in the same run, the fastest of many.

use benches::optimizers::{bandwidth, large, small};

fn main() {
    let mut memory = bandwidth();
    println!(
        "{:28}  {:>9}  {:>6}  {:>9}",
        "step (one thread, f32)", "best µs", "GB/s", "of memory"
    );
    for mut update in large() {
        // measured beside each, since the machine may not be ours alone
        let before = memory.best_seconds(0.5);
        let seconds = update.best_seconds(2.0);
        let rate = memory.bytes / before.min(memory.best_seconds(0.5));
        let share = update.bytes / seconds / rate;
        println!(
            "{:28}  {:>9.1}  {:>6.1}  {:>7.1} %",
            update.name,
            seconds * 1e6,
            update.bytes / seconds / 1e9,
            100.0 * share
        );
    }
    for mut update in small() {
        let seconds = update.best_seconds(0.3);
        println!(
            "{:28}  {:>9.2}  {:>6.1}",
            update.name,
            seconds * 1e6,
            update.bytes / seconds / 1e9
        );
    }
}
