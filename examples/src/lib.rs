//! What the numbered programs beside this library share: [`picture`], which draws how they went.
#![forbid(unsafe_code)]

pub mod picture;
