//! The work in burn, on its `flex` back end.
#![forbid(unsafe_code)]
#![recursion_limit = "256"]

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig, MseLoss, Reduction};
use burn::nn::pool::{AdaptiveAvgPool2d, AdaptiveAvgPool2dConfig, MaxPool2d, MaxPool2dConfig};
use burn::nn::{
    BatchNorm, BatchNormConfig, Linear, LinearConfig, Lstm, LstmConfig, PaddingConfig2d,
};
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer, SgdConfig};
use burn::prelude::*;
use burn::tensor::{Distribution, activation};
use peers::*;

fn normal<const D: usize>(sides: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::random(sides, Distribution::Normal(0.0, 1.0), device)
}

fn classes(n: usize, device: &Device) -> Tensor<1, Int> {
    let classes: Vec<i32> = labels(n).map(|class| class as i32).collect();
    Tensor::from_data(TensorData::new(classes, [n]), device)
}

#[derive(Module, Debug)]
struct Mlp {
    layers: Vec<Linear>,
    tanh: bool,
}

impl Mlp {
    fn new(sides: &[usize], tanh: bool, device: &Device) -> Self {
        let layer = |pair: &[usize]| LinearConfig::new(pair[0], pair[1]).init(device);
        Self {
            layers: sides.windows(2).map(layer).collect(),
            tanh,
        }
    }

    fn forward(&self, mut x: Tensor<2>) -> Tensor<2> {
        let (last, hidden) = self.layers.split_last().unwrap();
        for layer in hidden {
            x = layer.forward(x);
            x = if self.tanh {
                activation::tanh(x)
            } else {
                activation::relu(x)
            };
        }
        last.forward(x)
    }
}

fn halving() -> MaxPool2d {
    MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init()
}

#[derive(Module, Debug)]
struct LeNet {
    convs: Vec<Conv2d>,
    pool: MaxPool2d,
    mlp: Mlp,
}

impl LeNet {
    fn new(device: &Device) -> Self {
        let first =
            Conv2dConfig::new([1, 6], [5, 5]).with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2));
        Self {
            convs: vec![
                first.init(device),
                Conv2dConfig::new([6, 16], [5, 5]).init(device),
            ],
            pool: halving(),
            mlp: Mlp::new(&[400, 120, 84, 10], false, device),
        }
    }

    fn forward(&self, mut x: Tensor<4>) -> Tensor<2> {
        for conv in &self.convs {
            x = self.pool.forward(activation::relu(conv.forward(x)));
        }
        self.mlp.forward(x.flatten(1, 3))
    }
}

#[derive(Module, Debug)]
struct ConvNorm {
    conv: Conv2d,
    norm: BatchNorm,
}

impl ConvNorm {
    fn new(i: usize, o: usize, side: usize, stride: usize, device: &Device) -> Self {
        let p = side / 2;
        let conv = Conv2dConfig::new([i, o], [side, side])
            .with_stride([stride, stride])
            .with_padding(PaddingConfig2d::Explicit(p, p, p, p))
            .with_bias(false);
        Self {
            conv: conv.init(device),
            norm: BatchNormConfig::new(o).init(device),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.norm.forward(self.conv.forward(x))
    }
}

#[derive(Module, Debug)]
struct Stages {
    convs: Vec<ConvNorm>,
    pool: MaxPool2d,
    mlp: Mlp,
}

impl Stages {
    fn new(device: &Device) -> Self {
        let convs =
            [(3, 32), (32, 32), (32, 64), (64, 64)].map(|(i, o)| ConvNorm::new(i, o, 3, 1, device));
        Self {
            convs: convs.into(),
            pool: halving(),
            mlp: Mlp::new(&[4096, 256, 10], false, device),
        }
    }

