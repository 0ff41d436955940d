//! How a tensor stands in a file of weights: under which name, with which sides, in which order.

use core::fmt::{self, Display};

use crate::{Leaf, Path, Role};

/// Where a tensor stands in a file of weights, whose names and layouts are PyTorch's.
///
/// Unless it is said otherwise, a tensor has its own name there, and weights lie with their outputs first: those with sides
/// `[window…, inputs, outputs]` as `[outputs, inputs, window…]`, so that matrices are transposed and the filters of a convolution go from
/// height, width, inputs, outputs to outputs, inputs, height, width. All else lies as it lies here. What stands in several tensors of a file
/// is their sum.
///
/// ```
/// use core_tensor::{Leaf, Matrix, Params, Path, Scalar, Tensor, Vector, Zeroed, params};
/// struct Linear<const I: usize, const O: usize, T: Scalar = f32> { weight: Tensor<Matrix<I, O>, T>, shift: Tensor<Vector<O>, T> }
/// params!([const I: usize, const O: usize] Linear<I, O> { weight: Weight Matrix<I, O>, shift ["bias"]: Bias Vector<O> });
///
/// let mut found = Vec::new();
/// Linear::<3, 2>::boxed().look(&Path::Root.index(4), &mut |leaf: Leaf<'_>, _: &[f32]| {
///     leaf.in_files(|name, place| found.push((name.to_string(), place.sides.to_vec())));
/// });
/// assert_eq!(found, [("4.weight".to_string(), vec![2, 3]), ("4.bias".to_string(), vec![2])]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stored {
    /// what takes the place of the tensor's own name, without that of the layer; it may hold dots
    pub name: &'static str,
    /// which side of the tensor each of its sides in the file is; nothing, if as is usual for its role
    pub order: &'static [usize],
    /// its sides in the file, where some of the ordered ones are written as one; nothing, if they are those
    pub sides: &'static [usize],
    /// from where to where it reaches, if it begins the tensor and ends before it, or the file's holds more than it
    pub part: Option<[usize; 2]>,
}

impl Stored {
    /// A tensor under another name.
    pub const fn named(name: &'static str) -> Self {
        Self {
            name,
            order: &[],
            sides: &[],
            part: None,
        }
    }

    /// With its sides in this order, written as these.
    pub const fn ordered(self, order: &'static [usize], sides: &'static [usize]) -> Self {
        Self {
            order,
            sides,
            ..self
        }
    }

    /// From number `from` to `to` of a tensor with these sides.
    pub const fn part(self, sides: &'static [usize], from: usize, to: usize) -> Self {
        Self {
            sides,
            part: Some([from, to]),
            ..self
        }
    }
}

/// Where a tensor, or the beginning of one, stands in one tensor of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place<'a> {
    /// the sides of the file's tensor
    pub sides: &'a [usize],
    /// for each side of the tensor here, how far apart the file has its neighbours
    pub strides: &'a [usize],
    /// from where to where it reaches in the file's tensor
    pub part: [usize; 2],
}

/// More sides than any tensor has.
const MOST: usize = 8;

impl Leaf<'_> {
    /// Hands every place in a file that this tensor stands in to `each`, with the name there: one, mostly.
    ///
    /// # Panics
    /// If what the layer says of it contradicts its sides.
    pub fn in_files(&self, mut each: impl FnMut(&dyn Display, Place<'_>)) {
        if self.stored.is_empty() {
            let name = self.path;
            return self.placed(&Stored::named(""), |place| {
                each(&InFiles(name, None), place);
            });
        }
        for stored in self.stored {
            self.placed(stored, |place| {
                each(&InFiles(self.path, Some(stored.name)), place);
            });
        }
    }

    fn placed(&self, stored: &Stored, each: impl FnOnce(Place<'_>)) {
        let rank = self.sides.len();
        assert!(rank <= MOST, "a tensor has up to {MOST} sides");
        if let Some(part) = stored.part {
            // a part lies as it lies here
            let mut strides = [1; MOST];
            for i in (1..rank).rev() {
                strides[i - 1] = strides[i] * self.sides[i];
            }
            return each(Place {
                sides: stored.sides,
                strides: &strides[..rank],
                part,
            });
        }
        let mut order = [0; MOST];
        for (i, axis) in order[..rank].iter_mut().enumerate() {
            *axis = match (stored.order, self.role) {
                ([], Role::Weight) if rank > 1 && i < 2 => rank - 1 - i,
                ([], Role::Weight) if rank > 1 => i - 2,
                ([], _) => i,
                (order, _) => order[i],
            };
        }
        let (mut sides, mut strides) = ([0; MOST], [0; MOST]);
        let mut length = 1;
        for (side, &axis) in sides.iter_mut().zip(&order[..rank]).rev() {
            *side = self.sides[axis];
            strides[axis] = length;
            length *= *side;
        }
        let sides = match stored.sides {
            [] => &sides[..rank],
            written => written,
        };
        assert_eq!(
            sides.iter().product::<usize>(),
            self.sides.iter().product(),
            "{} has as many numbers in a file as here",
            self.path
        );
        each(Place {
            sides,
            strides: &strides[..rank],
            part: [0, length],
        });
    }
}

/// A name as files have it: without the numbers of ways, whose endings stand at the end.
struct InFiles<'p>(&'p Path<'p>, Option<&'static str>);

impl Display for InFiles<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0, self.1) {
            (Path::Field(parent, _), Some(name)) => stem(&parent.field(name), f)?,
            _ => stem(self.0, f)?,
        }
        endings(self.0, f)
    }
}

fn stem(path: &Path<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match path {
        Path::Root => Ok(()),
        Path::Way(parent, ..) | Path::Numbered(parent, _) => stem(parent, f),
        Path::Field(parent, name) => {
            lead(parent, f)?;
            f.write_str(name)
        }
        Path::Index(parent, index) => {
            lead(parent, f)?;
            write!(f, "{index}")
        }
    }
}

/// What stands before a name or a number.
fn lead(mut parent: &Path<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    while let Path::Way(outer, ..) | Path::Numbered(outer, _) = parent {
        parent = outer;
    }
    match parent {
        Path::Root => Ok(()),
        _ => {
            stem(parent, f)?;
            f.write_str(".")
        }
    }
}

fn endings(path: &Path<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match path {
        Path::Root => Ok(()),
        Path::Field(parent, _) | Path::Index(parent, _) | Path::Numbered(parent, _) => {
            endings(parent, f)
        }
        Path::Way(parent, _, ending) => {
            endings(parent, f)?;
            f.write_str(ending)
        }
    }
}
