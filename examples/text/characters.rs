//! Networks that learn to write a text byte by byte, judged against an n-gram model on the part that they have not seen.

use core_tensor::{Params, Sequence, Tensor, Token, Tokens};
use models::{CharGru, CharLstm, CharRnn, CharTransformer};
use nn::{Class, Init, Layer, StepCrossEntropy};
use optim::schedule::OneCycle;
use optim::{AdamW, Clipped, Crew, Each, Pace, Progress, Round, Source, Targets, Trainer};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::ngram::Ngram;

/// Bytes of a window.
pub(crate) const L: usize = 64;
/// A text in UTF-8 is made of these, whatever its alphabet.
const V: usize = 256;
const BATCH: usize = 32;
const PEAK: f64 = 8e-3;

type Window = Tensor<Tokens<L, V>>;
type Next = [Option<Class<V>>; L];

/// A text, the last tenth of which is held out.
pub(crate) struct Text {
    bytes: Vec<u8>,
    /// where in the bytes the held-out part begins
    cut: usize,
    chars: Vec<char>,
    /// where in the characters it begins
    pub(crate) chars_cut: usize,
}

impl Text {
    /// # Errors
    /// If the text is too short to learn from.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        let chars: Vec<char> = text.chars().collect();
        let chars_cut = chars.len() - chars.len() / 10;
        let cut = chars[..chars_cut].iter().map(|c| c.len_utf8()).sum();
        let held_out = text.len() - cut;
        if held_out <= L || cut <= 4 * L {
            return Err(format!(
                "the text has {} bytes, expected more than {}; name a longer one",
                text.len(),
                10 * L
            ));
        }
        Ok(Self {
            bytes: text.into(),
            cut,
            chars,
            chars_cut,
        })
    }

    /// The characters of the held-out part.
    pub(crate) fn held_out(&self) -> &[char] {
        &self.chars[self.chars_cut..]
    }

    /// The bits that each held-out character costs the n-gram model.
    pub(crate) fn ngram(&self) -> Vec<f64> {
        Ngram::new(&self.chars[..self.chars_cut]).bits(&self.chars, self.chars_cut)
    }

    /// The window that begins at a byte, and what follows each of its bytes.
    fn window(&self, at: usize) -> (Window, Next) {
        let bytes = &self.bytes[at..][..L + 1];
        let class = |i: usize| Some(Class::new(bytes[i + 1].into()));
        (window(&bytes[..L]), core::array::from_fn(class))
    }
}

/// Up to `L` bytes, and zeros behind them.
fn window(bytes: &[u8]) -> Window {
    let word = |i: usize| Token::new(bytes.get(i).copied().unwrap_or(0).into());
    Tensor::new(core::array::from_fn(word))
}

/// Windows from anywhere in the part that is learnt from.
struct Windows<'t> {
    text: &'t Text,
    count: usize,
}

impl Source<Tokens<L, V>, Next, f32> for Windows<'_> {
    fn samples(&self) -> usize {
        self.count
    }

    fn epoch(&mut self, round: Round<'_, f32>, each: Each<'_, Tokens<L, V>, Next, f32>) {
        let places = (self.text.cut - L) as u64;
        for part in round.order.chunks(round.size) {
            let window = |&i: &usize| self.text.window((round.key_of(i) % places) as usize);
            let (x, next): (Vec<Window>, Vec<Next>) = part.iter().map(window).unzip();
            if each(&x, Targets::of(&next)).is_break() {
                return;
            }
        }
    }
}

/// How long and from where a network learns.
#[derive(Clone, Copy)]
pub(crate) struct Plan<'p> {
    pub(crate) seed: u64,
    pub(crate) epochs: usize,
    /// windows of an epoch
    pub(crate) windows: usize,
    /// at which text is written
    pub(crate) temperatures: &'p [f64],
    /// how many bytes are written
    pub(crate) write: usize,
    /// what the writing goes on from
    pub(crate) prompt: &'p str,
}

