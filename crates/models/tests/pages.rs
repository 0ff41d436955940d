//! Every network has a page in the documentation: its drawing, how many numbers it learns, what a sample costs, and how it is used.
//!
//! `REDRAW=1 cargo test -p models --test pages` writes the drawings anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use core_tensor::{Image, Params, Shape, Tokens, Vector};
use models::resnet::{SmallPlainNet, SmallResNet};
use models::*;
use nn::{Graph, Layer};

/// What a network says of itself.
struct Network {
    name: &'static str,
    parameters: usize,
    /// of what has weights, in use
    multiply_adds: u64,
    flops: u64,
    /// the name of the picture and the picture, if there is one of this member of the family
    drawing: Option<(&'static str, String)>,
}

fn network<X: Shape, L: Layer<X>>(name: &'static str, drawing: Option<&'static str>) -> Network {
    let mut multiply_adds = 0;
    L::describe(&core_tensor::Path::Root).rows(&mut |row, _| {
        let counts = row.layer.contains("Conv") || row.layer == "Linear";
        if counts && !row.path.starts_with("aux") {
            multiply_adds += row.flops / 2;
        }
    });
    Network {
        name,
        parameters: <L as Params<f32>>::TRAINABLE,
        multiply_adds,
        flops: L::FLOPS,
        drawing: drawing.map(|file| (file, Graph::of::<X, L, f32>().to_svg())),
    }
}

// the name, the sample that the cost on its page is of, the network that its numbers are of, its picture
macro_rules! networks { ($($name:literal $x:ty => $net:ty $(, $drawing:literal)?;)+) => {
    fn all() -> Vec<Network> {
        vec![$(network::<$x, $net>($name, [$($drawing)?].first().copied())),+]
    }
} }
networks! {
    "AlexNet" Image<224, 224, 3> => AlexNet, "alexnet";
    "AlexNetOriginal" Image<227, 227, 3> => AlexNetOriginal, "alexnet_original";
    "CharGru" Tokens<64, 64> => CharGru<64>, "char_gru";
    "CharLstm" Tokens<64, 64> => CharLstm<64>, "char_lstm";
    "CharRnn" Tokens<64, 64> => CharRnn<64>, "char_rnn";
    "CharTransformer" Tokens<64, 64> => CharTransformer<64, 64>, "char_transformer";
    "ConvAutoencoder" Image<28, 28, 1> => ConvAutoencoder, "conv_autoencoder";
    "DenseAutoencoder" Vector<784> => DenseAutoencoder, "dense_autoencoder";
    "Espcn" Image<32, 32, 1> => Espcn, "espcn";
    "EsrganSlim" Image<32, 32, 3> => EsrganSlim, "esrgan_slim";
    "GoogLeNet" Image<224, 224, 3> => GoogLeNet, "googlenet";
    "LeNet5" Image<28, 28, 1> => LeNet5, "lenet5";
    "LeNet8" Image<8, 8, 1> => LeNet8, "lenet8";
    "LogisticRegression" Vector<2> => LogisticRegression<2>, "logistic_regression";
    "Mlp" Vector<2> => Mlp<2, 8, 8, 1>, "mlp";
    "Mlp4" Vector<4> => Mlp4;
    "Mlp784" Vector<784> => Mlp784;
    "Neuron" Vector<2> => Neuron<2>, "neuron";
    "Perceptron" Vector<2> => Perceptron<2>, "perceptron";
    "ResNeXt50" Image<224, 224, 3> => ResNeXt50, "resnext50";
    "ResNet18" Image<224, 224, 3> => ResNet18, "resnet18";
    "ResNet20" Image<32, 32, 3> => ResNet20, "resnet20";
    "ResNet34" Image<224, 224, 3> => ResNet34;
    "ResNet50" Image<224, 224, 3> => ResNet50, "resnet50";
    "ResNet56" Image<32, 32, 3> => ResNet56;
    "ResNet101" Image<224, 224, 3> => ResNet101;
    "ResNet110" Image<32, 32, 3> => ResNet110;
    "ResNet152" Image<224, 224, 3> => ResNet152;
    "SmallPlainNet" Image<32, 32, 3> => SmallPlainNet<3, 2>, "small_plain_net";
    "SmallResNet" Image<32, 32, 3> => SmallResNet<3, 2>;
    "SmallUNet" Image<32, 32, 1> => SmallUNet, "small_unet";
    "SoftmaxRegression" Vector<4> => SoftmaxRegression<4, 3>, "softmax_regression";
    "UNet" Image<128, 128, 3> => UNet, "unet";
    "Vgg11" Image<224, 224, 3> => Vgg11;
    "Vgg11Bn" Image<224, 224, 3> => Vgg11Bn;
    "Vgg13" Image<224, 224, 3> => Vgg13;
    "Vgg13Bn" Image<224, 224, 3> => Vgg13Bn;
    "Vgg16" Image<224, 224, 3> => Vgg16, "vgg16";
    "Vgg16Bn" Image<224, 224, 3> => Vgg16Bn;
    "Vgg19" Image<224, 224, 3> => Vgg19;
    "Vgg19Bn" Image<224, 224, 3> => Vgg19Bn;
}

/// Parts of networks, which are told of on the page of their module.
const PARTS: [&str; 4] = ["GoogLeNetOf", "Head", "Inception", "ResNeXtOf"];

/// What networks have in common that differ in their depth, their widths or a normalisation alone.
fn family(name: &str) -> String {
    let name = name.strip_prefix("Small").unwrap_or(name);
    let name = name.strip_suffix("Bn").unwrap_or(name);
    name.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// What stands about a network in the sources.
struct Page {
    /// the doc of its module and its own
    module: String,
    own: String,
    /// the pictures that its file includes
    drawings: BTreeSet<String>,
}

/// The pages of all public types that take a scalar, and of what `network!` declares.
fn pages() -> BTreeMap<String, Page> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut pages = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("the sources") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|end| end != "rs") {
            continue;
        }
        let code = fs::read_to_string(&path).expect("a source");
        let module = docs(code.lines(), "//!");
        let included = |line: &str| {
            let (_, rest) = line.split_once("include_str!(\"../drawings/")?;
            Some(rest.split_once(".svg")?.0.to_owned())
        };
        let drawings: BTreeSet<String> = code.lines().filter_map(included).collect();
        let lines: Vec<&str> = code.lines().map(str::trim).collect();
        for (at, line) in code.lines().enumerate() {
            let Some(name) = declared(&lines[at..], line) else {
                continue;
            };
            let above = lines[..at].iter().rev();
            let mut own: Vec<&str> = above
                .take_while(|line| line.starts_with("///") || line.starts_with("#["))
                .copied()
                .collect();
            own.reverse();
            let page = Page {
                module: module.clone(),
                own: docs(own.into_iter(), "///"),
                drawings: drawings.clone(),
            };
            pages.insert(name, page);
        }
    }
    pages
}

