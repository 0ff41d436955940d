//! Augmentations on images of which it is known by hand what must come out.

use std::collections::{HashMap, HashSet};

use core_tensor::{Image, Scalar, Shape, Tensor, Vector};
use models::data::augment::{
    Augment, Augmenter, Brightness, CutOut, FlipHorizontal, FlipVertical, RandomCrop, Rotate,
    SaltAndPepper, Shift, Sometimes, Zoom, key,
};

type Small = Image<5, 7, 2>;

/// Every number differs from all others.
fn counted<X: Shape>() -> Tensor<X> {
    Tensor::from_fn(|i| 1.0 + i as f32)
}

/// `augment` on `x`, with scratch memory full of NaN.
fn with<X: Shape, T: Scalar>(
    augment: &impl Augment<X, T>,
    mut x: Tensor<X, T>,
    key: u64,
) -> Tensor<X, T> {
    let mut scratch = Tensor::full(T::nan());
    augment.apply(&mut x, &mut scratch, key);
    x
}

/// `3 + 2·i + 5·j` of row `i` and column `j`: between pixels, bilinear is exact on it.
fn ramp() -> Tensor<Image<31, 31, 1>, f64> {
    Tensor::from_fn(|i| 3.0 + 2.0 * (i / 31) as f64 + 5.0 * (i % 31) as f64)
}

/// The value in the middle of an image of 31×31, and the slopes downwards and to the right there.
fn slopes(x: &Tensor<Image<31, 31, 1>, f64>) -> [f64; 3] {
    let down = (x[[17, 15, 0]] - x[[13, 15, 0]]) / 4.0;
    let right = (x[[15, 17, 0]] - x[[15, 13, 0]]) / 4.0;
    [x[[15, 15, 0]], down, right]
}

#[test]
fn a_shift_moves_whole_pixels_and_every_move_is_as_likely() {
    let before = counted::<Small>();
    let mut moves = HashMap::new();
    for key in 0..2500 {
        let after = with(
            &Shift {
                most: 2,
                fill: -1.0,
            },
            counted::<Small>(),
            key,
        );
        // the pixel in the middle is never lost
        let at = |x: &Tensor<Small>| {
            x.as_slice()
                .iter()
                .position(|&x| x == before[[2, 3, 0]])
                .expect("the middle stays inside")
        };
        let (from, to) = (at(&before) / 2, at(&after) / 2);
        let [down, right] = [
            (to / 7) as i64 - (from / 7) as i64,
            (to % 7) as i64 - (from % 7) as i64,
        ];
        for i in 0..5 {
            for j in 0..7 {
                for c in 0..2 {
                    let (row, column) = (i as i64 - down, j as i64 - right);
                    let inside = (0..5).contains(&row) && (0..7).contains(&column);
                    let expected = if inside {
                        before[[row as usize, column as usize, c]]
                    } else {
                        -1.0
                    };
                    assert_eq!(after[[i, j, c]], expected);
                }
            }
        }
        *moves.entry((down, right)).or_insert(0) += 1;
    }
    assert_eq!(moves.len(), 25);
    // 100 of each, give or take five standard deviations of 9.8
    assert!(moves.values().all(|&n| (51..150).contains(&n)), "{moves:?}");
}

#[test]
fn a_shift_of_nothing_and_one_past_the_image() {
    let still = with(&Shift::by(0), counted::<Small>(), 3);
    assert_eq!(still, counted());
    // most moves leave nothing of 5 rows
    let gone = (0..50).filter(|&key| {
        let x = with(&Shift::by(1000), counted::<Small>(), key);
        x.as_slice().iter().all(|&x| x == 0.0)
    });
    assert!(gone.count() > 45);
}

#[test]
fn flips() {
    let x = Tensor::<Image<3, 2, 2>>::new([
        [[1.0, 2.0], [3.0, 4.0]],
        [[5.0, 6.0], [7.0, 8.0]],
        [[9.0, 10.0], [11.0, 12.0]],
    ]);
    let across = Tensor::new([
        [[3.0, 4.0], [1.0, 2.0]],
        [[7.0, 8.0], [5.0, 6.0]],
        [[11.0, 12.0], [9.0, 10.0]],
    ]);
    let down = Tensor::new([
        [[9.0, 10.0], [11.0, 12.0]],
        [[5.0, 6.0], [7.0, 8.0]],
        [[1.0, 2.0], [3.0, 4.0]],
    ]);
    let always = (FlipHorizontal { chance: 1.0 }, FlipVertical { chance: 1.0 });
    let copy = || *x.duplicate();
    assert_eq!(with(&always.0, copy(), 5), across);
    assert_eq!(with(&always.1, copy(), 5), down);
    assert_eq!(with(&FlipHorizontal { chance: 0.0 }, copy(), 5), x);
    let half = FlipHorizontal { chance: 0.5 };
    let flipped = (0..1000).filter(|&key| with(&half, copy(), key) == across);
    assert!((420..580).contains(&flipped.count()));
}

