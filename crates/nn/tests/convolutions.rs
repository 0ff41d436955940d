//! Convolutions of sequences, in groups, with taps apart and transposed, and borders, against PyTorch: values and every gradient, in `f32`
//! and `f64`.

#[path = "common/fixture.rs"]
mod fixture;
#[path = "common/layer.rs"]
mod layer;
#[path = "common/near.rs"]
mod near;

use core_tensor::{Image, Scalar, Sequence, Shape, Tensor};
use fixture::load;
use nn::{
    Conv1d, Conv2d, ConvTranspose2d, DepthwiseConv2d, DilatedConv2d, GroupedConv2d, Layer, Network,
    RectConv2d, ReflectPad2d, Relu, ReplicatePad2d, Residual, Summary,
};

// the types of each case are written with `T` for the scalar; sums of products of eighths are exact
macro_rules! cases { ($($name:literal: $x:ty => $layer:ty;)+) => {
    #[test]
    fn as_pytorch_has_it() {
        for case in load("convolutions.txt", &[$($name),+]) {
            match case.name.as_str() {
                $($name => {
                    fn in_scalar<T: Scalar>(case: &fixture::Case) { layer::check::<$x, $layer, T>(case, 0.0) }
                    in_scalar::<f32>(&case);
                    in_scalar::<f64>(&case);
                })+
                _ => unreachable!("load compares the names"),
            }
        }
    }
} }

cases! {
    "dilated_2": Image<9, 11, 3> => DilatedConv2d<3, 5, 3, 2, 1, 2, T>;
    "dilated_2x3": Image<8, 13, 2> => GroupedConv2d<1, 2, 17, 3, 2, 1, T, 2, 1, 2, 2, 3>;
    "dilated_3_s2": Image<9, 10, 4> => DilatedConv2d<4, 3, 3, 3, 2, 3, T>;
    "groups_3": Image<5, 7, 6> => GroupedConv2d<3, 2, 5, 3, 1, 1, T>;
    "groups_5_s2": Image<5, 4, 20> => GroupedConv2d<5, 4, 4, 3, 2, 1, T>;
    "groups_5": Image<3, 9, 20> => GroupedConv2d<5, 4, 4, 3, 1, 1, T>;
    "groups_3_k5": Image<5, 6, 6> => GroupedConv2d<3, 2, 2, 5, 1, 2, T>;
    "groups_2_rect": Image<7, 6, 6> => GroupedConv2d<2, 3, 1, 2, 3, 1, T, 3, 1, 2, 2, 1>;
    "depthwise_k3": Image<7, 9, 5> => DepthwiseConv2d<5, 3, 1, 1, T>;
    "depthwise_k3_s2": Image<5, 3, 33> => DepthwiseConv2d<33, 3, 2, 1, T>;
    "depthwise_k5_s2": Image<5, 7, 17> => DepthwiseConv2d<17, 5, 2, 2, T>;
    "depthwise_k7": Image<5, 8, 3> => DepthwiseConv2d<3, 7, 1, 3, T>;
    "depthwise_rect": Image<5, 7, 17> => DepthwiseConv2d<17, 3, 1, 0, T, 2, 3, 1>;
    "sequence_s2": Sequence<9, 3> => Conv1d<3, 5, 3, 2, 1, T>;
    "sequence_p4_d4": Sequence<11, 2> => Conv1d<2, 7, 3, 1, 4, T, 4>;
    "sequence_s3_d2": Sequence<13, 5> => Conv1d<5, 17, 4, 3, 2, T, 2>;
    "sequence_k5": Sequence<7, 1> => Conv1d<1, 6, 5, 1, 2, T>;
    "transposed_s2_p1": Image<3, 4, 3> => ConvTranspose2d<3, 5, 3, 2, 1, T>;
    "transposed_s2_p1_e1": Image<3, 5, 2> => ConvTranspose2d<2, 17, 3, 2, 1, T, 3, 2, 1, 1>;
    "transposed_k2_s2": Image<3, 2, 4> => ConvTranspose2d<4, 3, 2, 2, 0, T>;
    "transposed_k3_s1_p1": Image<5, 4, 6> => ConvTranspose2d<6, 4, 3, 1, 1, T>;
    "transposed_rect": Image<3, 2, 2> => ConvTranspose2d<2, 3, 4, 3, 1, T, 3, 2, 0, 2, 1>;
    "transposed_k1_s2": Image<2, 3, 3> => ConvTranspose2d<3, 2, 1, 2, 0, T, 1, 2, 0, 1>;
    "reflect_1": Image<3, 5, 3> => ReflectPad2d<1>;
    "reflect_2x3": Image<3, 4, 2> => ReflectPad2d<2, 3>;
    "reflect_sides": Image<5, 3, 1> => ReflectPad2d<0, 2, 3, 1>;
    "replicate_1": Image<3, 5, 3> => ReplicatePad2d<1>;
    "replicate_2x5": Image<3, 1, 2> => ReplicatePad2d<2, 5>;
    "replicate_sides": Image<5, 3, 1> => ReplicatePad2d<0, 2, 3, 1>;
    "conv_reflect": Image<5, 7, 3> => (ReflectPad2d<1, 2>, RectConv2d<3, 5, 3, 5, 1, 2, 0, 0, T>);
    "conv_replicate": Image<5, 7, 3> => (ReplicatePad2d<1, 2>, RectConv2d<3, 5, 3, 5, 1, 2, 0, 0, T>);
}

