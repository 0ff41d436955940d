//! Pictures and folders of them: what Pillow reads from the same files, and every way in which they can be wrong.

use std::fs;
use std::path::{Path, PathBuf};

use models::data::pictures::{Fit, Picture, load};
use tempfile::TempDir;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/pictures")
        .join(name)
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(fixture(name)).unwrap()
}

/// The formulas of `make.py`.
fn smooth() -> Vec<u8> {
    let pixel = |i: usize| {
        let (y, x) = (i / 18, i % 18);
        [20 + 12 * x, 240 - 15 * y, 60 + 5 * x + 4 * y].map(|c| c as u8)
    };
    (0..13 * 18).flat_map(pixel).collect()
}

#[track_caller]
fn near(found: &[u8], expected: &[u8], most: u8) {
    assert_eq!(found.len(), expected.len());
    let furthest = found.iter().zip(expected).map(|(a, b)| a.abs_diff(*b));
    let furthest = furthest.max().unwrap();
    assert!(furthest <= most, "{furthest} levels apart");
}

#[test]
fn a_png_is_read_bit_for_bit() {
    let picture = Picture::open(fixture("colour.png")).unwrap();
    assert_eq!((picture.height, picture.width), (13, 18));
    assert_eq!(picture.rgb, smooth());
    let palette = Picture::open(fixture("palette.png")).unwrap();
    assert_eq!(palette.rgb, bytes("palette.png.rgb"));
}

#[test]
fn grey_deep_and_clear_pngs() {
    let smooth = smooth();
    // Pillow's luma: (19595·R + 38470·G + 7471·B + 2¹⁵) / 2¹⁶
    let luma = |p: &[u8]| {
        let [r, g, b] = [0, 1, 2].map(|c| u32::from(p[c]));
        ((19_595 * r + 38_470 * g + 7_471 * b + 0x8000) >> 16) as u8
    };
    let grey: Vec<u8> = smooth.chunks(3).flat_map(|p| [luma(p); 3]).collect();
    assert_eq!(Picture::open(fixture("grey.png")).unwrap().rgb, grey);
    let deep: Vec<u8> = smooth.chunks(3).flat_map(|p| [p[0]; 3]).collect();
    assert_eq!(Picture::open(fixture("deep.png")).unwrap().rgb, deep);
    // on white: c·α + 255·(1 − α)
    let clear = smooth.iter().enumerate().map(|(i, &c)| {
        let alpha = f64::from(16 * (i as u32 / 3 % 18)).min(255.0) / 255.0;
        (f64::from(c) * alpha + 255.0 * (1.0 - alpha)).round() as u8
    });
    let clear: Vec<u8> = clear.collect();
    assert_eq!(Picture::open(fixture("clear.png")).unwrap().rgb, clear);
}

#[test]
fn jpegs_are_what_pillow_reads() {
    for name in ["colour.jpg", "progressive.jpg", "grey.jpg", "print.jpg"] {
        let picture = Picture::open(fixture(name)).unwrap();
        assert_eq!((picture.height, picture.width), (13, 18), "{name}");
        // decoders round apart, and enlarge halved colours in ways of their own
        let most = if name == "progressive.jpg" { 8 } else { 3 };
        near(&picture.rgb, &bytes(&format!("{name}.rgb")), most);
    }
}

#[test]
fn stretching_is_pillows_bilinear() {
    let picture = Picture::open(fixture("colour.png")).unwrap();
    let smaller = picture.stretched(6, 7);
    assert_eq!((smaller.height, smaller.width), (6, 7));
    near(&smaller.rgb, &bytes("smaller.rgb"), 1);
    near(&picture.stretched(20, 25).rgb, &bytes("larger.rgb"), 1);
    assert_eq!(picture.stretched(13, 18), picture);
}

#[test]
fn grey_and_colour_images() {
    let picture = Picture {
        height: 1,
        width: 2,
        rgb: vec![255, 0, 0, 0, 0, 255],
    };
    let colour = picture.image::<1, 2, 3>().unwrap();
    assert_eq!(colour.as_slice(), [1.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    let grey = picture.image::<1, 2, 1>().unwrap();
    assert_eq!(grey.as_slice(), [0.299, 0.114]);
    assert!(picture.image::<2, 1, 1>().is_none());
}

/// Two cats and a dog.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (class, name, from) in [
        ("dog", "1.png", "colour.png"),
        ("cat", "b.jpeg", "colour.jpg"),
        ("cat", "a.png", "grey.png"),
    ] {
        fs::create_dir_all(folder.path().join(class)).unwrap();
        fs::copy(fixture(from), folder.path().join(class).join(name)).unwrap();
    }
    folder
}

