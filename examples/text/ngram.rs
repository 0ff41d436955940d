//! What a network has to beat: an n-gram model of characters with interpolated Kneser–Ney smoothing.

use std::collections::HashMap;

/// Characters that a context has.
pub(crate) const CONTEXT: usize = 3;
/// Every character that there could be.
const CHARACTERS: f64 = 1_112_064.0;

/// What followed one context.
#[derive(Default)]
struct Followed {
    total: u32,
    by: HashMap<char, u32>,
}

/// The contexts of one length, and the discount of their counts.
#[derive(Default)]
struct Order {
    contexts: HashMap<u64, Followed>,
    discount: f64,
}

/// The chance of a character after the three before it:
///
/// `pₖ(w|h) = max(c(hw) − D, 0)/c(h·) + D·N(h·)/c(h·)·pₖ₋₁(w|h')`, where `c` counts how often `w` follows `h` for the longest contexts, and for
/// the others after how many different characters `hw` stands; `N(h·)` is how many different characters follow `h`, `h'` is `h` without its
/// first, and `D = n₁/(n₁ + 2n₂)` with the numbers of counts 1 and 2. Below the shortest context all characters are alike.
///
/// Kneser, Ney: Improved backing-off for m-gram language modeling (1995), interpolated as by Chen and Goodman (1999).
pub(crate) struct Ngram([Order; CONTEXT + 1]);

/// Up to three characters of 21 bits.
fn key(context: &[char]) -> u64 {
    context
        .iter()
        .fold(0, |key, &c| key << 21 | u64::from(u32::from(c)))
}

impl Ngram {
    /// Learns from a text.
    pub(crate) fn new(text: &[char]) -> Self {
        let mut orders: [Order; CONTEXT + 1] = Default::default();
        for window in text.windows(CONTEXT + 1) {
            orders[CONTEXT].add(key(&window[..CONTEXT]), window[CONTEXT]);
        }
        for length in (0..CONTEXT).rev() {
            let (shorter, longer) = orders.split_at_mut(length + 1);
            // without its first character
            let mask = (1 << (21 * length)) - 1;
            for (&context, followed) in &longer[0].contexts {
                followed
                    .by
                    .keys()
                    .for_each(|&c| shorter[length].add(context & mask, c));
            }
        }
        for order in &mut orders {
            let counts = order.contexts.values().flat_map(|f| f.by.values());
            let [one, two] = counts.fold([0.0, 0.0], |[one, two], &count| match count {
                1 => [one + 1.0, two],
                2 => [one, two + 1.0],
                _ => [one, two],
            });
            order.discount = if one > 0.0 {
                one / (one + 2.0 * two)
            } else {
                0.5
            };
        }
        Self(orders)
    }

    /// The chance that `next` follows the end of `before`.
    pub(crate) fn chance(&self, before: &[char], next: char) -> f64 {
        let mut chance = 1.0 / CHARACTERS;
        for (length, order) in self.0.iter().enumerate().take(before.len() + 1) {
            let context = key(&before[before.len() - length..]);
            // what was never seen says nothing, nor does what is longer
            let Some(followed) = order.contexts.get(&context) else {
                break;
            };
            let (total, discount) = (f64::from(followed.total), order.discount);
            let count = followed
                .by
                .get(&next)
                .map_or(0.0, |&count| f64::from(count));
            let kept = (count - discount).max(0.0) / total;
            chance = kept + discount * followed.by.len() as f64 / total * chance;
        }
        chance
    }

    /// The bits that each character of a text costs after `from`, with all that stands before it known.
    pub(crate) fn bits(&self, text: &[char], from: usize) -> Vec<f64> {
        let bits = |at: usize| {
            -self
                .chance(&text[at.saturating_sub(CONTEXT)..at], text[at])
                .log2()
        };
        (from..text.len()).map(bits).collect()
    }
}

impl Order {
    fn add(&mut self, context: u64, next: char) {
        let followed = self.contexts.entry(context).or_default();
        followed.total += 1;
        *followed.by.entry(next).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn by_hand() {
        // three before: abc→a 2, bca→b 1, cab→c 1. So for two: bc→a 1, ca→b 1, ab→c 1; for one: c→a, a→b, b→c 1 each; for none: a, b, c 1 each
        let ngram = Ngram::new(&chars("abcabca"));
        // n₁ = 2 and n₂ = 1 for three characters; n₂ = 0 for the others, whose discount is 1
        let discounts = ngram.0.each_ref().map(|order| order.discount);
        assert_eq!(discounts, [1.0, 1.0, 1.0, 0.5]);
        // with discounts of 1 each of the shorter contexts passes all on: 1/1,112,064
        let least = 1.0 / 1_112_064.0;
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-15, "{a} {b}");
        near(ngram.chance(&chars("abc"), 'a'), 1.5 / 2.0 + 0.25 * least);
        near(ngram.chance(&chars("bca"), 'b'), 0.5 + 0.5 * least);
        near(ngram.chance(&chars("xyz"), 'a'), least);
    }

    #[test]
    fn shorter_contexts_count_what_stood_before() {
        // x follows four contexts, y one: of one before, "a" is followed by x after two characters (p, q) and by y after one
        let ngram = Ngram::new(&chars("..pax..qax..pax..pay.."));
        let a = &ngram.0[1].contexts[&key(&['a'])];
        assert_eq!((a.by[&'x'], a.by[&'y'], a.total), (2, 1, 3));
    }

    #[test]
    fn chances_add_up_to_one() {
        let text = chars("the cat sat on the mat, the rat sat on the cat");
        let ngram = Ngram::new(&text);
        let mut seen = text.clone();
        seen.sort_unstable();
        seen.dedup();
        for before in ["the", " ca", "zzz", "at", ""] {
            let before = chars(before);
            let sum: f64 = seen.iter().map(|&c| ngram.chance(&before, c)).sum();
            let rest = (CHARACTERS - seen.len() as f64) * ngram.chance(&before, '∀');
            assert!((sum + rest - 1.0).abs() < 1e-12, "{before:?}: {sum} {rest}");
        }
    }
}
