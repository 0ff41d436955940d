//! The twins of the compile errors of the tape, compiled and run.

#[macro_use]
#[path = "../../core-tensor/tests/common/twins.rs"]
mod common;

twins! {
    add_3
    assign_3
    backward_of_number
    concat_32x32
    conv_window_of_3
    escape_value
    filter_of_3ch
    matmul_3x2
    mixed_tape
    reshape_3x8
    row_3
    sum_axis_1
    zip_3
}
