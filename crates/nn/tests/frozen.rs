//! Parts that do not learn: no gradient, no change, and no way back where nothing before them learns.

#[path = "common/pass.rs"]
mod pass;

use core_tensor::{
    Batch, BatchMut, Leaf, Params, Path, Room, Scalar, Shape, Tensor, Vector, Visit, Zeroed,
    no_params,
};
use nn::{Frozen, Layer, Linear, Mse, Pass, Tanh, gradient, network, training_room};
use pass::{fill, gradients, run};

/// Hands its input on; whoever asks for its gradient fails.
struct NoWayBack;
no_params!([] NoWayBack);

impl<X: Shape, T: Scalar> Layer<X, T> for NoWayBack {
    type Y = X;
    type Saved<'a> = ();
    const NAME: &'static str = "NoWayBack";
    const FLOPS: u64 = 0;
    const ROOM: Room = Room::NONE;
    fn forward<'a>(&self, x: Batch<'a, X, T>, _: &mut Pass<'a, T>) -> (Batch<'a, X, T>, ()) {
        (x, ())
    }
    fn backward<'a>(
        &self,
        (): (),
        _: BatchMut<'a, X, T>,
        _: Option<&mut ()>,
        _: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        panic!("backward went past the first layer that learns")
    }
}

network! { struct Stops<T> { still: Frozen<(Linear<2, 2, T>, NoWayBack)>, bend: Tanh, wall: NoWayBack, head: Linear<2, 1, T> } }

#[test]
fn backward_stops_where_nothing_before_learns() {
    fn step<L: Layer<Vector<2>, f64, Y = Vector<1>>>() {
        let mut net = L::boxed();
        fill::<_, f64>(&mut *net, |_| 1.0);
        let mut grad = L::Grad::boxed();
        let mut room = vec![0.0; training_room::<Vector<2>, L, f64>(1)];
        let (x, t) = ([Tensor::new([1.0, 2.0])], [Tensor::new([5.0])]);
        gradient(
            &*net,
            &Mse,
            &x,
            t.iter(),
            &mut grad,
            Pass::train(&mut room, 0),
        );
        // the frozen part is zeroes, so the head sees zeroes: y = 1, d = 2·(1 − 5)
        let all = gradients(&mut *net, &mut grad);
        assert_eq!(
            all.iter().map(|(_, g)| g.clone()).collect::<Vec<_>>(),
            [vec![0.0, 0.0], vec![-8.0]]
        );
    }
    step::<(
        Frozen<(Linear<2, 2, f64>, NoWayBack)>,
        Tanh,
        NoWayBack,
        Linear<2, 1, f64>,
    )>();
    step::<(
        (Frozen<Linear<2, 2, f64>>, NoWayBack),
        (Tanh, Linear<2, 1, f64>),
    )>();
    step::<Stops<f64>>();
}

#[test]
#[should_panic(expected = "backward went past")]
fn backward_goes_on_where_something_before_learns() {
    type Net = (Linear<2, 2, f64>, NoWayBack, Linear<2, 1, f64>);
    let (net, mut grad) = (Net::boxed(), <Net as Params<f64>>::Grad::boxed());
    let mut room = vec![0.0; training_room::<Vector<2>, Net, f64>(1)];
    let (x, t) = ([Tensor::new([1.0, 2.0])], [Tensor::new([5.0])]);
    gradient(
        &*net,
        &Mse,
        &x,
        t.iter(),
        &mut grad,
        Pass::train(&mut room, 0),
    );
}

#[test]
fn frozen_parts_have_no_gradient_and_stay() {
    type Still = Frozen<Linear<2, 2, f64>>;
    type Net = (Linear<1, 2, f64>, Still, Linear<2, 1, f64>);
    assert_eq!(size_of::<<Still as Params<f64>>::Grad>(), 0);
    let learns = size_of::<Linear<1, 2, f64>>() + size_of::<Linear<2, 1, f64>>();
    assert_eq!(size_of::<<Net as Params<f64>>::Grad>(), learns);
    assert_eq!(
        (<Net as Params<f64>>::COUNT, <Still as Params<f64>>::LEARNS),
        (4 + 6 + 3, false)
    );

    let mut net = Net::boxed();
    net.0.weight = Tensor::new([[1.0, 2.0]]);
    net.1.0.weight = Tensor::new([[1.0, -1.0], [3.0, 2.0]]);
    net.2.weight = Tensor::new([[1.0], [5.0]]);
    let mut grad = <Net as Params<f64>>::Grad::boxed();
    // the gradient goes through the frozen layer: [1, 5]·Wᵀ = [1 − 5, 3 + 10]
    let (y, dx) = run::<Vector<1>, Net>(&net, &[Tensor::new([1.0])], &[1.0], &mut grad);
    assert_eq!((y, dx), (vec![7.0 + 5.0 * 3.0], vec![-4.0 + 2.0 * 13.0]));
    assert_eq!(grad.0.weight, Tensor::new([[-4.0, 13.0]]));

    struct Step(Vec<String>);
    impl Visit<f64, 1> for Step {
        fn tensor(&mut self, leaf: Leaf<'_>, w: &mut [f64], [g]: [&mut [f64]; 1]) {
            w.iter_mut().zip(g).for_each(|(w, g)| *w -= *g);
            self.0.push(format!("{} learns", leaf.path));
        }
        fn frozen(&mut self, leaf: Leaf<'_>, _: &mut [f64]) {
            self.0.push(format!("{} stays", leaf.path));
        }
    }
    let mut step = Step(Vec::new());
    net.visit([&mut *grad], &Path::Root, &mut step);
    let seen = [
        "0.weight learns",
        "0.bias learns",
        "1.weight stays",
        "1.bias stays",
        "2.weight learns",
        "2.bias learns",
    ];
    assert_eq!(step.0, seen);
    assert_eq!(net.0.weight, Tensor::new([[5.0, -11.0]]));
    assert_eq!(net.1.0.weight, Tensor::new([[1.0, -1.0], [3.0, 2.0]]));
}
