//! Weights of Keras, as TensorFlow.js publishes them: a `model.json` and the files of numbers beside it, turned into safetensors.
//!
//! ```no_run
//! use models::{EsrganSlim, keras};
//! use nn::weights::Weights;
//! use nn::Network;
//! use core_tensor::Image;
//! let bytes = keras::to_safetensors("models/x4/model.json")?;
//! let mut net = Network::<Image<64, 64, 3>, EsrganSlim<4, 48>>::new(1);
//! Weights::parse(&bytes)?.read(&mut *net.layers)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use nn::weights::{Builder, Dtype};
use serde_json::Value;

/// The most numbers that the files of a network may hold, whatever it says: 1 GiB of them.
const MOST: u64 = 1 << 28;

/// Why weights of Keras could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KerasError {
    /// The operating system would not read it.
    #[error("{} cannot be read: {source}; check the file and its permissions", path.display())]
    Unreadable {
        /// the file
        path: PathBuf,
        /// what the operating system said
        source: io::Error,
    },
    /// It is no list of weights.
    #[error("{} is no model.json of TensorFlow.js: {reason}; download it again", path.display())]
    NoModel {
        /// the file
        path: PathBuf,
        /// what was expected and found
        reason: String,
    },
    /// A tensor is of a kind that is not read.
    #[error("{} holds {tensor} {reason}; convert it by hand", path.display())]
    Tensor {
        /// the file
        path: PathBuf,
        /// its name
        tensor: String,
        /// what was expected and found
        reason: String,
    },
    /// The files of numbers are shorter or longer than the tensors.
    #[error("the files beside {} hold {} bytes, its tensors take {expected}; download them again", path.display(), written(*found, *expected))]
    Length {
        /// the model
        path: PathBuf,
        /// bytes of all tensors
        expected: u64,
        /// bytes of the files, at most one more than expected
        found: u64,
    },
}

fn written(found: u64, expected: u64) -> String {
    match found > expected {
        true => format!("more than {expected}"),
        false => found.to_string(),
    }
}

/// Reads the weights that a `model.json` lists and writes them as a block of safetensors: `conv/kernel` becomes `conv.weight`, with its last
/// two sides in front and exchanged (HWIO to OIHW, inputs × outputs to outputs × inputs), `conv/bias` stays, and of a batch normalisation
/// `gamma`, `beta`, `moving_mean` and `moving_variance` take PyTorch's names. Other names are errors, as the weights of recurrent layers,
/// whose gates lie in another order.
///
/// # Errors
/// If a file cannot be read, is no such list, holds other numbers than `float32`, or is not as long as it says.
pub fn to_safetensors(model: impl AsRef<Path>) -> Result<Vec<u8>, KerasError> {
    let path = model.as_ref();
    let text = fs::read(path).map_err(|source| unreadable(path, source))?;
    let no_model = |reason: &str| KerasError::NoModel {
        path: path.into(),
        reason: reason.into(),
    };
    let model: Value =
        serde_json::from_slice(&text).map_err(|error| no_model(&error.to_string()))?;
    let groups = model["weightsManifest"].as_array();
    let groups = groups.ok_or_else(|| no_model("it has no list `weightsManifest`"))?;
    let mut builder = Builder::new();
    for group in groups {
        let list = |name: &str| {
            let list = group[name].as_array();
            list.ok_or_else(|| no_model(&format!("a group has no list `{name}`")))
        };
        let tensors = list("weights")?
            .iter()
            .map(|weight| Tensor::read(path, weight));
        let tensors = tensors.collect::<Result<Vec<_>, _>>()?;
        let expected = (tensors.iter())
            .try_fold(0_u64, |sum, tensor| sum.checked_add(tensor.len))
            .filter(|&sum| sum <= MOST)
            .ok_or_else(|| no_model(&format!("it promises more than {MOST} numbers")))?;
        let mut bytes = Vec::new();
        for file in list("paths")? {
            let name = file
                .as_str()
                .ok_or_else(|| no_model("a path is no string"))?;
            // the files lie beside the model: a name that leads elsewhere is none of its own
            if Path::new(name).file_name() != Some(name.as_ref()) {
                return Err(no_model(&format!("its path {name:?} leads elsewhere")));
            }
            let shard = path.with_file_name(name);
            let left = (expected * 4 + 1).saturating_sub(bytes.len() as u64);
            File::open(&shard)
                .and_then(|file| file.take(left).read_to_end(&mut bytes))
                .map_err(|source| unreadable(&shard, source))?;
        }
        if bytes.len() as u64 != expected * 4 {
            return Err(KerasError::Length {
                path: path.into(),
                expected: expected * 4,
                found: bytes.len() as u64,
            });
        }
        let mut rest = &bytes[..];
        for tensor in tensors {
            let (here, after) = rest.split_at(tensor.len as usize * 4);
            builder.add(
                &tensor.name,
                Dtype::F32,
                &tensor.turned(),
                tensor.turn(here),
            );
            rest = after;
        }
    }
    Ok(builder.build())
}

