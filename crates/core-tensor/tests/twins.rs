//! The twins of the compile errors of tensors, compiled and run.

#[macro_use]
#[path = "common/twins.rs"]
mod common;

twins! {
    add_64ch
    add_row_of_3
    join_32x32
    matmul_by_2x2
    multiply_by_2x2
    reshape_to_3x8
    subtract_in_place_2
    sum_over_axis_2
    transposed_window_padding_1
}
