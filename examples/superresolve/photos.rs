//! The photographs: shrunk, cut into parts, compared.

use core_tensor::{Image, Tensor};
use models::data::augment::key;
use models::data::pictures::Picture;
use models::data::{Error, Filter, resample};
use optim::{Each, Round, Source, Targets};

/// How much larger pictures become.
pub(crate) const R: usize = 2;
/// The side of a held-out photograph when it is shrunk.
pub(crate) const LOW: usize = 96;
/// The side of a part that is learnt from.
pub(crate) const PART: usize = 32;
/// How far from the border of the larger part the network sees beyond it: `R·(2 + 1 + 1)`.
pub(crate) const SEEN: usize = 4 * R;
const MIDDLE: usize = R * PART - 2 * SEEN;
/// Pixels at the border that are not judged.
pub(crate) const BORDER: usize = 2 * R;
/// What the network says is this many times what is to be added: numbers of a common size.
pub(crate) const SCALE: f32 = 10.0;
/// The side of what is shown of a photograph.
const DETAIL: usize = 80;

/// A square photograph, what is left of it when it is shrunk, and how that is enlarged again.
pub(crate) struct Photo {
    pub(crate) name: &'static str,
    pub(crate) side: usize,
    /// brightness from 0 to 1
    pub(crate) pixels: Vec<f32>,
    /// the same at half the sides, antialiased, in steps of 1/255
    low: Vec<f32>,
    pub(crate) bicubic: Vec<f32>,
    /// where what is shown begins, down and to the right
    corner: [usize; 2],
}

impl Photo {
    fn decode(name: &'static str, bytes: &[u8], corner: [usize; 2]) -> Result<Self, Error> {
        let picture = Picture::decode(name, bytes)?;
        let (side, grey) = (picture.height, picture.rgb.chunks_exact(3));
        let pixels: Vec<f32> = grey.map(|p| f32::from(p[0]) / 255.0).collect();
        let to = |x: &[f32], from: usize, to: usize| {
            let x = resample(Filter::Bicubic, x, [from, from, 1], [to, to]);
            let bytes = x.into_iter().map(|x| (255.0 * x).round().clamp(0.0, 255.0));
            bytes.map(|byte| byte / 255.0).collect::<Vec<f32>>()
        };
        let low = to(&pixels, side, side / R);
        let bicubic = to(&low, side / R, side);
        Ok(Self {
            name,
            side,
            pixels,
            low,
            bicubic,
            corner,
        })
    }

    /// The small photograph around 0, as the network takes it.
    pub(crate) fn centred(&self) -> Vec<f32> {
        self.low.iter().map(|x| x - 0.5).collect()
    }

    /// Each pixel of the small photograph as `R`×`R`.
    pub(crate) fn nearest(&self) -> Vec<f32> {
        let side = self.side;
        let pixel = |i: usize| self.low[i / side / R * (side / R) + i % side / R];
        (0..side * side).map(pixel).collect()
    }

    /// A square of a picture of this size.
    pub(crate) fn detail(&self, pixels: &[f32]) -> Tensor<Image<DETAIL, DETAIL, 1>> {
        let [top, left] = self.corner;
        Tensor::from_fn(|i| pixels[(top + i / DETAIL) * self.side + left + i % DETAIL])
    }

    /// The same square of the small photograph.
    pub(crate) fn low_detail(&self) -> Tensor<Image<{ DETAIL / R }, { DETAIL / R }, 1>> {
        let [top, left] = self.corner.map(|corner| corner / R);
        let side = DETAIL / R;
        Tensor::from_fn(|i| self.low[(top + i / side) * (self.side / R) + left + i % side])
    }
}

macro_rules! photo {
    ($name:literal, $corner:expr) => {
        Photo::decode(
            $name,
            include_bytes!(concat!("pictures/", $name, ".png")),
            $corner,
        )
    };
}

/// Those that are learnt from.
pub(crate) fn train() -> Result<Vec<Photo>, Error> {
    let all = [
        photo!("coffee", [0; 2]),
        photo!("camera", [0; 2]),
        photo!("rocket", [0; 2]),
        photo!("brick", [0; 2]),
        photo!("gravel", [0; 2]),
    ];
    all.into_iter().collect()
}

/// Those that are not.
pub(crate) fn held_out() -> Result<Vec<Photo>, Error> {
    let all = [photo!("astronaut", [24, 64]), photo!("chelsea", [56, 32])];
    all.into_iter().collect()
}

