//! Brackets that match: which one is to be closed next, said after every character, at twice the length that was learnt from.

use core_tensor::{Tensor, Token, Tokens};
use models::CharLstm;
use nn::{Class, Init, Network, StepCrossEntropy};
use optim::schedule::OneCycle;
use optim::{AdamW, Clipped, Crew, Each, Pace, Progress, Round, Source, Targets, Trainer};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// Two kinds, opening and closing.
pub(crate) const SIGNS: [char; 4] = ['(', '[', ')', ']'];
/// What is said after a character: all is closed, `)` or `]` is next, or no way to go on can mend it.
const V: usize = 4;
const CLOSED: usize = 0;
const BROKEN: usize = 3;
/// Characters that are learnt from.
pub(crate) const TAUGHT: usize = 24;
/// Characters that are asked about.
pub(crate) const ASKED: usize = 2 * TAUGHT;
/// How many may be open at once.
const DEEPEST: usize = 4;
/// Units of the state.
pub(crate) const UNITS: usize = 48;
const BATCH: usize = 64;
const PEAK: f64 = 8e-3;

type Net = CharLstm<V, f32, 8, UNITS>;
type Text<const L: usize> = Tensor<Tokens<L, V>>;
type Says<const L: usize> = [Option<Class<V>>; L];

/// A text that matches, half the time with one bracket exchanged for another; and what is to be said after each character.
fn draw<const L: usize>(key: u64) -> ([usize; L], [usize; L]) {
    let mut rng = ChaCha8Rng::seed_from_u64(key);
    let mut open = Vec::new();
    let mut text: [usize; L] = core::array::from_fn(|i| {
        let room = open.len() < DEEPEST && open.len() < L - i;
        if open.is_empty() || room && rng.random() {
            open.push(rng.random_range(0..2));
            open[open.len() - 1]
        } else {
            2 + open.pop().unwrap_or(0)
        }
    });
    if rng.random() {
        let at = rng.random_range(0..L);
        text[at] = (text[at] + rng.random_range(1..4)) % 4;
    }
    (text, says(&text))
}

/// By a stack: what is to be closed next after each character.
pub(crate) fn says<const L: usize>(text: &[usize; L]) -> [usize; L] {
    let (mut open, mut broken) = (Vec::new(), false);
    text.map(|sign| {
        match sign {
            0 | 1 => open.push(sign),
            _ => broken |= open.pop() != Some(sign - 2),
        }
        match open.last() {
            _ if broken => BROKEN,
            Some(sign) => 1 + sign,
            None => CLOSED,
        }
    })
}

fn sample<const L: usize>(key: u64) -> (Text<L>, Says<L>) {
    let (text, says) = draw::<L>(key);
    (
        Tensor::new(text.map(Token::new)),
        says.map(|class| Some(Class::new(class))),
    )
}

/// New texts in every epoch.
struct Brackets(usize);

impl Source<Tokens<TAUGHT, V>, Says<TAUGHT>, f32> for Brackets {
    fn samples(&self) -> usize {
        self.0
    }

    fn epoch(
        &mut self,
        round: Round<'_, f32>,
        each: Each<'_, Tokens<TAUGHT, V>, Says<TAUGHT>, f32>,
    ) {
        for part in round.order.chunks(round.size) {
            let text = |&i: &usize| sample::<TAUGHT>(round.key_of(i));
            let (x, says): (Vec<_>, Vec<_>) = part.iter().map(text).unzip();
            if each(&x, Targets::of(&says)).is_break() {
                return;
            }
        }
    }
}

/// How it went.
pub(crate) struct Learnt {
    /// the share of texts of the length learnt from, and of twice that, of which it says rightly in the end whether they match
    pub(crate) right: [f64; 2],
    /// the same for all that is said within a text
    pub(crate) all: [f64; 2],
    /// the share of long texts that match
    pub(crate) matching: f64,
    /// a long text that matches, and the states of the network after each character
    pub(crate) text: [usize; ASKED],
    pub(crate) states: Vec<f32>,
}