/// How a network did.
pub(crate) struct Learnt {
    pub(crate) name: &'static str,
    pub(crate) parameters: usize,
    /// bits that each held-out character costs
    pub(crate) bits: Vec<f64>,
    /// bits a byte of the windows learnt from, after each epoch
    pub(crate) curve: Vec<f64>,
    pub(crate) seconds: f64,
    /// what it wrote at each temperature
    pub(crate) written: Vec<String>,
}

impl Learnt {
    /// Bits a held-out character.
    pub(crate) fn mean(&self) -> f64 {
        mean(&self.bits)
    }
}

pub(crate) fn mean(bits: &[f64]) -> f64 {
    bits.iter().sum::<f64>() / bits.len() as f64
}

/// The networks by name.
pub(crate) const NAMES: [&str; 4] = ["rnn", "gru", "lstm", "transformer"];

/// Trains one of [`NAMES`].
pub(crate) fn learn(name: &str, text: &Text, plan: Plan<'_>) -> Learnt {
    match name {
        "rnn" => run::<CharRnn<V>>("rnn", text, plan, |_| ()),
        "gru" => run::<CharGru<V>>("gru", text, plan, |_| ()),
        // a cell that keeps what it holds, until it learns otherwise
        "lstm" => run::<CharLstm<V>>("lstm", text, plan, |(_, lstm, _)| {
            let gates = lstm.bias.as_mut_slice().chunks_exact_mut(128);
            gates.skip(1).take(1).for_each(|forget| forget.fill(1.0));
        }),
        _ => run::<CharTransformer<L, V>>("transformer", text, plan, |_| ()),
    }
}

fn run<N>(name: &'static str, text: &Text, plan: Plan<'_>, begin: impl FnOnce(&mut N)) -> Learnt
where
    N: Layer<Tokens<L, V>, Y = Sequence<L, V>> + Sync,
    N::Grad: Send,
{
    let clock = std::time::Instant::now();
    let adam = Clipped::norm(AdamW::new(PEAK), 1.0);
    let mut trainer = Trainer::<Tokens<L, V>, N, _, _>::new(StepCrossEntropy, adam, BATCH);
    trainer.network.init(Init::XavierNormal, plan.seed);
    begin(&mut trainer.network.layers);
    trainer.seed(plan.seed);
    let steps = plan.epochs * plan.windows.div_ceil(BATCH);
    trainer.pace = Pace::steps(OneCycle::new(PEAK, steps));
    let mut crew = Crew::of(&trainer, 2, 2);
    let windows = Windows {
        text,
        count: plan.windows,
    };
    let mut progress = Progress::quiet();
    let history = trainer
        .with(&mut crew)
        .fit(windows, None, plan.epochs, &mut progress);
    let seconds = clock.elapsed().as_secs_f64();
    let nats = history.iter().map(|epoch| f64::from(epoch.train.loss));
    Learnt {
        name,
        parameters: <N as Params<f32>>::COUNT,
        curve: nats.map(|nats| nats / core::f64::consts::LN_2).collect(),
        bits: bits(&mut trainer, text),
        seconds,
        written: plan
            .temperatures
            .iter()
            .map(|&temperature| write(&mut trainer, plan, temperature))
            .collect(),
    }
}

/// The bits of each held-out character: those of its bytes, each judged in the second half of a window, so that half a window stands before it.
fn bits<N, O>(trainer: &mut Trainer<Tokens<L, V>, N, StepCrossEntropy, O>, text: &Text) -> Vec<f64>
where
    N: Layer<Tokens<L, V>, Y = Sequence<L, V>>,
    O: optim::Optimizer<f32>,
{
    // the last may begin earlier, to end with the text
    let last = text.bytes.len() - L - 1;
    let starts: Vec<usize> = (text.cut - L / 2 - 1..last + L / 2)
        .step_by(L / 2)
        .map(|at| at.min(last))
        .collect();
    let mut of_bytes = vec![f64::NAN; text.bytes.len()];
    for starts in starts.chunks(BATCH) {
        let windows: Vec<Window> = starts.iter().map(|&at| text.window(at).0).collect();
        let logits = trainer.network.predict(&windows);
        for (logits, start) in logits.iter().zip(starts) {
            for (i, logits) in logits.as_slice().chunks_exact(V).enumerate().skip(L / 2) {
                let next = start + i + 1;
                of_bytes[next] = surprise(logits, text.bytes[next].into());
            }
        }
    }
    let mut at = text.cut;
    let of_char = |c: &char| {
        let bytes = &of_bytes[at..][..c.len_utf8()];
        at += c.len_utf8();
        bytes.iter().sum()
    };
    text.held_out().iter().map(of_char).collect()
}