/// What is said of a folder, in one line, its path written as `DIR`.
fn said(folder: &Path) -> String {
    let error = load::<13, 18, 3, 2>(folder, Fit::Exact).err();
    let text = error.expect("the folder is wrong").to_string();
    assert_eq!(text.lines().count(), 1, "{text}");
    text.replace(folder.to_str().unwrap(), "DIR")
        .replace(std::path::MAIN_SEPARATOR, "/")
}

#[test]
fn a_folder_a_class() {
    let folder = folder();
    let (all, names) = load::<13, 18, 3, 2>(folder.path(), Fit::Exact).unwrap();
    assert_eq!(names, ["cat", "dog"]);
    assert_eq!(all.counts(), [2, 1]);
    // cat/a.png is grey, cat/b.jpeg is not, dog/1.png is the formula
    let first = &all.images[0];
    assert_eq!(first[[0, 0, 0]], first[[0, 0, 2]]);
    assert_ne!(all.images[1][[0, 0, 0]], all.images[1][[0, 0, 1]]);
    assert_eq!(all.images[2][[2, 3, 0]], 56.0 / 255.0);
    let (small, _) = load::<6, 7, 1, 2>(folder.path(), Fit::Stretch).unwrap();
    assert_eq!(small.len(), 3);
}

#[test]
fn wrong_folders() {
    let folder = folder();
    let dir = folder.path();
    assert_eq!(
        said(&dir.join("nowhere")).replace("DIR", ""),
        " is no folder; name the one that holds a folder of pictures for each class"
    );
    fs::create_dir(dir.join("eel")).unwrap();
    assert_eq!(
        said(dir),
        "DIR holds 3 folders (cat, dog, eel), expected 2, one a class"
    );
    fs::remove_dir_all(dir.join("dog")).unwrap();
    assert_eq!(
        said(dir),
        "DIR/eel is an empty folder, expected pictures of a class there; move it elsewhere"
    );
    fs::create_dir(dir.join("cat/more")).unwrap();
    assert_eq!(
        said(dir),
        "DIR/cat/more is a folder, expected pictures alone there; move it elsewhere"
    );
    fs::write(dir.join("readme"), "").unwrap();
    assert_eq!(
        said(dir),
        "DIR/readme is a file, expected a folder for each class there; move it elsewhere"
    );
}

#[test]
fn wrong_pictures_are_named() {
    let folder = folder();
    let path = folder.path().join("cat/c.txt");
    fs::write(&path, "a cat").unwrap();
    assert_eq!(
        said(folder.path()),
        "DIR/cat/c.txt cannot be read as a picture: it begins as neither PNG nor JPEG; save it again as PNG or JPEG"
    );
    fs::remove_file(path).unwrap();
    let error = load::<13, 17, 3, 2>(folder.path(), Fit::Exact).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("a.png holds images of 13×18, expected 13×17; choose files of that size"),
        "{error}"
    );
}

#[test]
fn a_header_that_promises_too_much_allocates_nothing() {
    // the header of a PNG of 60000×50000, with its checksum, and nothing else
    let mut png = bytes("colour.png");
    png[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    png[20..24].copy_from_slice(&50_000_u32.to_be_bytes());
    let mut crc = flate2::Crc::new();
    crc.update(&png[12..29]);
    png[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    let error = Picture::decode("huge.png", &png).unwrap_err().to_string();
    assert!(
        error.starts_with(
            "huge.png cannot be read as a picture: its header promises 50000×60000 pixels, "
        ),
        "{error}"
    );
}

#[test]
fn cut_and_broken_files_are_refused_without_panic() {
    for name in [
        "colour.png",
        "palette.png",
        "clear.png",
        "colour.jpg",
        "progressive.jpg",
        "grey.jpg",
    ] {
        let whole = bytes(name);
        for end in 0..whole.len() {
            let cut = Picture::decode(name, &whole[..end]);
            assert!(cut.is_err(), "{name} cut to {end} of {} bytes", whole.len());
        }
        // a PNG has checksums; a JPEG has none, so that a wrong bit there may be another picture, but never a panic
        for at in 0..whole.len() {
            let mut broken = whole.clone();
            broken[at] ^= 1 << (at % 8);
            let read = Picture::decode(name, &broken);
            if name.ends_with("png") {
                assert!(
                    read.is_err(),
                    "{name} with bit {} of byte {at} turned",
                    at % 8
                );
            }
        }
    }
}
