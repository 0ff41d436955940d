//! Pictures as they lie on the disk: whole, of their size, with ink where ink belongs, and nothing half-written.

use std::fs;
use std::path::{Path, PathBuf};

use core_tensor::{Image, Tensor, Vector};
use examples::picture::{Chart, Color, Error, Figure, Line, Live, Mistakes, Panel, Plot, curves};
use nn::Class;

/// The size of a PNG and its RGB pixels.
fn read(path: &Path) -> ([u32; 2], Vec<[u8; 3]>) {
    let file = std::io::BufReader::new(fs::File::open(path).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    assert_eq!(info.color_type, png::ColorType::Rgb);
    ([info.width, info.height], bytes.as_chunks().0.to_vec())
}

/// A folder of a test's own, in the one that cargo keeps for tests. No crate for it: whoever runs an example would build that too.
fn empty_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// How many pixels of a band of rows are darker than paper and grid.
fn inked([width, _]: [u32; 2], pixels: &[[u8; 3]], rows: std::ops::Range<usize>) -> usize {
    let band = &pixels[rows.start * width as usize..rows.end * width as usize];
    band.iter()
        .filter(|&&[r, g, b]| r.min(g).min(b) < 160)
        .count()
}

#[test]
fn curves_are_drawn_with_their_text() {
    let folder = empty_folder("curves_are_drawn_with_their_text");
    let path = folder.join("curve.png");
    let panel = Panel {
        title: "cross-entropy",
        train: &[2.3, 0.5, 0.1],
        held_out: &[1.9, 0.6, f64::NAN],
        log: true,
    };
    curves(&path, "a title", &[panel.clone(), panel]).unwrap();
    let (size, pixels) = read(&path);
    assert_eq!(size, [1120, 424]);
    // the title, the panels' titles, and the names of the axes
    assert!(inked(size, &pixels, 10..40) > 100);
    assert!(inked(size, &pixels, 44..68) > 300);
    assert!(inked(size, &pixels, 395..424) > 100);
    // both curves, in their colours
    for color in [[31, 111, 180], [214, 92, 16]] {
        let count = pixels.iter().filter(|&&pixel| pixel == color).count();
        assert!(count > 500, "{count} pixels of {color:?}");
    }
    // nothing else lies beside the picture
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn nothing_to_draw_is_drawn_as_such() {
    let folder = empty_folder("nothing_to_draw_is_drawn_as_such");
    let path = folder.join("curve.png");
    let panel = Panel {
        title: "loss",
        train: &[f64::NAN],
        held_out: &[],
        log: false,
    };
    curves(&path, "", &[panel]).unwrap();
    assert_eq!(read(&path).0, [560, 424]);
    curves(&path, "", &[]).unwrap();
    assert_eq!(read(&path).0, [560, 424]);
    let one = Panel {
        title: "loss",
        train: &[0.25],
        held_out: &[0.25],
        log: false,
    };
    curves(&path, "", &[one]).unwrap();
    Mistakes::<8, 8>::new(5).draw(&path, "none").unwrap();
    assert_eq!(read(&path).0[1], 256);
}

#[test]
fn a_chart_holds_its_lines_and_points() {
    let folder = empty_folder("a_chart_holds_its_lines_and_points");
    let path = folder.join("chart.png");
    let points = [[1.0, 1.0], [10.0, 100.0], [100.0, 1e4], [0.0, -1.0]];
    let line = |name, style| Line {
        name,
        points: &points,
        style,
    };
    let draw = |lines: &[Line<'_>]| {
        let (title, axes, log) = ("a title", ["across", "up"], true);
        let chart = Chart {
            title,
            axes,
            log,
            lines,
        };
        chart.draw(&path).unwrap();
        read(&path)
    };
    let count = |color: [u8; 3], pixels: &[[u8; 3]]| pixels.iter().filter(|&&p| p == color).count();
    let (blue, orange) = ([31, 111, 180], [214, 92, 16]);
    // points alone are small; a line of slope two crosses the sheet from corner to corner
    let (size, pixels) = draw(&[line("points", [true, false])]);
    assert_eq!(size, [720, 460]);
    assert!((60..200).contains(&count(blue, &pixels)));
    let (size, pixels) = draw(&[line("points", [true, false]), line("line", [false, true])]);
    assert!(count(orange, &pixels) > 500);
    assert!(inked(size, &pixels, 10..40) > 100);
    let at = |x: u32, y: u32| pixels[(y * size[0] + x) as usize];
    // the middle one of three points on a straight line is the middle of the line's square
    assert_eq!(at(387, 243), blue);
    assert_eq!(draw(&[]).0, [720, 460]);
}

#[test]
fn a_figure_fills_its_fields_from_below() {
    let folder = empty_folder("a_figure_fills_its_fields_from_below");
    let path = folder.join("figure.png");
    // the lower row blue and white, the upper one white and orange; a point in the middle, a bar plot beside
    let field = Plot::new("a field")
        .square()
        .across(0.0, 2.0)
        .up(0.0, 2.0)
        .field(2, [-1.0, 0.0, 0.0, 1.0])
        .dots("a point", Color::Green, [[1.0, 1.0]]);
    let bars = Plot::new("bars")
        .places(["a", "b"])
        .bars("one", Color::Blue, [1.0, 2.0])
        .bars("two", Color::Red, [2.0, -1.0]);
    let figure = Figure::new("a title", 2).plots([field, bars]);
    figure.draw(&path).unwrap();
    let (size, pixels) = read(&path);
    assert_eq!(size, [760, 384]);
    let at = |x: u32, y: u32| pixels[(y * size[0] + x) as usize];
    let (pale_blue, pale_orange) = ([87, 147, 199], [224, 133, 76]);
    // a square of 250 begins at (86, 86)
    assert_eq!((at(120, 320), at(300, 100)), (pale_blue, pale_orange));
    assert_eq!((at(120, 100), at(300, 320)), ([255; 3], [255; 3]));
    assert_eq!(at(211, 211), [34, 139, 84]);
    for color in [[31, 111, 180], [190, 30, 60]] {
        let count = pixels.iter().filter(|&&pixel| pixel == color).count();
        assert!(count > 3000, "{count} pixels of {color:?}");
    }
    assert!(inked(size, &pixels, 10..40) > 100);
}

#[test]
fn a_film_has_its_frames() {
    let folder = empty_folder("a_film_has_its_frames");
    let path = folder.join("film.gif");
    let frame = |x: f64| {
        let plot = Plot::new("").across(0.0, 1.0).up(0.0, 1.0);
        let dot = plot.dots("", Color::Blue, [[x, 0.5]]);
        Figure::new("", 1).sized([120, 100]).plot(dot)
    };
    Figure::film(&path, 10, [0.0, 0.5, 1.0].map(frame)).unwrap();
    let mut film = gif::DecodeOptions::new()
        .read_info(fs::File::open(&path).unwrap())
        .unwrap();
    let mut delays = vec![];
    while let Some(frame) = film.read_next_frame().unwrap() {
        assert_eq!([frame.width, frame.height], [120, 144]);
        delays.push(frame.delay);
    }
    assert_eq!(delays, [10, 10, 200]);
    let error = Figure::film(&path, 10, []).unwrap_err();
    assert!(matches!(error, Error::Undrawable { .. }), "{error}");
}

#[test]
fn an_image_is_enlarged_where_it_should_be() {
    let folder = empty_folder("an_image_is_enlarged_where_it_should_be");
    let path = folder.join("mistakes.png");
    // black in the upper left quarter only
    let corner = |i: usize| if i % 8 < 4 && i / 8 < 4 { 1.0 } else { 0.0 };
    let images = [Tensor::<Image<8, 8, 1>>::from_fn(corner)];
    let mut mistakes = Mistakes::new(5);
    mistakes.add(
        &images,
        &[Class::<2>::new(0)],
        &[Tensor::<Vector<2>>::new([0.0, 1.0])],
    );
    mistakes.draw(&path, "title").unwrap();
    let ([width, height], pixels) = read(&path);
    assert_eq!([width, height], [608, 256]);
    // the image begins at (16 + 16, 76) and is 112 wide
    let at = |x: u32, y: u32| pixels[((76 + y) * width + 32 + x) as usize];
    assert_eq!((at(20, 20), at(54, 54)), ([0; 3], [0; 3]));
    assert_eq!(
        (at(58, 20), at(20, 58), at(90, 90)),
        ([255; 3], [255; 3], [255; 3])
    );
    // two lines of text under it
    assert!(inked([width, height], &pixels, 194..206) > 30);
    assert!(inked([width, height], &pixels, 212..224) > 30);
}

#[test]
fn a_picture_that_cannot_be_written_is_named() {
    let folder = empty_folder("a_picture_that_cannot_be_written_is_named");
    let path = folder.join("nowhere").join("curve.png");
    let error = curves(&path, "", &[]).unwrap_err();
    assert!(matches!(error, Error::Unwritable { .. }));
    let text = error.to_string();
    let start = format!("{} cannot be written: ", path.display());
    assert!(text.starts_with(&start), "{text}");
    assert!(
        text.ends_with("; choose a folder that exists and lets you write"),
        "{text}"
    );

    // a folder stands where the picture should: it stays, and nothing is left beside it
    let path = folder.join("taken.png");
    fs::create_dir(&path).unwrap();
    curves(&path, "", &[]).unwrap_err();
    assert!(path.is_dir());
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

/// Told of one epoch after another, the picture is whole after each of them, and has more to show than before.
#[test]
fn a_run_that_goes_on_is_drawn_again_and_again() {
    use optim::{History, Log, Record};
    let folder = empty_folder("a_run_that_goes_on_is_drawn_again_and_again");
    let path = folder.join("run.png");
    let mut live = Live::new(&path, "A run, drawn while it runs")
        .panel("cross-entropy", ["train_loss", "held_out_loss"], true)
        .panel("rate and no second line", ["rate", "no such value"], false);
    let blue = |pixels: &[[u8; 3]]| {
        let blue = pixels.iter().filter(|&&[r, _, b]| b > 150 && r < 80);
        blue.count()
    };
    let mut before = 0;
    for epoch in [1, 2, 3] {
        let loss = |slow: f64| Some((-(epoch as f64) / slow).exp());
        let values = [
            ("train_loss", loss(3.0)),
            ("held_out_loss", loss(5.0)),
            ("rate", Some(0.1 / epoch as f64)),
        ];
        let record = Record {
            epoch,
            values: &values,
        };
        live.epoch(&record).unwrap();
        let (size, pixels) = read(&path);
        assert_eq!(size, [1120, 424]);
        if epoch == 1 {
            before = blue(&pixels);
        }
    }
    let after = blue(&read(&path).1);
    assert!(after > before + 500, "{before} and {after} pixels of lines");
    // nothing lies beside it
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);

    // a run that goes on from its log draws what the first did, and more
    let history = folder.join("run.csv");
    let rows =
        "epoch,train_loss,held_out_loss,rate\n1,0.7,0.8,0.1\n2,0.5,0.7,0.05\n3,0.4,0.6,0.03\n";
    fs::write(&history, rows).unwrap();
    let resumed = |from: Option<&Path>| {
        let mut live = Live::new(&path, "A run, drawn while it runs")
            .panel("cross-entropy", ["train_loss", "held_out_loss"], true)
            .panel("rate and no second line", ["rate", "no such value"], false);
        if let Some(from) = from {
            live = live.after(&History::read(from).unwrap());
        }
        let values = [
            ("train_loss", Some(0.35)),
            ("held_out_loss", Some(0.5)),
            ("rate", Some(0.02)),
        ];
        let (epoch, values) = (4, &values);
        live.epoch(&Record { epoch, values }).unwrap();
        blue(&read(&path).1)
    };
    let (whole, alone) = (resumed(Some(&history)), resumed(None));
    assert!(whole > alone + 500, "{whole} and {alone} pixels of lines");

    let mut nowhere = Live::new(folder.join("missing/run.png"), "");
    let record = Record {
        epoch: 1,
        values: &[],
    };
    let error = nowhere.epoch(&record).unwrap_err().to_string();
    assert!(error.contains("choose a folder that exists"), "{error}");
}
