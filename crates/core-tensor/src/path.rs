//! Names of tensors, put together on the stack.

use core::fmt;

/// A name that lives on the stack: `features.3.weight`.
///
/// ```
/// use core_tensor::Path;
/// let (root, name) = (Path::Root, "features.3.weight");
/// let (features, third);
/// let path = { features = root.field("features"); third = features.index(3); third.field("weight") };
/// assert!(path.to_string() == name && path.is(name) && !path.is("features.3"));
/// assert!(path.starts_with("features.3") && !path.starts_with("feat"));
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Path<'a> {
    /// The network itself.
    Root,
    /// A named field of something.
    Field(&'a Path<'a>, &'static str),
    /// A numbered part of something.
    Index(&'a Path<'a>, usize),
    /// A numbered part of something that files do not count: there its tensors stand beside those of the other parts, under names that end
    /// in this.
    Way(&'a Path<'a>, usize, &'static str),
    /// Something whose parts are numbered from here on: it adds nothing to a name itself.
    Numbered(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    /// The field `name` of this.
    pub fn field(&'a self, name: &'static str) -> Path<'a> {
        match self {
            Path::Numbered(whole, _) => Path::Field(whole, name),
            _ => Path::Field(self, name),
        }
    }

    /// The part number `index` of this.
    pub fn index(&'a self, index: usize) -> Path<'a> {
        match self {
            Path::Numbered(whole, first) => Path::Index(whole, first + index),
            _ => Path::Index(self, index),
        }
    }

    /// The same, with its parts numbered from `first` on: `Path::Root.numbered(5).index(2)` is `7`.
    pub fn numbered(&'a self, first: usize) -> Path<'a> {
        Path::Numbered(self, first)
    }

    /// The part number `index` of this, whose names in files end in `ending`: the other direction of a recurrent layer.
    pub fn way(&'a self, index: usize, ending: &'static str) -> Path<'a> {
        Path::Way(self, index, ending)
    }

    /// Whether it is written like this.
    pub fn is(&self, name: &str) -> bool {
        self.after(name) == Some("")
    }

    /// Whether it is `part`, or lies in it: `features.3.weight` starts with `features` and with `features.3`, not with `feat`.
    pub fn starts_with(&self, part: &str) -> bool {
        match self {
            _ if self.is(part) => true,
            Path::Root => false,
            Path::Field(parent, _)
            | Path::Index(parent, _)
            | Path::Way(parent, ..)
            | Path::Numbered(parent, _) => parent.starts_with(part),
        }
    }

    /// What is left of `name` behind this path, if it begins with it.
    fn after<'n>(&self, name: &'n str) -> Option<&'n str> {
        /// Takes what is written to it from the front.
        struct Rest<'n>(&'n str);
        impl fmt::Write for Rest<'_> {
            fn write_str(&mut self, written: &str) -> fmt::Result {
                self.0 = self.0.strip_prefix(written).ok_or(fmt::Error)?;
                Ok(())
            }
        }
        let mut rest = Rest(name);
        fmt::write(&mut rest, format_args!("{self}"))
            .ok()
            .map(|()| rest.0)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Path::Field(parent, _) | Path::Index(parent, _) | Path::Way(parent, ..)) = self else {
            return match self {
                Path::Numbered(whole, _) => write!(f, "{whole}"),
                _ => Ok(()),
            };
        };
        if !matches!(parent, Path::Root) {
            write!(f, "{parent}.")?;
        }
        match self {
            Path::Field(_, name) => f.write_str(name),
            Path::Index(_, index) | Path::Way(_, index, _) => write!(f, "{index}"),
            Path::Root | Path::Numbered(..) => Ok(()),
        }
    }
}
