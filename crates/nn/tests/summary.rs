//! The table that a network prints, worked out by hand.

use core_tensor::{Image, Vector};
use nn::{
    Conv2d, Flatten, Frozen, Layer, Linear, MaxPool2d, Network, Relu, Residual, Tanh, network,
};

network! { struct Tiny<T> { conv: Conv2d<1, 4, 3, 1, 1, T>, act: Relu, pool: MaxPool2d<2>, flat: Flatten, out: Linear<64, 10, T> } }

#[test]
fn a_table_of_named_fields() {
    // a convolution has 3·3·1·4 + 4 parameters and 2·9 operations for each of its 8·8·4 results, a 2×2 maximum 3
    const TABLE: &str =
        "\x20     layer      in              out             sees  parameters  FLOPs  bytes kept
conv  Conv2d     Image<8, 8, 1>  Image<8, 8, 4>  3×3           40  4,608       1,024
act   Relu       Image<8, 8, 4>  Image<8, 8, 4>  3×3            0    256       1,024
pool  MaxPool2d  Image<8, 8, 4>  Image<4, 4, 4>  4×4            0    192         256
flat  Flatten    Image<4, 4, 4>  Vector<64>      all            0      0           0
out   Linear     Vector<64>      Vector<10>      all          650  1,280          40
690 parameters; 6,336 FLOPs a sample forward
training on batches of 32: 2,816 bytes of weights + 2,816 of gradient + ";
    let summary = Network::<Image<8, 8, 1>, Tiny<f32>>::new(32).summary();
    let text = summary.to_string();
    assert!(text.starts_with(TABLE), "{text}");
    // kept 256 + 256 + 64 + 10, handed back 64 + 256 + 64, and 10 of the loss; what the kernel works with is its own choice
    let scratch = <Tiny<f32> as Layer<Image<8, 8, 1>>>::ROOM.scratch;
    let (kept, back, pieces) = (586, 384, 7);
    let training = 32 * (kept + back + 10) + scratch + (pieces + 1 + 2) * 16;
    let inference = kept + scratch + (pieces + 2) * 16;
    assert_eq!(
        (summary.training_bytes, summary.inference_bytes),
        (4 * training, 4 * inference)
    );
    assert_eq!(
        (summary.parameters, summary.trainable, summary.flops),
        (690, 690, 6336)
    );
}

#[test]
fn frozen_parts_and_shortcuts() {
    // weights of whole cache lines for each layer; in numbers: kept 4·3, handed back 2 + 3, in the shortcut 3, of the loss 3; 8 pieces of up to 15 more and two of 16
    const TABLE: &str = "\x20    layer            in         out        parameters  FLOPs  bytes kept
0    Linear (frozen)  Vector<2>  Vector<3>           9     12          24
1.0  Linear           Vector<3>  Vector<3>          12     18          24
1.1  Tanh             Vector<3>  Vector<3>           0     60          24
1    Residual         Vector<3>  Vector<3>           0      3          24
21 parameters, 12 of them learn; 93 FLOPs a sample forward
training on batches of 1: 256 bytes of weights + 128 of gradient + 1,464 of arena; inference of one sample: 1,248 bytes of arena
";
    type Net = (
        Frozen<Linear<2, 3, f64>>,
        Residual<(Linear<3, 3, f64>, Tanh)>,
    );
    let summary = Network::<Vector<2>, Net, f64>::new(1).summary();
    assert_eq!(summary.to_string(), TABLE);
}
