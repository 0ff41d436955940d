//! What is said, and kept, when something is not finite.

use core_tensor::{Image, Tensor, Vector};
use nn::{
    Class, Conv2d, CrossEntropy, Flatten, Init, Linear, Mse, Named, Relu, Residual, Sum, Tanh,
    network,
};
use optim::{Clipped, Data, LookAhead, Nesterov, Progress, Sgd, Source, Targets, Trainer, Tuned};

use crate::plane::{X, points, trainer, weights};

#[test]
fn a_loss_that_is_not_finite_stops_the_run() {
    let (mut x, classes) = points(12);
    x[5] = Tensor::full(f32::NAN);
    let mut trainer = trainer(4, 1);
    let mut text = Vec::new();
    let data = Data::new(&x, &classes);
    let history = trainer.fit(data, None, 9, &mut Progress::lines(&mut text));
    assert_eq!(history.len(), 1, "the first epoch meets it");
    let trouble = trainer.trouble.clone().expect("a step was not taken");
    assert!(trouble.step <= 3 && trouble.loss.is_nan() && trouble.weight.is_none());
    assert_eq!(trouble.gradient.as_deref(), Some("0.weight"));
    assert_eq!(trouble.norms.len(), 4);
    let finite = |w: &u32| f32::from_bits(*w).is_finite();
    assert!(weights(&*trainer.network.layers).iter().all(finite));
    let text = String::from_utf8(text).expect("text");
    let said = format!("step {} was not taken: its loss is NaN", trouble.step);
    assert!(text.contains(&said), "{text}");
    // the next good step clears it
    trainer.step(&x[..4], &classes[..4]);
    assert_eq!(trainer.trouble, None);
}

#[test]
fn weights_that_flew_off_are_named() {
    let (x, classes) = points(4);
    let mut trainer = trainer(4, 1);
    trainer.network.layers.2.weight[[3, 1]] = f32::INFINITY;
    trainer.step(&x, &classes);
    let trouble = trainer.trouble.expect("a step was not taken");
    assert_eq!(trouble.weight.as_deref(), Some("2.weight"));
    assert!(
        trouble
            .to_string()
            .contains("weights of 2.weight are not finite")
    );
}

/// The third layer's weights are finite, but too large for what they are multiplied with.
#[test]
fn the_first_output_that_overflows_is_named() {
    type Net = (Linear<3, 4>, Tanh, Linear<4, 4>, Relu, Linear<4, 2>);
    let (x, classes) = points(6);
    let mut trainer = Trainer::<X, Net, _, _>::new(CrossEntropy, Sgd { rate: 0.1 }, 6);
    trainer.network.init(Init::XavierNormal, 1);
    trainer.network.layers.2.weight = Tensor::full(3e38);
    trainer.network.layers.2.bias = Tensor::full(3e38);
    trainer.network.layers.0.bias = Tensor::full(5.0);
    let before = weights(&*trainer.network.layers);
    trainer.step(&x, &classes);
    let trouble = trainer.trouble.clone().expect("a step was not taken");
    assert_eq!(trouble.output.as_deref(), Some("2 (Linear)"));
    assert_eq!(
        (trouble.step, trouble.sample, trouble.weight.clone()),
        (1, None, None)
    );
    let said = trouble.to_string();
    assert!(
        said.contains("step 1 was not taken")
            && said.contains("is that of 2 (Linear)")
            && said.contains("the longest gradient is that of"),
        "{said}"
    );
    assert_eq!(
        weights(&*trainer.network.layers),
        before,
        "the weights of the last good step"
    );
}

network! {
    struct Stack<T> { first: Conv2d<1, 2, 3, 1, 1, T>, relu: Relu, branches: Branches<T>, flatten: Flatten, last: Linear<32, 2, T> }
}
nn::names! { Narrow = "narrow" }
type Branches<T> = Sum<
    Residual<(Conv2d<2, 2, 3, 1, 1, T>, Relu)>,
    Named<Narrow, (Relu, Conv2d<2, 2, 1, 1, 0, T>)>,
>;