/// `−log₂` of the chance that logits give to a class.
fn surprise(logits: &[f32], class: usize) -> f64 {
    let largest = logits.iter().copied().fold(f32::MIN, f32::max);
    let sum: f64 = logits.iter().map(|y| f64::from(y - largest).exp()).sum();
    (sum.ln() - f64::from(logits[class] - largest)) / core::f64::consts::LN_2
}

/// Goes on from the prompt, byte by byte, each drawn with a chance of `exp(logit/temperature)`; at 0 the likeliest.
fn write<N, O>(
    trainer: &mut Trainer<Tokens<L, V>, N, StepCrossEntropy, O>,
    plan: Plan<'_>,
    temperature: f64,
) -> String
where
    N: Layer<Tokens<L, V>, Y = Sequence<L, V>>,
    O: optim::Optimizer<f32>,
{
    let mut rng = ChaCha8Rng::seed_from_u64(plan.seed);
    let mut bytes: Vec<u8> = plan.prompt.into();
    // the bytes that the network is shown: when they fill its window, the older half is left out
    let mut from = bytes.len().saturating_sub(L);
    for _ in 0..plan.write {
        if bytes.len() - from > L {
            from += L / 2;
        }
        let shown = &bytes[from..];
        let x = [window(shown)];
        let logits = &trainer.network.predict(&x)[0];
        let logits = &logits.as_slice()[(shown.len() - 1) * V..][..V];
        bytes.push(draw(logits, temperature, &mut rng) as u8);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A class by its logit, the warmer the more at random.
pub(crate) fn draw(logits: &[f32], temperature: f64, rng: &mut impl rand::Rng) -> usize {
    let likeliest = (0..logits.len()).max_by(|&a, &b| logits[a].total_cmp(&logits[b]));
    let likeliest = likeliest.unwrap_or(0);
    if temperature <= 0.0 {
        return likeliest;
    }
    let weight = |&y: &f32| (f64::from(y - logits[likeliest]) / temperature).exp();
    let sum: f64 = logits.iter().map(weight).sum();
    let mut left = rng.random::<f64>() * sum;
    let found = logits.iter().position(|y| {
        left -= weight(y);
        left < 0.0
    });
    found.unwrap_or(likeliest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rhyme_is_learnt_by_heart() {
        let text = Text::new(&"ein Männlein steht im Walde, ganz still und stumm. ".repeat(60))
            .expect("long enough");
        let plan = Plan {
            seed: 0,
            epochs: 1,
            windows: 6400,
            temperatures: &[0.0],
            write: 30,
            prompt: "ganz still und ",
        };
        let learnt = run::<CharGru<V, f32, 16, 48>>("gru", &text, plan, |_| ());
        assert!(learnt.mean() < 0.5, "{}", learnt.mean());
        assert_eq!(
            learnt.written[0],
            "ganz still und stumm. ein Männlein steht im "
        );
        assert_eq!(learnt.bits.len(), text.held_out().len());
    }

    #[test]
    fn temperature_sharpens_and_flattens() {
        let logits = [0.0, 3_f32.ln(), f32::NEG_INFINITY];
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut share = |temperature| {
            let drawn = (0..20_000).filter(|_| draw(&logits, temperature, &mut rng) == 1);
            drawn.count() as f64 / 20_000.0
        };
        assert_eq!(share(0.0), 1.0);
        // 3 : 1, 9 : 1, √3 : 1, each within four standard deviations
        for (temperature, chance) in [(1.0, 0.75), (0.5, 0.9), (2.0, 0.634)] {
            assert!((share(temperature) - chance).abs() < 0.014, "{temperature}");
        }
    }

    #[test]
    fn bits_of_even_chances() {
        assert!((surprise(&[2.0; 8], 3) - 3.0).abs() < 1e-12);
    }
}