#[test]
fn a_rotation_turns_the_slope_and_keeps_its_length() {
    let (mut least, mut most) = (0.0_f64, 0.0_f64);
    for key in 0..200 {
        let [middle, down, right] = slopes(&with(&Rotate::by(25.0), ramp(), key));
        assert!((middle - 108.0).abs() < 1e-9);
        assert!((down.hypot(right) - 29_f64.sqrt()).abs() < 1e-9);
        let turned = (down.atan2(right) - 2_f64.atan2(5.0)).to_degrees();
        assert!(turned.abs() <= 25.0 + 1e-9);
        (least, most) = (least.min(turned), most.max(turned));
    }
    assert!(least < -23.0 && most > 23.0, "{least} {most}");
}

#[test]
fn what_a_rotation_leaves_is_filled() {
    let rotate = Rotate {
        degrees: 45.0,
        fill: 9.0,
    };
    let x = (0..20)
        .map(|key| with(&rotate, Tensor::<Image<31, 31, 1>, f64>::zeros(), key))
        .find(|x| x[[0, 0, 0]] == 9.0)
        .expect("some angle empties the corner");
    assert_eq!(x[[15, 15, 0]], 0.0);
}

#[test]
fn a_zoom_divides_the_slope() {
    let (mut least, mut most) = (10.0_f64, 0.0_f64);
    for key in 0..200 {
        let [middle, down, right] = slopes(&with(&Zoom::between(0.5, 2.0), ramp(), key));
        assert!((middle - 108.0).abs() < 1e-9);
        let scale = 2.0 / down;
        assert!((right - 5.0 / scale).abs() < 1e-9);
        (least, most) = (least.min(scale), most.max(scale));
    }
    assert!((0.5..0.52).contains(&least) && (1.9..=2.0).contains(&most));
}

#[test]
fn a_crop_shows_a_part_of_the_image_enlarged() {
    let (mut least, mut corners) = (1.0_f64, [0.0_f64; 2]);
    for key in 0..300 {
        let [middle, down, right] = slopes(&with(&RandomCrop { least: 0.25 }, ramp(), key));
        let sides = [down / 2.0, right / 5.0];
        let (area, ratio) = (sides[0] * sides[1], sides[1] / sides[0]);
        assert!((0.2..=1.0 + 1e-9).contains(&area), "{area}");
        // a side that would be longer than the image is cut, which squeezes the ratio
        assert!((0.749..1.335).contains(&ratio), "{ratio}");
        // the middle of the crop is as far from the image's as the sides leave room
        let room = 2.0 * (1.0 - sides[0]) * 15.5 + 5.0 * (1.0 - sides[1]) * 15.5;
        assert!((middle - 108.0).abs() <= room + 1e-9);
        least = least.min(area);
        corners[usize::from(middle > 108.0)] += 1.0;
    }
    assert!(least < 0.28, "{least}");
    assert!(corners.iter().all(|&n| n > 100.0), "{corners:?}");
}

#[test]
fn cut_out_covers_a_square() {
    let mut whole = 0;
    for key in 0..300 {
        let x = with(
            &CutOut { side: 3, fill: 0.0 },
            counted::<Image<9, 9, 2>>(),
            key,
        );
        let covered: Vec<usize> = (0..81).filter(|i| x[[i / 9, i % 9, 0]] == 0.0).collect();
        assert!(covered.iter().all(|i| x[[i / 9, i % 9, 1]] == 0.0));
        let rows: HashSet<_> = covered.iter().map(|i| i / 9).collect();
        let columns: HashSet<_> = covered.iter().map(|i| i % 9).collect();
        assert_eq!(covered.len(), rows.len() * columns.len());
        assert!((2..=3).contains(&rows.len()) && (2..=3).contains(&columns.len()));
        whole += usize::from(covered.len() == 9);
    }
    // the middle is one of 7×7 of 9×9 pixels: 181 of 300
    assert!((140..225).contains(&whole), "{whole}");
}

