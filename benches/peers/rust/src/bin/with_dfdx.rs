//! The work in dfdx, as far as it goes on a stable compiler: its convolutions and its flattening need a nightly one.
#![forbid(unsafe_code)]

use dfdx::optim::{Adam, AdamConfig, Sgd, SgdConfig};
use dfdx::prelude::*;
use peers::*;

type Small = ((Linear<4, 32>, Tanh), (Linear<32, 32>, Tanh), Linear<32, 2>);
type Large = (
    (Linear<784, 128>, ReLU),
    (Linear<128, 64>, ReLU),
    Linear<64, 10>,
);

/// A step on one batch: the types of networks, losses and optimizers are too long to be written as bounds.
macro_rules! step {
    ($name:expr, $device:ident, $net:ty, $x:ident, $y:ident, $loss:ident, $optimizer:expr) => {{
        let mut net = $device.build_module::<$net, f32>();
        let mut kept = Some(net.alloc_grads());
        let mut optimizer = $optimizer(&net);
        tell($name, || {
            let loss = $loss(
                net.forward_mut($x.clone().traced(kept.take().unwrap())),
                $y.clone(),
            );
            let mut gradients = loss.backward();
            optimizer.update(&mut net, &gradients).unwrap();
            net.zero_grads(&mut gradients);
            kept = Some(gradients);
        });
    }};
}

/// A function, forward and backward: there is no entry for a cotangent, so the loss is the sum of the products with it.
macro_rules! element {
    ($name:expr, $device:ident, $f:ident $(::<$axis:ty>)?) => {{
        let x: Tensor<Rank2<1000, 1000>, f32, _> = $device.sample_normal();
        let dy: Tensor<Rank2<1000, 1000>, f32, _> = $device.sample_normal();
        tell($name, || {
            let y = x.leaky_trace().$f$(::<$axis>)?();
            let _ = (y * dy.clone()).sum().backward().get(&x);
        });
    }};
}

fn main() {
    let device = AutoDevice::default();
    let adam = AdamConfig {
        lr: 1e-3,
        ..Default::default()
    };

    let x: Tensor<Rank2<32, 4>, f32, _> = device.sample_normal();
    let y: Tensor<Rank2<32, 2>, f32, _> = device.sample_normal();
    let sgd = SgdConfig {
        lr: 0.01,
        ..Default::default()
    };
    step!(MLP4, device, Small, x, y, mse_loss, |net| Sgd::new(
        net, sgd
    ));

    let x: Tensor<Rank2<64, 784>, f32, _> = device.sample_normal();
    let mut one_hot = vec![0_f32; 640];
    labels(64)
        .enumerate()
        .for_each(|(i, class)| one_hot[10 * i + class] = 1.0);
    let y: Tensor<Rank2<64, 10>, f32, _> = device.tensor((one_hot, (Const::<64>, Const::<10>)));
    step!(
        MLP784,
        device,
        Large,
        x,
        y,
        cross_entropy_with_logits_loss,
        |net| Adam::new(net, adam)
    );

    let net = device.build_module::<Small, f32>();
    let x: Tensor<Rank2<1, 4>, f32, _> = device.sample_normal();
    tell(INFER_MLP4, || drop(net.forward(x.clone())));
    let net = device.build_module::<Large, f32>();
    let x: Tensor<Rank2<1, 784>, f32, _> = device.sample_normal();
    tell(INFER_MLP784, || drop(net.forward(x.clone())));

    element!(GELU, device, accurate_gelu);
    element!(TANH, device, tanh);
    element!(SOFTMAX, device, softmax::<Axis<1>>);

    // ten layers of 1,000 by 1,000
    let mut net = device.build_module::<Repeated<Linear<1000, 1000>, 10>, f32>();
    let mut optimizer = Adam::new(&net, adam);
    let x: Tensor<Rank2<1, 1000>, f32, _> = device.sample_normal();
    let gradients = net
        .forward_mut(x.traced(net.alloc_grads()))
        .square()
        .mean()
        .backward();
    tell(ADAM, || optimizer.update(&mut net, &gradients).unwrap());
}