fn unreadable(path: &Path, source: io::Error) -> KerasError {
    KerasError::Unreadable {
        path: path.into(),
        source,
    }
}

/// An entry of the list.
struct Tensor {
    /// its name in PyTorch's words
    name: String,
    /// in Keras's order
    sides: Vec<usize>,
    len: u64,
    kernel: bool,
}

impl Tensor {
    fn read(path: &Path, entry: &Value) -> Result<Self, KerasError> {
        let keras = entry["name"].as_str().unwrap_or("a tensor without a name");
        let wrong = |reason: String| KerasError::Tensor {
            path: path.into(),
            tensor: keras.into(),
            reason,
        };
        let (layer, last) = keras.rsplit_once('/').unwrap_or(("", keras));
        let name = match last {
            "kernel" | "gamma" => "weight",
            "bias" | "beta" => "bias",
            "moving_mean" => "running_mean",
            "moving_variance" => "running_var",
            _ => return Err(wrong("under a name that is not known".into())),
        };
        if entry["dtype"] != "float32" || !entry["quantization"].is_null() {
            return Err(wrong(format!(
                "as {}, expected float32 and no quantization",
                entry["dtype"]
            )));
        }
        let sides = entry["shape"].as_array().map(|sides| {
            let sides = sides.iter().map(Value::as_u64);
            sides.collect::<Option<Vec<u64>>>()
        });
        let sides = sides
            .flatten()
            .ok_or_else(|| wrong("without a list of sides".into()))?;
        let len = sides
            .iter()
            .try_fold(1_u64, |len, &side| len.checked_mul(side));
        let len = len
            .filter(|&len| len <= MOST)
            .ok_or_else(|| wrong(format!("of more than {MOST} numbers")))?;
        let kernel = last == "kernel";
        if kernel && sides.len() < 2 {
            return Err(wrong("as a kernel of fewer than two sides".into()));
        }
        Ok(Self {
            name: format!("{}.{name}", layer.replace('/', ".")),
            sides: sides.into_iter().map(|side| side as usize).collect(),
            len,
            kernel,
        })
    }

    /// The sides in PyTorch's order.
    fn turned(&self) -> Vec<usize> {
        if !self.kernel {
            return self.sides.clone();
        }
        let (window, ends) = self.sides.split_at(self.sides.len() - 2);
        [&[ends[1], ends[0]], window].concat()
    }

    /// The numbers in PyTorch's order.
    fn turn(&self, bytes: &[u8]) -> Vec<u8> {
        if !self.kernel {
            return bytes.to_vec();
        }
        let (window, ends) = self.sides.split_at(self.sides.len() - 2);
        let (window, inputs, outputs) = (window.iter().product::<usize>(), ends[0], ends[1]);
        let mut turned = Vec::with_capacity(bytes.len());
        for o in 0..outputs {
            for i in 0..inputs {
                for k in 0..window {
                    let at = 4 * ((k * inputs + i) * outputs + o);
                    turned.extend_from_slice(&bytes[at..at + 4]);
                }
            }
        }
        turned
    }
}
