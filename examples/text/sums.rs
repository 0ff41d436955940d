//! Sums of numbers of three digits, read and answered character by character: `347+589=` is to be followed by `6390`, the last digit first.

use core_tensor::{Tensor, Token, Tokens};
use models::CharLstm;
use nn::{Class, Init, StepCrossEntropy};
use optim::schedule::OneCycle;
use optim::{AdamW, Crew, Data, Each, Pace, Progress, Round, Source, Targets, Trainer};

/// Digits, plus, equals.
const V: usize = 12;
const PLUS: usize = 10;
const EQUALS: usize = 11;
/// `347+589=` and all digits of the answer but its last.
pub(crate) const L: usize = 11;
/// Characters of a question.
const ASKED: usize = 8;
const BATCH: usize = 128;
const PEAK: f64 = 6e-3;

type Net = CharLstm<V, f32, 16, 128>;
type Question = Tensor<Tokens<L, V>>;
type Answer = [Option<Class<V>>; L];

/// One in eight pairs is never learnt from, in either order.
fn unseen([a, b]: [usize; 2]) -> bool {
    let pair = (a.min(b) * 1000 + a.max(b)) as u64;
    (pair.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 61) == 0
}

/// The first pair from a key on that is unseen, or not.
fn pair(key: u64, held_out: bool) -> [usize; 2] {
    let pair = |i: u64| {
        let key = (key ^ key >> 31)
            .wrapping_add(i)
            .wrapping_mul(0x94d0_49bb_1331_11eb)
            >> 20;
        [key % 1000, key / 1000 % 1000].map(|n| n as usize)
    };
    let mut pairs = (0..).map(pair);
    pairs
        .find(|&pair| unseen(pair) == held_out)
        .unwrap_or_default()
}

fn digits<const N: usize>(number: usize) -> [usize; N] {
    core::array::from_fn(|i| number / 10_usize.pow(i as u32) % 10)
}

/// What the network reads, and what it should say where: nothing until the question ends.
fn written([a, b]: [usize; 2]) -> (Question, Answer) {
    let ([a0, a1, a2], [b0, b1, b2]) = (digits(a), digits(b));
    let answer: [usize; 4] = digits(a + b);
    let asked = [a2, a1, a0, PLUS, b2, b1, b0, EQUALS];
    let read = |i: usize| Token::new(asked.get(i).copied().unwrap_or_else(|| answer[i - ASKED]));
    let say = |i: usize| Some(Class::new(answer[(i + 1).checked_sub(ASKED)?]));
    (
        Tensor::new(core::array::from_fn(read)),
        core::array::from_fn(say),
    )
}

/// How often a digit is carried.
pub(crate) fn carries([a, b]: [usize; 2]) -> usize {
    let carried =
        |place: u32| a % 10_usize.pow(place) + b % 10_usize.pow(place) >= 10_usize.pow(place);
    (1..=3).filter(|&place| carried(place)).count()
}

/// New pairs in every epoch, none of them unseen.
struct Sums(usize);

impl Source<Tokens<L, V>, Answer, f32> for Sums {
    fn samples(&self) -> usize {
        self.0
    }

    fn epoch(&mut self, round: Round<'_, f32>, each: Each<'_, Tokens<L, V>, Answer, f32>) {
        for part in round.order.chunks(round.size) {
            let sum = |&i: &usize| written(pair(round.key_of(i), false));
            let (x, answers): (Vec<Question>, Vec<Answer>) = part.iter().map(sum).unzip();
            if each(&x, Targets::of(&answers)).is_break() {
                return;
            }
        }
    }
}

/// How it went.
pub(crate) struct Learnt {
    /// after each epoch, the share of unseen sums whose whole answer is right
    pub(crate) curve: Vec<f64>,
    /// in the end, on others
    pub(crate) right: f64,
    /// by the number of carries
    pub(crate) by_carries: [f64; 4],
    /// some questions with what was answered
    pub(crate) shown: Vec<(String, usize, bool)>,
}

