//! Every kind of picture becomes a larger one of its kind; what cannot be done is said, and nothing is left behind.

use std::fs;
use std::path::{Path, PathBuf};

use models::data::raster::Raster;
use tempfile::TempDir;

use super::*;

fn published(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/models/data/esrgan-slim");
    folder.join(name)
}

fn options(input: &Path, output: &Path) -> Options {
    Options {
        input: input.into(),
        output: output.into(),
        weights: None,
        threads: NonZeroUsize::MIN,
    }
}

/// A picture of 9×7 pixels, one colour but for its opacity, which grows from left to right.
fn plain(folder: &TempDir, color: png::ColorType, depth: png::BitDepth, level: u8) -> PathBuf {
    let path = folder.path().join("plain.png");
    let mut info = png::Info::with_size(9, 7);
    (info.color_type, info.bit_depth) = (color, depth);
    info.icc_profile = Some(vec![7; 300].into());
    if color == png::ColorType::Indexed {
        info.palette = Some(vec![level; 3].into());
    }
    let mut bytes = Vec::new();
    let encoder = png::Encoder::with_info(&mut bytes, info).unwrap();
    let mut writer = encoder.write_header().unwrap();
    let (channels, opaque) = (color.samples(), matches!(color.samples(), 1 | 3));
    let numbers = (0..9 * 7 * channels).map(|i| match i % channels {
        c if c + 1 == channels && !opaque => (i / channels % 9 * 31) as u8,
        _ if color == png::ColorType::Indexed => 0,
        _ => level,
    });
    let repeat = if depth == png::BitDepth::Sixteen {
        2
    } else {
        1
    };
    let data: Vec<u8> = numbers
        .flat_map(|n| std::iter::repeat_n(n, repeat))
        .collect();
    writer.write_image_data(&data).unwrap();
    writer.finish().unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn every_kind_of_picture_keeps_its_kind() {
    use png::{BitDepth::*, ColorType::*};
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("large.png");
    for (color, depth, channels) in [
        (Grayscale, Eight, 1),
        (GrayscaleAlpha, Sixteen, 2),
        (Rgb, Sixteen, 3),
        (Rgba, Eight, 4),
        (Indexed, Eight, 3),
    ] {
        let input = plain(&folder, color, depth, 100);
        run(&options(&input, &output)).unwrap();
        let large = Raster::open(&output).unwrap();
        assert_eq!((large.height, large.width), (14, 18), "{color:?}");
        assert_eq!(
            (large.channels, large.deep),
            (channels, depth == Sixteen),
            "{color:?}"
        );
        assert_eq!(large.profile, Some(vec![7; 300]), "{color:?}");
        // one colour stays what it is, but for what a trained network makes of it
        let level = large.level([7, 9], 0);
        assert!((level - 100.0).abs() < 3.0, "{color:?}: {level}");
        if large.has_opacity() {
            // 0, 31, 62 …, and a quarter and three quarters between them
            let levels = [0, 1, 2, 17].map(|x| large.level([3, x], channels - 1));
            for (level, right) in levels.into_iter().zip([0.0, 7.75, 23.25, 248.0]) {
                assert!((level - right).abs() <= 0.5, "{levels:?}");
            }
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn the_published_flower() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("flower.png");
    let mut options = options(&published("small.png"), &output);
    options.threads = NonZeroUsize::new(2).unwrap();
    options.weights = Some(published("x2.safetensors"));
    let said = run(&options).unwrap();
    assert!(said.ends_with("flower.png, 256×256, in 1 tiles"), "{said}");
    let (ours, theirs) = (
        Raster::open(&output).unwrap(),
        Raster::open(published("doubled.png")).unwrap(),
    );
    let apart = ours
        .bytes
        .iter()
        .zip(&theirs.bytes)
        .map(|(a, &b)| a.abs_diff(b));
    assert!(apart.max() <= Some(1));
}

#[test]
fn what_cannot_be_done_is_said() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let good = plain(&folder, png::ColorType::Rgb, png::BitDepth::Eight, 9);
    fs::write(at("text.png"), "no picture").unwrap();
    fs::write(at("old.png"), "what stood there").unwrap();
    fs::create_dir(at("folder.png")).unwrap();
    for (input, output, why) in [
        (
            good.clone(),
            at("large.jpg"),
            "large.jpg does not end in .png",
        ),
        (good.clone(), at("none/large.png"), "none is no folder"),
        (good.clone(), at("folder.png"), "folder.png is a folder"),
        (at("none.png"), at("old.png"), "none.png cannot be read"),
        (
            at("text.png"),
            at("old.png"),
            "it begins as neither PNG nor JPEG",
        ),
    ] {
        let error = run(&options(&input, &output)).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    for (name, bytes, why) in [
        (
            "a.safetensors",
            &b"no weights"[..],
            "this is no file of safetensors",
        ),
        ("a.json", b"{}", "it has no list `weightsManifest`"),
    ] {
        fs::write(at(name), bytes).unwrap();
        let mut options = options(&good, &at("old.png"));
        options.weights = Some(at(name));
        let error = run(&options).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(why), "{error}");
    }
    assert_eq!(fs::read(at("old.png")).unwrap(), b"what stood there");
    let left = fs::read_dir(folder.path()).unwrap();
    assert!(
        left.flatten()
            .all(|entry| !entry.file_name().to_string_lossy().ends_with(".part"))
    );
}
