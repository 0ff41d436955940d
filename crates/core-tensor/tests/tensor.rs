//! Tensors from outside: every form of every operator, axes, products and what is said of a mistake, with values worked out by hand.

use core_tensor::shape::name;
use core_tensor::shape::{Filter, Sequence};
use core_tensor::{
    Image, Matrix, Pair, PairArray, Scalar, Shape, Tensor, Token, Tokens, Vector, Zeroed,
};
use rand::distr::{StandardUniform, Uniform};
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

type Two<T = f64> = Tensor<Vector<2>, T>;

fn two(a: f64, b: f64) -> Two {
    Tensor::new([a, b])
}

// an operator with tensors by value and by reference, with a scalar, and in place
macro_rules! operators { ($($test:ident $op:tt $assign:tt [$x:expr, $y:expr] by tensor [$a:expr, $b:expr] by scalar [$c:expr, $d:expr];)+) => {$(
    #[test]
    fn $test() {
        let (x, y) = (|| two(6.0, -3.0), || two($x, $y));
        let by_tensor = two($a, $b);
        assert_eq!(x() $op y(), by_tensor);
        assert_eq!(&x() $op y(), by_tensor);
        assert_eq!(x() $op &y(), by_tensor);
        assert_eq!(&x() $op &y(), by_tensor);
        assert_eq!(x() $op 2.0, two($c, $d));
        assert_eq!(&x() $op 2.0, two($c, $d));
        let mut z = x();
        z $assign &y();
        assert_eq!(z, by_tensor);
        let mut z = x();
        z $assign 2.0;
        assert_eq!(z, two($c, $d));
    }
)+} }
operators! {
    adds + += [0.5, 4.0] by tensor [6.5, 1.0] by scalar [8.0, -1.0];
    subtracts - -= [0.5, 4.0] by tensor [5.5, -7.0] by scalar [4.0, -5.0];
    multiplies * *= [0.5, 4.0] by tensor [3.0, -12.0] by scalar [12.0, -6.0];
    divides / /= [0.5, 4.0] by tensor [12.0, -0.75] by scalar [3.0, -1.5];
}

#[test]
fn negates() {
    let x = two(6.0, -3.0);
    assert_eq!(-&x, two(-6.0, 3.0));
    assert_eq!(-x, two(-6.0, 3.0));
}

#[test]
fn maps_and_zips_to_other_types() {
    let x = Tensor::<Matrix<2, 2>, i32>::new([[1, -2], [3, -4]]);
    assert_eq!(x.map(|&x| x > 0).array(), &[[true, false], [true, false]]);
    let y = x.zip(&x.map(|x| f64::from(*x)), |a, b| f64::from(*a) * b);
    assert_eq!(y, Tensor::new([[1.0, 4.0], [9.0, 16.0]]));
}

#[test]
fn sums_and_extremes() {
    let x = Tensor::<Matrix<2, 3>>::new([[1.0, -2.0, 4.0], [0.5, 4.0, -2.0]]);
    assert_eq!(
        (x.sum(), x.mean(), x.min(), x.max()),
        (5.5, 5.5 / 6.0, -2.0, 4.0)
    );
    // the first of equals
    assert_eq!(x.argmax(), 2);
    assert_eq!(Tensor::<Vector<3>>::full(7.0).argmax(), 0);
    assert_eq!(Tensor::<Vector<2>>::full(f32::NEG_INFINITY).argmax(), 0);
    assert_eq!(
        (two(-0.0, 0.0).argmax(), two(-1.0, f64::INFINITY).max()),
        (0, f64::INFINITY)
    );
}

