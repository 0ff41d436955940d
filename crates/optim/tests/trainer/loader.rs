//! The loader: the same bits with and without its thread, every sample once, nothing lost when a run breaks off.

use core::ops::ControlFlow;

use core_tensor::Tensor;
use optim::{Data, Loader, Progress, Round, Source};

use crate::plane::{X, points, trainer, weights};

/// Noise that follows from a sample's key.
fn shake(x: &mut Tensor<X>, key: u64) {
    for (i, x) in x.as_mut_slice().iter_mut().enumerate() {
        *x += ((key >> (16 * i)) & 0xffff) as f32 / 65536.0 - 0.5;
    }
}

#[test]
fn the_thread_changes_no_bit() {
    let (x, classes) = points(50);
    let data = Data::new(&x, &classes);
    let run = |ahead: bool, capacity, accumulate| {
        let mut trainer = trainer(capacity, 3);
        trainer.accumulate = accumulate;
        let loader = Loader::new(data).change(shake).ahead(ahead);
        trainer.fit(loader, None, 4, &mut Progress::quiet());
        weights(&*trainer.network.layers)
    };
    assert_eq!(run(true, 8, 1), run(false, 8, 1));
    assert_eq!(run(true, 4, 3), run(false, 4, 3));
    // unchanged samples are those in memory
    let plain = |loader: bool| {
        let mut trainer = trainer(8, 3);
        let mut quiet = Progress::quiet();
        match loader {
            true => trainer.fit(Loader::new(data), None, 4, &mut quiet),
            false => trainer.fit(data, None, 4, &mut quiet),
        };
        weights(&*trainer.network.layers)
    };
    let memory = plain(false);
    assert_eq!(memory, plain(true));
    assert_ne!(memory, run(true, 8, 1));
}

/// A sample's change follows from seed, epoch and number alone, not from its batch.
#[test]
fn a_key_belongs_to_a_sample() {
    let (x, classes) = points(10);
    let order: Vec<usize> = (0..10).rev().collect();
    let keys = |size, epoch_key, ahead| {
        let mut keys = vec![0; 10];
        let mut room = vec![0.0; 10 * 3];
        let mut loader = Loader::new(Data::new(&x, &classes))
            .change(|x: &mut Tensor<X>, key| x[[0]] = (key >> 40) as f32)
            .ahead(ahead);
        let round = Round {
            order: &order,
            size,
            key: epoch_key,
            room: &mut room,
        };
        let (mut seen, mut of_round) = (0, Vec::new());
        of_round.extend((0..10).map(|i| (round.key_of(i) >> 40) as u32));
        loader.epoch(round, &mut |x, targets| {
            assert_eq!(x.len(), targets.len());
            for (x, target) in x.iter().zip(targets) {
                let number = order[seen];
                assert_eq!(target, &classes[number]);
                keys[number] = x[[0]] as u32;
                seen += 1;
            }
            ControlFlow::Continue(())
        });
        assert_eq!((seen, &keys), (10, &of_round));
        keys
    };
    let first = keys(4, 1, true);
    assert_eq!(first, keys(3, 1, true));
    assert_eq!(first, keys(10, 1, false));
    assert_ne!(first, keys(4, 2, true));
}

#[test]
fn a_run_that_breaks_off_can_go_on() {
    let (x, classes) = points(40);
    let mut loader = Loader::new(Data::new(&x, &classes));
    let order: Vec<usize> = (0..40).collect();
    for stop_after in [1, 2, 5, 10, 99] {
        let (mut room, mut batches) = (Vec::new(), 0);
        let round = Round {
            order: &order,
            size: 4,
            key: 0,
            room: &mut room,
        };
        loader.epoch(round, &mut |x, _| {
            assert_eq!(x.len(), 4);
            batches += 1;
            if batches == stop_after {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        assert_eq!(batches, stop_after.min(10));
    }
}

#[test]
#[should_panic(expected = "sample 17 cannot be changed")]
fn a_panic_of_the_helper_is_the_trainers() {
    let (mut x, classes) = points(40);
    x[17][[0]] = 9.0;
    let loader = Loader::new(Data::new(&x, &classes)).change(|x: &mut Tensor<X>, _| {
        assert!(x[[0]] != 9.0, "sample 17 cannot be changed");
    });
    trainer(4, 1).epoch(loader, &mut Progress::quiet());
}
