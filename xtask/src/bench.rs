//! `cargo xtask bench`: the work of `benches` as one table, each figure with its share of the peak measured in the same run.

use benches::{
    Measured, Work, derivatives, elements, grouped, kernels, peak, sequences, steps, tape,
};

/// Seconds spent on each piece of work.
const BUDGET: f64 = 0.4;
/// Turns that two pieces of work take, where each turn counts for itself.
const TURNS: usize = 20;

/// Prints the table; `only` keeps the work whose name contains it. A share of the peak is one of the best burst of multiply-adds before the
/// table; that at its clock is one of the median burst in between the runs of that work.
pub(crate) fn run(only: Option<&str>) {
    let mut work: Vec<Work> = [
        kernels::products(),
        kernels::convolutions(),
        sequences::layers(),
        steps::training(),
        steps::inference(),
    ]
    .into_iter()
    .flatten()
    .collect();
    work.retain(|work| only.is_none_or(|only| work.name.contains(only)));
    let before = peak::flops_per_second();
    println!("FMA peak of one core, f32: {:.1} GFLOP/s", before / 1e9);
    println!(
        "{:44}  {:>10}  {:>9}  {:>7}  {:>12}",
        "work (one thread)", "median µs", "GFLOP/s", "of peak", "at its clock"
    );
    for mut work in work {
        let Measured { seconds, peak } = work.measure(BUDGET);
        let rate = work.flops / seconds;
        println!(
            "{:44}  {:>10.2}  {:>9.1}  {:>5.1} %  {:>10.1} %",
            work.name,
            seconds * 1e6,
            rate / 1e9,
            100.0 * rate / before,
            100.0 * rate / peak
        );
    }
    floors(only, before);
    ratios(only);
    // a peak that moved means that something else used the machine, and that the table is not to be trusted
    let after = peak::flops_per_second();
    println!(
        "FMA peak afterwards: {:.1} GFLOP/s ({:+.1} %)",
        after / 1e9,
        100.0 * (after / before - 1.0)
    );
}

/// Prints how near work comes to the larger of two floors: its operations at the peak, of the best burst and at its clock, and its bytes at the speed
/// of the memory that holds them.
fn floors(only: Option<&str>, peak: f64) {
    let mut work = grouped::all();
    work.extend(elements::all());
    work.retain(|work| only.is_none_or(|only| work.work.name.contains(only)));
    if work.is_empty() {
        return;
    }
    println!(
        "\n{:44}  {:>10}  {:>10}  {:>8}  {:>12}",
        "work (one thread)", "median µs", "floor µs", "of floor", "at its clock"
    );
    for mut work in work {
        let floor = work.floor(peak);
        let measured = work.work.measure(BUDGET);
        let at_its_clock = work.floor(measured.peak);
        println!(
            "{:44}  {:>10.2}  {:>10.2}  {:>6.1} %  {:>10.1} %",
            work.work.name,
            measured.seconds * 1e6,
            floor * 1e6,
            100.0 * floor / measured.seconds,
            100.0 * at_its_clock / measured.seconds
        );
    }
}

/// Prints what derivatives cost beside what they are derivatives of.
fn ratios(only: Option<&str>) {
    let mut ratios = derivatives::ratios();
    ratios.extend(tape::ratios());
    ratios.retain(|ratio| only.is_none_or(|only| ratio.work.name.contains(only)));
    if ratios.is_empty() {
        return;
    }
    println!(
        "\n{:48}  {:48}  {:>10}  {:>10}  {:>6}  {:>7}",
        "work (one thread)", "beside", "µs", "µs", "ratio", "at most"
    );
    for mut ratio in ratios {
        let (factor, [work, beside]) = ratio.measure(BUDGET / 4.0);
        println!(
            "{:48}  {:48}  {:>10.2}  {:>10.2}  {factor:>6.2}  {:>7}",
            ratio.work.name,
            ratio.beside.name,
            work * 1e6,
            beside * 1e6,
            ratio
                .at_most
                .map_or(String::new(), |most| format!("{most:.1}"))
        );
    }
    println!();
}

/// Prints the products of the tile beside those of `matrixmultiply`, in GFLOP/s, as a table for `docs/crossover.md`.
pub(crate) fn crossover() {
    println!("| product, f32 | tile | `matrixmultiply` | ratio |\n|---|---|---|---|");
    for mut pair in kernels::crossover() {
        let name = pair[0].name.clone();
        // in turns, and the best of each: whatever else the machine does slows one or the other
        let mut seconds = [f64::INFINITY; 2];
        for _ in 0..TURNS {
            for (seconds, work) in seconds.iter_mut().zip(&mut pair) {
                *seconds = seconds.min(work.median_seconds(BUDGET / TURNS as f64));
            }
        }
        let [tile, other] = [0, 1].map(|i| pair[i].flops / seconds[i] / 1e9);
        println!(
            "| {} | {tile:.0} | {other:.0} | {:.2} |",
            name.trim_start_matches("matmul "),
            tile / other
        );
    }
    println!(
        "\nFMA peak of one core: {:.0} GFLOP/s",
        peak::flops_per_second() / 1e9
    );
}
