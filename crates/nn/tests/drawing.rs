//! Drawings of networks and tapes: whole, legible, and nothing on top of anything else.

use autodiff::Tape;
use core_tensor::{
    Batch, BatchMut, Image, Matrix, Path, Room, Scalar, Sequence, Shape, Tensor, Vector, no_params,
};
use nn::{
    Aux, BatchNorm, Concat, Conv2d, EachStep, Flatten, Form, Frozen, Graph, Kind, Layer, Linear,
    MaxPool2d, Node, Pass, Relu, Repeat, Residual, Rnn, Sum, network,
};

/// Left, top, right and bottom.
fn corners([x, y]: [f64; 2], [w, h]: [f64; 2]) -> [f64; 4] {
    [x, y, x + w, y + h]
}

fn of_node(node: &Node) -> [f64; 4] {
    let ([x, y], [w, h]) = (node.at, node.size);
    corners([x - w / 2.0, y - h / 2.0], node.size)
}

/// Checks what must hold of any drawing, and returns its text.
fn sound(graph: &Graph) -> String {
    for (i, a) in graph.nodes.iter().enumerate() {
        let [left, top, right, bottom] = of_node(a);
        for b in &graph.nodes[i + 1..] {
            let [l, t, r, b] = of_node(b);
            let apart = right <= l || r <= left || bottom <= t || b <= top;
            assert!(apart, "{:?} lies on another node", a.lines);
        }
        if let Some(frame) = a.frame {
            let [l, t, r, b] = corners(graph.frames[frame].at, graph.frames[frame].size);
            assert!(
                l < left && t < top && right < r && bottom < b,
                "{:?}",
                a.lines
            );
        }
    }
    for edge in &graph.edges {
        let [from, to] = [edge.from, edge.to].map(|node| of_node(&graph.nodes[node]));
        let (first, last) = (edge.points[0], edge.points[edge.points.len() - 1]);
        // from the middle of the lower edge, to the upper edge or a side
        assert_eq!(first, [f64::midpoint(from[0], from[2]), from[3]]);
        assert!(
            to[0] <= last[0] && last[0] <= to[2],
            "{edge:?} misses {to:?}"
        );
        assert!(
            to[1] <= last[1] && last[1] < to[3],
            "{edge:?} misses {to:?}"
        );
        assert!(
            edge.points.is_sorted_by_key(|point| point[1]),
            "{edge:?} turns back"
        );
    }
    let svg = graph.to_svg();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let count = |tag| {
        document
            .descendants()
            .filter(|node| node.has_tag_name(tag))
            .count()
    };
    // the marker has one of its own
    assert_eq!(
        count(("http://www.w3.org/2000/svg", "path")),
        graph.edges.len() + 1
    );
    // everything lies on the sheet
    let sheet = document.root_element().attribute("viewBox").unwrap();
    let sheet: Vec<f64> = sheet
        .split(' ')
        .map(|number| number.parse().unwrap())
        .collect();
    let sheet = corners([sheet[0], sheet[1]], [sheet[2], sheet[3]]);
    for node in &graph.nodes {
        let [l, t, r, b] = of_node(node);
        assert!(sheet[0] < l && sheet[1] < t && r < sheet[2] && b < sheet[3]);
    }
    let dot = graph.to_dot();
    assert_eq!(dot.matches(" -> ").count(), graph.edges.len());
    assert_eq!(dot.matches("shape = ").count(), graph.nodes.len());
    assert_eq!(dot.matches('{').count(), dot.matches('}').count());
    svg
}

/// The texts of a drawing.
fn texts(svg: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let texts = document
        .descendants()
        .filter(|node| node.tag_name().name() == "text");
    texts
        .filter_map(|node| node.text().map(String::from))
        .collect()
}

network! { struct Tiny<T> {
    conv: Conv2d<1, 4, 3, 1, 1, T>, norm: BatchNorm<4, T>, act: Relu, pool: MaxPool2d<2>, flat: Flatten, out: Linear<64, 10, T>
} }