/// Peak signal-to-noise ratio in dB, `−10·log₁₀ mean (x − y)²` of numbers from 0 to 1, without the border.
pub(crate) fn psnr(x: &[f32], y: &[f32], side: usize) -> f64 {
    let inside = |&i: &usize| {
        [i / side, i % side]
            .iter()
            .all(|at| (BORDER..side - BORDER).contains(at))
    };
    let all = (0..side * side).filter(inside);
    let (sum, count) = all.fold((0.0, 0.0), |(sum, count), i| {
        (sum + f64::from(x[i] - y[i]).powi(2), count + 1.0)
    });
    -10.0 * (sum / count).log10()
}

/// Parts of photographs anywhere, turned and mirrored; the target is what bicubic interpolation lacks in the middle.
pub(crate) struct Patches {
    pub(crate) photos: Vec<Photo>,
    pub(crate) count: usize,
}

type Part = Image<PART, PART, 1>;
type Lack = Tensor<Image<MIDDLE, MIDDLE, 1>>;

impl Patches {
    fn cut(&self, key: u64, part: &mut Tensor<Part>) -> Lack {
        // different bits of the key say different things
        let pick = |shift: u32, n: usize| (key >> shift) as usize % 4096 * n / 4096;
        let photo = &self.photos[pick(0, self.photos.len())];
        let small = photo.side / R;
        let [top, left] = [12, 24].map(|shift| pick(shift, small - PART + 1));
        let way = pick(36, 8);
        // where a pixel of a square comes from when it is mirrored and turned
        let from = |i: usize, j: usize, side: usize| {
            let [mut y, mut x] = if way & 1 == 0 { [i, j] } else { [j, i] };
            if way & 2 != 0 {
                y = side - 1 - y;
            }
            if way & 4 != 0 {
                x = side - 1 - x;
            }
            [y, x]
        };
        for (i, pixel) in part.as_mut_slice().iter_mut().enumerate() {
            let [y, x] = from(i / PART, i % PART, PART);
            *pixel = photo.low[(top + y) * small + left + x] - 0.5;
        }
        Tensor::from_fn(|i| {
            let [y, x] = from(i / MIDDLE + SEEN, i % MIDDLE + SEEN, R * PART);
            let at = (R * top + y) * photo.side + R * left + x;
            SCALE * (photo.pixels[at] - photo.bicubic[at])
        })
    }
}

impl Source<Part, Lack, f32> for Patches {
    fn samples(&self) -> usize {
        self.count
    }

    fn epoch(&mut self, round: Round<'_, f32>, each: Each<'_, Part, Lack, f32>) {
        let mut lacks = Vec::with_capacity(round.size);
        for chosen in round.order.chunks(round.size) {
            lacks.clear();
            let parts = &mut round.room[..chosen.len() * PART * PART];
            let parts = Tensor::<Part>::batch_mut(parts);
            for (part, &i) in parts.iter_mut().zip(chosen) {
                lacks.push(self.cut(key(round.key, 0, i as u64), part));
            }
            if each(parts, Targets::of(&lacks)).is_break() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn psnr_by_hand() {
        let side = 2 * BORDER + 3;
        let (x, mut y) = (vec![0.5; side * side], vec![0.6; side * side]);
        assert!((psnr(&x, &y, side) - 20.0).abs() < 1e-5);
        // the border does not count
        y[side] = 9.0;
        assert!((psnr(&x, &y, side) - 20.0).abs() < 1e-5);
    }

    #[test]
    fn parts_and_what_they_lack_belong_together() {
        // on a slope that doubles exactly, bicubic interpolation lacks nothing, whichever way it is turned
        let side = 128;
        let pixels: Vec<f32> = (0..side * side)
            .map(|i| (i % side) as f32 / 400.0 + (i / side) as f32 / 300.0)
            .collect();
        let low = resample(Filter::Bicubic, &pixels, [side, side, 1], [side / R; 2]);
        // a mark that is not in the small one
        let mark = [60, 70];
        let mut marked = pixels.clone();
        marked[mark[0] * side + mark[1]] += 0.1;
        let patches = Patches {
            photos: vec![Photo {
                name: "slope",
                side,
                pixels: marked,
                low,
                bicubic: pixels,
                corner: [0; 2],
            }],
            count: 1,
        };
        let mut seen = 0;
        for number in 0..32 {
            let mut part = Tensor::zeros();
            let lack = patches.cut(key(0, 0, number), &mut part);
            let marks = lack.as_slice().iter().enumerate();
            let marks: Vec<_> = marks.filter(|(_, x)| x.abs() > 0.5).collect();
            for &(i, _) in &marks {
                // the small part has the brightness of the mark's place there
                let [y, x] = [i / MIDDLE, i % MIDDLE].map(|at| (at + SEEN) / R);
                let expected = 70.0 / 400.0 + 60.0 / 300.0 - 0.5;
                assert!((part[[y, x, 0]] - expected).abs() < 0.01);
                seen += 1;
            }
            assert!(marks.len() <= 1);
        }
        assert!((4..32).contains(&seen), "{seen}");
    }
}
