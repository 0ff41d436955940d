//! The project's own commands: `cargo xtask check-grads`, `tidy`, `bench`, `peers`, `ci`.
#![forbid(unsafe_code)]

mod bench;
mod build_time;
mod ci;
mod files;
mod peers;
mod tidy;

use std::process::ExitCode;

use clap::Parser;

/// Checks and measurements of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask")]
enum Command {
    /// Checks every derivative of the project; `check-grads --help` says how
    #[command(disable_help_flag = true)]
    CheckGrads {
        /// what the program of the checks is given
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Looks for broken rules of the house in sources and manifests
    Tidy,
    /// Measures the kernels and the training steps, as shares of the machine's peak
    Bench {
        /// only the work whose name contains this
        only: Option<String>,
        /// the tile beside `matrixmultiply`, as the table of docs/crossover.md
        #[arg(long, conflicts_with = "only")]
        crossover: bool,
    },
    /// Measures the same work in other libraries and here
    Peers {
        /// only the work whose name contains this
        only: Option<String>,
        /// a Python with torch, jax and optax, for those libraries
        #[arg(long)]
        python: Option<String>,
    },
    /// Measures how long programs that use one network take to check and to build
    BuildTime {
        /// only the networks whose name contains this
        only: Option<String>,
    },
    /// Runs everything that must hold before a change lands
    Ci,
}

fn main() -> ExitCode {
    let outcome = match Command::parse() {
        Command::CheckGrads { args } => ci::check_grads(&args),
        Command::Tidy => tidy::run(),
        Command::Bench { only, crossover } => {
            if crossover {
                bench::crossover()
            } else {
                bench::run(only.as_deref())
            }
            Ok(())
        }
        Command::Peers { only, python } => peers::run(only.as_deref(), python.as_deref()),
        Command::BuildTime { only } => build_time::run(only.as_deref()),
        Command::Ci => ci::run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
