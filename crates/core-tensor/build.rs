//! Writes the table of sides: `Const<N>` to `typenum` for every side, and back for every length.
//!
//! A side takes part in sums, so it needs both ways; a flattened length is only read back. The way back is two steps, the upper bits and
//! then the lower ones: 608 impls instead of 32,768, whose overlap check alone would take the compiler half a minute.

use std::fmt::Write;

/// Sides that can be computed with: `0..SIDES`.
const SIDES: usize = 4096 + 1;
/// Lengths that a computation can end in: `0..LENGTHS`.
const LENGTHS: usize = 1 << 15;
/// Lower bits told apart in the second step.
const LOW_BITS: usize = 6;
const LOW: usize = 1 << LOW_BITS;

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let mut table = String::new();
    write_table(&mut table).expect("a string takes whatever is written");
    let path = std::env::var("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
    std::fs::write(std::path::Path::new(&path).join("table.rs"), table)
}

fn write_table(out: &mut String) -> std::fmt::Result {
    writeln!(
        out,
        "use super::*; use typenum::{{B0, B1, UInt as I, UTerm as O}};"
    )?;
    for n in 0..SIDES {
        writeln!(
            out,
            "impl ToUInt for Const<{n}> {{ type UInt = {}; }}",
            binary("O", n, bits(n))
        )?;
    }
    // shorter than the lower bits: nothing is left for the first step
    for n in 0..LOW / 2 {
        writeln!(
            out,
            "impl FromUInt for {} {{ type Dim = Const<{n}>; }}",
            binary("O", n, bits(n))
        )?;
    }
    writeln!(
        out,
        "/// The upper bits of a length; knows the sides that start with them.\npub trait UpperBits {{"
    )?;
    (0..LOW).try_for_each(|low| writeln!(out, "type L{low}: Dim;"))?;
    writeln!(out, "}}")?;
    for low in 0..LOW {
        let pattern = binary("U", low, LOW_BITS);
        writeln!(
            out,
            "#[diagnostic::do_not_recommend] impl<U: UpperBits> FromUInt for {pattern} {{ type Dim = U::L{low}; }}"
        )?;
    }
    for upper in 0..LENGTHS / LOW {
        writeln!(
            out,
            "impl UpperBits for {} {{",
            binary("O", upper, bits(upper))
        )?;
        (0..LOW)
            .try_for_each(|low| writeln!(out, "type L{low} = Const<{}>;", upper * LOW + low))?;
        writeln!(out, "}}")?;
    }
    Ok(())
}

/// Binary digits of `n`, none for zero.
fn bits(n: usize) -> usize {
    (usize::BITS - n.leading_zeros()) as usize
}

/// The last `digits` binary digits of `n` appended to the number `start`.
fn binary(start: &str, n: usize, digits: usize) -> String {
    (0..digits).rev().fold(start.to_string(), |number, digit| {
        format!("I<{number}, B{}>", n >> digit & 1)
    })
}
