//! From the bytes of a check point back to a trainer: first everything is compared, then everything is written.

use core_tensor::{Params, Scalar, Shape};
use nn::Score;
use nn::weights::{Archive, Weights};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use super::values::{self, Found};
use super::{Fault, VERSION, precision, short_name};
use crate::trainer::run::Run;
use crate::{Optimizer, Pace, Remembers, Snapshot, Trainer};

impl<X: Shape, L: Params<T>, Q, O: Optimizer<T>, T: Scalar> Trainer<X, L, Q, O, T> {
    /// Goes back to the bytes of a check point, as [`resume`](Trainer::resume) does to a file.
    ///
    /// # Errors
    /// If they are damaged, or of another trainer. Then nothing has changed.
    pub fn resume_from(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let precision = precision::<T>()?;
        let mut archive = Archive::parse(bytes)?;
        let own = |name: &String, _: &mut _| name.starts_with("trainer/");
        let mut found = Found::new(archive.tensors.extract_if(.., own).collect());
        if !found.has("trainer/version") {
            return Err(Fault::Foreign("it has no trainer/version".into()));
        }
        if !archive.sealed {
            return Err(Fault::Foreign("it has no checksum".into()));
        }
        let [version] = found.counts("trainer/version");
        if version != VERSION {
            return Err(Fault::Version {
                expected: VERSION,
                found: version,
            });
        }
        let (named, own) = (found.text("trainer/optimizer"), short_name::<O>());
        if named != own {
            return Err(Fault::Optimizer {
                expected: own,
                found: named,
            });
        }

        let (layers, _) = self.network.parts();
        let [rate] = found.numbers("trainer/rate");
        let [steps, epochs, seed] = found.counts("trainer/counts");
        let random = found.counts::<7>("trainer/random");
        let order = found.all_counts("trainer/order", None);
        let order: Vec<usize> = order.into_iter().map(|i| i as usize).collect();
        if !is_permutation(&order) {
            found.wrong("trainer/order does not hold each sample once".into());
        }
        let [done, without, over, hits, judged, samples] =
            found.counts("trainer/run").map(|n| n as usize);
        let [best, loss] = found.numbers("trainer/run.numbers");
        if samples > order.len() {
            found.wrong(format!("it is at sample {samples} of {}", order.len()));
        }
        // what an early stop keeps is there while a run lasts
        let [keeps] = found.counts("trainer/keeps");
        let keeps = keeps > 0;
        if keeps && self.early_stop.is_none() {
            found.wrong("it has what an early stop keeps".into());
        }
        if keeps {
            found.value::<T, L>("trainer/kept", precision, layers);
        }
        let plateau = match &self.pace {
            Pace::Plateau(_) => Some((
                found.numbers::<1>("trainer/plateau"),
                found.counts::<2>("trainer/plateau.counts"),
            )),
            _ => None,
        };
        let averaged = self.average.as_ref().map(|_| {
            found.value::<T, L>("trainer/average", precision, layers);
            found.counts::<1>("trainer/average")[0]
        });
        let mut memories = self.state.memories();
        let mut remembered = Vec::new();
        for (i, memory) in memories.iter().enumerate() {
            let [steps, held] = found.counts(&format!("trainer/memory.{i}"));
            if held != memory.values.len() as u64 {
                let expected = memory.values.len();
                found.wrong(format!(
                    "its optimizer remembers {held} values, expected {expected}"
                ));
            }
            let [factor] = found.numbers(&format!("trainer/memory.{i}.factor"));
            for k in 0..memory.values.len() {
                found.value::<T, L>(&format!("trainer/memory.{i}.{k}"), precision, layers);
            }
            remembered.push((u32::try_from(steps).unwrap_or(u32::MAX), factor));
        }
        found.complete()?;
        Weights::from(archive).read(layers)?;

        // from here on nothing fails
        for (i, (memory, (steps, factor))) in memories.iter_mut().zip(remembered).enumerate() {
            (memory.steps, memory.factor) = (steps, factor);
            for (k, value) in memory.values.iter_mut().enumerate() {
                values::read(&found, &format!("trainer/memory.{i}.{k}"), layers, value);
            }
        }
        if let (Some(average), Some(count)) = (&mut self.average, averaged) {
            average.count = count;
            values::read(&found, "trainer/average", layers, &mut *average.value);
        }
        if let (Pace::Plateau(own), Some(([best], counts))) = (&mut self.pace, plateau) {
            let [without, resting] = counts.map(|n| n as usize);
            (own.best, own.without, own.resting) = (best, without, resting);
        }
        let kept = keeps.then(|| {
            let mut kept = Snapshot::of(layers);
            values::read(&found, "trainer/kept", layers, &mut *kept.0);
            kept
        });
        self.run = Run {
            done,
            total: Score {
                loss: T::of(loss),
                hits,
                judged,
                samples,
            },
            best,
            without,
            over: over > 0,
            kept,
        };
        self.optimizer.set_rate(rate);
        (self.steps, self.epochs, self.seed) = (steps as usize, epochs as usize, seed);
        self.order = order;
        self.rng = generator(random);
        self.trouble = None;
        Ok(())
    }
}

/// The generator as it was.
fn generator(state: [u64; 7]) -> ChaCha8Rng {
    let mut seed = [0; 32];
    for (bytes, word) in seed.chunks_exact_mut(8).zip(state) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    let mut rng = ChaCha8Rng::from_seed(seed);
    rng.set_stream(state[4]);
    rng.set_word_pos(u128::from(state[5]) | u128::from(state[6]) << 64);
    rng
}

/// Whether every number below their count is there once.
fn is_permutation(order: &[usize]) -> bool {
    let mut seen = vec![false; order.len()];
    order.iter().all(|&i| {
        seen.get_mut(i)
            .is_some_and(|seen| !std::mem::replace(seen, true))
    })
}