/// ResNeXt-50 32×4d's first block after its projection, and MobileNet's block, in plain tuples.
#[test]
fn blocks_of_known_networks() {
    type Cardinal = Residual<(
        Conv2d<256, 128, 1>,
        Relu,
        GroupedConv2d<32, 4, 4, 3, 1, 1>,
        Relu,
        Conv2d<128, 256, 1>,
    )>;
    type Separable = (DepthwiseConv2d<64, 3, 2, 1>, Relu, Conv2d<64, 128, 1>, Relu);
    // Xie et al. (2017), section 3.1: C·(256·d + 3·3·d·d + d·256), about 70 thousand for C = 32, d = 4; here with a bias each
    let of = Summary::of::<Image<56, 56, 256>, Cardinal, f32>(1);
    let weights = 32 * (256 * 4 + 3 * 3 * 4 * 4 + 4 * 256);
    assert_eq!(weights, 70_144);
    assert_eq!(of.parameters, weights + 128 + 128 + 256);
    let sums = 2 * 56 * 56 * weights as u64;
    let bends = 2 * 56 * 56 * 128 + 56 * 56 * 256;
    assert_eq!(of.flops, sums + bends);
    assert!(of.to_string().contains("GroupedConv2d"));
    // Howard et al. (2017), equation 5: D_K²·M·D_F² + M·N·D_F² multiply-adds
    let of = Summary::of::<Image<112, 112, 64>, Separable, f32>(1);
    let relus = 56 * 56 * (64 + 128);
    assert_eq!(of.flops - relus, 2 * 56 * 56 * (9 * 64 + 64 * 128));
    assert!(of.to_string().contains("DepthwiseConv2d"));
}

/// What a stack of dilated windows sees doubles with each (van den Oord et al. 2016), and every output is there at once.
#[test]
fn wave_net_sees_far() {
    type Stack = (
        Conv1d<1, 4, 2, 1, 0, f32, 1>,
        Conv1d<4, 4, 2, 1, 0, f32, 2>,
        Conv1d<4, 4, 2, 1, 0, f32, 4>,
        Conv1d<4, 1, 2, 1, 0, f32, 8>,
    );
    assert_eq!(<Stack as Layer<Sequence<20, 1>>>::FIELD.size()[0], Some(16));
    let mut net = Network::<Sequence<20, 1>, Stack>::new(1);
    assert_eq!(net.predict(&[Tensor::zeros()])[0].as_slice().len(), 5);
}

/// A decoder of transposed windows leads back to the side that the encoder began with.
#[test]
fn decoders_lead_back() {
    type Auto = (
        Conv2d<1, 8, 3, 2, 1>,
        Conv2d<8, 4, 3, 2, 1>,
        ConvTranspose2d<4, 8, 3, 2, 1, f32, 3, 2, 1, 1>,
        ConvTranspose2d<8, 1, 4, 2, 1>,
    );
    fn same<X: Shape, L: Layer<X, Y = X>>() {}
    same::<Image<28, 28, 1>, Auto>();
    let _ = Network::<Image<28, 28, 1>, Auto>::new(1);
}
