//! From a trainer to the bytes of a check point.

use core_tensor::{Params, Scalar, Shape};
use nn::weights::{Builder, Dtype, add_to};

use super::{Fault, VERSION, precision, short_name, values};
use crate::{Optimizer, Pace, Remembers, Trainer};

impl<X: Shape, L: Params<T>, Q, O: Optimizer<T>, T: Scalar> Trainer<X, L, Q, O, T> {
    /// A check point, for data in this order.
    pub(super) fn check_point(&mut self, order: &[usize]) -> Result<Vec<u8>, Fault> {
        let precision = precision::<T>()?;
        let mut file = Builder::new();
        let (layers, _) = self.network.parts();
        add_to(&mut file, layers, precision)?;

        counts(&mut file, "version", &[VERSION]);
        let name = short_name::<O>();
        file.add(
            "trainer/optimizer",
            Dtype::U8,
            &[name.len()],
            name.into_bytes(),
        );
        numbers(&mut file, "rate", &[self.optimizer.rate()]);
        counts(
            &mut file,
            "counts",
            &[self.steps as u64, self.epochs as u64, self.seed],
        );

        let position = self.rng.get_word_pos();
        let (low, high) = (position as u64, (position >> 64) as u64);
        let seed = self.rng.get_seed();
        let words = seed
            .as_chunks()
            .0
            .iter()
            .map(|word| u64::from_le_bytes(*word));
        let random: Vec<u64> = words.chain([self.rng.get_stream(), low, high]).collect();
        counts(&mut file, "random", &random);

        let order: Vec<u64> = order.iter().map(|&i| i as u64).collect();
        counts(&mut file, "order", &order);
        let run = &mut self.run;
        let total = run.total;
        let of_run = [run.done, run.without, usize::from(run.over)];
        let of_run = of_run
            .into_iter()
            .chain([total.hits, total.judged, total.samples]);
        let of_run: Vec<u64> = of_run.map(|n| n as u64).collect();
        counts(&mut file, "run", &of_run);
        let loss = total.loss.to_f64().unwrap_or(f64::NAN);
        numbers(&mut file, "run.numbers", &[run.best, loss]);
        counts(&mut file, "keeps", &[run.kept.is_some().into()]);
        if let Some(kept) = &mut run.kept {
            values::add(&mut file, "trainer/kept", precision, layers, &mut kept.0);
        }
        if let Pace::Plateau(plateau) = &self.pace {
            numbers(&mut file, "plateau", &[plateau.best]);
            let of_plateau = [plateau.without, plateau.resting].map(|n| n as u64);
            counts(&mut file, "plateau.counts", &of_plateau);
        }
        if let Some(average) = &mut self.average {
            counts(&mut file, "average", &[average.count]);
            values::add(
                &mut file,
                "trainer/average",
                precision,
                layers,
                &mut average.value,
            );
        }
        for (i, memory) in self.state.memories().into_iter().enumerate() {
            let held = memory.values.len() as u64;
            counts(
                &mut file,
                &format!("memory.{i}"),
                &[memory.steps.into(), held],
            );
            numbers(&mut file, &format!("memory.{i}.factor"), &[memory.factor]);
            for (k, value) in memory.values.iter_mut().enumerate() {
                let name = format!("trainer/memory.{i}.{k}");
                values::add(&mut file, &name, precision, layers, value);
            }
        }
        Ok(file.build())
    }
}

fn counts(file: &mut Builder, name: &str, numbers: &[u64]) {
    let bytes = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
    file.add(
        format!("trainer/{name}"),
        Dtype::U64,
        &[numbers.len()],
        bytes,
    );
}

fn numbers(file: &mut Builder, name: &str, numbers: &[f64]) {
    let bytes = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
    file.add(
        format!("trainer/{name}"),
        Dtype::F64,
        &[numbers.len()],
        bytes,
    );
}