#[test]
fn a_nan_is_never_hidden() {
    let nan = f64::NAN;
    for x in [[nan, 1.0, 2.0], [1.0, nan, 2.0], [1.0, 2.0, nan]] {
        let x = Tensor::<Vector<3>, f64>::new(x);
        assert!(x.min().is_nan() && x.max().is_nan() && x.sum().is_nan() && x.mean().is_nan());
        assert!(x[[x.argmax()]].is_nan());
    }
    assert_eq!(
        Tensor::<Vector<4>, f64>::new([5.0, nan, 9.0, nan]).argmax(),
        1
    );
    let x = Tensor::<Matrix<2, 2>, f64>::new([[nan, 1.0], [3.0, 2.0]]);
    assert!(x.max_axis::<0>()[[0]].is_nan() && x.min_axis::<1>()[[0]].is_nan());
    assert_eq!(
        (x.max_axis::<0>()[[1]], x.argmax_axis::<0>().array()),
        (2.0, &[0, 1])
    );
}

#[test]
fn axes_of_a_matrix() {
    let x = Tensor::<Matrix<2, 3>>::new([[1.0, 8.0, 3.0], [4.0, 2.0, 3.0]]);
    assert_eq!(
        x.sum_axis::<0>(),
        Tensor::<Vector<3>>::new([5.0, 10.0, 6.0])
    );
    assert_eq!(x.sum_axis::<1>(), Tensor::<Vector<2>>::new([12.0, 9.0]));
    assert_eq!(x.mean_axis::<0>(), Tensor::new([2.5, 5.0, 3.0]));
    assert_eq!(x.mean_axis::<1>(), Tensor::new([4.0, 3.0]));
    assert_eq!(x.min_axis::<0>(), Tensor::new([1.0, 2.0, 3.0]));
    assert_eq!(x.max_axis::<1>(), Tensor::new([8.0, 4.0]));
    assert_eq!(x.argmax_axis::<0>().array(), &[1, 0, 0]);
    assert_eq!(x.argmax_axis::<1>().array(), &[1, 0]);
}

#[test]
fn axes_of_an_image_and_a_sequence() {
    // number 100·row + 10·column + channel at its place
    let x = Tensor::<Image<2, 3, 2>>::from_fn(|i| (i / 6 * 100 + i / 2 % 3 * 10 + i % 2) as f32);
    let rows = Tensor::<Matrix<3, 2>>::new([[100.0, 102.0], [120.0, 122.0], [140.0, 142.0]]);
    assert_eq!(x.sum_axis::<0>(), rows);
    assert_eq!(
        x.mean_axis::<1>(),
        Tensor::<Matrix<2, 2>>::new([[10.0, 11.0], [110.0, 111.0]])
    );
    let channels = [[1.0, 11.0, 21.0], [101.0, 111.0, 121.0]];
    assert_eq!(x.max_axis::<2>(), Tensor::<Matrix<2, 3>>::new(channels));
    let steps = Tensor::<Sequence<3, 2>>::new([[1.0, 2.0], [3.0, 4.0], [5.0, 9.0]]);
    assert_eq!(steps.sum_axis::<0>(), Tensor::new([9.0, 15.0]));
    assert_eq!(steps.mean_axis::<1>(), Tensor::new([1.5, 3.5, 7.0]));
}

#[test]
fn a_row_is_repeated() {
    let x = Tensor::<Matrix<2, 2>>::new([[2.0, 4.0], [6.0, 8.0]]);
    let row = Tensor::new([2.0, 0.5]);
    assert_eq!(x.add_row(&row), Tensor::new([[4.0, 4.5], [8.0, 8.5]]));
    assert_eq!(x.sub_row(&row), Tensor::new([[0.0, 3.5], [4.0, 7.5]]));
    assert_eq!(x.mul_row(&row), Tensor::new([[4.0, 2.0], [12.0, 4.0]]));
    assert_eq!(x.div_row(&row), Tensor::new([[1.0, 8.0], [3.0, 16.0]]));
    let pixels = Tensor::<Image<1, 2, 2>>::zeros().add_row(&row);
    assert_eq!(pixels, Tensor::new([[[2.0, 0.5], [2.0, 0.5]]]));
}