/// What is done at each step is drawn as the sequence that comes out, and counted with all steps.
#[test]
fn layers_at_each_step_show_the_sequence() {
    type Net = (Rnn<2, 4>, EachStep<(Linear<4, 2>, Relu, Linear<2, 5>)>);
    let graph = Graph::of::<Sequence<3, 2>, Net, f32>();
    let found = texts(&sound(&graph));
    let last = found.iter().find(|text| text.starts_with("output"));
    assert_eq!(last.map(String::as_str), Some("output: 3×5"));
    let mut flops = Vec::new();
    <Net as Layer<Sequence<3, 2>>>::describe(&Path::Root).rows(&mut |row, _| flops.push(row.flops));
    assert_eq!(flops[1..], [3 * 2 * 4 * 2, 3 * 2, 3 * 2 * 2 * 5]);
}

#[test]
fn a_chain_with_thin_layers_on_the_thick() {
    let graph = Graph::of::<Image<8, 8, 1>, Tiny<f32>, f32>();
    let svg = sound(&graph);
    let found = texts(&svg);
    let expected = [
        "706 parameters, 698 of them learn, 8,384 FLOPs a sample",
        "input: 8×8×1",
        "Conv2d 3×3",
        "8×8×4",
        "conv",
        "40",
        "BatchNorm",
        "16",
        "Relu",
        "MaxPool2d 2×2 /2",
        "4×4×4",
        "pool",
        "Flatten",
        "64",
        "Linear",
        "10",
        "out",
        "650",
        "output: 10",
    ];
    assert_eq!(found[..expected.len()], expected);
    assert_eq!(
        graph
            .nodes
            .iter()
            .map(|node| node.lines.len())
            .collect::<Vec<_>>(),
        [1, 3, 2, 1, 1]
    );
    // in one line, from top to bottom
    assert!(graph.nodes.iter().all(|node| node.at[0] == 0.0));
    assert!(graph.nodes.is_sorted_by_key(|node| node.at[1]));
    let kinds: Vec<Kind> = graph.nodes.iter().map(|node| node.lines[0].kind).collect();
    assert_eq!(
        kinds,
        [
            Kind::End,
            Kind::Convolution,
            Kind::Pooling,
            Kind::Weights,
            Kind::End
        ]
    );
}

#[test]
fn shortcuts_ways_and_equal_parts() {
    type Block = Residual<(Conv2d<4, 4, 3, 1, 1>, Relu, Conv2d<4, 4, 3, 1, 1>)>;
    type Down = Sum<(Conv2d<4, 8, 3, 2, 1>, Relu, Conv2d<8, 8, 3, 1, 1>), Conv2d<4, 8, 1, 2>>;
    type Net = (
        Conv2d<1, 4, 3, 1, 1>,
        (Block, Block, Block),
        Relu,
        Frozen<Down>,
    );
    let graph = Graph::of::<Image<8, 8, 1>, Net, f32>();
    let svg = sound(&graph);
    let found = texts(&svg);
    assert_eq!(found.iter().filter(|text| *text == "×3").count(), 1);
    assert_eq!(
        found
            .iter()
            .filter(|text| text.ends_with("(frozen)"))
            .count(),
        3
    );
    // input, convolution, one block of two and its sum, relu, three convolutions and their sum, output
    assert_eq!(graph.nodes.len(), 11);
    // a chain would have one less; each fork has one more
    assert_eq!(graph.edges.len(), 12);
    let circles = graph.nodes.iter().filter(|node| node.form == Form::Circle);
    assert_eq!(circles.count(), 2);
    let [block] = &graph.frames[..] else {
        panic!("one frame, around what is there three times")
    };
    // the shortcut runs beside the block, in its frame
    let shortcut = graph
        .edges
        .iter()
        .find(|edge| edge.points.len() == 6)
        .unwrap();
    let beside = shortcut.points[4][0];
    assert!(graph.nodes[2].at[0] + graph.nodes[2].size[0] / 2.0 < beside);
    assert!(beside < block.at[0] + block.size[0]);
    assert!(shortcut.sideways);
}

