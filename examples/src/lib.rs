//! What the programs beside this library share: [`lesson`], how they begin and end, [`picture`], which draws how they went, and
//! what they learn from: [`images`] of digits or garments, [`scenes`] of digits in clutter.
#![forbid(unsafe_code)]

pub mod images;
pub mod lesson;
pub mod picture;
pub mod scenes;

/// The README's program, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
