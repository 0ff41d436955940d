//! `cargo xtask check-grads --mutate`: breaks every rule in every way that it can be broken, and looks whether a check notices.
//!
//! A clean run says which rules each case comes by; then each broken rule is put to those cases, the quickest first, until one of them
//! fails. A rule that breaks unnoticed fails the command.

#[cfg(not(feature = "mutants"))]
use crate::Args;

/// Runs the program again in a build whose rules can be broken, beside the ordinary one.
#[cfg(not(feature = "mutants"))]
pub(super) fn run(args: &Args) -> Result<(), String> {
    let mut command = std::process::Command::new(env!("CARGO"));
    command.args([
        "run",
        "--quiet",
        "--locked",
        "--release",
        "--package",
        "xtask",
        "--bin",
        "check-grads",
        "--features",
        "mutants",
        "--target-dir",
    ]);
    command.arg(beside()?);
    command.args(["--", "--mutate", "--seed", &args.seed.to_string()]);
    if let Some(only) = &args.only {
        command.args(["--only", only]);
    }
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("the run with broken rules ended with {status}")),
        Err(error) => Err(format!("cargo cannot be run: {error}")),
    }
}

/// A folder for that build next to the one that this program was built in.
#[cfg(not(feature = "mutants"))]
fn beside() -> Result<std::path::PathBuf, String> {
    let program = std::env::current_exe().map_err(|error| format!("no path to itself: {error}"))?;
    let target = program
        .ancestors()
        .nth(2)
        .ok_or("the program lies in no target folder")?;
    Ok(target.join("mutants"))
}

#[cfg(feature = "mutants")]
pub(super) use live::run;

#[cfg(feature = "mutants")]
mod live {
    use std::collections::{BTreeMap, BTreeSet};
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::time::{Duration, Instant};

    use core_tensor::mutant::{self, Kind};

    use crate::Args;
    use crate::case::Case;
    use crate::{all, coverage, crates, side_by_side};

    /// A rule and how it is broken.
    type Mutant = (&'static str, Kind);

    /// What a clean run of a case shows.
    struct Clean {
        sites: BTreeSet<Mutant>,
        time: Duration,
        passes: bool,
    }

    fn clean(case: &Case, seed: u64) -> Clean {
        let clock = Instant::now();
        let (finding, sites) = mutant::recorded(|| (case.check)(seed));
        Clean {
            sites,
            time: clock.elapsed(),
            passes: finding.passes(),
        }
    }

    /// Whether a case notices.
    fn kills(case: &Case, seed: u64, (site, kind): Mutant) -> bool {
        let check = || mutant::broken(site, kind, || !(case.check)(seed).passes());
        catch_unwind(AssertUnwindSafe(check)).unwrap_or(true)
    }

    /// Prints the case that kills each broken rule, and last how many are killed.
    ///
    /// # Errors
    /// If one survives, a rule of the sources is never come by, or a case fails without a broken rule.
    pub(in super::super) fn run(args: &Args) -> Result<(), String> {
        let cases = all();
        let only = args.only.as_deref();
        let wanted: Vec<&Case> = cases.iter().filter(|case| case.is_wanted(only)).collect();
        let clean = side_by_side(wanted.len(), |i| clean(wanted[i], args.seed));
        let mut errors: Vec<String> = wanted
            .iter()
            .zip(&clean)
            .filter(|(_, clean)| !clean.passes)
            .map(|(case, _)| format!("{} fails with every rule as it is", case.id()))
            .collect();
        let mut visitors: BTreeMap<Mutant, Vec<usize>> = BTreeMap::new();
        for (i, clean) in clean.iter().enumerate() {
            clean
                .sites
                .iter()
                .for_each(|&mutant| visitors.entry(mutant).or_default().push(i));
        }
        if only.is_none() {
            let visited: BTreeSet<&str> = visitors.keys().map(|(site, _)| *site).collect();
            let rules = coverage::rules(&crates())?;
            let missed = rules.iter().filter(|rule| !visited.contains(rule.as_str()));
            errors.extend(missed.map(|rule| format!("no case comes by the rule {rule}")));
            let unknown = visited.iter().filter(|site| !rules.contains(**site));
            errors.extend(unknown.map(|site| format!("the rule {site} is not in the sources")));
        }
        let mut mutants: Vec<(Mutant, Vec<usize>)> = visitors.into_iter().collect();
        for (_, cases) in &mut mutants {
            cases.sort_by_key(|&i| clean[i].time);
        }
        // a broken rule may break an assertion, too, which is as good a way to be noticed
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| ()));
        let killers = side_by_side(mutants.len(), |i| {
            let (mutant, cases) = &mutants[i];
            cases
                .iter()
                .position(|&case| kills(wanted[case], args.seed, *mutant))
        });
        std::panic::set_hook(hook);
        let mut killed = 0;
        for (((site, kind), cases), killer) in mutants.iter().zip(killers) {
            let rule = format!("{site}, {kind:?}").to_lowercase();
            match killer {
                Some(tried) => {
                    killed += 1;
                    println!(
                        "{rule:40} killed by {}, number {} of {}",
                        wanted[cases[tried]].id(),
                        tried + 1,
                        cases.len()
                    );
                }
                None => errors.push(format!("{rule} survives {} cases", cases.len())),
            }
        }
        println!("killed {killed}/{}", mutants.len());
        if mutants.is_empty() {
            errors.push("no rule was broken".to_owned());
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors.join("\n"))
        }
    }
}
