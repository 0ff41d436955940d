//! Going on from every step of a run.

use std::fs;
use std::path::Path;

use core_tensor::Tensor;
use optim::schedule::{Gain, OnPlateau};
use optim::{
    AdaGrad, Adadelta, Adam, AdamW, Adamax, AmsGrad, Average, Averaging, Clipped, Data, Lion,
    Loader, Momentum, NAdam, Nesterov, Optimizer, Pace, RAdam, RateRange, RmsProp, Rprop, Sgd,
    Tuned,
};

use crate::task::{EPOCHS, Task, X, fit, fit_on, points, task, weights};

/// Goes on from the check point of every step, each in a trainer of its own, as another process would.
fn from_every_step<O: Optimizer<f32> + Copy>(optimizer: O) {
    let folder = tempfile::tempdir().expect("a folder");
    let last = folder.path().join("last.safetensors");
    let kept = |i: usize| folder.path().join(format!("step-{i}"));
    let mut straight = task(optimizer, folder.path());
    let mut seen = 0;
    let all = fit(&mut straight, &mut || {
        if last.exists() {
            fs::copy(&last, kept(seen)).expect("copied");
            seen += 1;
        }
    });
    let expected = weights(&mut straight);
    let files = fs::read_dir(folder.path()).expect("a folder").count();
    // two steps of two batches and one, in every epoch but where the early stop ended it; the last, the best, and every other epoch
    assert!(
        seen >= 2 * all.len(),
        "{seen} check points in {} epochs",
        all.len()
    );
    assert_eq!(files, seen + 2 + all.len() / 2);
    for i in (0..seen).step_by(3) {
        let mut resumed = task(optimizer, folder.path());
        resumed.network.layers.1.bias[[0]] = 7.0;
        resumed.resume(kept(i)).expect("its own check point");
        let rest = fit(&mut resumed, &mut || {});
        assert_eq!(
            rest,
            all[all.len() - rest.len()..],
            "the epochs from check point {i}"
        );
        assert_eq!(
            weights(&mut resumed),
            expected,
            "the weights from check point {i}"
        );
    }
    // a run that is over stays over, with the weights that the early stop brought back
    let mut over = task(optimizer, folder.path());
    assert!(over.resume_last().expect("its own check point"));
    assert!(fit(&mut over, &mut || {}).is_empty());
    assert_eq!(weights(&mut over), expected);
}

/// A name for the test of each.
macro_rules! goes_on { ($($name:ident $optimizer:expr;)*) => { $(
    #[test]
    fn $name() {
        from_every_step($optimizer);
    }
)* } }

goes_on! {
    sgd Sgd { rate: 0.1 };
    momentum Momentum::new(0.1, 0.9);
    nesterov Nesterov::new(0.1, 0.9);
    ada_grad AdaGrad::new(0.1);
    adadelta Adadelta::new(1.0);
    rms_prop RmsProp { centred: true, momentum: 0.5, ..RmsProp::new(0.01) };
    adam Adam::new(0.05);
    adam_w AdamW::new(0.05);
    ams_grad AmsGrad::new(0.05);
    adamax Adamax::new(0.05);
    n_adam NAdam::new(0.05);
    r_adam RAdam::new(0.05);
    lion Lion::new(0.01);
    rprop Rprop::new(0.01);
    wrapped Clipped::norm(Momentum::new(0.1, 0.9), 0.1);
}

/// What changes samples on their way draws from keys of the epoch and the sample, and goes on with them.
#[test]
fn a_loader_goes_on_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let last = folder.path().join("last.safetensors");
    let (x, classes) = points(29);
    let (train, held_out) = Data::new(&x, &classes).split(0.3);
    let run = |resume: Option<&Path>, spy: &mut dyn FnMut()| {
        let mut trainer = task(Adam::new(0.05), folder.path());
        if let Some(path) = resume {
            trainer.resume(path).expect("its own check point");
        }
        let noise = |x: &mut Tensor<X>, key: u64| x[[0]] += (key >> 40) as f32 / 1e8;
        let loader = Loader::new(train).change(noise);
        fit_on(&mut trainer, loader, held_out, spy);
        weights(&mut trainer)
    };
    let mut seen = 0;
    let kept = |i: usize| folder.path().join(format!("step-{i}"));
    let expected = run(None, &mut || {
        if last.exists() {
            fs::copy(&last, kept(seen)).expect("copied");
            seen += 1;
        }
    });
    for i in 0..seen {
        assert_eq!(
            run(Some(&kept(i)), &mut || {}),
            expected,
            "from check point {i}"
        );
    }
}

/// Goes on from every check point of a run of all epochs, with whatever keeps watch.
fn goes_on(change: impl Fn(&mut Task<Sgd>)) {
    let folder = tempfile::tempdir().expect("a folder");
    let last = folder.path().join("last.safetensors");
    let kept = |i: usize| folder.path().join(format!("step-{i}"));
    let new = || {
        let mut trainer = task(Sgd { rate: 0.1 }, folder.path());
        trainer.early_stop = None;
        change(&mut trainer);
        trainer
    };
    let (mut straight, mut seen) = (new(), 0);
    let all = fit(&mut straight, &mut || {
        if last.exists() {
            fs::copy(&last, kept(seen)).expect("copied");
            seen += 1;
        }
    });
    let expected = weights(&mut straight);
    assert_eq!(all.len(), EPOCHS);
    for i in 0..seen {
        let mut resumed = new();
        resumed.resume(kept(i)).expect("its own check point");
        resumed.check_points = None;
        let rest = fit(&mut resumed, &mut || {});
        assert_eq!(rest, all[all.len() - rest.len()..], "from check point {i}");
        assert_eq!(weights(&mut resumed), expected, "from check point {i}");
    }
}