#[test]
fn salt_and_pepper_are_as_many() {
    let grains = SaltAndPepper {
        share: 0.2,
        low: -1.0,
        high: 2.0,
    };
    let x = with(&grains, Tensor::<Image<100, 100, 3>>::full(0.5), 11);
    let pixels: Vec<&[f32]> = x.as_slice().chunks(3).collect();
    assert!(pixels.iter().all(|p| p[0] == p[1] && p[1] == p[2]));
    let count = |value| pixels.iter().filter(|p| p[0] == value).count();
    // 1,000 of each, five standard deviations are 150
    assert!((850..1150).contains(&count(2.0)) && (850..1150).contains(&count(-1.0)));
    assert_eq!(count(2.0) + count(-1.0) + count(0.5), 10_000);
}

#[test]
fn brightness_is_one_factor_and_stays_between_0_and_1() {
    let mut factors = Vec::new();
    for key in 0..200 {
        let x = with(
            &Brightness { most: 0.5 },
            Tensor::<Vector<3>, f64>::new([0.2, 0.4, 0.9]),
            key,
        );
        let [a, b, c] = *x.array();
        let factor = a / 0.2;
        assert!((b / 0.4 - factor).abs() < 1e-12);
        assert!((c - (0.9 * factor).min(1.0)).abs() < 1e-12);
        factors.push(factor);
    }
    factors.sort_by(f64::total_cmp);
    assert!((0.5..0.52).contains(&factors[0]) && (1.48..1.5).contains(&factors[199]));
}

#[test]
fn a_key_is_all_that_is_drawn_from() {
    let all = (
        Shift::by(1),
        FlipHorizontal { chance: 0.5 },
        Rotate::by(10.0),
        Zoom::between(0.9, 1.1),
        RandomCrop { least: 0.8 },
        CutOut { side: 2, fill: 0.0 },
        SaltAndPepper::of(0.1),
        Sometimes {
            chance: 0.5,
            augment: Brightness { most: 0.1 },
        },
    );
    let mut augmenter = Augmenter::new(all);
    let mut seen = HashSet::new();
    for key in 0..50 {
        // whatever came before
        let mut x = Tensor::<Small>::from_fn(|i| i as f32 / 70.0);
        augmenter.apply(&mut x, key);
        let alone = with(
            &augmenter.augment,
            Tensor::from_fn(|i| i as f32 / 70.0),
            key,
        );
        assert_eq!(x, alone);
        let bits: Vec<u32> = x.as_slice().iter().map(|x| x.to_bits()).collect();
        assert!(x.as_slice().iter().all(|x| x.is_finite()) && seen.insert(bits));
    }
}

#[test]
fn parts_of_a_tuple_draw_apart_and_in_order() {
    let half = FlipHorizontal { chance: 0.5 };
    let kept = (0..1000).filter(|&key| with(&(half, half), counted::<Small>(), key) == counted());
    assert!(
        (420..580).contains(&kept.count()),
        "both or none, half of the time"
    );
    // first pepper everywhere, then brightness leaves zeros alone; the other way round too, so that the last one decides
    let pepper = SaltAndPepper {
        share: 1.0,
        low: 0.5,
        high: 0.5,
    };
    let salt = SaltAndPepper {
        share: 1.0,
        low: 1.0,
        high: 1.0,
    };
    let last = |x: Tensor<Small>| x.as_slice()[0];
    assert_eq!(last(with(&(pepper, salt), counted(), 1)), 1.0);
    assert_eq!(last(with(&(salt, pepper), counted(), 1)), 0.5);
}

#[test]
fn sometimes_is_as_often_as_it_says() {
    let rarely = Sometimes {
        chance: 0.1,
        augment: FlipVertical { chance: 1.0 },
    };
    let flips = (0..1000).filter(|&key| with(&rarely, counted::<Small>(), key) != counted());
    assert!((55..150).contains(&flips.count()));
}

#[test]
fn keys_differ_in_each_number() {
    let mut seen = HashSet::new();
    for seed in 0..10 {
        for epoch in 0..30 {
            for sample in 0..100 {
                assert!(seen.insert(key(seed, epoch, sample)));
            }
        }
    }
}
