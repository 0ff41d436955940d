//! Asking for memory before it is needed.

/// Asks for the cache line that holds number `at` of `numbers`, which a loop will come to soon; past the end it asks for nothing that matters. A hint to
/// x86 processors, and nothing on others.
///
/// A loop over several arrays in memory that does much with each number fills the processor's window before the next lines of all of them are under way:
/// Adam's step is a fifth faster for asking 2 KiB ahead.
#[inline(always)]
pub fn prefetch<T>(numbers: &[T], at: usize) {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse"))]
    {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a hint reads nothing, and is no fault at any address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(numbers.as_ptr().wrapping_add(at).cast()) }
    }
    #[cfg(not(all(target_arch = "x86_64", target_feature = "sse")))]
    let _ = (numbers, at);
}
