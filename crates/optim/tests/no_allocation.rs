//! A step of any optimizer allocates nothing and frees nothing, nor does a step of the Trainer. A program of its own without the test
//! harness, whose other thread would be counted.

#[path = "../../core-tensor/tests/common/counting.rs"]
mod counting;

use core_tensor::{Tensor, Vector, Zeroed};
use counting::counted;
use nn::{BatchNorm, Dropout, Init, Linear, Mse, Tanh};
use optim::schedule::{Cosine, WarmUp};
use optim::{
    AdaGrad, Adadelta, Adam, AdamW, Adamax, AmsGrad, Average, Averaging, Clipped, Crew, Data, Lion,
    Loader, LookAhead, Momentum, NAdam, Nesterov, Of, Optimizer, Pace, Progress, RAdam, RmsProp,
    Rprop, Sgd, Snapshot, Trainer, Tuned, norm,
};

type Net = (Linear<3, 5>, Tanh, Linear<5, 2>);
type Grad = (Linear<3, 5>, (), Linear<5, 2>);

fn nothing_in_a_step(name: &str, optimizer: impl Optimizer<f32>) {
    let (mut net, mut grad) = (Net::boxed(), Grad::boxed());
    grad.0.weight = Tensor::full(1.0);
    let mut state = optimizer.start();
    let steps = counted(|| {
        for _ in 0..3 {
            optimizer.before(&mut *net, &mut state);
            optimizer.step(&mut *net, &mut *grad, &mut state);
        }
    });
    assert!(net.0.weight[[0, 0]] < 0.0, "{name} does not move");
    assert_eq!(
        steps,
        (0, 0),
        "allocations and frees of three steps of {name}"
    );
}

fn main() {
    let rate = 0.01;
    nothing_in_a_step("SGD", Sgd { rate });
    nothing_in_a_step("momentum", Momentum::new(rate, 0.9));
    let ahead = Nesterov {
        look_ahead: LookAhead::Taken,
        ..Nesterov::new(rate, 0.9)
    };
    nothing_in_a_step("Nesterov", ahead);
    nothing_in_a_step("AdaGrad", AdaGrad::new(rate));
    nothing_in_a_step("Adadelta", Adadelta::new(rate));
    let rms_prop = RmsProp {
        centred: true,
        momentum: 0.9,
        ..RmsProp::new(rate)
    };
    nothing_in_a_step("RMSprop", rms_prop);
    nothing_in_a_step("Rprop", Rprop::new(rate));
    nothing_in_a_step("Lion", Lion::new(rate));
    nothing_in_a_step("Adam", Adam::new(rate));
    nothing_in_a_step("AdamW", AdamW::new(rate));
    nothing_in_a_step("AMSGrad", AmsGrad::new(rate));
    nothing_in_a_step("Adamax", Adamax::new(rate));
    nothing_in_a_step("NAdam", NAdam::new(rate));
    nothing_in_a_step("RAdam", RAdam::new(rate));
    let tuned = Tuned::new(Adam::new(rate))
        .decay(0.1)
        .rate_of(Of::part("2"), 0.1);
    nothing_in_a_step("tuned and clipped", Clipped::norm(tuned, 1.0));

    let mut trainer = Trainer::<Vector<3>, Net, _, _>::new(Mse, Adam::new(rate), 4);
    trainer.network.init(Init::XavierNormal, 0);
    trainer.accumulate = 2;
    trainer.pace = Pace::steps(WarmUp {
        steps: 2,
        from: 0.1,
        then: Cosine {
            rate,
            end: 0.0,
            steps: 10,
        },
    });
    let x: Vec<Tensor<Vector<3>>> = (0..8).map(|i| Tensor::full(i as f32)).collect();
    let targets: Vec<Tensor<Vector<2>>> = (0..8).map(|i| Tensor::full(i as f32)).collect();
    let mut average = Average::new(Averaging::Exponential(0.9));
    let mut snapshot = Snapshot::of(&mut *trainer.network.layers);
    let mut grad = Grad::boxed();
    let steps = counted(|| {
        for samples in [8, 5, 3] {
            trainer.step(&x[..samples], &targets[..samples]);
            average.update(&mut *trainer.network.layers);
            average.swap(&mut *trainer.network.layers);
            average.swap(&mut *trainer.network.layers);
            snapshot.take(&mut *trainer.network.layers);
            assert_eq!(norm(&mut *trainer.network.layers, &mut grad), 0.0);
        }
    });
    assert_eq!(
        steps,
        (0, 0),
        "allocations and frees of three steps of the Trainer"
    );

    // an epoch begins with a thread, two buffers and two channels; how many batches follow makes no difference
    let x: Vec<Tensor<Vector<3>>> = (0..400).map(|i| Tensor::full(i as f32 / 400.0)).collect();
    let targets: Vec<Tensor<Vector<2>>> = (0..400).map(|i| Tensor::full(i as f32)).collect();
    let mut trainer = Trainer::<Vector<3>, Net, _, _>::new(Mse, Adam::new(rate), 4);
    let mut progress = Progress::quiet();
    for ahead in [false, true] {
        let mut of_epoch = |samples: usize| {
            let data = Data::new(&x[..samples], &targets[..samples]);
            let noise = |x: &mut Tensor<Vector<3>>, key: u64| x[[0]] += (key >> 40) as f32 / 1e9;
            let mut loader = Loader::new(data).change(noise).ahead(ahead);
            trainer.epoch(&mut loader, &mut progress);
            counted(|| {
                trainer.epoch(&mut loader, &mut progress);
            })
        };
        let [few, many] = [40, 400].map(&mut of_epoch);
        if ahead {
            // a channel that must wait notes so in a list that grows once
            assert!(
                many.0 <= few.0 + 4,
                "{few:?} allocations for 10 batches, {many:?} for 100"
            );
        } else {
            assert_eq!(
                (few, many),
                ((0, 0), (0, 0)),
                "the loader without its thread"
            );
        }
    }

    // the queue to the threads takes a block of memory for every 63 steps, the steps themselves nothing
    type Shards = (Linear<3, 5>, BatchNorm<5>, Tanh, Dropout, Linear<5, 2>);
    for (shards, threads) in [(1, 1), (2, 2), (3, 2)] {
        let mut trainer = Trainer::<Vector<3>, Shards, _, _>::new(Mse, Adam::new(rate), 8);
        let mut crew = Crew::of(&trainer, shards, threads);
        let mut steps = |count: usize| {
            for i in 0..count {
                let samples = [8, 5, 2][i % 3];
                trainer
                    .with(&mut crew)
                    .step(&x[..samples], &targets[..samples]);
            }
        };
        steps(100);
        let (allocated, freed) = counted(|| steps(630));
        let blocks = if shards > 1 { 11 } else { 0 };
        assert!(
            allocated <= blocks && freed <= blocks,
            "{allocated} allocations and {freed} frees of 630 steps of {shards} shards"
        );
    }
    println!("no step allocates");
}
