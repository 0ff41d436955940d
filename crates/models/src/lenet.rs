//! LeNet: two convolutions that look for strokes, then linear layers that read them.

use nn::{Conv2d, Flatten, Linear, MaxPool2d, Relu, network};

network! {
    /// LeNet-5 for grey images of 28×28, as it is taught today: relu for the scaled tanh, max-pooling for the trainable mean, logits for
    /// the radial basis functions, and every channel of the second convolution sees every channel of the first.
    ///
    /// | layer | window | out | parameters |
    /// |---|---|---|---|
    /// | input | | `Image<28, 28, 1>` | |
    /// | `conv1`, `relu1` | 5×5, padding 2 | `Image<28, 28, 6>` | 156 |
    /// | `pool1` | 2×2, stride 2 | `Image<14, 14, 6>` | |
    /// | `conv2`, `relu2` | 5×5 | `Image<10, 10, 16>` | 2,416 |
    /// | `pool2` | 2×2, stride 2 | `Image<5, 5, 16>` | |
    /// | `flatten` | | `Vector<400>` | |
    /// | `linear1`, `relu3` | | `Vector<120>` | 48,120 |
    /// | `linear2`, `relu4` | | `Vector<84>` | 10,164 |
    /// | `linear3` | | `Vector<10>` | 850 |
    ///
    /// 61,706 parameters, 416,520 multiply-adds.
    ///
    /// LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition (1998).
    ///
    /// ```
    /// use core_tensor::{Image, Tensor};
    /// use models::LeNet5;
    /// use nn::{Init, Network};
    /// let mut net = Network::<Image<28, 28, 1>, LeNet5>::new(1);
    /// net.init(Init::HeNormal, 0);
    /// let x = [Tensor::full(0.5)];
    /// let logits = net.predict(&x)[0].as_slice();
    /// assert_eq!(logits.len(), 10);
    /// ```
    ///
    #[doc = include_str!("../drawings/lenet5.svg")]
    pub struct LeNet5<T> {
        conv1: Conv2d<1, 6, 5, 1, 2, T>,
        relu1: Relu,
        pool1: MaxPool2d<2>,
        conv2: Conv2d<6, 16, 5, 1, 0, T>,
        relu2: Relu,
        pool2: MaxPool2d<2>,
        flatten: Flatten,
        linear1: Linear<400, 120, T>,
        relu3: Relu,
        linear2: Linear<120, 84, T>,
        relu4: Relu,
        linear3: Linear<84, 10, T>,
    }
}

network! {
    /// A sibling of [`LeNet5`] for the 8×8 digits of [`data::digits`](crate::data::digits): the images are too small to pool twice, so the
    /// windows are 3×3 and the second convolution sees whole pixels.
    ///
    /// | layer | window | out | parameters |
    /// |---|---|---|---|
    /// | input | | `Image<8, 8, 1>` | |
    /// | `conv1`, `relu1` | 3×3, padding 1 | `Image<8, 8, 16>` | 160 |
    /// | `conv2`, `relu2` | 3×3, padding 1 | `Image<8, 8, 32>` | 4,640 |
    /// | `pool` | 2×2, stride 2 | `Image<4, 4, 32>` | |
    /// | `flatten` | | `Vector<512>` | |
    /// | `linear1`, `relu3` | | `Vector<64>` | 32,832 |
    /// | `linear2` | | `Vector<10>` | 650 |
    ///
    /// 38,282 parameters, 337,536 multiply-adds.
    ///
    #[doc = include_str!("../drawings/lenet8.svg")]
    pub struct LeNet8<T> {
        conv1: Conv2d<1, 16, 3, 1, 1, T>,
        relu1: Relu,
        conv2: Conv2d<16, 32, 3, 1, 1, T>,
        relu2: Relu,
        pool: MaxPool2d<2>,
        flatten: Flatten,
        linear1: Linear<512, 64, T>,
        relu3: Relu,
        linear2: Linear<64, 10, T>,
    }
}
