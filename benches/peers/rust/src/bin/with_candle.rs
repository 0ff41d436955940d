//! The work in candle.
#![forbid(unsafe_code)]

use candle_core::{DType, Device, Result, Tensor, Var};
use candle_nn::{
    AdamW, BatchNorm, Conv2d, Conv2dConfig, Linear, Module, ModuleT, Optimizer, ParamsAdamW, RNN,
    SGD, VarBuilder, VarMap, batch_norm, conv2d, conv2d_no_bias, linear, loss,
};
use peers::*;

const CPU: Device = Device::Cpu;

fn normal(sides: &[usize]) -> Result<Tensor> {
    Tensor::randn(0_f32, 1_f32, sides, &CPU)
}

fn classes(n: usize) -> Result<Tensor> {
    Tensor::from_vec(
        labels(n).map(|class| class as u32).collect::<Vec<_>>(),
        n,
        &CPU,
    )
}

trait Net {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor>;
}

struct Mlp {
    layers: Vec<Linear>,
    tanh: bool,
}

impl Mlp {
    fn new(sides: &[usize], tanh: bool, at: VarBuilder) -> Result<Self> {
        let layer = |(i, pair): (usize, &[usize])| linear(pair[0], pair[1], at.pp(i));
        Ok(Self {
            layers: sides
                .windows(2)
                .enumerate()
                .map(layer)
                .collect::<Result<_>>()?,
            tanh,
        })
    }
}

impl Net for Mlp {
    fn forward(&self, x: &Tensor, _: bool) -> Result<Tensor> {
        let mut x = x.clone();
        for (i, layer) in self.layers.iter().enumerate() {
            x = layer.forward(&x)?;
            if i + 1 < self.layers.len() {
                x = if self.tanh { x.tanh()? } else { x.relu()? };
            }
        }
        Ok(x)
    }
}

fn window(padding: usize, stride: usize) -> Conv2dConfig {
    Conv2dConfig {
        padding,
        stride,
        ..Default::default()
    }
}

struct LeNet {
    convs: [Conv2d; 2],
    mlp: Mlp,
}

impl LeNet {
    fn new(at: VarBuilder) -> Result<Self> {
        Ok(Self {
            convs: [
                conv2d(1, 6, 5, window(2, 1), at.pp("c1"))?,
                conv2d(6, 16, 5, window(0, 1), at.pp("c2"))?,
            ],
            mlp: Mlp::new(&[400, 120, 84, 10], false, at.pp("mlp"))?,
        })
    }
}

impl Net for LeNet {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let mut x = x.clone();
        for conv in &self.convs {
            x = conv.forward(&x)?.relu()?.max_pool2d(2)?;
        }
        self.mlp.forward(&x.flatten_from(1)?, train)
    }
}

struct ConvNorm(Conv2d, BatchNorm);

impl ConvNorm {
    fn new(i: usize, o: usize, side: usize, stride: usize, at: VarBuilder) -> Result<Self> {
        let conv = conv2d_no_bias(i, o, side, window(side / 2, stride), at.pp("conv"))?;
        Ok(Self(conv, batch_norm(o, 1e-5, at.pp("norm"))?))
    }

    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        self.1.forward_t(&self.0.forward(x)?, train)
    }
}

struct Stages {
    convs: Vec<ConvNorm>,
    mlp: Mlp,
}

impl Stages {
    fn new(at: VarBuilder) -> Result<Self> {
        let sides = [(3, 32), (32, 32), (32, 64), (64, 64)];
        let conv = |(n, (i, o))| ConvNorm::new(i, o, 3, 1, at.pp(format!("conv{n}")));
        let convs = sides
            .into_iter()
            .enumerate()
            .map(conv)
            .collect::<Result<_>>()?;
        Ok(Self {
            convs,
            mlp: Mlp::new(&[4096, 256, 10], false, at.pp("mlp"))?,
        })
    }
}

impl Net for Stages {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let mut x = x.clone();
        for pair in self.convs.chunks(2) {
            for conv in pair {
                x = conv.forward(&x, train)?.relu()?;
            }
            x = x.max_pool2d(2)?;
        }
        self.mlp.forward(&x.flatten_from(1)?, train)
    }
}

