//! Layers that are random in training: what they do to the mean, that they are quiet in use, that a seed repeats them and that backward
//! draws what forward drew.

use core_tensor::{Image, Shape, Tensor, Vector, Zeroed};
use nn::{
    ChannelDropout, DropConnect, Dropout, GaussianNoise, Layer, Pass, RRelu, SaltAndPepper,
    training_room,
};

type Many = Vector<4000>;

/// Outputs for ones, and the gradient for ones.
fn train<X: Shape, L: Layer<X, f64, Y = X>>(samples: usize, key: u64) -> (Vec<f64>, Vec<f64>) {
    let x = vec![1.0; samples * X::LEN];
    let mut room = vec![f64::NAN; training_room::<X, L, f64>(samples)];
    let mut pass = Pass::train(&mut room, key);
    let layer = L::boxed();
    let (y, saved) = layer.forward(Tensor::batch(&x), &mut pass);
    let dy = pass.batch::<X>(samples);
    Tensor::flat_mut(dy).fill(1.0);
    let mut grad = L::Grad::boxed();
    let dx = layer.backward(saved, dy, Some(&mut *grad), &mut pass);
    (Tensor::flat(y).to_vec(), Tensor::flat(dx).to_vec())
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

#[test]
fn dropout_keeps_the_mean() {
    let (y, dx) = train::<Many, Dropout<1, 4>>(25, 1);
    assert!(y.iter().all(|&y| y == 0.0 || y == 4.0 / 3.0));
    // 100,000 draws: a deviation of the mean of 0.0018
    assert!((mean(&y) - 1.0).abs() < 0.008, "{}", mean(&y));
    assert_eq!(y, dx, "for ones, the gradient is the factor too");
    let dropped = y.iter().filter(|&&y| y == 0.0).count() as f64 / y.len() as f64;
    assert!((dropped - 0.25).abs() < 0.006, "{dropped}");
}

#[test]
fn channels_are_dropped_as_a_whole() {
    type X = Image<3, 5, 40>;
    let (y, dx) = train::<X, ChannelDropout<1, 2>>(50, 7);
    assert_eq!(y, dx);
    for sample in y.chunks(X::LEN) {
        for pixel in sample.chunks(40) {
            assert_eq!(pixel, &sample[..40], "each pixel loses the same channels");
        }
    }
    let first: Vec<f64> = y
        .chunks(X::LEN)
        .flat_map(|sample| sample[..40].to_vec())
        .collect();
    // 2,000 draws of 0 or 2: a deviation of the mean of 0.022
    assert!((mean(&first) - 1.0).abs() < 0.1, "{}", mean(&first));
    assert_ne!(y[..40], y[X::LEN..][..40], "another sample, another draw");
}

#[test]
fn noise_has_its_mean_and_deviation() {
    let (y, dx) = train::<Many, GaussianNoise<1, 5>>(25, 3);
    let noise: Vec<f64> = y.iter().map(|y| y - 1.0).collect();
    let square: Vec<f64> = noise.iter().map(|n| n * n).collect();
    let fourth: Vec<f64> = square.iter().map(|n| n * n).collect();
    assert!(mean(&noise).abs() < 0.003, "{}", mean(&noise));
    assert!((mean(&square) - 0.04).abs() < 0.001, "{}", mean(&square));
    // a normal number has three times the square of its variance
    assert!(
        (mean(&fourth) / 0.0016 - 3.0).abs() < 0.15,
        "{}",
        mean(&fourth)
    );
    assert!(dx.iter().all(|&dx| dx == 1.0));
}

#[test]
fn salt_and_pepper() {
    let (y, dx) = train::<Many, SaltAndPepper<1, 5>>(25, 3);
    // ones stay ones or become salt, a tenth becomes pepper; a fifth learns nothing
    assert!(y.iter().all(|&y| y == 0.0 || y == 1.0));
    assert!((mean(&y) - 0.9).abs() < 0.005, "{}", mean(&y));
    assert!((mean(&dx) - 0.8).abs() < 0.007, "{}", mean(&dx));
    assert!(y.iter().zip(&dx).all(|(&y, &dx)| y == 1.0 || dx == 0.0));
}

/// With one input of 1 the outputs are a row of `M`, less the bias; the masks of three samples, row by row, make all that follows plain sums.
#[test]
fn every_sample_drops_weights_of_its_own() {
    const I: usize = 30;
    const O: usize = 21;
    const N: usize = 3;
    type L = DropConnect<I, O, f64, 1, 4>;
    let mut layer = L::boxed();
    let mut room = vec![f64::NAN; training_room::<Vector<I>, L, f64>(N)];
    layer.weight.as_mut_slice().fill(1.0);
    layer.bias.as_mut_slice().fill(7.0);
    let mut masks = vec![[[0.0; O]; I]; N];
    for i in 0..I {
        let x = [0; N].map(|_| Tensor::<Vector<I>, f64>::from_fn(|r| f64::from(u8::from(r == i))));
        let (y, _) = layer.forward(&x, &mut Pass::train(&mut room, 3));
        for (mask, y) in masks.iter_mut().zip(y) {
            mask[i] = y.map(|y| y - 7.0).array().to_owned();
        }
    }
    let all: Vec<f64> = masks.iter().flatten().flatten().copied().collect();
    let drawn = |factor: f64| factor == 0.0 || (factor - 4.0 / 3.0).abs() < 1e-14;
    assert!(all.iter().all(|&factor| drawn(factor)));
    // 1,890 draws of 0 or 4/3: the mean has a deviation of 0.013
    assert!((mean(&all) - 1.0).abs() < 0.05, "{}", mean(&all));
    // masks that are drawn apart agree at 5/8 of their places, with a deviation of 0.02
    for [a, b] in [[0, 1], [0, 2], [1, 2]] {
        let alike = masks[a].as_flattened().iter().zip(masks[b].as_flattened());
        let alike = alike.filter(|(a, b)| a == b).count() as f64 / (I * O) as f64;
        assert!((alike - 0.625).abs() < 0.08, "{alike}");
    }

    let number = |i: usize| (i as f64 * 1.7).sin();
    layer.weight = Tensor::from_fn(number);
    let x: Vec<Tensor<Vector<I>, f64>> = (0..N)
        .map(|n| Tensor::from_fn(|i| number(7 * n + i)))
        .collect();
    let mut pass = Pass::train(&mut room, 3);
    let (y, saved) = layer.forward(&x, &mut pass);
    let near = |found: f64, sum: f64| assert!((found - sum).abs() < 1e-12, "{found} {sum}");
    let w = |i: usize, j: usize| layer.weight[[i, j]];
    for (n, mask) in masks.iter().enumerate() {
        for j in 0..O {
            near(
                y[n][[j]],
                7.0 + (0..I)
                    .map(|i| x[n][[i]] * mask[i][j] * w(i, j))
                    .sum::<f64>(),
            );
        }
    }
    let dy = pass.batch::<Vector<O>>(N);
    let slope = |n: usize, j: usize| number(100 + n * O + j);
    for (n, dy) in dy.iter_mut().enumerate() {
        *dy = Tensor::from_fn(|j| slope(n, j));
    }
    let mut grad = <L as core_tensor::Params<f64>>::Grad::boxed();
    let dx = layer.backward(saved, dy, Some(&mut *grad), &mut pass);
    for i in 0..I {
        for (n, mask) in masks.iter().enumerate() {
            near(
                dx[n][[i]],
                (0..O).map(|j| slope(n, j) * mask[i][j] * w(i, j)).sum(),
            );
        }
        for j in 0..O {
            let of_sample =
                |(n, mask): (usize, &[[f64; O]; I])| mask[i][j] * x[n][[i]] * slope(n, j);
            near(
                grad.weight[[i, j]],
                masks.iter().enumerate().map(of_sample).sum(),
            );
        }
    }
    for j in 0..O {
        near(grad.bias[[j]], (0..N).map(|n| slope(n, j)).sum());
    }
    let (y, _) = layer.forward(&x, &mut Pass::infer(&mut room));
    near(
        y[1][[4]],
        7.0 + (0..I).map(|i| x[1][[i]] * w(i, 4)).sum::<f64>(),
    );
}

#[test]
fn rrelu_draws_a_slope_for_each_number() {
    type L = RRelu<1, 8, 1, 3>;
    let layer = L::boxed();
    let minus = [Tensor::<Many, f64>::full(-1.0)];
    let mut room = vec![f64::NAN; training_room::<Many, L, f64>(1)];
    let mut pass = Pass::train(&mut room, 3);
    let (y, saved) = layer.forward(&minus, &mut pass);
    let slopes: Vec<f64> = y[0].as_slice().iter().map(|y| -y).collect();
    assert!(
        slopes
            .iter()
            .all(|slope| (0.125..1.0 / 3.0).contains(slope))
    );
    // uniform in a range of 5/24: a deviation of 0.06 a number, 0.00095 of their mean
    assert!(
        (mean(&slopes) - 11.0 / 48.0).abs() < 0.004,
        "{}",
        mean(&slopes)
    );
    let spread: Vec<f64> = slopes.iter().map(|s| (s - 11.0 / 48.0).powi(2)).collect();
    assert!((mean(&spread) * 12.0 - (5.0_f64 / 24.0).powi(2)).abs() < 0.004);
    let dy = pass.batch::<Many>(1);
    Tensor::flat_mut(dy).fill(2.0);
    let dx = layer.backward(saved, dy, None, &mut pass);
    assert!(
        dx[0]
            .as_slice()
            .iter()
            .zip(&slopes)
            .all(|(dx, slope)| *dx == 2.0 * slope)
    );
    // in use, PyTorch's mean slope of 0.22916666666666666
    let x = [Tensor::<Vector<3>, f64>::new([-2.0, 0.0, 3.0])];
    let mut room = vec![f64::NAN; 100];
    let (y, _) = layer.forward(&x, &mut Pass::infer(&mut room));
    assert_eq!(y[0], Tensor::new([-2.0 * 0.22916666666666666, 0.0, 3.0]));
}

#[test]
fn in_use_nothing_happens() {
    fn quiet<L: Layer<Vector<50>, f64, Y = Vector<50>>>() {
        let x = [Tensor::<Vector<50>, f64>::from_fn(|i| i as f64)];
        let mut room = vec![f64::NAN; L::ROOM.inference(1)];
        let layer = L::boxed();
        let (y, _) = layer.forward(&x, &mut Pass::infer(&mut room));
        assert_eq!(y[0], x[0]);
    }
    quiet::<Dropout<9, 10>>();
    quiet::<ChannelDropout<9, 10>>();
    quiet::<GaussianNoise<9, 10>>();
    quiet::<SaltAndPepper<9, 10>>();
}

#[test]
fn a_key_repeats_a_draw_and_two_layers_draw_apart() {
    let draw = |key| train::<Many, Dropout<1, 2>>(1, key).0;
    assert_eq!(draw(5), draw(5));
    assert_ne!(draw(5), draw(6));
    // two halves that drew alike would drop a half together, not three quarters
    let (y, _) = train::<Many, (Dropout<1, 2>, Dropout<1, 2>)>(1, 5);
    let dropped = y.iter().filter(|&&y| y == 0.0).count() as f64 / 4000.0;
    assert!((dropped - 0.75).abs() < 0.035, "{dropped}");
}
