//! Colours of lines and of fields.

use plotters::style::RGBColor;

use super::canvas::{BLUE, INK, ORANGE, PALE};

/// A colour of the pictures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "colours are what they are called")]
pub enum Color {
    Blue,
    Orange,
    Green,
    Red,
    Violet,
    Ink,
    Pale,
    Teal,
    Brown,
    Pink,
    Gold,
}

impl Color {
    /// One after the other, for lines that only need to differ.
    pub const ALL: [Self; 7] = [
        Self::Blue,
        Self::Orange,
        Self::Green,
        Self::Violet,
        Self::Red,
        Self::Ink,
        Self::Pale,
    ];

    /// One for each of ten classes, to be told apart as points.
    pub const CLASSES: [Self; 10] = [
        Self::Blue,
        Self::Orange,
        Self::Green,
        Self::Red,
        Self::Violet,
        Self::Teal,
        Self::Brown,
        Self::Pink,
        Self::Ink,
        Self::Gold,
    ];

    pub(super) fn rgb(self) -> RGBColor {
        match self {
            Self::Blue => BLUE,
            Self::Orange => ORANGE,
            Self::Green => RGBColor(34, 139, 84),
            Self::Red => RGBColor(190, 30, 60),
            Self::Violet => RGBColor(126, 70, 170),
            Self::Ink => INK,
            Self::Pale => PALE,
            Self::Teal => RGBColor(20, 175, 185),
            Self::Brown => RGBColor(140, 90, 60),
            Self::Pink => RGBColor(240, 120, 190),
            Self::Gold => RGBColor(225, 175, 10),
        }
    }
}

/// Blue below zero, orange above, both paler than lines, so that those stay visible.
pub(super) fn shade(number: f64) -> RGBColor {
    let strength = number.abs().min(1.0) * 0.75;
    let RGBColor(r, g, b) = if number < 0.0 { BLUE } else { ORANGE };
    let mix = |part: u8| (255.0 + (f64::from(part) - 255.0) * strength).round() as u8;
    RGBColor(mix(r), mix(g), mix(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_white_at_zero() {
        assert_eq!(shade(0.0), RGBColor(255, 255, 255));
        assert_eq!(shade(-2.0), shade(-1.0));
        assert!(shade(0.9).0 > shade(0.9).2 && shade(-0.9).0 < shade(-0.9).2);
    }
}