/// The name of the network that a line declares: a struct further in, as `network!` has it, or an alias one of whose parameters is `T`.
fn declared(rest: &[&str], line: &str) -> Option<String> {
    let (name, is_alias) = match line.strip_prefix("pub type ") {
        Some(name) => (name, true),
        None => (line.strip_prefix("    pub struct ")?, false),
    };
    let end = name.find(|c: char| !c.is_alphanumeric())?;
    let head: String = rest
        .iter()
        .take_while(|line| !line.starts_with("> ="))
        .map(|line| format!("{line} "))
        .collect();
    let head = head.split(" = (").next().unwrap_or(&head);
    let scalar = ["T = f32", "<T>"]
        .iter()
        .any(|scalar| head.contains(scalar));
    (scalar || is_alias && head.contains(" T,")).then(|| name[..end].to_owned())
}

fn docs<'l>(lines: impl Iterator<Item = &'l str>, mark: &str) -> String {
    let text = lines.filter_map(|line| line.strip_prefix(mark));
    text.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
        .collect()
}

/// The numbers before each `unit` in a text, with half of the last digit that stands there: `1.81 G` is 1.81e9 within 5e6.
fn numbers(text: &str, unit: &str) -> Vec<[f64; 2]> {
    let before = |(at, _): (usize, &str)| {
        let mut words = text[..at].split_whitespace().rev();
        let mut word = words.next()?;
        let scale = match word {
            "G" => 1e9,
            "M" => 1e6,
            _ => 1.0,
        };
        if scale > 1.0 {
            word = words.next()?;
        }
        let digits = word.replace(',', "");
        let decimals = digits.split_once('.').map_or(0, |(_, part)| part.len());
        let number: f64 = digits.parse().ok()?;
        Some([number * scale, 0.5 * scale / 10_f64.powi(decimals as i32)])
    };
    text.match_indices(unit).filter_map(before).collect()
}