#[test]
fn ways_side_by_side_and_several_outputs() {
    type Ways = Concat<(
        Conv2d<2, 3, 1>,
        (Conv2d<2, 2, 1>, Relu, Conv2d<2, 4, 3, 1, 1>),
        (MaxPool2d<3, 1, 1>, Conv2d<2, 1, 1>),
    )>;
    type Head = (Flatten, Linear<128, 3>);
    type Rest = (
        Repeat<Conv2d<8, 8, 3, 1, 1>, 3>,
        Relu,
        Conv2d<8, 8, 1>,
        Flatten,
        Linear<128, 5>,
    );
    let graph = Graph::of::<Image<4, 4, 2>, (Ways, Aux<Head, Rest>), f32>();
    let found = texts(&sound(&graph));
    for text in ["Concat: 4×4×8", "×3", "output: 3", "output: 5"] {
        assert_eq!(
            found.iter().filter(|found| *found == text).count(),
            1,
            "{text}"
        );
    }
    // the ways begin at one height, in order
    let ways: Vec<_> = (graph.edges.iter().filter(|edge| edge.from == 0))
        .map(|edge| of_node(&graph.nodes[edge.to]))
        .collect();
    assert!(ways.iter().all(|way| way[1] == ways[0][1]));
    assert!(ways.is_sorted_by_key(|way| way[0]) && ways.len() == 3);
    // the trunk goes straight on, the head stands at its side and ends earlier
    let ends: Vec<_> = (graph
        .nodes
        .iter()
        .filter(|node| node.lines[0].title == "output"))
    .map(|node| node.at)
    .collect();
    assert_eq!(ends[1][0], graph.nodes[0].at[0]);
    assert!(
        ends[0][0] < ends[1][0] && ends[0][1] < ends[1][1],
        "{ends:?}"
    );
}

/// A layer whose name is no name.
struct Odd;
no_params!([] Odd);

impl<X: Shape, T: Scalar> Layer<X, T> for Odd {
    type Y = X;
    type Saved<'a> = ();
    const NAME: &'static str = "A<B> & \"C\" \\ \u{1}";
    const FLOPS: u64 = 0;
    const ROOM: Room = Room::NONE;

    fn forward<'a>(&self, x: Batch<'a, X, T>, _: &mut Pass<'a, T>) -> (Batch<'a, X, T>, ()) {
        (x, ())
    }

    fn backward<'a>(
        &self,
        (): (),
        dy: BatchMut<'a, X, T>,
        _: Option<&mut ()>,
        _: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        dy
    }
}

#[test]
fn text_that_means_something_to_the_format() {
    let graph = Graph::of::<Vector<2>, (Odd, Linear<2, 1>), f32>();
    let svg = sound(&graph);
    assert!(texts(&svg).contains(&"A<B> & \"C\" \\  ".into()), "{svg}");
    assert!(graph.to_dot().contains(r#"A<B> & \"C\" \\ "#));
}

#[test]
fn nothing_at_all_is_an_arrow() {
    let graph = Graph::of::<Vector<2>, nn::Identity, f32>();
    sound(&graph);
    assert_eq!((graph.nodes.len(), graph.edges.len()), (2, 1));
}

#[test]
fn a_tape_with_weights_used_again() {
    let mut tape = Tape::<f64>::new();
    tape.record(|tape| {
        let w = tape.variable(&Tensor::<Matrix<3, 3>, f64>::full(0.5));
        let b = tape.variable(&Tensor::<Vector<3>, f64>::full(0.5));
        let mut h = tape.constant(&Tensor::<Vector<3>, f64>::full(1.0));
        for _ in 0..3 {
            h = (w.matvec(h) + b).tanh();
        }
        h.sum();
    });
    let graph = Graph::of_tape(&tape);
    let svg = sound(&graph);
    let found = texts(&svg);
    let count = |text: &str| found.iter().filter(|found| *found == text).count();
    // a weight stands wherever it is used
    assert_eq!(
        [
            "x1: 3×3",
            "x2: 3",
            "constant: 3",
            "matvec",
            "+",
            "tanh",
            "sum"
        ]
        .map(count),
        [3, 3, 1, 3, 3, 3, 1]
    );
    assert_eq!(graph.edges.len(), 3 * 5 + 1);
}

#[test]
fn numbers_on_a_tape_with_their_slopes() {
    let mut tape = Tape::<f64>::new();
    tape.record(|tape| {
        let [x, y] = tape.numbers([2.0, 3.0]);
        let _ = (x * y) * (y + 10.0 * x);
    });
    let graph = Graph::of_tape(&tape);
    sound(&graph);
    let slopes: Vec<&str> = graph.edges.iter().map(|edge| edge.label.as_str()).collect();
    // y, x; 1, 10; the other factor
    assert_eq!(slopes, ["3.00", "2.00", "1.00", "10.0", "23.0", "6.00"]);
}
