//! `cargo bench --bench threads`: the work of `benches::threads`, each piece as a share of the first of its group. The pieces take turns, and
//! the shortest time of each counts, so that whatever else the machine does disturbs all alike.

use std::time::Instant;

use benches::Work;
use benches::threads::{loading, sharing};

fn main() {
    compare(&mut loading());
    for group in sharing().chunks_mut(3) {
        compare(group);
    }
}

fn compare(group: &mut [Work]) {
    let mut best = vec![f64::INFINITY; group.len()];
    let clock = Instant::now();
    while clock.elapsed().as_secs_f64() < 6.0 {
        for (work, best) in group.iter_mut().zip(&mut best) {
            let start = Instant::now();
            (work.run)();
            *best = best.min(start.elapsed().as_secs_f64());
        }
    }
    println!();
    for (work, seconds) in group.iter().zip(&best) {
        let share = seconds / best[0];
        println!("{:55} {:9.3} ms  {share:.3}", work.name, 1e3 * seconds);
    }
}
