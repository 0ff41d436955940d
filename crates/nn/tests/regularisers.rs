//! Penalties and bounds on weights: against PyTorch, in `f32` and `f64`, and by hand.

#[path = "common/fixture.rs"]
mod fixture;
#[path = "common/near.rs"]
mod near;

use core_tensor::{Leaf, Params, Path, Role, Scalar, Tensor, Zeroed};
use fixture::{Case, load};
use near::{close, scalars};
use nn::{Conv2d, Frozen, Linear, MaxNorm, Penalty, Relu};

/// Sums of up to 100 numbers were rounded.
const EPSILONS: f64 = 64.0;

/// Gives the tensors that the case has their numbers.
fn set<L: Params<T>, T: Scalar>(case: &Case, layers: &mut L) {
    let mut set = |leaf: Leaf<'_>, w: &mut [T], []: [&mut [T]; 0]| {
        if !leaf.path.is("0.bias") || case.name.starts_with('l') || case.name == "elastic" {
            w.copy_from_slice(&scalars(case.numbers(&leaf.path.to_string())));
        }
    };
    layers.visit([], &Path::Root, &mut set);
}

fn penalty<T: Scalar>(case: &Case, penalty: Penalty) {
    type Net<T> = (Conv2d<2, 5, 3, 1, 0, T>, Relu, Linear<5, 3, T>);
    let (mut net, mut grad) = (Net::<T>::boxed(), <Net<T> as Params<T>>::Grad::boxed());
    set(case, &mut *net);
    // it adds to the gradient that is there
    let fill = |g: &mut [T]| g.fill(T::of(0.25));
    fill(grad.0.weight.as_mut_slice());
    fill(grad.0.bias.as_mut_slice());
    fill(grad.2.weight.as_mut_slice());
    fill(grad.2.bias.as_mut_slice());
    let value = penalty.add_gradient(&mut *net, &mut grad);
    let title = &case.title;
    close(
        &format!("{title}: penalty"),
        &[value],
        case.numbers("penalty"),
        EPSILONS,
    );
    let mut compare = |leaf: Leaf<'_>, _: &mut [T], [g]: [&mut [T]; 1]| {
        let name = format!("d{}", leaf.path);
        let added: Vec<T> = g.iter().map(|&g| g - T::of(0.25)).collect();
        close(
            &format!("{title}: {name}"),
            &added,
            case.numbers(&name),
            EPSILONS,
        );
    };
    net.visit([&mut *grad], &Path::Root, &mut compare);
}

fn max_norm<T: Scalar>(case: &Case, bound: f64) {
    type Net<T> = (Conv2d<2, 5, 3, 1, 0, T>, Relu, Linear<5, 67, T>);
    let mut net = Net::<T>::boxed();
    set(case, &mut *net);
    MaxNorm::new(bound).project(&mut *net);
    let kept = |name: &str, found: &[T]| {
        let title = format!("{}: {name}", case.title);
        close(&title, found, case.numbers(name), EPSILONS);
    };
    kept("kept0.weight", net.0.weight.as_slice());
    kept("kept2.weight", net.2.weight.as_slice());
    kept("2.bias", net.2.bias.as_slice());
}

#[test]
fn as_pytorch_has_them() {
    fn all<T: Scalar>(case: &Case) {
        match case.name.as_str() {
            "l1" => penalty::<T>(case, Penalty::l1(0.375)),
            "l2" => {
                penalty::<T>(case, Penalty::l2(0.75));
                penalty::<T>(case, Penalty::l2_whole(0.375));
            }
            "elastic" => penalty::<T>(case, Penalty::elastic(0.125, 0.5)),
            "max_norm_3" => max_norm::<T>(case, 3.0),
            _ => max_norm::<T>(case, 0.5),
        }
    }
    let names = ["l1", "l2", "elastic", "max_norm_3", "max_norm_half"];
    for case in load("regularisers.txt", &names) {
        all::<f32>(&case);
        all::<f64>(&case);
    }
}

type Net = (
    Linear<1, 2, f64>,
    Frozen<Linear<2, 2, f64>>,
    Linear<2, 1, f64>,
);

fn net() -> (Box<Net>, Box<<Net as Params<f64>>::Grad>) {
    let (mut net, grad) = (Net::boxed(), Zeroed::boxed());
    net.0.weight = Tensor::new([[3.0, -0.0]]);
    net.0.bias = Tensor::new([-1.0, 2.0]);
    net.1.0.weight = Tensor::full(7.0);
    net.2.weight = Tensor::new([[-6.0], [8.0]]);
    net.2.bias = Tensor::new([5.0]);
    (net, grad)
}

#[test]
fn by_role_and_by_name() {
    let (mut net, mut grad) = net();
    // weights: 3, 0, −6, 8; frozen ones do not count, and the slope at 0 is 0
    assert_eq!(Penalty::l1(2.0).add_gradient(&mut *net, &mut grad), 34.0);
    assert_eq!(grad.0.weight, Tensor::new([[2.0, 0.0]]));
    assert_eq!(grad.2.weight, Tensor::new([[-2.0], [2.0]]));
    assert_eq!((grad.0.bias.sum(), grad.2.bias.sum()), (0.0, 0.0));
    let biases = Penalty::l2(2.0).on(|leaf| leaf.role == Role::Bias);
    assert_eq!(biases.add_gradient(&mut *net, &mut grad), 30.0);
    assert_eq!(grad.0.bias, Tensor::new([-2.0, 4.0]));
    let last = Penalty::l2_whole(1.0).on(|leaf| leaf.path.starts_with("2"));
    assert_eq!(last.add_gradient(&mut *net, &mut grad), 36.0 + 64.0 + 25.0);
    assert_eq!((grad.2.weight[[0, 0]], grad.2.bias[[0]]), (-14.0, 20.0));
    let none = Penalty::elastic(1.0, 1.0).on(|leaf| leaf.path.is("1.weight"));
    assert_eq!(none.add_gradient(&mut *net, &mut grad), 0.0);
}

#[test]
fn a_unit_inside_the_ball_stays_as_it_is() {
    let (mut net, _) = net();
    MaxNorm::new(5.0).project(&mut *net);
    assert_eq!(net.0.weight, Tensor::new([[3.0, 0.0]]));
    assert_eq!(net.2.weight, Tensor::new([[-3.0], [4.0]]));
    assert_eq!((net.1.0.weight.max(), net.2.bias[[0]]), (7.0, 5.0));
    let first = MaxNorm::new(1.0).on(|leaf| leaf.path.is("0.weight"));
    first.project(&mut *net);
    assert_eq!(net.0.weight, Tensor::new([[1.0, 0.0]]));
    assert_eq!(net.2.weight, Tensor::new([[-3.0], [4.0]]));
}