struct ResNet {
    stem: ConvNorm,
    blocks: Vec<(ConvNorm, ConvNorm, Option<ConvNorm>)>,
    classes: Linear,
}

impl ResNet {
    fn new(at: VarBuilder) -> Result<Self> {
        let (mut blocks, mut before) = (vec![], 64);
        for (o, stride) in [(64, 1), (128, 2), (256, 2), (512, 2)] {
            for (i, stride) in [(before, stride), (o, 1)] {
                let at = at.pp(format!("block{}", blocks.len()));
                let shortcut = stride != 1 || i != o;
                let shortcut = shortcut
                    .then(|| ConvNorm::new(i, o, 1, stride, at.pp("shortcut")))
                    .transpose()?;
                let (first, second) = (at.pp("first"), at.pp("second"));
                blocks.push((
                    ConvNorm::new(i, o, 3, stride, first)?,
                    ConvNorm::new(o, o, 3, 1, second)?,
                    shortcut,
                ));
            }
            before = o;
        }
        Ok(Self {
            stem: ConvNorm::new(3, 64, 3, 1, at.pp("stem"))?,
            blocks,
            classes: linear(512, 10, at.pp("classes"))?,
        })
    }
}

impl Net for ResNet {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let mut x = self.stem.forward(x, train)?.relu()?;
        for (first, second, shortcut) in &self.blocks {
            let y = second.forward(&first.forward(&x, train)?.relu()?, train)?;
            let shortcut = match shortcut {
                Some(conv) => conv.forward(&x, train)?,
                None => x,
            };
            x = (y + shortcut)?.relu()?;
        }
        self.classes.forward(&x.mean((2, 3))?)
    }
}

/// candle-nn's SGD has no momentum: written here.
struct Momentum {
    weights: Vec<(Var, Option<Tensor>)>,
    decay: f64,
}

impl Momentum {
    fn new(weights: Vec<Var>, decay: f64) -> Self {
        Self {
            weights: weights.into_iter().map(|weight| (weight, None)).collect(),
            decay,
        }
    }

    fn step(&mut self, loss: &Tensor) -> Result<()> {
        let gradients = loss.backward()?;
        for (weight, velocity) in &mut self.weights {
            let Some(gradient) = gradients.get(weight.as_tensor()) else {
                continue;
            };
            let mut gradient = gradient.clone();
            if self.decay != 0.0 {
                gradient = (gradient + (weight.as_detached_tensor() * self.decay)?)?;
            }
            let next = match velocity {
                Some(velocity) => ((&*velocity * 0.9)? + gradient)?,
                None => gradient,
            };
            weight.set(&(weight.as_detached_tensor() - (&next * 0.01)?)?)?;
            *velocity = Some(next);
        }
        Ok(())
    }
}

fn variables() -> (VarMap, VarBuilder<'static>) {
    let map = VarMap::new();
    let builder = VarBuilder::from_varmap(&map, DType::F32, &CPU);
    (map, builder)
}

fn adam(weights: Vec<Var>) -> Result<AdamW> {
    AdamW::new(
        weights,
        ParamsAdamW {
            lr: 1e-3,
            weight_decay: 0.0,
            ..Default::default()
        },
    )
}

