//! The kinds of numbers that files hold, and the walk over a tensor whose sides are in another order there.

use std::any::TypeId;

use core_tensor::Scalar;
use core_tensor::stored::Place;
use half::{bf16, f16};
use safetensors::Dtype;

/// The kind of number that a file holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Precision {
    /// IEEE 754's 16 bits: 11 significant ones, up to 65,504
    F16,
    /// the upper half of an `f32`: 8 significant bits, its range
    Bf16,
    /// `f32`
    F32,
    /// `f64`
    F64,
}

impl Precision {
    /// That which holds every `T` exactly: of `f32`, of all else `f64`.
    pub fn of<T: Scalar>() -> Self {
        match TypeId::of::<T>() == TypeId::of::<f32>() {
            true => Self::F32,
            false => Self::F64,
        }
    }

    pub(super) fn from_dtype(dtype: Dtype) -> Option<Self> {
        match dtype {
            Dtype::F16 => Some(Self::F16),
            Dtype::BF16 => Some(Self::Bf16),
            Dtype::F32 => Some(Self::F32),
            Dtype::F64 => Some(Self::F64),
            _ => None,
        }
    }

    pub(super) fn dtype(self) -> Dtype {
        match self {
            Self::F16 => Dtype::F16,
            Self::Bf16 => Dtype::BF16,
            Self::F32 => Dtype::F32,
            Self::F64 => Dtype::F64,
        }
    }

    pub(super) fn name(self) -> &'static str {
        ["F16", "BF16", "F32", "F64"][self as usize]
    }

    /// How many bytes a number takes.
    pub fn bytes(self) -> usize {
        match self {
            Self::F16 | Self::Bf16 => 2,
            Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

/// Calls `f` with the places of each number: in the tensor here, and in the file.
pub(super) fn each_place(sides: &[usize], place: Place<'_>, mut f: impl FnMut(usize, usize)) {
    let [from, to] = place.part;
    let length: usize = sides.iter().product();
    if length == 0 {
        return;
    }
    if to - from < length || is_dense(sides, place.strides) {
        return (0..to - from).for_each(|i| f(i, from + i));
    }
    // the side whose neighbours lie together in the file, and the last, whose neighbours lie together here, in tiles that fit the fastest memory
    let last = sides.len() - 1;
    let nearest = (0..=last).filter(|&i| place.strides[i] == 1);
    let near = nearest.max_by_key(|&i| sides[i]).unwrap_or(last);
    let mut here = vec![1; sides.len()];
    for i in (0..last).rev() {
        here[i] = here[i + 1] * sides[i + 1];
    }
    let outer: Vec<usize> = (0..last).filter(|&i| i != near).collect();
    let mut at = vec![0; outer.len()];
    let inner = if near == last { 1 } else { sides[near] };
    const TILE: usize = 16;
    loop {
        let sum = |strides: &[usize]| -> usize {
            outer
                .iter()
                .zip(&at)
                .map(|(&axis, &i)| strides[axis] * i)
                .sum()
        };
        let (base, base_there) = (sum(&here), sum(place.strides));
        for i0 in (0..inner).step_by(TILE) {
            for j0 in (0..sides[last]).step_by(TILE) {
                for i in i0..inner.min(i0 + TILE) {
                    let (row, row_there) = (base + i * here[near], base_there + i);
                    for j in j0..sides[last].min(j0 + TILE) {
                        f(row + j, row_there + j * place.strides[last]);
                    }
                }
            }
        }
        // the next of the outer places
        let Some(k) = (0..outer.len())
            .rev()
            .find(|&k| at[k] + 1 < sides[outer[k]])
        else {
            return;
        };
        at[k] += 1;
        at[k + 1..].fill(0);
    }
}

/// Whether numbers lie in the file as they lie here.
fn is_dense(sides: &[usize], strides: &[usize]) -> bool {
    let mut length = 1;
    sides.iter().zip(strides).rev().all(|(&side, &stride)| {
        let dense = side == 1 || stride == length;
        length *= side;
        dense
    })
}

/// Number `i` of a tensor in a file.
#[inline(always)]
pub(super) fn decode(precision: Precision, bytes: &[u8], i: usize) -> f64 {
    match precision {
        Precision::F16 => f16::from_le_bytes(bytes.as_chunks().0[i]).to_f64(),
        Precision::Bf16 => bf16::from_le_bytes(bytes.as_chunks().0[i]).to_f64(),
        Precision::F32 => f32::from_le_bytes(bytes.as_chunks().0[i]).into(),
        Precision::F64 => f64::from_le_bytes(bytes.as_chunks().0[i]),
    }
}

/// Writes one number of a tensor in a file; whether it is finite there.
#[inline(always)]
pub(super) fn encode(precision: Precision, number: f64, bytes: &mut [u8], i: usize) -> bool {
    match precision {
        Precision::F16 => {
            let number = f16::from_f64(number);
            bytes.as_chunks_mut().0[i] = number.to_le_bytes();
            number.is_finite()
        }
        Precision::Bf16 => {
            let number = bf16::from_f64(number);
            bytes.as_chunks_mut().0[i] = number.to_le_bytes();
            number.is_finite()
        }
        Precision::F32 => {
            let number = number as f32;
            bytes.as_chunks_mut().0[i] = number.to_le_bytes();
            number.is_finite()
        }
        Precision::F64 => {
            bytes.as_chunks_mut().0[i] = number.to_le_bytes();
            number.is_finite()
        }
    }
}