fn products<T: Scalar>() {
    let numbers = |all: &[f64]| all.iter().map(|&x| T::of(x)).collect::<Vec<_>>();
    let a =
        Tensor::<Matrix<2, 3>, T>::from_slice(&numbers(&[1., 2., 3., 4., 5., 6.])).expect("2×3");
    let b =
        Tensor::<Matrix<3, 2>, T>::from_slice(&numbers(&[7., 8., 9., 10., 11., 12.])).expect("3×2");
    let is = |found: &[T], expected: &[f64]| assert_eq!(found, numbers(expected));
    is(a.matmul(&b).as_slice(), &[58., 64., 139., 154.]);
    is(a.matmul_nt(&a).as_slice(), &[14., 32., 32., 77.]);
    is(
        a.matmul_tn(&a).as_slice(),
        &[17., 22., 27., 22., 29., 36., 27., 36., 45.],
    );
    is(a.transpose().as_slice(), &[1., 4., 2., 5., 3., 6.]);
    is(
        b.matmul_nt(&a.transpose()).as_slice(),
        &[39., 54., 69., 49., 68., 87., 59., 82., 105.],
    );
    is(
        a.transpose().matmul_tn(&b).as_slice(),
        &[58., 64., 139., 154.],
    );
}

#[test]
fn matrix_products_by_hand() {
    products::<f32>();
    products::<f64>();
}

#[test]
fn reshape_keeps_memory_order() {
    let x = Tensor::<Matrix<2, 6>>::from_fn(|i| i as f32);
    let image: &Tensor<Image<2, 2, 3>> = x.reshape();
    assert_eq!(image[[1, 0, 2]], 8.0);
    assert_eq!(image.as_slice().as_ptr(), x.as_slice().as_ptr());
    assert_eq!(
        x.reshape::<Vector<12>>().reshape::<Sequence<4, 3>>()[[3, 0]],
        9.0
    );
}

#[test]
fn joins_along_the_last_side() {
    assert_eq!(
        two(1.0, 2.0).join(&Tensor::<Vector<1>, f64>::new([3.0])),
        Tensor::<Vector<3>, f64>::new([1.0, 2.0, 3.0])
    );
    let (a, b) = (
        Tensor::<Matrix<2, 1>>::new([[1.0], [2.0]]),
        Tensor::<Matrix<2, 2>>::new([[3.0, 4.0], [5.0, 6.0]]),
    );
    assert_eq!(
        a.join(&b),
        Tensor::<Matrix<2, 3>>::new([[1.0, 3.0, 4.0], [2.0, 5.0, 6.0]])
    );
    let (a, b) = (
        Tensor::<Image<1, 2, 1>>::new([[[1.0], [2.0]]]),
        Tensor::<Image<1, 2, 1>>::new([[[3.0], [4.0]]]),
    );
    assert_eq!(
        a.join(&b),
        Tensor::<Image<1, 2, 2>>::new([[[1.0, 3.0], [2.0, 4.0]]])
    );
}

#[test]
fn positions() {
    let mut x = Tensor::<Filter<2, 3, 4, 5>>::from_fn(|i| i as f32);
    assert_eq!(x[[1, 2, 3, 4]], 119.0);
    assert_eq!(x[[1, 0, 2, 3]], 60.0 + 13.0);
    x[[0, 1, 0, 0]] = -1.0;
    assert_eq!(x.as_slice()[20], -1.0);
    assert_eq!(<Filter<2, 3, 4, 5> as Shape>::SIDES, [2, 3, 4, 5]);
}

#[test]
#[should_panic(expected = "position [1, 3] lies outside Matrix<2, 3>")]
fn a_column_too_far() {
    // in memory there is a number there: the first of the next row
    let _ = Tensor::<Matrix<2, 3>>::zeros()[[1, 3]];
}

#[test]
#[should_panic(expected = "position [2] lies outside Vector<2>")]
fn writing_too_far() {
    two(1.0, 2.0)[[2]] = 0.0;
}