fn training() -> Result<()> {
    let (map, at) = variables();
    let net = Mlp::new(&[4, 32, 32, 2], true, at)?;
    let mut optimizer = SGD::new(map.all_vars(), 0.01)?;
    let (x, y) = (normal(&[32, 4])?, normal(&[32, 2])?);
    tell(MLP4, || {
        let loss = loss::mse(&net.forward(&x, true).unwrap(), &y).unwrap();
        optimizer.backward_step(&loss).unwrap();
    });

    let nets: [(&str, fn(VarBuilder) -> Result<Box<dyn Net>>, &[usize]); 2] = [
        (
            MLP784,
            |at| Ok(Box::new(Mlp::new(&[784, 128, 64, 10], false, at)?)),
            &[64, 784],
        ),
        (LENET, |at| Ok(Box::new(LeNet::new(at)?)), &[64, 1, 28, 28]),
    ];
    for (name, make, sides) in nets {
        let (map, at) = variables();
        let (net, x, y) = (make(at)?, normal(sides)?, classes(sides[0])?);
        let mut optimizer = adam(map.all_vars())?;
        tell(name, || {
            let loss = loss::cross_entropy(&net.forward(&x, true).unwrap(), &y).unwrap();
            optimizer.backward_step(&loss).unwrap();
        });
    }

    let nets: [(&str, fn(VarBuilder) -> Result<Box<dyn Net>>, usize, f64); 2] = [
        (STAGES, |at| Ok(Box::new(Stages::new(at)?)), 32, 5e-4),
        (RESNET, |at| Ok(Box::new(ResNet::new(at)?)), 16, 0.0),
    ];
    for (name, make, batch, decay) in nets {
        let (map, at) = variables();
        let (net, x, y) = (make(at)?, normal(&[batch, 3, 32, 32])?, classes(batch)?);
        let mut optimizer = Momentum::new(map.all_vars(), decay);
        tell(name, || {
            let loss = loss::cross_entropy(&net.forward(&x, true).unwrap(), &y).unwrap();
            optimizer.step(&loss).unwrap();
        });
    }
    Ok(())
}

fn inference() -> Result<()> {
    let (_map, at) = variables();
    let nets: [(&str, Box<dyn Net>, Tensor); 3] = [
        (
            INFER_MLP4,
            Box::new(Mlp::new(&[4, 32, 32, 2], true, at.pp("a"))?),
            normal(&[1, 4])?,
        ),
        (
            INFER_MLP784,
            Box::new(Mlp::new(&[784, 128, 64, 10], false, at.pp("b"))?),
            normal(&[1, 784])?,
        ),
        (
            INFER_LENET,
            Box::new(LeNet::new(at.pp("c"))?),
            normal(&[1, 1, 28, 28])?,
        ),
    ];
    for (name, net, x) in &nets {
        tell(name, || {
            net.forward(x, false).unwrap();
        });
    }
    Ok(())
}

fn layers() -> Result<()> {
    let (x, dy) = (
        Var::from_tensor(&normal(&[1000, 1000])?)?,
        normal(&[1000, 1000])?,
    );
    let functions: [(&str, fn(&Tensor) -> Result<Tensor>); 3] = [
        (GELU, |x| x.gelu_erf()),
        (TANH, |x| x.tanh()),
        (SOFTMAX, |x| candle_nn::ops::softmax(x, 1)),
    ];
    for (name, f) in functions {
        tell(name, || {
            let y = (f(x.as_tensor()).unwrap() * &dy).unwrap();
            let gradients = y.sum_all().unwrap().backward().unwrap();
            gradients.get(x.as_tensor()).unwrap();
        });
    }

    let (_map, at) = variables();
    let layer = candle_nn::lstm(64, 128, Default::default(), at)?;
    let (x, dy) = (
        Var::from_tensor(&normal(&[16, 32, 64])?)?,
        normal(&[16, 32, 128])?,
    );
    tell(LSTM, || {
        let states = layer.seq(x.as_tensor()).unwrap();
        let y = layer
            .states_to_tensor(&states)
            .unwrap()
            .reshape((16, 32, 128))
            .unwrap();
        let gradients = (y * &dy).unwrap().sum_all().unwrap().backward().unwrap();
        gradients.get(x.as_tensor()).unwrap();
    });
    Ok(())
}

fn adam_alone() -> Result<()> {
    let weights: Vec<Var> = (0..10)
        .map(|_| Var::from_tensor(&normal(&[1_000_000])?))
        .collect::<Result<_>>()?;
    let mut loss = Tensor::zeros((), DType::F32, &CPU)?;
    for weight in &weights {
        loss = (loss + (weight.as_tensor() * normal(&[1_000_000])?)?.sum_all()?)?;
    }
    let (gradients, mut optimizer) = (loss.backward()?, adam(weights)?);
    tell(ADAM, || optimizer.step(&gradients).unwrap());
    Ok(())
}

fn main() -> Result<()> {
    training()?;
    inference()?;
    layers()?;
    adam_alone()
}
