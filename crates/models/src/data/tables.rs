//! Small tables that come with this crate: three of classes and one of numbers. Their licences are in `data/tables.LICENSE.md`.
//!
//! ```
//! use models::data::{Normaliser, tables};
//!
//! let iris = tables::iris();
//! let (train, held_out) = iris.folds(5, 0).split(0);
//! let (mut train, mut held_out) = (iris.pick(&train), iris.pick(&held_out));
//! let normaliser = Normaliser::standard(&train.images);
//! normaliser.apply(&mut train.images);
//! normaliser.apply(&mut held_out.images);
//! assert_eq!((train.counts(), held_out.counts()), ([40; 3], [10; 3]));
//! ```

use std::io::Read;

use core_tensor::{Tensor, Vector};
use flate2::read::GzDecoder;
use nn::Class;

use crate::data::Dataset;

/// What [`iris`] measures, in centimetres.
pub const IRIS_FEATURES: [&str; 4] = ["sepal length", "sepal width", "petal length", "petal width"];
/// The species of [`iris`].
pub const IRIS_CLASSES: [&str; 3] = ["setosa", "versicolor", "virginica"];
/// What [`wine`] measures; its classes are three growers without names.
#[rustfmt::skip]
pub const WINE_FEATURES: [&str; 13] = [
    "alcohol", "malic acid", "ash", "alcalinity of ash", "magnesium", "total phenols", "flavanoids", "nonflavanoid phenols",
    "proanthocyanins", "colour intensity", "hue", "OD280/OD315 of diluted wines", "proline",
];
/// What [`breast_cancer`] measures of the nuclei of cells: the mean, the standard error, and the mean of the three largest of ten numbers.
#[rustfmt::skip]
pub const BREAST_CANCER_FEATURES: [&str; 30] = [
    "mean radius", "mean texture", "mean perimeter", "mean area", "mean smoothness", "mean compactness", "mean concavity",
    "mean concave points", "mean symmetry", "mean fractal dimension",
    "radius error", "texture error", "perimeter error", "area error", "smoothness error", "compactness error", "concavity error",
    "concave points error", "symmetry error", "fractal dimension error",
    "worst radius", "worst texture", "worst perimeter", "worst area", "worst smoothness", "worst compactness", "worst concavity",
    "worst concave points", "worst symmetry", "worst fractal dimension",
];
/// The classes of [`breast_cancer`].
pub const BREAST_CANCER_CLASSES: [&str; 2] = ["malignant", "benign"];
/// What [`diabetes`] measures: age in years, sex (1 or 2), body mass index, mean blood pressure, and six values of blood serum.
#[rustfmt::skip]
pub const DIABETES_FEATURES: [&str; 10] = [
    "age", "sex", "body mass index", "blood pressure", "total cholesterol", "LDL", "HDL", "total cholesterol / HDL",
    "ln triglycerides", "blood sugar",
];

/// Fisher's irises: 50 flowers of each of three species.
///
/// Fisher: The use of multiple measurements in taxonomic problems (1936).
pub fn iris() -> Dataset<Vector<4>, 3> {
    classes(include_str!("../../data/iris.csv"))
}

/// Chemical analyses of 178 wines of three growers.
///
/// Forina et al.: PARVUS (1988); UCI.
pub fn wine() -> Dataset<Vector<13>, 3> {
    classes(include_str!("../../data/wine.csv"))
}

/// 569 tumours of the breast, malignant (212) or benign (357), by what their cells look like.
///
/// Street, Wolberg, Mangasarian: Nuclear feature extraction for breast tumor diagnosis (1993); UCI.
pub fn breast_cancer() -> Dataset<Vector<30>, 2> {
    classes(&unpacked(include_bytes!("../../data/breast_cancer.csv.gz")))
}

/// 442 patients with diabetes, in units as measured, and how far the disease had gone a year later (25 to 346).
///
/// Efron, Hastie, Johnstone, Tibshirani: Least angle regression (2004).
pub fn diabetes() -> (Vec<Tensor<Vector<10>>>, Vec<Tensor<Vector<1>>>) {
    (
        rows(
            &unpacked(include_bytes!("../../data/diabetes_data_raw.csv.gz")),
            ' ',
        ),
        rows(
            &unpacked(include_bytes!("../../data/diabetes_target.csv.gz")),
            ' ',
        ),
    )
}

fn unpacked(bytes: &[u8]) -> String {
    let mut text = String::new();
    GzDecoder::new(bytes)
        .read_to_string(&mut text)
        .expect("the file is part of the program");
    text
}

/// A line that names the classes, then a sample a line, its class last.
fn classes<const I: usize, const N: usize>(text: &str) -> Dataset<Vector<I>, N> {
    let (images, labels) = text
        .lines()
        .skip(1)
        .map(|line| {
            let (numbers, class) = line.rsplit_once(',').expect("a line ends in its class");
            let class = class.parse().expect("classes are whole numbers");
            (row(numbers, ','), Class::new(class))
        })
        .unzip();
    Dataset { images, labels }
}

fn rows<const I: usize>(text: &str, between: char) -> Vec<Tensor<Vector<I>>> {
    text.lines().map(|line| row(line, between)).collect()
}

fn row<const I: usize>(line: &str, between: char) -> Tensor<Vector<I>> {
    let numbers: Vec<f32> = line
        .split(between)
        .map(|number| number.parse().expect("the file holds numbers"))
        .collect();
    Tensor::from_slice(&numbers).expect("every line is as long as the first")
}
