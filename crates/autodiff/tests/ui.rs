//! Compile errors of the tape: the tests of `core-tensor`, on the cases of this folder.

#[path = "../../core-tensor/tests/ui.rs"]
mod cases;
