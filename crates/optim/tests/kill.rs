//! Kills a training run at random moments, those of writing included, and starts it again: the weights it ends with are, bit by bit, those
//! of a run that was never killed. This program is the run, too, when it is told where.

#[path = "check_points/task.rs"]
mod task;

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use optim::Adam;
use task::{fit, task, weights};

/// How often the run is killed, and how often of these while it writes.
const KILLS: usize = 20;
const WRITING: usize = 10;

fn main() {
    match env::args().nth(1).as_deref() {
        Some("run") => run(Path::new(&env::args().nth(2).expect("a folder"))),
        _ => kill(),
    }
}

/// The run: from its last check point to the end.
fn run(folder: &Path) {
    let mut trainer = task(Adam::new(0.05), folder);
    trainer.resume_last().expect("its own check point");
    fit(&mut trainer, &mut || {});
    let bits: Vec<u8> = weights(&mut trainer)
        .iter()
        .flat_map(|w| w.to_le_bytes())
        .collect();
    fs::write(folder.join("end"), bits).expect("written");
}

fn start(folder: &Path) -> Child {
    let own = env::current_exe().expect("this program");
    let mut command = Command::new(own);
    command.arg("run").arg(folder).stdout(Stdio::null());
    command.spawn().expect("it starts")
}

/// Whether a check point is being written.
fn writing(folder: &Path) -> bool {
    let part = |entry: std::io::Result<fs::DirEntry>| {
        entry.is_ok_and(|entry| entry.file_name().to_string_lossy().ends_with(".part"))
    };
    fs::read_dir(folder).is_ok_and(|mut entries| entries.any(part))
}

fn kill() {
    let room = tempfile::tempdir().expect("a folder");
    let straight = room.path().join("straight");
    let clock = Instant::now();
    assert!(start(&straight).wait().expect("it ends").success());
    let whole = clock.elapsed();
    let expected = fs::read(straight.join("end")).expect("it has ended");

    let (mut kills, mut torn, mut runs) = (0, 0, 0);
    let mut random = 0x9e37_79b9_u64;
    while kills < KILLS {
        runs += 1;
        let folder = room.path().join(format!("killed-{runs}"));
        let ended = loop {
            let mut child = start(&folder);
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let moment = whole.mul_f64((random >> 40) as f64 / f64::from(1 << 24));
            let clock = Instant::now();
            if kills % 2 == 0 && kills < 2 * WRITING {
                sleep(moment / 4);
                // in the middle of the next writing
                while !writing(&folder) && clock.elapsed() < 4 * whole {}
            } else {
                sleep(moment);
            }
            if let Some(status) = child.try_wait().expect("asked") {
                break status;
            }
            child.kill().expect("killed");
            let status = child.wait().expect("waited for");
            if status.success() {
                break status;
            }
            kills += 1;
            torn += usize::from(writing(&folder));
            if kills >= KILLS {
                break start(&folder).wait().expect("it ends");
            }
        };
        assert!(ended.success(), "after {kills} kills it ended with {ended}");
        let found = fs::read(folder.join("end")).expect("it has ended");
        assert!(found == expected, "after {kills} kills other weights");
    }
    assert!(torn > 0, "no kill hit a check point that was being written");
    println!(
        "killed {kills} times in {runs} runs of {:.2} s, {torn} times with a file half written: the same bits",
        Duration::as_secs_f64(&whole)
    );
}
