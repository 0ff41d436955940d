//! Check points: what follows one comes to the bits of a run that was never cut off, and no damaged or foreign file passes for one.

mod damage;
mod resume;
mod task;
