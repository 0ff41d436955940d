//! Several threads on one batch: the bits of one, the batch norm of the whole batch, and no end in a deadlock.

use core_tensor::{Batch, BatchMut, Image, Leaf, Params, Path, Room, Scalar, Tensor, Vector};
use nn::{
    BatchNorm, BatchNormPlain, Class, Concat, Conv2d, CrossEntropy, Dropout, Flatten, Init, Layer,
    Linear, Loss, MaxPool2d, Mse, Pass, Relu, Residual, Sum, Tanh, network,
};
use optim::{Adam, Crew, Data, Loader, Progress, Sgd, Trainer};

use crate::plane::{X, points, weights};

network! {
    /// LeNet in small, with whatever looks across a batch or draws at random.
    struct Small<T> {
        conv1: Conv2d<1, 4, 5, 1, 2, T>,
        norm1: BatchNorm<4, T>,
        relu1: Relu,
        pool1: MaxPool2d<2>,
        block: Residual<(Conv2d<4, 4, 3, 1, 1, T>, BatchNorm<4, T>, Relu)>,
        ways: Concat<(Conv2d<4, 3, 1, 1, 0, T>, Sum<Conv2d<4, 2, 1, 1, 0, T>, (Conv2d<4, 2, 1, 1, 0, T>, BatchNormPlain<2, T>)>)>,
        flatten: Flatten,
        drop: Dropout<1, 4>,
        linear: Linear<125, 10, T>,
    }
}
type Picture = Image<10, 10, 1>;

fn pictures<T: Scalar>(n: usize) -> (Vec<Tensor<Picture, T>>, Vec<Class<10>>) {
    let number = |i: usize| f64::from((i as u32).wrapping_mul(2_654_435_761) >> 8) / 16_777_216.0;
    let x = (0..n).map(|i| Tensor::from_fn(|j| T::of(number(100 * i + j) - 0.3)));
    (
        x.collect(),
        (0..n).map(|i| Class::new(i * 7 % 10)).collect(),
    )
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let (x, classes) = pictures::<f32>(45);
    let data = Data::new(&x, &classes);
    let run = |shards, threads, accumulate| {
        let mut trainer =
            Trainer::<Picture, Small<f32>, _, _>::new(CrossEntropy, Adam::new(1e-3), 8);
        trainer.network.init(Init::HeNormal, 3);
        trainer.accumulate = accumulate;
        let mut crew = Crew::of(&trainer, shards, threads);
        // the last batch of five is smaller than the shards are many
        let history =
            trainer
                .with(&mut crew)
                .fit(Loader::new(data), Some(data), 2, &mut Progress::quiet());
        (
            weights(&*trainer.network.layers),
            history[1].train.loss.to_bits(),
            history[1].train.samples,
        )
    };
    for (shards, accumulate) in [(2, 1), (3, 1), (7, 1), (2, 3)] {
        let one = run(shards, 1, accumulate);
        assert_eq!(one.2, 45);
        for threads in [2, 3, 8] {
            assert_eq!(
                one,
                run(shards, threads, accumulate),
                "{shards} shards, {threads} threads"
            );
        }
    }
    assert_ne!(
        run(2, 1, 1),
        run(3, 1, 1),
        "the shards belong to the recipe"
    );
}

/// Without anything random, shards are the whole batch to rounding: the gradient's mean, and the statistics of batch norm.
#[test]
fn shards_are_the_whole_batch() {
    type Net = (
        Linear<3, 5, f64>,
        BatchNorm<5, f64>,
        Tanh,
        Linear<5, 4, f64>,
        BatchNormPlain<4, f64>,
        Linear<4, 2, f64>,
    );
    let x: Vec<Tensor<Vector<3>, f64>> = (0..11)
        .map(|i| Tensor::from_fn(|j| ((3 * i + j) as f64).sin() + 100.0))
        .collect();
    let targets: Vec<Tensor<Vector<2>, f64>> = (0..11)
        .map(|i| Tensor::from_fn(|j| ((2 * i + j) as f64).cos()))
        .collect();
    let run = |shards: Option<usize>| {
        let mut trainer = Trainer::<Vector<3>, Net, _, _, f64>::new(Mse, Sgd { rate: 0.1 }, 11);
        trainer.network.init(Init::XavierNormal, 4);
        let mut losses = Vec::new();
        for n in [11, 11, 2, 7, 1] {
            losses.push(match shards {
                None => trainer.step(&x[..n], &targets[..n]).loss,
                Some(shards) => {
                    let mut crew = Crew::of(&trainer, shards, 2);
                    trainer.with(&mut crew).step(&x[..n], &targets[..n]).loss
                }
            });
        }
        let mut look = |_: Leaf<'_>, w: &[f64]| losses.extend_from_slice(w);
        trainer.network.layers.look(&Path::Root, &mut look);
        losses
    };
    let whole = run(None);
    for shards in [1, 2, 3, 11] {
        for (whole, found) in whole.iter().zip(run(Some(shards))) {
            assert!(
                (whole - found).abs() < 1e-11 * whole.abs().max(1.0),
                "{shards} shards: {whole} and {found}"
            );
        }
    }
}

