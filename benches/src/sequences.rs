//! Layers of sequences, forward and backward with every gradient.

use std::hint::black_box;

use core_tensor::{Sequence, Shape, Tensor, Zeroed};
use nn::{EncoderBlock, Gru, Init, Layer, Lstm, Pass, Rnn, init, training_room};

use crate::{Work, numbers};

/// Recurrent layers, and a block of a transformer.
pub fn layers() -> Vec<Work> {
    type Text = Sequence<32, 64>;
    vec![
        layer::<Text, Lstm<64, 128>>("LSTM 64→128, length 32, batch 16", 16),
        layer::<Text, Gru<64, 128>>("GRU 64→128, length 32, batch 16", 16),
        layer::<Text, Rnn<64, 128>>("RNN 64→128, length 32, batch 16", 16),
        layer::<Text, EncoderBlock<64, 4, 256>>(
            "encoder block 64, 4 heads, length 32, batch 16",
            16,
        ),
    ]
}

fn layer<X: Shape, L: Layer<X> + 'static>(name: &str, samples: usize) -> Work
where
    L::Grad: 'static,
{
    let (mut layers, mut grad) = (L::boxed(), L::Grad::boxed());
    init(&mut *layers, Init::XavierUniform, 1);
    let (x, cotangent) = (numbers(samples * X::LEN), numbers(samples * L::Y::LEN));
    let mut room = vec![0.0; training_room::<X, L, f32>(samples)];
    let flops = 3 * L::FLOPS * samples as u64;
    Work::new(name, flops as f64, move || {
        let mut pass = Pass::train(&mut room, 0);
        let (y, saved) = layers.forward(Tensor::batch(black_box(&x)), &mut pass);
        let dy = pass.batch::<L::Y>(y.len());
        Tensor::flat_mut(dy).copy_from_slice(&cotangent);
        black_box(layers.backward(saved, dy, Some(&mut *grad), &mut pass));
    })
}
