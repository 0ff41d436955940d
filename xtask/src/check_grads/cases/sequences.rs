//! Layers of sequences: recurrent ones, attention, positions.

use core_tensor::{Image, Pair, Sequence, Vector};
use nn::{
    Bidirectional, Conv2d, EachStep, EncoderBlock, Frozen, Gru, GruResetBefore, LastStep,
    LayerNorm, LearnedPositions, Linear, Lstm, MultiHeadAttention, PeepholeLstm,
    PositionalEncoding, PreNormBlock, Recurrence, Rnn, Stateful, Tanh,
};

use crate::case::Case;

#[rustfmt::skip]
pub(crate) fn all() -> Vec<Case> {
    layers! {
        "Rnn" 3: Sequence<4, 3> => Rnn<3, 5, T>;
        "Rnn" 1: Sequence<1, 2> => Rnn<2, 1, T>;
        "Rnn" 2: Sequence<3, 2> => (Rnn<2, 3, T>, Frozen<Rnn<3, 2, T>>, Rnn<2, 3, T>, LastStep);
        "Lstm" 3: Sequence<4, 3> => Lstm<3, 5, T>;
        "Lstm" 1: Sequence<1, 2> => Lstm<2, 1, T>;
        "Lstm" 2: Sequence<3, 2> => (Lstm<2, 3, T>, Lstm<3, 5, T>, LastStep, Linear<5, 2, T>);
        "Gru" 3: Sequence<4, 3> => Gru<3, 5, T>;
        "Gru" 1: Sequence<1, 2> => Gru<2, 1, T>;
        "Gru" 2: Sequence<3, 2> => (Gru<2, 3, T>, Gru<3, 5, T>, LastStep, Linear<5, 2, T>);
        "PeepholeLstm" 3: Sequence<4, 3> => PeepholeLstm<3, 5, T>;
        "PeepholeLstm" 1: Sequence<1, 2> => (PeepholeLstm<2, 1, T>, LastStep);
        "GruResetBefore" 3: Sequence<4, 3> => GruResetBefore<3, 5, T>;
        "GruResetBefore" 1: Sequence<1, 2> => (GruResetBefore<2, 1, T>, LastStep);
        "Stateful" 3: Pair<Sequence<4, 3>, Vector<5>> => Stateful<Rnn<3, 5, T>>;
        "Stateful" 1: Pair<Sequence<1, 2>, Pair<Vector<3>, Vector<3>>> => Stateful<Lstm<2, 3, T>>;
        "Stateful" 2: Pair<Sequence<3, 2>, Pair<Vector<3>, Vector<3>>> => (Stateful<PeepholeLstm<2, 3, T>>, Frozen<Stateful<Lstm<3, 3, T>>>, Stateful<Lstm<3, 3, T>>);
        "Stateful" 2: Pair<Sequence<3, 2>, Vector<5>> => (Stateful<Gru<2, 5, T>>, Stateful<GruResetBefore<5, 5, T>>);
        "Bidirectional" 2: Sequence<3, 2> => Bidirectional<Rnn<2, 3, T>>;
        "Bidirectional" 2: Sequence<3, 2> => (Bidirectional<Gru<2, 3, T>>, Bidirectional<(Lstm<6, 2, T>, LastStep)>, Linear<4, 3, T>);
        "Recurrence" 3: Sequence<4, 2> => Recurrence<Vector<2>, Vector<3>, (Linear<5, 3, T>, Tanh)>;
        "Recurrence" 2: Sequence<3, 6> => (Recurrence<Image<3, 2, 1>, Image<3, 2, 2>, (Conv2d<3, 2, 3, 1, 1, T>, Tanh)>, LastStep);
        "Recurrence" 1: Sequence<1, 2> => Recurrence<Vector<2>, Vector<1>, Linear<3, 1, T>>;
        "LastStep" 3: Sequence<4, 3> => LastStep;
        "LastStep" 1: Sequence<1, 3> => (EachStep<Tanh>, LastStep);
        "EachStep" 3: Sequence<4, 3> => EachStep<(Linear<3, 5, T>, Tanh, Linear<5, 2, T>)>;
        "EachStep" 2: Sequence<3, 5> => (EachStep<Frozen<Linear<5, 3, T>>>, LayerNorm<3, T>, EachStep<Linear<3, 1, T>>);
        "MultiHeadAttention" 2: Sequence<5, 6> => MultiHeadAttention<6, 3, false, T>;
        "MultiHeadAttention" 2: Sequence<7, 6> => MultiHeadAttention<6, 2, true, T>;
        "MultiHeadAttention" 1: Sequence<1, 3> => MultiHeadAttention<3, 1, false, T>;
        "MultiHeadAttention" 2: Sequence<3, 6> => (PositionalEncoding, EncoderBlock<6, 2, 5, false, T>);
        "MultiHeadAttention" 2: Sequence<4, 6> => PreNormBlock<6, 3, 5, true, T>;
        "PositionalEncoding" 3: Sequence<4, 3> => PositionalEncoding;
        "LearnedPositions" 3: Sequence<4, 3> => LearnedPositions<4, 3, T>;
        "LearnedPositions" 2: Sequence<3, 2> => (LearnedPositions<3, 2, T>, Rnn<2, 2, T>);
    }
}