/// Trains on `epochs` times `texts` texts, and asks about others, as many of each length.
pub(crate) fn learn(epochs: usize, texts: usize, asked: u64, seed: u64) -> Learnt {
    let adam = Clipped::norm(AdamW::new(PEAK), 1.0);
    let mut trainer = Trainer::<Tokens<TAUGHT, V>, Net, _, _>::new(StepCrossEntropy, adam, BATCH);
    trainer.network.init(Init::XavierNormal, seed);
    trainer.seed(seed);
    trainer.pace = Pace::steps(OneCycle::new(PEAK, epochs * texts.div_ceil(BATCH)));
    let mut crew = Crew::of(&trainer, 2, 2);
    let mut progress = Progress::quiet();
    trainer
        .with(&mut crew)
        .fit(Brackets(texts), None, epochs, &mut progress);

    // the layers do not know the length: the same weights read longer texts
    let (right, all) = judge(&mut trainer.network, asked);
    let mut long = Network::<Tokens<ASKED, V>, Net>::new(BATCH);
    long.layers = trainer.network.layers;
    let (long_right, long_all) = judge(&mut long, asked);
    let texts = |key: u64| draw::<ASKED>(u64::MAX - key);
    let matching = (0..asked).filter(|&key| texts(key).1[ASKED - 1] == CLOSED);
    let matching = matching.count() as f64 / asked as f64;
    let (text, _) = (0..)
        .map(texts)
        .find(|(_, says)| says[ASKED - 1] == CLOSED)
        .unwrap_or_else(|| texts(0));
    let mut reader = Network::<Tokens<ASKED, V>, (nn::Embedding<V, 8>, nn::Lstm<8, UNITS>)>::new(1);
    let (embedding, lstm, _) = *long.layers;
    *reader.layers = (embedding, lstm);
    let states = reader.predict(&[Tensor::new(text.map(Token::new))])[0]
        .as_slice()
        .to_vec();
    Learnt {
        right: [right, long_right],
        all: [all, long_all],
        matching,
        text,
        states,
    }
}

/// The shares of texts about which it is right in the end, and all the way.
fn judge<const L: usize>(net: &mut Network<Tokens<L, V>, Net>, asked: u64) -> (f64, f64) {
    let (mut right, mut all) = (0, 0);
    let keys: Vec<u64> = (0..asked).map(|key| u64::MAX - key).collect();
    for keys in keys.chunks(BATCH) {
        let texts = keys.iter().map(|&key| draw::<L>(key));
        let (texts, says): (Vec<_>, Vec<_>) = texts.unzip();
        let x: Vec<Text<L>> = texts
            .iter()
            .map(|text| Tensor::new(text.map(Token::new)))
            .collect();
        for (y, says) in net.predict(&x).iter().zip(says) {
            let rows = y.as_slice().chunks_exact(V);
            let said: Vec<usize> = rows
                .map(|y| (0..V).max_by(|&i, &j| y[i].total_cmp(&y[j])).unwrap_or(0))
                .collect();
            right += usize::from((said[L - 1] == CLOSED) == (says[L - 1] == CLOSED));
            all += usize::from(said == says);
        }
    }
    (right as f64 / asked as f64, all as f64 / asked as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_says_what_is_next() {
        let text = ['(', '[', ']', ')', '[', ')', ']', '(']
            .map(|sign| SIGNS.iter().position(|&s| s == sign).expect("a sign"));
        assert_eq!(says(&text), [1, 2, 1, 0, 2, 3, 3, 3]);
    }

    #[test]
    fn a_short_training_reads_longer_texts() {
        let learnt = learn(1, 6144, 400, 0);
        assert!(learnt.right[0] > 0.7, "{:?}", learnt.right);
        assert_eq!(learnt.states.len(), ASKED * UNITS);
        assert_eq!(says(&learnt.text)[ASKED - 1], CLOSED);
    }

    #[test]
    fn half_of_the_texts_match() {
        let ends: Vec<usize> = (0..2000)
            .map(|key| draw::<ASKED>(key).1[ASKED - 1])
            .collect();
        let matching = ends.iter().filter(|&&end| end == CLOSED).count();
        // one bracket exchanged never matches
        assert!((900..1100).contains(&matching), "{matching}");
    }
}