#[test]
fn layers_within_layers_have_their_names() {
    let mut trainer =
        Trainer::<Image<4, 4, 1>, Stack<f32>, _, _>::new(CrossEntropy, Sgd { rate: 0.1 }, 2);
    trainer.network.init(Init::HeNormal, 1);
    let (x, classes) = (
        [Tensor::full(1.0), Tensor::full(2.0)],
        [Class::new(0), Class::new(1)],
    );
    let mut named = |overflow: fn(&mut Stack<f32>)| {
        let layers = &mut *trainer.network.layers;
        layers.first.weight = Tensor::full(1.0);
        layers.branches.0.0.0.bias = Tensor::zeros();
        layers.branches.1.0.1.weight = Tensor::full(1.0);
        layers.last.bias = Tensor::zeros();
        overflow(layers);
        trainer.step(&x, &classes);
        trainer.trouble.take().and_then(|trouble| trouble.output)
    };
    assert_eq!(named(|_| ()), None);
    assert_eq!(
        named(|net| net.first.weight = Tensor::full(3e38)).as_deref(),
        Some("first (Conv2d)")
    );
    assert_eq!(
        named(|net| net.branches.0.0.0.bias = Tensor::full(f32::INFINITY)).as_deref(),
        Some("branches.0.0 (Conv2d)")
    );
    assert_eq!(
        named(|net| net.branches.1.0.1.weight = Tensor::full(3e38)).as_deref(),
        Some("branches.narrow.1 (Conv2d)")
    );
    assert_eq!(
        named(|net| net.last.bias = Tensor::full(f32::NAN)).as_deref(),
        Some("last (Linear)")
    );
}

/// Outputs and loss are finite, but weights of 1e20 after one another are too much for the gradient on its way back.
#[test]
fn a_gradient_that_overflows_on_the_way_back_is_named() {
    type Net = (Linear<1, 1>, Linear<1, 1>, Linear<1, 1>, Linear<1, 1>);
    let mut trainer = Trainer::<Vector<1>, Net, _, _>::new(Mse, Sgd { rate: 1e-3 }, 1);
    let net = &mut *trainer.network.layers;
    net.0.weight = Tensor::new([[1e-30]]);
    net.1.weight = Tensor::new([[1e-10]]);
    net.2.weight = Tensor::new([[1e20]]);
    net.3.weight = Tensor::new([[1e20]]);
    let score = trainer.step(&[Tensor::zeros()], &[Tensor::full(1.0)]);
    assert_eq!(score.loss, 1.0);
    let trouble = trainer.trouble.expect("a step was not taken");
    assert_eq!((trouble.output, trouble.sample), (None, None));
    // dy = −2, by 1e20 twice
    assert_eq!(trouble.slope.as_deref(), Some("2 (Linear)"));
}

/// The sample itself is wrong, and its place in the batch is told, whichever part of an accumulated step it stands in.
#[test]
fn a_sample_that_is_not_finite_is_counted() {
    let (mut x, classes) = points(8);
    x[6] = Tensor::full(f32::INFINITY);
    for (capacity, accumulate, place) in [(8, 1, 6), (4, 2, 2)] {
        let mut trainer = trainer(capacity, 1);
        trainer.accumulate = accumulate;
        trainer.step(&x, &classes);
        let trouble = trainer.trouble.expect("a step was not taken");
        assert_eq!((trouble.sample, trouble.step), (Some(place), 1));
        assert!(trouble.norms.len() == 4);
    }
}

/// What an optimizer does before the gradient is taken is undone as well: the weights have not gone ahead.
#[test]
fn a_step_that_is_not_taken_leaves_the_weights_where_they_were() {
    let (mut x, classes) = points(4);
    let ahead = Nesterov {
        look_ahead: LookAhead::Taken,
        ..Nesterov::new(0.1, 0.9)
    };
    type Net = (Linear<3, 4>, Tanh, Linear<4, 2>);
    let mut trainer =
        Trainer::<X, Net, _, _>::new(CrossEntropy, Clipped::norm(Tuned::new(ahead), 1.0), 4);
    trainer.network.init(Init::XavierNormal, 1);
    for _ in 0..3 {
        trainer.step(&x, &classes);
    }
    let before = trainer.network.layers.0.weight.map(|&w| w);
    x[2] = Tensor::full(f32::NAN);
    for _ in 0..50 {
        trainer.step(&x, &classes);
        assert!(trainer.trouble.is_some());
    }
    for (now, before) in trainer
        .network
        .layers
        .0
        .weight
        .as_slice()
        .iter()
        .zip(before.as_slice())
    {
        assert!((now - before).abs() < 1e-5, "{now} {before}");
    }
}

struct Wrong(usize);
impl Source<X, Class<2>, f32> for Wrong {
    fn samples(&self) -> usize {
        5
    }

    fn epoch(&mut self, _: optim::Round<'_, f32>, each: optim::Each<'_, X, Class<2>, f32>) {
        let (x, classes) = points(self.0);
        let _ = each(&x, Targets::of(&classes));
    }
}

#[test]
#[should_panic(expected = "the source yielded 3 of its 5 samples")]
fn a_source_that_yields_too_few() {
    trainer(8, 1).epoch(Wrong(3), &mut Progress::quiet());
}

#[test]
#[should_panic(expected = "the source yielded 6 samples where at most 5 were due")]
fn a_source_that_yields_too_many() {
    trainer(8, 1).epoch(Wrong(6), &mut Progress::quiet());
}
