//! Networks of hundreds of megabytes as types: they are made, trained and saved in a debug build with a stack of 2 MiB.

use core_tensor::{Image, Params, Path, Scalar, Tensor, Zeroed};
use models::{GoogLeNet, ResNet50, ResNet152, Vgg16};
use nn::{Class, Conv2d, CrossEntropy, Gradients, Init, Layer, Network, Relu, Residual};
use optim::{Sgd, Trainer};

type Picture = Image<224, 224, 3>;

fn on_a_small_stack<R: Send + 'static>(work: fn() -> R) -> R {
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    let running = thread.spawn(work).expect("a thread");
    running.join().expect("a stack of 2 MiB is enough")
}

/// Makes the network with its gradient, walks its tensors and takes it through every function of a step, on a batch of none.
fn lives<L: Layer<Picture> + Params<f32>, Q: nn::Loss<L::Y, f32, Target = Class<1000>>>(
    loss: &Q,
) -> usize {
    let mut network = Network::<Picture, L>::new(1);
    let mut gradient = <L::Grad as Zeroed>::boxed();
    let mut tensors = 0;
    network.layers.visit(
        [&mut *gradient],
        &Path::Root,
        &mut |_: core_tensor::Leaf<'_>, _: &mut [f32], _: [&mut [f32]; 1]| tensors += 1,
    );
    network.gradient(loss, &[], &[], &mut gradient, Gradients::Add, 0);
    assert_eq!(network.predict(&[]).len(), 0);
    tensors
}

/// The largest of them: 553 MB of weights, and as much again for the gradient.
#[test]
fn vgg16_is_made_stepped_and_saved() {
    on_a_small_stack(|| {
        let mut trainer = Trainer::<Picture, Vgg16, _, _>::new(CrossEntropy, Sgd { rate: 0.5 }, 1);
        trainer.network.init(Init::ZEROS, 0);
        // in the heap: 600 kB go over the stack more than once in a debug build
        let numbers = vec![0.5; 224 * 224 * 3];
        let picture = Tensor::batch(&numbers);
        // a network of zeros finds all classes equally likely, and moves the biases of its last layer alone: by 0.5·(1 − 1/1000)
        let score = trainer.step(picture, &[Class::new(7)]);
        assert!((score.loss - 1000_f32.ln()).abs() < 1e-5, "{}", score.loss);
        let logits = &trainer.network.predict(picture)[0];
        assert!((logits[[7]] - 0.4995).abs() < 1e-6 && (logits[[8]] + 0.0005).abs() < 1e-6);

        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("vgg16.safetensors");
        trainer.network.save(&path).expect("saved");
        let bytes = std::fs::metadata(&path).expect("a file").len();
        assert!(
            (138_357_544 * 4..138_357_544 * 4 + 8192).contains(&bytes),
            "{bytes}"
        );
    });
}

#[test]
fn deep_ones() {
    // a convolution has one tensor, a normalisation four, the last layer two
    assert_eq!(
        on_a_small_stack(|| lives::<ResNet50, _>(&CrossEntropy)),
        53 * 5 + 2
    );
    assert_eq!(
        on_a_small_stack(|| lives::<ResNet152, _>(&CrossEntropy)),
        155 * 5 + 2
    );
    assert_eq!(
        on_a_small_stack(|| {
            let middle = nn::Auxiliary {
                main: CrossEntropy,
                head: CrossEntropy,
                weight: 0.3,
            };
            lives::<GoogLeNet, _>(&nn::Auxiliary {
                main: middle,
                head: CrossEntropy,
                weight: 0.3,
            })
        }),
        // 57 convolutions of the network and one of each head, and five linear layers
        59 * 5 + 10
    );
}

/// Any scalar will do.
#[test]
fn a_block_in_f64() {
    fn parameters<T: Scalar, L: Params<T>>() -> usize {
        L::COUNT
    }
    assert_eq!(
        parameters::<f64, Residual<(Conv2d<4, 4, 3, 1, 1, f64>, Relu)>>(),
        148
    );
    assert_eq!(
        parameters::<f64, ResNet50<1000, f64>>(),
        parameters::<f32, ResNet50>()
    );
}