/// Trains on `epochs` times `sums` sums.
pub(crate) fn learn(epochs: usize, sums: usize, asked: usize, seed: u64) -> Learnt {
    let mut trainer =
        Trainer::<Tokens<L, V>, Net, _, _>::new(StepCrossEntropy, AdamW::new(PEAK), BATCH);
    trainer.network.init(Init::XavierNormal, seed);
    trainer.seed(seed);
    let steps = epochs * sums.div_ceil(BATCH);
    trainer.pace = Pace::steps(OneCycle::new(PEAK, steps));
    let mut crew = Crew::of(&trainer, 2, 2);
    let of = |keys: std::ops::Range<u64>| -> (Vec<Question>, Vec<Answer>) {
        keys.map(|key| written(pair(key << 32, true))).unzip()
    };
    let (x, answers) = of(0..500);
    let mut progress = Progress::quiet();
    let history = trainer.with(&mut crew).fit(
        Sums(sums),
        Some(Data::new(&x, &answers)),
        epochs,
        &mut progress,
    );
    let curve = history
        .iter()
        .map(|epoch| epoch.judged().accuracy().unwrap_or(0.0));
    let curve = curve.collect();

    // the digits that the network says are those that it reads on
    let pairs: Vec<[usize; 2]> = (1000..1000 + asked as u64)
        .map(|key| pair(key << 32, true))
        .collect();
    let (mut right, mut all) = ([0.0; 4], [0.0; 4]);
    let mut shown = Vec::new();
    for pairs in pairs.chunks(BATCH) {
        let said = answer(&mut trainer.network, pairs);
        for (&[a, b], said) in pairs.iter().zip(said) {
            let carries = carries([a, b]);
            all[carries] += 1.0;
            right[carries] += f64::from(u8::from(said == a + b));
            shown.push((format!("{a:03}+{b:03}"), said, said == a + b));
        }
    }
    shown.truncate(16);
    Learnt {
        curve,
        right: right.iter().sum::<f64>() / asked as f64,
        by_carries: core::array::from_fn(|i| right[i] / f64::max(all[i], 1.0)),
        shown,
    }
}

/// What the network says to each question, digit by digit.
fn answer(net: &mut nn::Network<Tokens<L, V>, Net>, pairs: &[[usize; 2]]) -> Vec<usize> {
    // the answer's places hold zeros until it is said
    let mut questions: Vec<Question> = pairs
        .iter()
        .map(|&pair| {
            let (question, _) = written(pair);
            let words = question.array();
            let zeroed = |i: usize| if i < ASKED { words[i] } else { Token::new(0) };
            Tensor::new(core::array::from_fn(zeroed))
        })
        .collect();
    let mut said = vec![0; pairs.len()];
    for place in 0..4 {
        let logits = net.predict(&questions);
        let digit = |y: &Tensor<core_tensor::Sequence<L, V>>| {
            let y = &y.as_slice()[(ASKED - 1 + place) * V..][..V];
            (0..V).max_by(|&i, &j| y[i].total_cmp(&y[j])).unwrap_or(0)
        };
        let digits: Vec<usize> = logits.iter().map(digit).collect();
        for ((said, question), digit) in said.iter_mut().zip(&mut questions).zip(digits) {
            *said += digit * 10_usize.pow(place as u32);
            if ASKED + place < L {
                question[[ASKED + place]] = digit as f32;
            }
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_written_with_the_last_digit_first() {
        let (question, answer) = written([347, 589]);
        let read: Vec<usize> = question.array().iter().map(|t| t.index()).collect();
        assert_eq!(read, [3, 4, 7, PLUS, 5, 8, 9, EQUALS, 6, 3, 9]);
        let say: Vec<usize> = answer.iter().flatten().map(|c| c.index()).collect();
        assert_eq!((say, answer[6]), (vec![6, 3, 9, 0], None));
        assert_eq!([[347, 589], [1, 2], [999, 1]].map(carries), [2, 0, 3]);
    }

    #[test]
    fn nothing_unseen_is_learnt_from() {
        for key in 0..2000_u64 {
            let (seen, held_out) = (pair(key << 32, false), pair(key << 32, true));
            assert!(!unseen(seen) && unseen(held_out));
            assert!(unseen([held_out[1], held_out[0]]));
        }
        let share = (0..1000).filter(|&a| unseen([a, 500])).count();
        assert!((80..170).contains(&share), "{share}");
    }
}