#[test]
fn slices_of_another_length() {
    assert_eq!(
        Tensor::<Vector<2>, f64>::from_slice(&[1.0, 2.0]),
        Ok(two(1.0, 2.0))
    );
    let text = |numbers: &[f32]| {
        Tensor::<Image<2, 2, 3>>::from_slice(numbers)
            .expect_err("12 are needed")
            .to_string()
    };
    assert_eq!(
        text(&[0.0; 13]),
        "Image<2, 2, 3> holds 12 numbers, the slice 13; cut or fill it to that length"
    );
    assert_eq!(
        text(&[]),
        "Image<2, 2, 3> holds 12 numbers, the slice 0; cut or fill it to that length"
    );
}

#[test]
fn numbers_are_samples() {
    let mut numbers = [1.0, 2.0, 3.0, 4.0];
    assert_eq!(
        Tensor::<Vector<2>, f64>::batch(&numbers),
        [two(1.0, 2.0), two(3.0, 4.0)]
    );
    assert!(Tensor::<Vector<2>, f64>::batch(&[]).is_empty());
    Tensor::<Vector<2>, f64>::batch_mut(&mut numbers)[1][[0]] = 7.0;
    assert_eq!(numbers, [1.0, 2.0, 7.0, 4.0]);
    let samples = [two(1.0, 2.0), two(3.0, 4.0)];
    assert_eq!(Tensor::flat(&samples), [1.0, 2.0, 3.0, 4.0]);
}

#[test]
#[should_panic(expected = "5 numbers do not fill a whole number of samples of Vector<2>")]
fn half_a_sample() {
    Tensor::<Vector<2>, f64>::batch(&[0.0; 5]);
}

#[test]
#[should_panic(expected = "3 numbers do not fill a whole number of samples of Image<1, 2, 2>")]
fn half_a_sample_to_write_to() {
    Tensor::<Image<1, 2, 2>>::batch_mut(&mut [0.0; 3]);
}

#[test]
fn copies_and_defaults() {
    let x = two(1.0, 2.0);
    let mut copy = x.duplicate();
    copy[[0]] = 5.0;
    assert_eq!((x[[0]], *copy), (1.0, two(5.0, 2.0)));
    assert_eq!(Two::default(), Tensor::full(0.0));
    assert_eq!(Tensor::<Matrix<1, 2>, u8>::full(3).array(), &[[3, 3]]);
    const CONSTANT: Tensor<Vector<2>> = Tensor::new([1.0, 2.0]);
    assert_eq!(CONSTANT.array(), &[1.0, 2.0]);
}

#[test]
fn random_numbers_come_from_the_seed() {
    let draw = |seed| {
        Tensor::<Image<5, 7, 3>>::random(&mut ChaCha8Rng::seed_from_u64(seed), StandardUniform)
    };
    assert_eq!(draw(1), draw(1));
    assert!(draw(1) != draw(2));
    let x = draw(1);
    assert!(x.min() >= 0.0 && x.max() < 1.0 && (x.mean() - 0.5).abs() < 0.1);
    // drawn one after another, in memory order
    let mut rng: Box<dyn Rng> = Box::new(ChaCha8Rng::seed_from_u64(3));
    let uniform = Uniform::new(-2.0, 3.0).expect("a range");
    let x = Tensor::<Vector<4>, f64>::random(&mut *rng, uniform);
    let mut again = ChaCha8Rng::seed_from_u64(3);
    let pairs = [(); 2].map(|()| Tensor::<Vector<2>, f64>::random(&mut again, uniform));
    assert_eq!(x, pairs[0].join(&pairs[1]));
    assert!(x.min() >= -2.0 && x.max() < 3.0);
}

