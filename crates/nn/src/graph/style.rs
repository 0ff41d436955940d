//! Colours by kind, and how wide a text is.

use super::Row;
use crate::Field;

/// What a layer does, as far as its colour goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Kind {
    /// Where values come from and where they go.
    End,
    /// A window with weights.
    Convolution,
    /// Weights without a window.
    Weights,
    /// A window without weights, or another size of image.
    Pooling,
    /// Brings numbers to a known scale.
    Normalisation,
    /// Bends every number by itself.
    #[default]
    Activation,
    /// Random while it is trained.
    Noise,
    /// Moves numbers about.
    Shape,
    /// Where ways meet.
    Merge,
}

impl Kind {
    /// The kind of a layer, by what it says of itself.
    pub fn of(row: &Row) -> Self {
        let named = |part: &str| row.layer.contains(part);
        // numbers of its own for every channel, as of a learned slope
        let channels = row.output.1.last().copied().unwrap_or(1);
        let window = row.field != Field::POINT && row.field != Field::ALL;
        if named("Norm") {
            Self::Normalisation
        } else if named("Drop") && row.parameters == 0 || named("Noise") {
            Self::Noise
        } else if named("Conv") || window && row.parameters > 0 {
            Self::Convolution
        } else if row.parameters > channels {
            Self::Weights
        } else if named("Pool") || named("Upsample") {
            Self::Pooling
        } else if row.flops == 0 && row.input != row.output {
            Self::Shape
        } else if window {
            Self::Pooling
        } else {
            Self::Activation
        }
    }

    /// Its name in the legend.
    pub fn name(self) -> &'static str {
        match self {
            Self::End => "input, output",
            Self::Convolution => "convolution",
            Self::Weights => "weights",
            Self::Pooling => "pooling",
            Self::Normalisation => "normalisation",
            Self::Activation => "activation",
            Self::Noise => "noise",
            Self::Shape => "shape",
            Self::Merge => "ways meet",
        }
    }

    /// Its colours: of the ground, and of the border.
    pub fn colors(self) -> [&'static str; 2] {
        match self {
            Self::End => ["#262a33", "#262a33"],
            Self::Convolution => ["#cfe2f4", "#1f6fb4"],
            Self::Weights => ["#e2d9f3", "#6b4fb0"],
            Self::Pooling => ["#d3eddb", "#2e8b57"],
            Self::Normalisation => ["#fbeec4", "#a97f00"],
            Self::Activation => ["#fbdccd", "#d65c10"],
            Self::Noise => ["#e4e6ea", "#686f7c"],
            Self::Shape => ["#f4f5f7", "#9aa1ad"],
            Self::Merge => ["#ffffff", "#262a33"],
        }
    }
}

/// The letters of titles and of what stands below them, in pixels.
pub(super) const TITLE: f64 = 13.0;
pub(super) const SMALL: f64 = 11.0;

/// How wide a text is at most, in one of the common fonts without serifs.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let letter = |c: char| match c {
        'i' | 'j' | 'l' | '.' | ',' | '\'' | '|' | ':' => 0.33,
        'f' | 't' | 'r' | ' ' | '(' | ')' | '/' | '-' => 0.42,
        'm' | 'w' | 'M' | 'W' | '%' => 0.98,
        '×' | '+' | '=' => 0.84,
        'A'..='Z' => 0.74,
        _ => 0.64,
    };
    (text.chars().map(letter).sum::<f64>() * size).ceil()
}
