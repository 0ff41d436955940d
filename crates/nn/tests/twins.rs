//! The twins of the compile errors of networks, compiled and run.

#[macro_use]
#[path = "../../core-tensor/tests/common/twins.rs"]
mod common;

twins! {
    conv_after_conv_6ch
    conv_window_of_30
    cross_entropy_after_flatten
    flatten_181x181
    flatten_to_linear_256
    frozen_64
    input_1ch
    label_of_10
    linear_after_linear_32
    mse_against_2
    named_fields_84
    nested_residual_64ch
    own_type_tanh
    pool_window_of_14
    predict_4
    rect_conv_window_of_8
    residual_to_64ch
    scalar_f32
}
