//! What the numbered programs beside this library share: [`picture`], which draws how they went.
#![forbid(unsafe_code)]

pub mod picture;

/// The README's program, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
