//! Pictures as they are, against the formulas of `fixtures/pictures/make.py` and against what Pillow reads.

use std::fs;
use std::path::{Path, PathBuf};

use models::data::raster::Raster;

fn fixture(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pictures");
    folder.join(name)
}

fn open(name: &str, channels: usize, deep: bool) -> Raster {
    let raster = Raster::open(fixture(name)).unwrap();
    assert_eq!((raster.height, raster.width), (13, 18), "{name}");
    assert_eq!((raster.channels, raster.deep), (channels, deep), "{name}");
    raster
}

#[test]
fn colours_opacity_and_depth_stay() {
    let (colour, clear) = (open("colour.png", 3, false), open("clear.png", 4, false));
    let deep: Raster = open("deep.png", 1, true);
    let palette = open("palette.png", 3, false);
    assert_eq!(palette.bytes, fs::read(fixture("palette.png.rgb")).unwrap());
    assert!(clear.has_opacity() && !colour.has_opacity());
    for y in 0..13 {
        for x in 0..18 {
            let rgb: [f32; 3] =
                [20 + 12 * x, 240 - 15 * y, 60 + 5 * x + 4 * y].map(|c| f32::from(c as u8));
            assert_eq!([0, 1, 2].map(|c| colour.level([y, x], c)), rgb);
            assert_eq!([0, 1, 2].map(|c| clear.level([y, x], c)), rgb);
            assert_eq!(clear.level([y, x], 3), (16 * x).min(255) as f32);
            // (256·red + 77) of 65535 parts, on the scale of 255
            let level: f32 = (256.0 * rgb[0] + 77.0) / 257.0;
            assert!((deep.level([y, x], 0) - level).abs() < 1e-4);
        }
    }
}

#[test]
fn jpegs_are_grey_or_in_colour() {
    for (name, channels) in [("colour.jpg", 3), ("grey.jpg", 1), ("print.jpg", 3)] {
        let raster = open(name, channels, false);
        let right = fs::read(fixture(&format!("{name}.rgb"))).unwrap();
        let right = right.chunks_exact(3).flat_map(|rgb| &rgb[..channels]);
        let apart = raster.bytes.iter().zip(right).map(|(a, &b)| a.abs_diff(b));
        assert!(apart.max() <= Some(3), "{name}");
    }
}

#[test]
fn a_camera_on_its_side_is_turned() {
    // Pillow's `ImageOps.exif_transpose` of the same file is the picture that it was made of
    let mut bytes = fs::read(fixture("colour.jpg")).unwrap();
    let tiff = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let length = (tiff.len() as u16 + 2).to_be_bytes();
    let segment = [&[0xff, 0xe1][..], &length, tiff].concat();
    bytes.splice(2..2, segment);
    let turned = Raster::decode("turned.jpg", &bytes).unwrap();
    let flat = Raster::open(fixture("colour.jpg")).unwrap();
    assert_eq!((turned.height, turned.width), (18, 13));
    // position 6: the first row is on the right
    for y in 0..13 {
        for x in 0..18 {
            assert_eq!(turned.level([x, 12 - y], 1), flat.level([y, x], 1));
        }
    }
}

#[test]
fn damaged_files_are_named() {
    for name in ["colour.png", "deep.png", "colour.jpg"] {
        let bytes = fs::read(fixture(name)).unwrap();
        for end in [0, 7, 20, bytes.len() / 2, bytes.len() - 3] {
            let error = Raster::decode(name, &bytes[..end]).unwrap_err().to_string();
            assert!(
                error.starts_with(name) && error.contains("cannot be read as a picture"),
                "{error}"
            );
        }
    }
    let error = Raster::open(fixture("none.png")).unwrap_err().to_string();
    assert!(error.contains("none.png cannot be read"), "{error}");
}
