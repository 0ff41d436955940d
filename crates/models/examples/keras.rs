//! Turns a network's `model.json` of TensorFlow.js, with the files beside it, into a file of safetensors:
//!
//! `cargo run -p models --features keras --example keras -- MODEL.json WEIGHTS.safetensors`

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, weights] = &arguments[..] else {
        return Err("expected two arguments: a model.json, and the file to be written".into());
    };
    let bytes = models::keras::to_safetensors(model)?;
    nn::weights::replace(weights.as_ref(), &bytes)?;
    println!("{weights}: {} bytes", bytes.len());
    Ok(())
}
