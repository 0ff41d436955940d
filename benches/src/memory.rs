//! The speed of memory, measured: one stream of numbers read and another written, in whole registers.

use std::hint::black_box;
use std::time::Instant;

use pulp::{Arch, Simd, WithSimd};

use crate::numbers;

struct Copy<'a> {
    from: &'a [f32],
    to: &'a mut [f32],
}

impl WithSimd for Copy<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let (from, _) = S::as_simd_f32s(self.from);
        let (to, _) = S::as_mut_simd_f32s(self.to);
        for (to, from) in to.iter_mut().zip(from) {
            *to = *from;
        }
    }
}

/// Bytes a second that one core reads and writes, half of them each, where `bytes` are touched again and again: those of the cache that
/// holds so many, or of memory. The best of many runs.
pub fn bytes_per_second(bytes: usize) -> f64 {
    let n = (bytes / 2 / size_of::<f32>()).max(16);
    let (from, mut to) = (Aligned::numbers(n), Aligned::numbers(n));
    let arch = Arch::new();
    let rounds = (1 << 20) / (2 * n * size_of::<f32>()) + 1;
    let run = |_| {
        let clock = Instant::now();
        for _ in 0..rounds {
            arch.dispatch(Copy {
                from: black_box(&from),
                to: black_box(&mut to),
            });
        }
        (2 * n * size_of::<f32>() * rounds) as f64 / clock.elapsed().as_secs_f64()
    };
    (0..200).map(run).fold(0.0, f64::max)
}

/// Numbers that begin at a cache line, as those of a network's arena do.
pub struct Aligned {
    room: Vec<f32>,
    from: usize,
    len: usize,
}

impl Aligned {
    /// Numbers between −½ and ½ that are never all alike.
    pub fn numbers(len: usize) -> Self {
        let room = numbers(len + 16);
        let from = room.as_ptr().align_offset(64).min(16);
        Self { room, from, len }
    }
}

impl std::ops::Deref for Aligned {
    type Target = [f32];
    fn deref(&self) -> &[f32] {
        &self.room[self.from..][..self.len]
    }
}

impl std::ops::DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.room[self.from..][..self.len]
    }
}
