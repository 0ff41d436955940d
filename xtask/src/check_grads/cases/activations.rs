//! The layers of `nn` that normalise, bend or disturb what goes through them.

use core_tensor::{Image, Matrix, Sequence, Vector};
use nn::{
    BatchNorm, BatchNormPlain, BatchNormRelu, Celu, ChannelDropout, Dropout, Elu, Frozen,
    GaussianNoise, Gelu, GeluTanh, Glu, GroupNorm, HardSigmoid, HardSwish, HardTanh, Heaviside,
    Identity, InstanceNorm, LayerNorm, LeakyRelu, LearnedSwish, Linear, LocalResponseNorm,
    LogSigmoid, LogSoftmax, Mish, PRelu, QuickGelu, RRelu, Relu6, RmsNorm, SaltAndPepper, Selu,
    Sign, Silu, Softmax, Softplus, Softsign, Swish, Tanh,
};

use crate::case::Case;

#[rustfmt::skip]
pub(crate) fn all() -> Vec<Case> {
    layers! {
        "Heaviside" 2 in 2.0: Vector<17> => Heaviside;
        "Sign" 2 in 2.0: Vector<17> => Sign;
        "Identity" 2 in 2.0: Vector<17> => Identity;
        "HardSigmoid" 2 in 5.0: Image<3, 5, 7> => HardSigmoid;
        "HardSigmoid" 2 in 5.0: Vector<17> => HardSigmoid<1, 5>;
        "HardTanh" 2 in 2.0: Image<3, 5, 7> => HardTanh;
        "Relu6" 2 in 9.0: Image<3, 5, 7> => Relu6;
        "LeakyRelu" 2 in 2.0: Image<3, 5, 7> => LeakyRelu;
        "LeakyRelu" 2 in 2.0: Vector<5> => LeakyRelu<5, 4>;
        "Elu" 2 in 2.0: Image<3, 5, 7> => Elu<3, 2>;
        "Selu" 2 in 2.0: Image<3, 5, 7> => Selu;
        "Celu" 2 in 2.0: Image<3, 5, 7> => Celu<3, 2>;
        "Gelu" 2 in 3.0: Image<3, 5, 7> => Gelu;
        "GeluTanh" 2 in 3.0: Image<3, 5, 7> => GeluTanh;
        "QuickGelu" 2 in 3.0: Image<3, 5, 7> => QuickGelu;
        "Silu" 2 in 3.0: Image<3, 5, 7> => Silu;
        "Swish" 2 in 3.0: Image<3, 5, 7> => Swish<3, 2>;
        "Mish" 2 in 3.0: Image<3, 5, 7> => Mish;
        "Softplus" 2 in 3.0: Image<3, 5, 7> => Softplus<3, 2>;
        "LogSigmoid" 2 in 3.0: Image<3, 5, 7> => LogSigmoid;
        "Softsign" 2 in 3.0: Image<3, 5, 7> => Softsign;
        "HardSwish" 2 in 5.0: Image<3, 5, 7> => HardSwish;
        "PRelu" 2 in 2.0: Image<3, 5, 7> => PRelu<7, T>;
        "PRelu" 3 in 2.0: Vector<5> => PRelu<1, T>;
        "LearnedSwish" 2 in 3.0: Image<3, 5, 7> => LearnedSwish<7, T>;
        "LearnedSwish" 3 in 3.0: Vector<5> => LearnedSwish<1, T>;
        "Glu" 2 in 2.0: Image<3, 5, 6> => Glu;
        "Glu" 3 in 2.0: Vector<2> => Glu;
        "Softmax" 3 in 2.0: Vector<7> => Softmax;
        "Softmax" 2 in 2.0: Matrix<5, 3> => Softmax;
        "LogSoftmax" 3 in 2.0: Vector<7> => LogSoftmax;
        "LogSoftmax" 2 in 2.0: Matrix<5, 3> => LogSoftmax;
        "RRelu" 3 in 2.0, draws: Image<3, 5, 7> => RRelu;
        "Dropout" 3 in 2.0, draws: Image<3, 5, 7> => Dropout<1, 3>;
        "ChannelDropout" 3 in 2.0, draws: Image<3, 5, 7> => ChannelDropout<1, 3>;
        "GaussianNoise" 3 in 2.0, draws: Image<3, 5, 7> => GaussianNoise<1, 3>;
        "SaltAndPepper" 3 in 2.0, draws: Image<3, 5, 7> => SaltAndPepper<1, 3>;
        "BatchNorm" 5 in 1.5: Vector<7> => BatchNorm<7, T>;
        "BatchNorm" 3 in 1.5: Image<3, 5, 4> => BatchNorm<4, T>;
        "BatchNorm" 5 in 1.5: Vector<3> => BatchNorm<3, T, 2>;
        "BatchNormRelu" 5 in 1.5: Vector<7> => BatchNormRelu<7, T>;
        "BatchNormRelu" 3 in 1.5: Image<3, 5, 4> => BatchNormRelu<4, T, 3>;
        "BatchNormRelu" 5 in 1.5: Vector<3> => (Linear<3, 5, T>, BatchNormRelu<5, T>, Linear<5, 2, T>);
        "BatchNorm" 5 in 1.5: Vector<3> => (Linear<3, 5, T>, BatchNorm<5, T>, Tanh, Linear<5, 2, T>);
        "BatchNormPlain" 5 in 1.5: Vector<7> => BatchNormPlain<7, T>;
        "BatchNormPlain" 3 in 1.5: Image<3, 5, 4> => BatchNormPlain<4, T>;
        "Frozen" 5 in 1.5: Vector<3> => (Linear<3, 5, T>, Frozen<(BatchNorm<5, T>, Dropout<1, 2>, BatchNormPlain<5, T>)>, Tanh);
        "LayerNorm" 3 in 1.5: Vector<7> => LayerNorm<7, T>;
        "LayerNorm" 2 in 1.5: Sequence<3, 5> => LayerNorm<5, T>;
        "RmsNorm" 3 in 1.5: Vector<7> => RmsNorm<7, T>;
        "RmsNorm" 2 in 1.5: Sequence<3, 5> => RmsNorm<5, T>;
        "GroupNorm" 2 in 1.5: Image<3, 5, 6> => GroupNorm<2, 6, T>;
        "GroupNorm" 2 in 1.5: Image<3, 5, 4> => GroupNorm<1, 4, T>;
        "GroupNorm" 2 in 1.5: Image<3, 5, 4> => InstanceNorm<4, T>;
        "LocalResponseNorm" 2 in 90.0: Image<2, 3, 9> => LocalResponseNorm<5>;
        "LocalResponseNorm" 2 in 90.0: Vector<3> => LocalResponseNorm<4>;
    }
}