#[test]
fn one_number_has_the_empty_shape() {
    let x = Tensor::<(), f64>::new(2.5);
    assert_eq!((x[[]], x.as_slice()), (2.5, &[2.5][..]));
    assert_eq!(format!("{x} {x:?}"), "2.5 Tensor<()> 2.5");
    let sum = Tensor::<Vector<3>, f64>::new([1.0, 2.0, 4.0]).sum_axis::<0>();
    assert_eq!(sum, Tensor::new(7.0));
}

#[test]
fn a_pair_is_one_tensor_after_the_other() {
    type Inner = Pair<Image<1, 2, 1>, ()>;
    type Both = Pair<Vector<3>, Inner>;
    assert_eq!((Both::LEN, Both::SIDES), (6, &[6][..]));
    assert_eq!(
        name::<Both>().to_string(),
        "Pair<Vector<3>, Pair<Image<1, 2, 1>, ()>>"
    );
    let mut x = Tensor::<Both, f64>::from_fn(|i| i as f64);
    let (first, second) = x.parts();
    assert_eq!(first, &Tensor::new([0.0, 1.0, 2.0]));
    let (image, number) = second.parts();
    assert_eq!((image[[0, 1, 0]], number[[]]), (4.0, 5.0));
    let by_hand = PairArray {
        first: [0.0, 1.0, 2.0],
        second: PairArray {
            first: [[[3.0], [4.0]]],
            second: 5.0,
        },
    };
    assert_eq!(x.array(), &by_hand);
    let (first, second) = x.parts_mut();
    first[[2]] = 20.0;
    *second.parts_mut().1 = Tensor::new(50.0);
    assert_eq!(x.as_slice(), [0.0, 1.0, 20.0, 3.0, 4.0, 50.0]);
    assert_eq!((x[[2]], x.map(|x| x + 1.0)[[5]]), (20.0, 51.0));
    let parts = (
        Tensor::new([0.0, 1.0, 20.0]),
        Tensor::new(PairArray {
            first: [[[3.0], [4.0]]],
            second: 50.0,
        }),
    );
    assert_eq!(Tensor::from(parts), x);
}

#[test]
fn numbers_are_read_as_pairs_where_they_lie() {
    type Both = Pair<Vector<1>, Vector<2>>;
    let mut numbers: Vec<f32> = (0..6).map(|i| i as f32).collect();
    let batch = Tensor::<Both>::batch_mut(&mut numbers);
    assert_eq!(batch.len(), 2);
    assert_eq!(batch[1].parts().1, &Tensor::new([4.0, 5.0]));
    batch[0].parts_mut().0[[0]] = 7.0;
    assert_eq!(Tensor::flat(batch), [7.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(numbers[0], 7.0);
    assert_eq!(Tensor::<Both>::boxed().as_slice(), [0.0; 3]);
}

#[test]
#[should_panic(
    expected = "4 numbers do not fill a whole number of samples of Pair<Vector<1>, Vector<2>>"
)]
fn half_a_pair() {
    Tensor::<Pair<Vector<1>, Vector<2>>>::batch(&[0.0; 4]);
}

#[test]
fn words_are_whole_numbers_of_a_vocabulary() {
    let words = Tensor::<Tokens<3, 9>>::new([Token::new(4), Token::new(0), Token::new(8)]);
    assert_eq!(words.as_slice(), [4.0, 0.0, 8.0]);
    assert_eq!(words.array().map(Token::index), [4, 0, 8]);
    let name = core_tensor::shape::name::<Tokens<3, 9>>().to_string();
    assert_eq!(name, "Tokens<3, 9>");
    let batch = Tensor::<Tokens<3, 9>>::batch(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(batch[1][[2]], 6.0);
}

#[test]
#[should_panic(expected = "word number 9 of a vocabulary of 9")]
fn a_word_beyond_the_vocabulary() {
    Token::<9>::new(9);
}

#[test]
#[should_panic(expected = "2.5 is no word of a vocabulary of 9")]
fn a_number_between_two_words() {
    Tensor::<Tokens<1, 9>>::batch(&[2.5])[0].array()[0].index();
}
