//! The tape, judged by formulas written out by hand, by dual numbers and by differences.
//!
//! * `agree`: the harness that every operation goes through
//! * `element`, `product`, `reduce`, `place`, `number`: the operations
//! * `handles`: what a handle may be asked for, and what it answers otherwise
//! * `entries`: the recording as data, to look at
//! * `transforms`: gradients, Jacobians, Hessians of functions with known ones
//! * `nested`: derivatives of derivatives, either way round
//! * `rules`: functions that bring their own derivative
//! * `operation`: the hook for operations of other crates, and tapes that are used again

mod agree;
mod element;
mod entries;
mod handles;
mod nested;
mod number;
mod operation;
mod place;
mod product;
mod reduce;
mod rules;
mod transforms;