#[test]
fn schedules_go_on_with_their_step_or_epoch() {
    let falling = |t: usize| 0.1 * 0.8_f64.powi(t as i32);
    goes_on(|trainer| trainer.pace = Pace::steps(falling));
    goes_on(|trainer| trainer.pace = Pace::epochs(falling));
}

/// No epoch gains as much as is asked for: the rate falls after the third and the sixth, with a rest in between.
#[test]
fn a_plateau_goes_on_with_what_it_has_counted() {
    goes_on(|trainer| {
        trainer.pace = Pace::Plateau(OnPlateau {
            patience: 1,
            rest: 1,
            gain: Gain::SmallerBy(1.0),
            ..OnPlateau::new(0.5)
        });
    });
}

#[test]
fn a_mean_of_weights_goes_on_with_its_count() {
    goes_on(|trainer| trainer.average = Some(Average::new(Averaging::Mean)));
}

#[test]
fn a_tuned_optimizer() {
    let folder = tempfile::tempdir().expect("a folder");
    let new = |folder: &Path| task(Tuned::new(Adam::new(0.05)).decay(0.1), folder);
    let mut straight = new(folder.path());
    fit(&mut straight, &mut || {});
    let mut resumed = new(folder.path());
    resumed
        .resume(folder.path().join("epoch-0002.safetensors"))
        .expect("its own");
    assert!(fit(&mut resumed, &mut || {}).len() <= EPOCHS - 2);
    assert_eq!(weights(&mut resumed), weights(&mut straight));
}

#[test]
fn other_programs_read_the_weights() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut trainer = task(Adam::new(0.05), folder.path());
    fit(&mut trainer, &mut || {});
    let path = folder.path().join("now.safetensors");
    trainer.save(&path).expect("written");
    let mut other = task(Adam::new(0.05), folder.path());
    other
        .network
        .load(&path)
        .expect("the weights are those of the network");
    other.average = None;
    other
        .network
        .save(folder.path().join("other.safetensors"))
        .expect("written");
    trainer
        .network
        .save(folder.path().join("weights.safetensors"))
        .expect("written");
    let read = |name: &str| fs::read(folder.path().join(name)).expect("read");
    assert_eq!(read("other.safetensors"), read("weights.safetensors"));
}

/// The check point of the best epoch has the weights that an early stop brings back, and so has that of an epoch kept for good.
#[test]
fn the_best_epoch_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut trainer = task(Adam::new(0.05), folder.path());
    fit(&mut trainer, &mut || {});
    let (x, classes) = points(29);
    let (_, held_out) = Data::new(&x, &classes).split(0.3);
    let end = trainer.score(held_out);
    let mut read = task(Adam::new(0.05), folder.path());
    let mut hits_of = |name: &str| {
        let path = folder.path().join(format!("{name}.safetensors"));
        read.network.load(path).expect("its weights");
        read.score(held_out)
    };
    assert_eq!(hits_of("best"), end);
    for name in ["last", "epoch-0002"] {
        let other = hits_of(name);
        assert!(
            other.hits <= end.hits,
            "{name} has {} hits, the best {}",
            other.hits,
            end.hits
        );
    }
}

#[test]
fn what_cannot_be_kept_is_said_and_the_run_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let blocked = folder.path().join("file");
    fs::write(&blocked, "not a folder").expect("written");
    let mut trainer = task(Adam::new(0.05), &blocked);
    let (x, classes) = points(8);
    let data = Data::new(&x, &classes);
    let mut lines = Vec::new();
    let epochs = trainer.fit(data, None, 2, &mut optim::Progress::lines(&mut lines));
    assert_eq!(epochs.len(), 2);
    let error = trainer
        .unsaved
        .expect("nothing could be written")
        .to_string();
    assert!(
        error.contains("file/last.safetensors cannot be written: "),
        "{error}"
    );
    assert!(String::from_utf8_lossy(&lines).contains(&error));
}

#[test]
#[should_panic(
    expected = "the check point stands at sample 8 of 20, and the data has 8; train on the same data"
)]
fn other_data_in_the_middle_of_an_epoch() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut trainer = task(Adam::new(0.05), folder.path());
    let (mut batches, mut copied) = (0, false);
    let last = folder.path().join("last.safetensors");
    let middle = folder.path().join("middle");
    fit(&mut trainer, &mut || {
        batches += 1;
        if batches > 2 && !copied {
            fs::copy(&last, &middle).expect("after the first step");
            copied = true;
        }
    });
    let mut resumed = task(Adam::new(0.05), folder.path());
    resumed.resume(&middle).expect("its own check point");
    let (x, classes) = points(8);
    resumed.fit(
        Data::new(&x, &classes),
        None,
        2,
        &mut optim::Progress::quiet(),
    );
}

#[test]
fn a_search_for_the_rate_leaves_the_average_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut trainer = task(Adam::new(0.05), folder.path());
    fit(&mut trainer, &mut || {});
    let before = weights(&mut trainer);
    let (x, classes) = points(29);
    let curve = trainer.range(Data::new(&x, &classes), RateRange::default());
    assert!(!curve.is_empty());
    assert_eq!(weights(&mut trainer), before);
}
