//! The twins of the compile errors of networks, compiled and run.

#[macro_use]
#[path = "../../core-tensor/tests/common/twins.rs"]
mod common;

twins! {
    adaptive_pool_of_7x6_to_7x6
    concat_padding_1
    conv1d_window_of_12
    conv_after_conv_6ch
    conv_window_of_30
    crop_of_7x9_by_3
    cross_entropy_after_flatten
    dilated_conv_apart_3
    embedding_of_tokens
    flatten_181x181
    flatten_to_linear_256
    frozen_64
    grouped_conv_4
    heads_of_5
    input_1ch
    label_of_10
    label_smoothing_classes
    linear_after_linear_32
    lstm_stack_64
    mse_against_2
    named_fields_84
    nested_residual_64ch
    own_name_64
    own_type_tanh
    pixel_shuffle_of_8ch
    pixel_unshuffle_of_4x6
    pool_window_of_14
    predict_4
    product_of_9
    rect_conv_window_of_8
    recurrence_to_2ch
    reflect_by_2
    reshape_layer_to_3x8
    residual_to_64ch
    scalar_f32
    stateful_64
    transposed_conv_extra_1
    weighted_class_of_3
}
