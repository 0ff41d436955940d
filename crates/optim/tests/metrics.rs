//! Metrics against those of scikit-learn, and boxes against counted points.

#[path = "../../nn/tests/common/fixture.rs"]
mod fixture;

use core_tensor::{Tensor, Vector};
use nn::Class;
use optim::metrics::{Auc, AveragePrecision, Bounds, Confusion, Errors, TopK};

const CASES: [&str; 4] = ["classes", "ranks", "numbers", "boxes"];

fn case(name: &str) -> fixture::Case {
    let mut cases = fixture::load("metrics.txt", &CASES);
    let at = cases.iter().position(|case| case.name == name);
    cases.swap_remove(at.expect("loaded"))
}

fn close(what: &str, found: Option<f64>, expected: f64) {
    let found = found.unwrap_or(f64::NAN);
    assert!(
        (found - expected).abs() < 1e-12,
        "{what}: {found}, expected {expected}"
    );
}

#[test]
fn classes() {
    let case = case("classes");
    let (mut confusion, mut top1, mut top2, mut top3) = (
        Confusion::<4>::default(),
        TopK::<1>::default(),
        TopK::<2>::default(),
        TopK::<3>::default(),
    );
    let outputs = Tensor::<Vector<4>, f64>::batch(case.numbers("outputs"));
    for (y, &class) in outputs.iter().zip(case.numbers("classes")) {
        let class = Class::new(class as usize);
        confusion.add_output(class, y);
        top1.add(class, y);
        top2.add(class, y);
        top3.add(class, y);
    }
    let counts: Vec<f64> = confusion
        .counts
        .iter()
        .flatten()
        .map(|&n| n as f64)
        .collect();
    assert_eq!(counts, case.numbers("confusion"));
    close(
        "accuracy",
        confusion.accuracy(),
        case.numbers("accuracy")[0],
    );
    close(
        "macro F1",
        confusion.macro_f1(),
        case.numbers("macro_f1")[0],
    );
    for i in 0..4 {
        let class = Class::new(i);
        close(
            "precision",
            confusion.precision(class),
            case.numbers("precision")[i],
        );
        close("recall", confusion.recall(class), case.numbers("recall")[i]);
        close("F1", confusion.f1(class), case.numbers("f1")[i]);
    }
    let top = [top1.accuracy(), top2.accuracy(), top3.accuracy()];
    for (found, &expected) in top.into_iter().zip(case.numbers("top")) {
        close("top", found, expected);
    }
}

#[test]
fn nothing_counted_is_no_number() {
    let confusion = Confusion::<2>::default();
    let class = Class::new(1);
    assert_eq!(
        [
            confusion.accuracy(),
            confusion.precision(class),
            confusion.recall(class),
            confusion.f1(class),
            confusion.macro_f1(),
            TopK::<1>::default().accuracy(),
            Errors::default().mae(),
            Errors::default().r2(),
            Auc::default().area(),
            AveragePrecision::default().mean(),
        ],
        [None; 10]
    );
    // of equal outputs the first counts, and what is not a number never does
    let mut top = TopK::<1>::default();
    top.add(
        Class::<2>::new(0),
        &Tensor::<Vector<2>, f64>::new([1.0, 1.0]),
    );
    top.add(
        Class::<2>::new(1),
        &Tensor::<Vector<2>, f64>::new([1.0, 1.0]),
    );
    top.add(
        Class::<2>::new(1),
        &Tensor::<Vector<2>, f64>::new([1.0, f64::NAN]),
    );
    assert_eq!((top.hits, top.samples), (1, 3));
    let mut auc = Auc::default();
    auc.add(f64::NAN, true);
    auc.add(0.0, false);
    assert_eq!(auc.area(), None);
}

#[test]
fn the_matrix_is_printed() {
    let mut confusion = Confusion::<2>::default();
    (0..12).for_each(|_| confusion.add(Class::new(1), Class::new(0)));
    confusion.add(Class::new(0), Class::new(0));
    assert_eq!(confusion.to_string(), "   |  0  1\n 0 |  1  0\n 1 | 12  0");
}

#[test]
fn ranks() {
    let case = case("ranks");
    let mut auc = Auc::default();
    for (&score, &positive) in case.numbers("scores").iter().zip(case.numbers("positive")) {
        auc.add(score, positive == 1.0);
    }
    close("AUC", auc.area(), case.numbers("area")[0]);
}

#[test]
fn numbers() {
    let case = case("numbers");
    let mut errors = Errors::default();
    for (&y, &target) in case.numbers("y").iter().zip(case.numbers("target")) {
        errors.add(y, target);
    }
    let found = [errors.mae(), errors.mse(), errors.r2()];
    for (found, &expected) in found.into_iter().zip(case.numbers("errors")) {
        close("errors", found, expected);
    }
}

#[test]
fn boxes() {
    let case = case("boxes");
    let bounds = |b: &[f64]| Bounds {
        x: b[0],
        y: b[1],
        width: b[2],
        height: b[3],
    };
    let mut average = AveragePrecision::default();
    let rows = case
        .numbers("boxes")
        .chunks(4)
        .zip(case.numbers("objects").chunks(4));
    let given = case.numbers("confidence").iter().zip(case.numbers("iou"));
    for ((found, object), (&confidence, &iou)) in rows.zip(given) {
        let (found, object) = (bounds(found), bounds(object));
        let there = (object.width > 0.0).then_some(object);
        if there.is_some() {
            close("IoU", Some(found.iou(object)), iou);
            assert_eq!(found.iou(object), object.iou(found));
        }
        average.add((confidence > 0.0).then_some((confidence, found)), there);
    }
    let expected = case.numbers("precision");
    for (i, &expected) in expected.iter().enumerate() {
        close("AP", average.at((i as f64 + 10.0) / 20.0), expected);
    }
    close(
        "mean AP",
        average.mean(),
        expected.iter().sum::<f64>() / 10.0,
    );
    let nothing = Bounds {
        x: 0.0,
        y: 0.0,
        width: 0.0,
        height: 0.0,
    };
    assert_eq!(nothing.iou(nothing), 0.0);
}
