//! Scores that should rank one class above the other.

/// The area under the ROC curve: how likely a positive sample scores above a negative one, where equal scores count half.
///
/// ```
/// use optim::metrics::Auc;
/// let mut auc = Auc::default();
/// for (score, positive) in [(0.1, false), (0.4, false), (0.35, true), (0.8, true)] {
///     auc.add(score, positive);
/// }
/// assert_eq!(auc.area(), Some(0.75));
/// ```
#[derive(Clone, Default, Debug)]
pub struct Auc {
    scores: Vec<(f64, bool)>,
}

impl Auc {
    /// Keeps a score.
    pub fn add(&mut self, score: f64, positive: bool) {
        self.scores.push((score, positive));
    }

    /// The area; `None` unless there are both classes and all scores are numbers.
    pub fn area(&self) -> Option<f64> {
        let mut scores = self.scores.clone();
        scores.sort_by(|a, b| a.0.total_cmp(&b.0));
        let positives = scores.iter().filter(|(_, positive)| *positive).count();
        let pairs = positives as f64 * (scores.len() - positives) as f64;
        if pairs == 0.0 || scores.iter().any(|(score, _)| score.is_nan()) {
            return None;
        }
        // for each group of equal scores: its positives beat the negatives below, and half of those beside them
        let (mut below, mut won) = (0.0, 0.0);
        for group in scores.chunk_by(|a, b| a.0 == b.0) {
            let positive = group.iter().filter(|(_, positive)| *positive).count() as f64;
            let negative = group.len() as f64 - positive;
            won += positive * (below + negative / 2.0);
            below += negative;
        }
        Some(won / pairs)
    }
}
