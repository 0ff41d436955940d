//! Large memory in large pages.
//!
//! An optimizer's step reads and writes up to seven arrays at once. In pages of 4 KiB the processor looks up a new address every thousand
//! numbers of each; in pages of 2 MiB hardly ever, and the step runs at the memory's speed.

use alloc::boxed::Box;
use core::mem::MaybeUninit;

use crate::Scalar;

/// `len` zeros in the heap, in large pages where there are many.
///
/// ```
/// assert_eq!(*core_tensor::zeros::<f32>(3), [0.0; 3]);
/// ```
pub fn zeros<T: Scalar>(len: usize) -> Box<[T]> {
    let zeros = in_large_pages(Box::<[T]>::new_zeroed_slice(len));
    // SAFETY: a `Scalar` is `bytemuck::Zeroable`.
    unsafe { zeros.assume_init() }
}

/// A value of zero bytes in the heap, in large pages if it is large.
///
/// The system's own zeros would do for a value that lies anywhere; for one that begins at a cache line the allocator writes them itself, in small
/// pages, before they can be asked to be large.
pub(crate) fn zeroed<Z>() -> Box<MaybeUninit<Z>> {
    let mut memory = in_large_pages(Box::<Z>::new_uninit());
    // SAFETY: one `Z` has room there.
    unsafe { memory.as_mut_ptr().write_bytes(0, 1) };
    memory
}

/// Asks for large pages before the memory is touched. What the system answers changes how fast the memory is, and nothing else.
fn in_large_pages<M: ?Sized>(memory: Box<M>) -> Box<M> {
    #[cfg(all(feature = "std", target_os = "linux"))]
    {
        const PAGE: usize = 2 << 20;
        let (first, len) = (
            core::ptr::from_ref(&*memory).cast::<u8>(),
            size_of_val(&*memory),
        );
        let skip = first.align_offset(PAGE);
        if let Some(pages @ 1..) = len.checked_sub(skip).map(|len| len / PAGE) {
            // SAFETY: the pages lie within the box, and the advice does not change what they hold.
            unsafe {
                libc::madvise(
                    first.wrapping_add(skip).cast_mut().cast(),
                    pages * PAGE,
                    libc::MADV_HUGEPAGE,
                )
            };
        }
    }
    memory
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_memory_is_zeros_from_end_to_end() {
        for len in [0, 1, (1 << 20) + 3, (5 << 20) + 1] {
            let zeros = zeros::<f32>(len);
            assert_eq!(zeros.len(), len);
            assert!(zeros.iter().all(|x| x.to_bits() == 0));
        }
    }
}
