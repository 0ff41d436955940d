//! Weights in files: safetensors, with the names and layouts of PyTorch's `state_dict`.
//!
//! A network is saved by [`Network::save`] and loaded by [`Network::load`]; [`to_bytes`] and [`Weights`] do the same without a file system.
//! In Python, `safetensors.torch.load_file` gives a dictionary that `load_state_dict` accepts for a module of the same parts, and what
//! `save_file` writes is read here. A tuple is an `nn.Sequential`, [`network!`](crate::network) a module with those fields, and a layer's
//! tensors have PyTorch's names and its order of axes ([`Stored`](core_tensor::Stored)): outputs first, so that a `Linear` is transposed
//! and filters go from HWIO to OIHW. The two biases of its recurrent layers are added up. Of a batch normalisation, `num_batches_tracked`
//! is neither needed nor written, and PyTorch does without it.
//!
//! Everything is checked before a weight is written: a file that does not fit leaves the network as it was, and the error lists all that is
//! missing, too much, or of another shape or type.
//!
//! ```
//! use core_tensor::{Tensor, Vector};
//! use nn::weights::{Weights, to_bytes};
//! use nn::{Linear, Network, Relu};
//! let mut net = Network::<Vector<2>, (Linear<2, 3>, Relu, Linear<3, 1>)>::new(1);
//! net.layers.0.weight = Tensor::new([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
//! let bytes = to_bytes(&*net.layers)?;
//!
//! let file = Weights::parse(&bytes)?;
//! assert_eq!(file.names().collect::<Vec<_>>(), ["0.bias", "0.weight", "2.bias", "2.weight"]);
//! let mut other = Network::<Vector<2>, (Linear<2, 3>, Relu, Linear<3, 1>)>::new(1);
//! file.read(&mut *other.layers)?;
//! assert_eq!(other.layers.0.weight[[1, 2]], 6.0);
//!
//! let mut wider = Network::<Vector<2>, Linear<2, 4>>::new(1);
//! assert_eq!(
//!     file.rename(|name| name.strip_prefix("0.").map(str::to_string)).read(&mut *wider.layers).unwrap_err().to_string(),
//!     "2 tensors do not fit the network: bias is 3, expected 4; weight is 3×2, expected 4×2; change the network's type, or rename or leave out what the file holds",
//! );
//! # Ok::<(), nn::weights::WeightsError>(())
//! ```
//!
//! What is called otherwise over there is renamed on its way, in both directions. PyTorch numbers the layers of a stacked `nn.LSTM` in the names
//! of their tensors, a tuple in front of them:
//!
//! ```
//! use core_tensor::Sequence;
//! use nn::weights::{Weights, to_bytes};
//! use nn::{Lstm, Network};
//! let mut net = Network::<Sequence<5, 3>, (Lstm<3, 4>, Lstm<4, 4>)>::new(1);
//! // 1.weight_ih_l0 is weight_ih_l1 there
//! let theirs = |name: &str| {
//!     let (layer, tensor) = name.split_once('.')?;
//!     Some(format!("{}{layer}", tensor.strip_suffix('0')?))
//! };
//! let ours = |name: &str| {
//!     let (tensor, layer) = name.rsplit_once("_l")?;
//!     Some(format!("{layer}.{tensor}_l0"))
//! };
//! let bytes = to_bytes(&*net.layers)?;
//! let for_pytorch = Weights::parse(&bytes)?.rename(theirs).to_bytes();
//! let from_pytorch = Weights::parse(&for_pytorch)?;
//! let names: Vec<&str> = from_pytorch.names().collect();
//! assert_eq!(names[4..], ["weight_hh_l0", "weight_hh_l1", "weight_ih_l0", "weight_ih_l1"]);
//! from_pytorch.rename(ours).read(&mut *net.layers)?;
//! # Ok::<(), nn::weights::WeightsError>(())
//! ```
//!
//! A file written here carries a checksum (CRC-32), which is compared where there is one.

mod archive;
mod disk;
mod error;
mod number;
mod read;
mod write;

use std::path::Path;

use core_tensor::{Params, Scalar};

use crate::Network;

pub use archive::{Archive, Builder, View};
pub use disk::replace;
pub use error::{Mismatch, WeightsError};
pub use number::Precision;
pub use read::Weights;
pub use safetensors::Dtype;
pub use write::{add_to, to_bytes, to_bytes_as};

impl<X, L: Params<T>, T: Scalar> Network<X, L, T> {
    /// Writes the weights to a file of safetensors, all of them or, if anything goes wrong, nothing: what stood there before stays until the
    /// new file is complete.
    ///
    /// # Errors
    /// If a weight is not finite, or the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), WeightsError> {
        self::save(&*self.layers, path.as_ref())
    }

    /// Reads the weights from a file of safetensors, of numbers of any precision. The file is mapped into memory, not copied.
    ///
    /// # Errors
    /// If the file cannot be read or holds other tensors than the network has, or a number that is not finite. Then no weight has changed.
    pub fn load(&mut self, path: impl AsRef<Path>) -> Result<(), WeightsError> {
        load(&mut *self.layers, path.as_ref())
    }
}

/// Writes the weights of layers that lie anywhere, as [`Network::save`] does.
///
/// # Errors
/// If a weight is not finite, or the file cannot be written.
pub fn save<T: Scalar, P: Params<T>>(layers: &P, path: &Path) -> Result<(), WeightsError> {
    let bytes = to_bytes(layers).map_err(|error| error.of(path))?;
    replace(path, &bytes)
}

/// Reads the weights of layers that lie anywhere, as [`Network::load`] does.
///
/// # Errors
/// If the file cannot be read or holds other tensors than the layers have, or a number that is not finite. Then no weight has changed.
pub fn load<T: Scalar, P: Params<T>>(layers: &mut P, path: &Path) -> Result<(), WeightsError> {
    let bytes = disk::map(path)?;
    Weights::parse(&bytes)
        .and_then(|weights| weights.read(layers))
        .map_err(|error| error.of(path))
}
