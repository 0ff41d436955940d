//! Sides that the compiler works out, against the numbers of well-known networks and the formulas at their edges.

use core_tensor::dim::{Plus, Times, TransposedWindow, Window};
use core_tensor::shape::{Flat, Join};
use core_tensor::{Const, Dim, Image, Matrix, Shape, Vector};

const fn window<const N: usize, const K: usize, const S: usize, const P: usize>() -> usize
where
    Const<N>: Window<K, S, P>,
{
    <Const<N> as Window<K, S, P>>::Out::SIZE
}

const fn transposed<const N: usize, const K: usize, const S: usize, const P: usize>() -> usize
where
    Const<N>: TransposedWindow<K, S, P>,
{
    <Const<N> as TransposedWindow<K, S, P>>::Out::SIZE
}

#[test]
fn windows() {
    // LeNet-5
    assert_eq!(
        [
            window::<28, 5, 1, 2>(),
            window::<28, 2, 2, 0>(),
            window::<14, 5, 1, 0>()
        ],
        [28, 14, 10]
    );
    // AlexNet's first two layers, ResNet's
    assert_eq!(
        [
            window::<227, 11, 4, 0>(),
            window::<55, 3, 2, 0>(),
            window::<224, 7, 2, 3>(),
            window::<112, 3, 2, 1>()
        ],
        [55, 27, 112, 56]
    );
    // a remainder is left unused; a window as long as the side; one that only the padding makes fit
    assert_eq!(
        [
            window::<6, 3, 2, 0>(),
            window::<5, 5, 3, 0>(),
            window::<1, 3, 1, 1>()
        ],
        [2, 1, 1]
    );
    // the last side of the table
    assert_eq!(
        [window::<4096, 1, 1, 0>(), window::<4096, 4096, 1, 0>()],
        [4096, 1]
    );
}

#[test]
fn transposed_windows() {
    // a window of 2 with stride 2 doubles, as in a decoder; the reverse of ResNet's first layer; PyTorch's k=4, s=2, p=1
    assert_eq!(
        [
            transposed::<7, 2, 2, 0>(),
            transposed::<112, 7, 2, 3>(),
            transposed::<16, 4, 2, 1>()
        ],
        [14, 223, 32]
    );
    assert_eq!(
        [transposed::<1, 1, 1, 0>(), transposed::<3, 3, 1, 1>()],
        [1, 3]
    );
}

#[test]
fn sums_and_products() {
    assert_eq!(<<Const<96> as Plus<Const<160>>>::Out as Dim>::SIZE, 256);
    assert_eq!(<<Const<0> as Plus<Const<0>>>::Out as Dim>::SIZE, 0);
    assert_eq!(<<Const<56> as Times<Const<4>>>::Out as Dim>::SIZE, 224);
    assert_eq!(
        <<Const<31> as Times<Const<1057>>>::Out as Dim>::SIZE,
        32_767
    );
}

#[test]
fn shapes() {
    assert_eq!(<<Image<5, 5, 16> as Flat>::Out as Shape>::SIDES, [400]);
    assert_eq!(<<Image<7, 7, 512> as Flat>::Out as Shape>::SIDES, [25_088]);
    assert_eq!(<<Matrix<3, 5> as Flat>::Out as Shape>::SIDES, [15]);
    assert_eq!(
        <<Image<28, 28, 64> as Join<Image<28, 28, 128>>>::Out as Shape>::SIDES,
        [28, 28, 192]
    );
    assert_eq!(<<Vector<3> as Join<Vector<4>>>::Out as Shape>::SIDES, [7]);
}

/// Every way through the table gives the number that went in: `n + 0 = n` at each length of the lower bits and around its edges.
#[test]
fn the_table_goes_both_ways() {
    macro_rules! same { ($($n:literal)*) => { $(assert_eq!(<<Const<$n> as Plus<Const<0>>>::Out as Dim>::SIZE, $n);)* } }
    same!(0 1 2 3 4 5 7 8 15 16 17 30 31 32 33 62 63 64 65 66 95 96 97 126 127 128 129 255 256 257 511 512 513 1000 1023 1024 1025 2047 2048 2049 3333 4094 4095 4096);
}
