//! The channels of pixels apart: a row of pixels for each.

use pulp::Simd;

use super::array::from_fn;
use super::lanes::Lanes;

/// Numbers in the registers whose lanes are reordered at once: those of AVX-512, which takes any lanes of two registers in one instruction.
const LANES: usize = 16;

/// `to[channel][pixel] = x[pixel][channel]`, rows of `to` `pitch` apart. Inlined where wide vectors are at hand.
#[inline(always)]
pub(super) fn part<T: Lanes, S: Simd>(simd: S, x: &[T], c: usize, to: &mut [T], pitch: usize) {
    match c {
        1 => to[..x.len()].copy_from_slice(x),
        3 if T::lanes::<S>() == LANES => part_registers::<T, S, 3>(simd, x, to, pitch),
        6 if T::lanes::<S>() == LANES => part_registers::<T, S, 6>(simd, x, to, pitch),
        3 => part_exactly::<T, 3>(x, to, pitch),
        6 => part_exactly::<T, 6>(x, to, pitch),
        16 => part_exactly::<T, 16>(x, to, pitch),
        _ => part_blocks(x, c, to, pitch),
    }
}

/// The same for a constant number of channels, as many pixels at a time as a register has lanes: loops of constant length become shuffles.
#[inline(always)]
fn part_registers<T: Lanes, S: Simd, const C: usize>(simd: S, x: &[T], to: &mut [T], pitch: usize) {
    let zero = T::splat(simd, T::zero());
    for (b, block) in x.chunks(C * LANES).enumerate() {
        let mut pixels = [zero; C];
        if block.len() == C * LANES {
            pixels.copy_from_slice(T::vectors::<S>(block));
        } else {
            for i in 0..C {
                pixels[i] = T::load_part(simd, &block[(i * LANES).min(block.len())..]);
            }
        }
        let pixels: [[T; C]; LANES] = bytemuck::cast(pixels);
        for r in 0..C {
            let mut row = [T::zero(); LANES];
            for j in 0..LANES {
                row[j] = pixels[j][r];
            }
            let row: T::Vector<S> = bytemuck::cast(row);
            let to = &mut to[r * pitch + b * LANES..][..block.len() / C];
            match to.len() {
                LANES => T::vectors_mut::<S>(to)[0] = row,
                _ => T::store_part(simd, to, row),
            }
        }
    }
}

/// The same for a constant number of channels: blocks of constant sides become shuffles.
#[inline(always)]
fn part_exactly<T: Lanes, const C: usize>(x: &[T], to: &mut [T], pitch: usize) {
    const BLOCK: usize = 8;
    let (blocks, rest) = x.as_chunks::<C>().0.as_chunks::<BLOCK>();
    for (b, block) in blocks.iter().enumerate() {
        for r in 0..C {
            let row: &mut [T; BLOCK] = to[r * pitch + b * BLOCK..]
                .first_chunk_mut()
                .expect("a row of pixels");
            for j in 0..BLOCK {
                row[j] = block[j][r];
            }
        }
    }
    part_pixels(
        rest.iter().map(
            #[inline(always)]
            |pixel| &pixel[..],
        ),
        &mut to[blocks.len() * BLOCK..],
        pitch,
    );
}

/// The same for any number of channels: a few pixels at a time, whose channel is written as one piece. Not inlined: it moves single numbers.
#[inline(never)]
fn part_blocks<T: Lanes>(x: &[T], c: usize, to: &mut [T], pitch: usize) {
    const BLOCK: usize = 8;
    let blocks = x.chunks_exact(BLOCK * c);
    let (done, rest) = (x.len() / (BLOCK * c) * BLOCK, blocks.remainder());
    for (b, block) in blocks.enumerate() {
        let pixels: [&[T]; BLOCK] = from_fn(|j| &block[j * c..][..c]);
        for r in 0..c {
            let row = to[r * pitch + b * BLOCK..].first_chunk_mut();
            let row: &mut [T; BLOCK] = row.expect("a row of pixels");
            for j in 0..BLOCK {
                row[j] = pixels[j][r];
            }
        }
    }
    part_pixels(rest.chunks_exact(c), &mut to[done..], pitch);
}

/// The same, a pixel at a time.
#[inline(always)]
fn part_pixels<'a, T: Lanes>(pixels: impl Iterator<Item = &'a [T]>, to: &mut [T], pitch: usize) {
    for (j, pixel) in pixels.enumerate() {
        for (to, x) in to[j..].iter_mut().step_by(pitch).zip(pixel) {
            *to = *x;
        }
    }
}