/// What panics in one shard ends the step in all, those that wait for it at a batch norm too.
struct Picky;
impl<T: Scalar> Loss<Vector<2>, T> for Picky {
    type Target = Class<2>;
    fn sample(
        &self,
        _: &Tensor<Vector<2>, T>,
        class: &Class<2>,
        dy: &mut Tensor<Vector<2>, T>,
    ) -> T {
        assert!(class.index() == 0, "the loss does not like class 1");
        dy.as_mut_slice().fill(T::one());
        T::one()
    }
}

#[test]
fn a_panic_in_one_shard_ends_the_step() {
    let (x, _) = points(8);
    let mut classes = vec![Class::new(0); 8];
    classes[7] = Class::new(1);
    for threads in [1, 2] {
        let step = std::panic::AssertUnwindSafe(|| {
            let mut trainer = Trainer::<X, (Linear<3, 2>, BatchNorm<2>, Linear<2, 2>), _, _>::new(
                Picky,
                Sgd { rate: 0.1 },
                8,
            );
            let mut crew = Crew::of(&trainer, 3, threads);
            trainer.with(&mut crew).step(&x, &classes);
        });
        assert!(std::panic::catch_unwind(step).is_err());
    }
}

/// A layer of one's own that does not say what the layer in it needs.
struct Silent(BatchNormPlain<3>);
core_tensor::zeroed!([] Silent { 0 });
impl Params<f32> for Silent {
    type Grad = BatchNormPlain<3>;
    const COUNT: usize = 6;
    fn visit<const K: usize>(
        &mut self,
        beside: [&mut BatchNormPlain<3>; K],
        path: &Path<'_>,
        visit: &mut impl core_tensor::Visit<f32, K>,
    ) {
        self.0.visit(beside, path, visit);
    }
    fn look(&self, path: &Path<'_>, look: &mut impl core_tensor::Look<f32>) {
        self.0.look(path, look);
    }
}
impl Layer<X> for Silent {
    type Y = X;
    type Saved<'a> = <BatchNormPlain<3> as Layer<X>>::Saved<'a>;
    const NAME: &'static str = "Silent";
    const FLOPS: u64 = 0;
    const ROOM: Room = <BatchNormPlain<3> as Layer<X>>::ROOM;
    fn forward<'a>(
        &self,
        x: Batch<'a, X, f32>,
        pass: &mut Pass<'a, f32>,
    ) -> (Batch<'a, X, f32>, Self::Saved<'a>) {
        self.0.forward(x, pass)
    }
    fn backward<'a>(
        &self,
        saved: Self::Saved<'_>,
        dy: BatchMut<'a, X, f32>,
        grad: Option<&mut BatchNormPlain<3>>,
        pass: &mut Pass<'a, f32>,
    ) -> BatchMut<'a, X, f32> {
        self.0.backward(saved, dy, grad, pass)
    }
}

#[test]
#[should_panic(expected = "must pass on their largest `ACROSS`")]
fn a_layer_that_keeps_silent_is_found_out() {
    let (x, classes) = points(4);
    let mut trainer =
        Trainer::<X, (Silent, Linear<3, 2>), _, _>::new(CrossEntropy, Sgd { rate: 0.1 }, 4);
    let mut crew = Crew::of(&trainer, 2, 1);
    trainer.with(&mut crew).step(&x, &classes);
}

#[test]
fn composites_pass_on_what_their_parts_need() {
    assert_eq!(<Small<f32> as Layer<Picture>>::ACROSS, 9);
    assert_eq!(<nn::Frozen<BatchNorm<4>> as Layer<Vector<4>>>::ACROSS, 0);
    assert_eq!(
        <(Relu, nn::Repeat<BatchNorm<4>, 2>) as Layer<Vector<4>>>::ACROSS,
        9
    );
    assert_eq!(
        <nn::EachStep<BatchNorm<4>> as Layer<core_tensor::Sequence<3, 4>>>::ACROSS,
        9
    );
    assert_eq!(
        <nn::Product<Relu, BatchNormPlain<4>> as Layer<Vector<4>>>::ACROSS,
        9
    );
    assert_eq!(<nn::Aux<BatchNorm<4>, Relu> as Layer<Vector<4>>>::ACROSS, 9);
}

#[test]
#[should_panic(expected = "0 threads were to work on 2 shards")]
fn no_threads() {
    let _ = Crew::of(&crate::plane::trainer(4, 1), 2, 0);
}
