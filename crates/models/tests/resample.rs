//! Resampling against Pillow 12 on images of mode `F`: `Image.fromarray(x).resize((width, height), Image.BICUBIC)`, `BILINEAR` for the triangle.

use models::data::{Filter, resample};

/// Six rows of five pixels: `(7i² + 3j² + 5ij) mod 11 / 10`
fn pixels() -> Vec<f32> {
    let pixel = |k: usize| {
        let (i, j) = (k / 5, k % 5);
        ((7 * i * i + 3 * j * j + 5 * i * j) % 11) as f32 / 10.0
    };
    (0..30).map(pixel).collect()
}

fn close(filter: Filter, sides: [usize; 2], expected: &[f32]) {
    let found = resample(filter, &pixels(), [6, 5, 1], sides);
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 2e-6, "{found} {expected}");
    }
}

#[test]
fn shrunk() {
    let bicubic = [
        0.4791296, 0.4888923, 0.622085, 0.5632389, 0.5559058, 0.4841295,
    ];
    close(Filter::Bicubic, [2, 3], &bicubic);
    let triangle = [
        0.4964286, 0.4986111, 0.6142857, 0.5303571, 0.5652778, 0.4910714,
    ];
    close(Filter::Triangle, [2, 3], &triangle);
}

#[test]
#[rustfmt::skip]
fn enlarged() {
    let expected = [
        -0.0658278, 0.1593855, 0.2489949, 0.0605263, 0.3965513, 0.4706845, 0.3593638, 0.3359794, 0.3240183,
        0.3371806, 0.3941177, 0.450626, 0.5633534, 0.6628783, 0.7417453, 0.5597421, 0.5046667, 0.7094907,
        0.5641905, 0.6853192, 0.9132663, 0.5988021, 0.7190245, 0.7198514, 0.5252315, 0.7317562, 0.7441399,
        0.6331064, 0.7370752, 0.6831891, 0.5932215, 0.5125, 0.5625182, 0.5775623, 0.5614078, 0.7515057,
        0.5047207, 0.419383, 0.6585649, 0.3254711, 0.3928382, 0.6649699, 0.2243033, 0.2208333, 0.4905659,
        0.9761574, 0.2844496, 0.3987707, 0.9382798, 0.5992004, 0.455532, 0.5054708, 0.8117647, 0.2781513,
        0.3219977, 0.6827527, 1.0840572, 0.7467415, 0.4991868, 0.5736842, 0.2854765, 0.2528758, 0.3764563,
    ];
    close(Filter::Bicubic, [9, 7], &expected);
}

#[test]
#[rustfmt::skip]
fn narrower_and_higher() {
    let expected = [
        0.0376725, 0.1928325, 0.3240199, 0.4200693, 0.4167084, 0.3918455, 0.4841137, 0.6856603,
        0.6750439, 0.6026296, 0.6425821, 0.7915011, 0.6632676, 0.6632926, 0.6555431, 0.6338749,
        0.7346701, 0.4921857, 0.4379387, 0.5289215, 0.3163927, 0.5739458, 0.444427, 0.6629484,
        0.4131954, 0.6064557, 0.4257005, 0.579922, 0.9380054, 0.5417246, 0.3484543, 0.3226528,
    ];
    close(Filter::Bicubic, [8, 4], &expected);
}

#[test]
#[should_panic(expected = "3 numbers are no 2×2 pixels of 1")]
fn numbers_that_are_missing() {
    resample(Filter::Bicubic, &[0.0; 3], [2, 2, 1], [1, 1]);
}