#[test]
fn every_network_has_one() {
    let (pages, networks) = (pages(), all());
    let known: BTreeSet<&str> = networks.iter().map(|net| net.name).chain(PARTS).collect();
    let found: BTreeSet<&str> = pages.keys().map(String::as_str).collect();
    assert_eq!(
        found, known,
        "the networks of the sources, and those of this table"
    );
    for net in &networks {
        let (name, page) = (net.name, &pages[net.name]);
        let counts = numbers(&page.own, "parameters");
        assert!(
            counts
                .iter()
                .any(|&[count, _]| count == net.parameters as f64),
            "the page of {name} says {counts:?} parameters; it has {}",
            net.parameters
        );
        let is = |cost: u64| move |&[said, half]: &[f64; 2]| (said - cost as f64).abs() <= half;
        let costs = [
            numbers(&page.own, "multiply-adds"),
            numbers(&page.own, "FLOPs"),
        ];
        let right =
            costs[0].iter().any(is(net.multiply_adds)) || costs[1].iter().any(is(net.flops));
        assert!(
            right,
            "the page of {name} says {costs:?}; it takes {} multiply-adds, {} FLOPs",
            net.multiply_adds, net.flops
        );
        let kin = || {
            networks
                .iter()
                .filter(|other| family(other.name) == family(name))
        };
        let drawn = kin().any(|other| {
            let drawing = other.drawing.as_ref();
            drawing.is_some_and(|(file, _)| page.drawings.contains(*file))
        });
        assert!(
            drawn,
            "the page of {name} has no drawing, nor has one of its family"
        );
        let used = kin().any(|other| {
            let page = &pages[other.name];
            let text = format!("{}\n{}", page.module, page.own);
            let blocks = text.split("```").skip(1).step_by(2);
            blocks
                .filter(|block| {
                    block.contains(&format!("{}<", other.name))
                        || block.contains(&format!("{}>", other.name))
                })
                .any(|block| (1..=5).contains(&lines_of_use(block)))
        });
        assert!(
            used,
            "the page of {name} shows no use in five lines, nor does one of its family"
        );
    }
}

/// The lines of an example that do something: not what is imported, hidden, or asserted of the result.
fn lines_of_use(block: &str) -> usize {
    let idle = ["use ", "#", "//", "assert"];
    let lines = block.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !idle.iter().any(|word| line.starts_with(word)))
        .count()
}

#[test]
fn drawings_are_those_of_the_types() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("drawings");
    let drawings: Vec<(&str, String)> = all().into_iter().filter_map(|net| net.drawing).collect();
    if std::env::var_os("REDRAW").is_some() {
        for (file, svg) in &drawings {
            fs::write(folder.join(format!("{file}.svg")), svg).expect("a drawing");
        }
    }
    let here = fs::read_dir(&folder).expect("the drawings");
    let here: BTreeSet<String> = here
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .collect();
    let known: BTreeSet<String> = drawings
        .iter()
        .map(|(file, _)| format!("{file}.svg"))
        .collect();
    assert_eq!(
        here, known,
        "the files in drawings, and the networks that are drawn"
    );
    for (file, svg) in &drawings {
        let committed = fs::read_to_string(folder.join(format!("{file}.svg"))).expect("a drawing");
        // a page would end in the middle of a drawing with an empty line
        assert!(!svg.contains("\n\n") && svg.starts_with("<svg"), "{file}");
        assert!(
            &committed == svg,
            "{file}.svg is not what its network is; REDRAW=1 writes it anew"
        );
    }
}

#[test]
fn numbers_are_read_as_they_stand() {
    let text = "1,814 parameters, 1.81 G multiply-adds; 40.8 M\nmultiply-adds, few multiply-adds, `N + 1` parameters";
    assert_eq!(numbers(text, "parameters"), [[1814.0, 0.5]]);
    assert_eq!(
        numbers(text, "multiply-adds"),
        [[1.81e9, 5e6], [40.8e6, 5e4]]
    );
    assert_eq!(family("SmallVgg16Bn"), "Vgg");
    assert_eq!(
        lines_of_use("\nuse a;\nlet b = 1;\n# let c = 2;\nassert!(b);\n"),
        1
    );
}
