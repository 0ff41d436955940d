//! How a network learns here: momentum along one cycle of the rate, a little decay, images changed every time they are seen, two threads.

use core_tensor::{Params, Tensor, Vector};
use examples::images::{Grey, Images};
use models::data::augment::{Augmenter, FlipHorizontal, Shift};
use nn::{CrossEntropy, Init, Layer, Summary};
use optim::schedule::OneCycle;
use optim::{
    CheckPointError, CheckPoints, Crew, Data, Epoch, Loader, Nesterov, Pace, Progress, Trainer,
    Tuned,
};

/// How a network is taught.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    /// the largest rate of the cycle
    pub(crate) rate: f64,
    pub(crate) epochs: usize,
    /// samples of a batch
    pub(crate) batch: usize,
    /// what is done to an image each time that it is seen, if anything
    pub(crate) change: Option<(Shift, FlipHorizontal)>,
    pub(crate) seed: u64,
    pub(crate) threads: usize,
}

/// A network that was taught, and what it cost.
pub(crate) struct Learnt {
    pub(crate) name: &'static str,
    pub(crate) parameters: usize,
    /// of a sample, forward
    pub(crate) multiply_adds: u64,
    pub(crate) history: Vec<Epoch>,
    /// on the test images
    pub(crate) accuracy: f64,
    /// what it gives each class, for every test image
    pub(crate) logits: Vec<Tensor<Vector<10>>>,
}

impl Learnt {
    /// Of one epoch, in the mean.
    pub(crate) fn seconds(&self) -> f64 {
        let all: f64 = self.history.iter().map(|epoch| epoch.seconds).sum();
        all / self.history.len() as f64
    }

    /// The last epoch's mean over the training images.
    pub(crate) fn train_loss(&self) -> f64 {
        self.history
            .last()
            .map_or(f64::NAN, |epoch| epoch.train.loss.into())
    }

    /// A number of every epoch, the first at 1.
    pub(crate) fn by_epoch(&self, of: fn(&Epoch) -> f64) -> Vec<[f64; 2]> {
        let point = |epoch: &Epoch| [epoch.number as f64, of(epoch)];
        self.history.iter().map(point).collect()
    }
}

/// Teaches a network by a plan, and judges it by images that it has not seen.
///
/// # Errors
/// If there are check points to go on from that are none, or of another run.
pub(crate) fn learn<L>(
    name: &'static str,
    plan: Plan,
    [train, test]: [&Images; 2],
    check_points: Option<CheckPoints>,
    progress: &mut Progress<'_>,
) -> Result<Learnt, CheckPointError>
where
    L: Layer<Grey, Y = Vector<10>, Grad: Send> + Sync,
{
    let descent = Tuned::new(Nesterov::new(plan.rate, 0.9)).l2(5e-4);
    let mut trainer = Trainer::<Grey, L, _, _>::new(CrossEntropy, descent, plan.batch);
    trainer.network.init(Init::HeNormal, plan.seed);
    trainer.seed(plan.seed);
    let steps = plan.epochs * train.len().div_ceil(plan.batch);
    trainer.pace = Pace::steps(OneCycle::new(plan.rate, steps));
    trainer.check_points = check_points;
    trainer.resume_last()?;
    // always two shards, so that the bits do not depend on the number of threads
    let mut crew = Crew::of(&trainer, 2, plan.threads);
    let mut augmenter = plan.change.map(Augmenter::new);
    let changed = Loader::new(Data::new(&train.images, &train.labels)).change(|image, key| {
        if let Some(augmenter) = &mut augmenter {
            augmenter.apply(image, key);
        }
    });
    let test = Data::new(&test.images, &test.labels);
    let mut crewed = trainer.with(&mut crew);
    let history = crewed.fit(changed, Some(test), plan.epochs, progress);
    let mut logits = Vec::with_capacity(test.x.len());
    trainer.predict(test.x, |_, y| logits.push(y.map(|&y| y)));
    Ok(Learnt {
        name,
        parameters: <L as Params<f32>>::TRAINABLE,
        multiply_adds: Summary::of::<Grey, L, f32>(1).flops / 2,
        history,
        accuracy: trainer.score(test).accuracy().unwrap_or(f64::NAN),
        logits,
    })
}
