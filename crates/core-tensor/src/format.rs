//! Tensors for people: `{}` prints the numbers in brackets, a row a line and long sides cut in the middle; `{:?}` adds the shape.

use core::fmt::{Debug, Display, Formatter, Result};

use crate::shape::name;
use crate::{Shape, Tensor};

/// Sides longer than this show their first and last few entries.
const LONG: usize = 8;
const SHOWN: usize = 3;

impl<S: Shape, T: Display + 'static> Display for Tensor<S, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        nested(f, S::SIDES, self.as_slice(), 0, &|f, number| {
            Display::fmt(number, f)
        })
    }
}

impl<S: Shape, T: Debug + 'static> Debug for Tensor<S, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "Tensor<{}> ", name::<S>())?;
        nested(f, S::SIDES, self.as_slice(), 0, &|f, number| {
            Debug::fmt(number, f)
        })
    }
}

/// Numbers take the width and precision of the format string: `{:8.3}` lines up columns.
fn nested<T>(
    f: &mut Formatter<'_>,
    sides: &[usize],
    numbers: &[T],
    depth: usize,
    show: &dyn Fn(&mut Formatter<'_>, &T) -> Result,
) -> Result {
    let [side, inner @ ..] = sides else {
        return show(f, &numbers[0]);
    };
    f.write_str("[")?;
    let step = inner.iter().product();
    let mut i = 0;
    while i < *side {
        if i > 0 {
            match inner {
                [] => f.write_str(", ")?,
                _ => write!(f, ",\n{:1$}", "", depth + 1)?,
            }
        }
        if *side > LONG && i == SHOWN {
            f.write_str("…")?;
            i = side - SHOWN;
        } else {
            nested(f, inner, &numbers[i * step..][..step], depth + 1, show)?;
            i += 1;
        }
    }
    f.write_str("]")
}

#[cfg(test)]
mod tests {
    use crate::{Image, Matrix, Tensor, Vector};

    #[test]
    fn a_row_a_line() {
        let x = Tensor::<Matrix<2, 3>, f64>::new([[1.0, -2.0, 3.5], [4.0, 5.0, 6.0]]);
        assert_eq!(format!("{x}"), "[[1, -2, 3.5],\n [4, 5, 6]]");
        assert_eq!(
            format!("{x:5.1}"),
            "[[  1.0,  -2.0,   3.5],\n [  4.0,   5.0,   6.0]]"
        );
        assert_eq!(
            format!("{x:?}"),
            "Tensor<Matrix<2, 3>> [[1.0, -2.0, 3.5],\n [4.0, 5.0, 6.0]]"
        );
        let image = Tensor::<Image<1, 2, 2>>::from_fn(|i| i as f32);
        assert_eq!(format!("{image}"), "[[[0, 1],\n  [2, 3]]]");
    }

    #[test]
    fn long_sides_are_cut() {
        assert_eq!(
            format!("{}", Tensor::<Vector<9>>::from_fn(|i| i as f32)),
            "[0, 1, 2, …, 6, 7, 8]"
        );
    }
}