    fn forward(&self, mut x: Tensor<4>) -> Tensor<2> {
        for pair in self.convs.chunks(2) {
            for conv in pair {
                x = activation::relu(conv.forward(x));
            }
            x = self.pool.forward(x);
        }
        self.mlp.forward(x.flatten(1, 3))
    }
}

#[derive(Module, Debug)]
struct Block {
    first: ConvNorm,
    second: ConvNorm,
    shortcut: Option<ConvNorm>,
}

impl Block {
    fn new(i: usize, o: usize, stride: usize, device: &Device) -> Self {
        Self {
            first: ConvNorm::new(i, o, 3, stride, device),
            second: ConvNorm::new(o, o, 3, 1, device),
            shortcut: (stride != 1 || i != o).then(|| ConvNorm::new(i, o, 1, stride, device)),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let y = self
            .second
            .forward(activation::relu(self.first.forward(x.clone())));
        let shortcut = match &self.shortcut {
            Some(conv) => conv.forward(x),
            None => x,
        };
        activation::relu(y + shortcut)
    }
}

#[derive(Module, Debug)]
struct ResNet {
    stem: ConvNorm,
    blocks: Vec<Block>,
    pool: AdaptiveAvgPool2d,
    classes: Linear,
}

impl ResNet {
    fn new(device: &Device) -> Self {
        let (mut blocks, mut i) = (vec![], 64);
        for (o, stride) in [(64, 1), (128, 2), (256, 2), (512, 2)] {
            blocks.push(Block::new(i, o, stride, device));
            blocks.push(Block::new(o, o, 1, device));
            i = o;
        }
        Self {
            stem: ConvNorm::new(3, 64, 3, 1, device),
            blocks,
            pool: AdaptiveAvgPool2dConfig::new([1, 1]).init(),
            classes: LinearConfig::new(512, 10).init(device),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let stem = activation::relu(self.stem.forward(x));
        let x = self.blocks.iter().fold(stem, |x, block| block.forward(x));
        self.classes.forward(self.pool.forward(x).flatten(1, 3))
    }
}

#[derive(Module, Debug)]
struct Weights {
    all: Vec<Param<Tensor<1>>>,
}

/// A step on one batch, with whatever loss the closure makes of the network.
fn step<M: Module>(
    name: &str,
    base: &Device,
    net: M,
    mut optimizer: ModuleOptimizer,
    rate: f64,
    loss: impl Fn(&M) -> Tensor<1>,
) {
    let mut kept = Some(net);
    tell(name, || {
        let net = kept.take().unwrap();
        let gradients = GradientsParams::from_grads(loss(&net).backward(), &net);
        kept = Some(optimizer.step(rate, net, gradients));
        base.sync().unwrap();
    });
}

fn adam() -> ModuleOptimizer {
    AdamConfig::new().with_epsilon(1e-8).init()
}

fn momentum(decay: Option<f32>) -> ModuleOptimizer {
    let momentum = MomentumConfig {
        momentum: 0.9,
        dampening: 0.0,
        nesterov: false,
    };
    SgdConfig::new()
        .with_momentum(Some(momentum))
        .with_weight_decay(decay.map(|penalty| WeightDecayConfig { penalty }))
        .init()
}

fn element(name: &str, base: &Device, f: fn(Tensor<2>) -> Tensor<2>) {
    let device = base.clone().autodiff();
    let (x, dy): (Tensor<2>, Tensor<2>) =
        (normal([1000, 1000], &device), normal([1000, 1000], &device));
    // there is no entry for a cotangent: the loss is the sum of the products with it
    tell(name, || {
        let x = x.clone().detach().require_grad();
        let gradients = (f(x.clone()) * dy.clone()).sum().backward();
        let _ = x.grad(&gradients).unwrap();
        base.sync().unwrap();
    });
}

fn main() {
    let base = Device::flex();
    let device = &base.clone().autodiff();
    let cross_entropy: CrossEntropyLoss = CrossEntropyLossConfig::new().init(device);

    let (x, y) = (normal([32, 4], device), normal([32, 2], device));
    let mse =
        |net: &Mlp| MseLoss::new().forward(net.forward(x.clone()), y.clone(), Reduction::Mean);
    step(
        MLP4,
        &base,
        Mlp::new(&[4, 32, 32, 2], true, device),
        SgdConfig::new().init(),
        0.01,
        mse,
    );

    let (x, y) = (normal([64, 784], device), classes(64, device));
    let loss = |net: &Mlp| cross_entropy.forward(net.forward(x.clone()), y.clone());
    step(
        MLP784,
        &base,
        Mlp::new(&[784, 128, 64, 10], false, device),
        adam(),
        1e-3,
        loss,
    );

    let (x, y) = (normal([64, 1, 28, 28], device), classes(64, device));
    step(
        LENET,
        &base,
        LeNet::new(device),
        adam(),
        1e-3,
        |net: &LeNet| cross_entropy.forward(net.forward(x.clone()), y.clone()),
    );

    let (x, y) = (normal([32, 3, 32, 32], device), classes(32, device));
    step(
        STAGES,
        &base,
        Stages::new(device),
        momentum(Some(5e-4)),
        0.01,
        |net: &Stages| cross_entropy.forward(net.forward(x.clone()), y.clone()),
    );

    let (x, y) = (normal([16, 3, 32, 32], device), classes(16, device));
    step(
        RESNET,
        &base,
        ResNet::new(device),
        momentum(None),
        0.01,
        |net: &ResNet| cross_entropy.forward(net.forward(x.clone()), y.clone()),
    );

    let (net, x) = (
        Mlp::new(&[4, 32, 32, 2], true, &base),
        normal([1, 4], &base),
    );
    tell(INFER_MLP4, || {
        let _ = net.forward(x.clone());
        base.sync().unwrap();
    });
    let (net, x) = (
        Mlp::new(&[784, 128, 64, 10], false, &base),
        normal([1, 784], &base),
    );
    tell(INFER_MLP784, || {
        let _ = net.forward(x.clone());
        base.sync().unwrap();
    });
    let (net, x) = (LeNet::new(&base), normal([1, 1, 28, 28], &base));
    tell(INFER_LENET, || {
        let _ = net.forward(x.clone());
        base.sync().unwrap();
    });

    element(GELU, &base, activation::gelu);
    element(TANH, &base, activation::tanh);
    element(SOFTMAX, &base, |x| activation::softmax(x, 1));

    let layer: Lstm = LstmConfig::new(64, 128, true).init(device);
    let (x, dy): (Tensor<3>, Tensor<3>) =
        (normal([16, 32, 64], device), normal([16, 32, 128], device));
    tell(LSTM, || {
        let x = x.clone().detach().require_grad();
        let gradients = (layer.forward(x.clone(), None).0 * dy.clone())
            .sum()
            .backward();
        let _ = x.grad(&gradients).unwrap();
        let _ = GradientsParams::from_grads(gradients, &layer);
        base.sync().unwrap();
    });

    let all = (0..10)
        .map(|_| Param::from_tensor(normal([1_000_000], device)))
        .collect();
    let (mut kept, mut optimizer) = (Some(Weights { all }), adam());
    let ids: Vec<_> = kept
        .iter()
        .flat_map(|weights| &weights.all)
        .map(|p| p.id)
        .collect();
    let gradients: Vec<Tensor<1>> = ids.iter().map(|_| normal([1_000_000], &base)).collect();
    tell(ADAM, || {
        let mut all = GradientsParams::new();
        for (id, gradient) in ids.iter().zip(&gradients) {
            all.register::<1>(*id, gradient.clone());
        }
        kept = Some(optimizer.step(1e-3, kept.take().unwrap(), all));
        base.sync().unwrap();
    });
}
