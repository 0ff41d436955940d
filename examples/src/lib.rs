//! What the programs beside this library share: [`lesson`], how they begin and end, and [`picture`], which draws how they went.
#![forbid(unsafe_code)]

pub mod lesson;
pub mod picture;

/// The README's program, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
