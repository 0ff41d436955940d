//! Where the nodes of a network stand: chains downwards, ways side by side, shortcuts beside what they go around.

use alloc::string::String;
use alloc::vec::Vec;
use alloc::{format, vec};

use core_tensor::shape::Name;

use super::block::Block;
use super::style::{SMALL, TITLE, width};
use super::{Edge, Form, Frame, Graph, Kind, Line, Merge, Node, Part, sides};

/// Between nodes of a chain; above and below ways; between ways; from a way to a shortcut around it; from a frame to what it holds.
const GAP: f64 = 24.0;
const FORK: f64 = 28.0;
const BETWEEN: f64 = 26.0;
const AROUND: f64 = 18.0;
const INSIDE: f64 = 12.0;
/// The label of a frame.
const LABEL: f64 = 16.0;
pub(super) const CIRCLE: f64 = 26.0;
pub(super) const PILL: f64 = 26.0;
/// A line of a node: with what stands below its title, or thin.
pub(super) const THICK: f64 = 40.0;
pub(super) const THIN: f64 = 21.0;
/// Around the whole picture.
pub(super) const MARGIN: f64 = 16.0;

/// The picture of a network.
pub(super) fn graph(title: String, input: Name, part: &Part) -> Graph {
    let block = Block::of(part, "");
    let mut stack = Stack {
        graph: Graph {
            title,
            legend: true,
            ..Graph::default()
        },
        node: widest(&block).max(120.0),
        frame: None,
    };
    let pill = |title: &str, shape: String| Line {
        kind: Kind::End,
        title: title.into(),
        shape,
        ..Line::default()
    };
    let head = pill("input", sides(input));
    let y = MARGIN + 24.0;
    let ends = stack.put(Form::Pill, vec![head], [0.0, y], Vec::new());
    let y = y + PILL + GAP;
    let extent = stack.extent(&block);
    let ends = stack.place(&block, [0.0, y], ends);
    let y = y + extent.height + GAP;
    for end in ends {
        let shape = stack.shape_at(end.node, sides(input));
        let [x, below] = end.at;
        // an output in the middle of the network stands there
        let near = below + 2.0 * GAP + PILL + INSIDE < y;
        let y = if near { below + GAP } else { y };
        stack.put(Form::Pill, vec![pill("output", shape)], [x, y], vec![end]);
    }
    stack.graph
}

/// How far a block reaches from its axis.
#[derive(Clone, Copy, Default)]
struct Extent {
    left: f64,
    right: f64,
    height: f64,
}

/// A loose end: the node that it leaves, and where it has come to.
struct End {
    node: usize,
    points: Vec<[f64; 2]>,
    at: [f64; 2],
}

struct Stack {
    graph: Graph,
    /// how wide a box is
    node: f64,
    frame: Option<usize>,
}

impl Stack {
    /// Puts a node below `[x, y]` and leads the loose ends to it.
    fn put(&mut self, form: Form, lines: Vec<Line>, [x, y]: [f64; 2], ends: Vec<End>) -> Vec<End> {
        let size = self.size(form, &lines);
        let node = self.graph.nodes.len();
        let middle = [x, y + size[1] / 2.0];
        self.graph.nodes.push(Node {
            lines,
            form,
            frame: self.frame,
            at: middle,
            size,
        });
        let half = size[0] / 2.0;
        // into a wide node from straight above, if ways meet in it
        let reach = match form {
            Form::Box | Form::Pill if ends.len() > 1 => half - 14.0,
            _ => 0.0,
        };
        for End {
            node: from,
            mut points,
            at,
        } in ends
        {
            let aside = at[0] - x;
            let sideways = form == Form::Circle && aside.abs() > half;
            points.push(if sideways {
                [x + half * aside.signum(), middle[1]]
            } else {
                [x + aside.clamp(-reach, reach), y]
            });
            self.graph.edges.push(Edge {
                from,
                to: node,
                label: String::new(),
                points,
                sideways,
            });
        }
        let at = [x, y + size[1]];
        vec![End {
            node,
            points: vec![at],
            at,
        }]
    }

    fn size(&self, form: Form, lines: &[Line]) -> [f64; 2] {
        match form {
            Form::Box => [self.node, lines.iter().enumerate().map(height).sum()],
            Form::Pill => {
                let text = |line: &Line| width(&line.title, TITLE) + width(&line.shape, TITLE);
                let text = lines.iter().map(text).fold(0.0, f64::max);
                // ways that meet arrive side by side
                let ways = lines.iter().any(|line| line.kind == Kind::Merge);
                [(text + 48.0).max(if ways { self.node } else { 0.0 }), PILL]
            }
            Form::Circle => [CIRCLE, CIRCLE],
        }
    }

    fn extent(&self, block: &Block) -> Extent {
        match block {
            Block::Node(form, lines) => {
                let [width, height] = self.size(*form, lines);
                let half = width / 2.0;
                Extent {
                    left: half,
                    right: half,
                    height,
                }
            }
            Block::Stack(parts) => {
                let all = parts.iter().map(|part| self.extent(part));
                let sum = all.fold(Extent::default(), |sum, part| Extent {
                    left: sum.left.max(part.left),
                    right: sum.right.max(part.right),
                    height: sum.height + part.height + GAP,
                });
                Extent {
                    height: (sum.height - GAP).max(0.0),
                    ..sum
                }
            }
            Block::Fork(merge, meeting, ways) => {
                let (_, extent) = self.arrange(*merge, ways);
                let below = match meeting {
                    Some((form, line)) => FORK + self.size(*form, core::slice::from_ref(line))[1],
                    None => 0.0,
                };
                Extent {
                    height: FORK + extent.height + below,
                    ..extent
                }
            }
            Block::Frame([label, note], block) => {
                let extent = self.extent(block);
                let [left, right] = [extent.left + INSIDE, extent.right + INSIDE];
                Extent {
                    left: left.max(width(label, SMALL) + 2.0 * INSIDE),
                    right: right.max(width(note, SMALL) + 2.0 * INSIDE),
                    height: extent.height + LABEL + 2.0 * INSIDE,
                }
            }
        }
    }

    /// Where the ways of a fork stand beside its axis, and how far all of them reach.
    fn arrange(&self, merge: Merge, ways: &[Block]) -> (Vec<f64>, Extent) {
        let extents: Vec<Extent> = ways.iter().map(|way| self.extent(way)).collect();
        let mut at = vec![0.0; ways.len()];
        let mut edge = None;
        let solid: Vec<usize> = (0..ways.len()).filter(|&i| !ways[i].is_nothing()).collect();
        for &i in &solid {
            let Extent { left, right, .. } = extents[i];
            at[i] = edge.map_or(0.0, |edge| edge + BETWEEN + left);
            edge = Some(at[i] + right);
        }
        let axis = match (merge, solid.as_slice()) {
            (_, []) => 0.0,
            // outputs beside the trunk leave it straight
            (Merge::Apart, _) => {
                let higher =
                    |a: &&usize, b: &&usize| extents[**a].height.total_cmp(&extents[**b].height);
                at[*solid.iter().max_by(higher).unwrap_or(&0)]
            }
            (_, [first, .., last]) => f64::midpoint(at[*first], at[*last]),
            (_, [only]) => at[*only],
        };
        let mut all = Extent::default();
        for &i in &solid {
            at[i] -= axis;
            all.left = all.left.max(extents[i].left - at[i]);
            all.right = all.right.max(extents[i].right + at[i]);
            all.height = all.height.max(extents[i].height);
        }
        for i in (0..ways.len()).filter(|&i| ways[i].is_nothing()) {
            at[i] = all.right + AROUND;
            all.right = at[i] + 2.0;
        }
        (at, all)
    }

    /// Places a block below `[x, y]`, where `ends` enter it, and returns the ends that leave it.
    fn place(&mut self, block: &Block, [x, y]: [f64; 2], mut ends: Vec<End>) -> Vec<End> {
        match block {
            Block::Node(form, lines) => self.put(*form, lines.clone(), [x, y], ends),
            Block::Stack(parts) => {
                let mut y = y;
                for part in parts {
                    ends = self.place(part, [x, y], ends);
                    y += self.extent(part).height + GAP;
                }
                ends
            }
            Block::Fork(merge, meeting, ways) => {
                let (at, extent) = self.arrange(*merge, ways);
                let [top, bottom] = [y + FORK, y + FORK + extent.height];
                let mut all = Vec::new();
                for (way, at) in ways.iter().zip(at) {
                    let here = ends.iter().map(|end| End {
                        points: end.points.clone(),
                        ..*end
                    });
                    let mut here: Vec<End> = here.collect();
                    if way.is_nothing() {
                        here.iter_mut().for_each(|end| end.go([x + at, top]));
                    }
                    all.extend(self.place(way, [x + at, top], here));
                }
                let Some((form, line)) = meeting else {
                    return all;
                };
                all.iter_mut().for_each(|end| end.go([end.at[0], bottom]));
                self.put(*form, vec![line.clone()], [x, bottom + FORK], all)
            }
            Block::Frame([label, note], inner) => {
                let Extent {
                    left,
                    right,
                    height,
                } = self.extent(block);
                let outside = self.frame.replace(self.graph.frames.len());
                self.graph.frames.push(Frame {
                    label: label.clone(),
                    note: note.clone(),
                    inside: outside,
                    at: [x - left, y],
                    size: [left + right, height],
                });
                // arrows cross the line with the texts between them
                if let [end] = &mut ends[..] {
                    end.go([x, y]);
                    end.go([x, y + LABEL + 4.0]);
                }
                let ends = self.place(inner, [x, y + LABEL + INSIDE], ends);
                self.frame = outside;
                ends
            }
        }
    }

    /// The shape that leaves a node: its own, or that of what comes before it.
    fn shape_at(&self, node: usize, input: String) -> String {
        let own = self.graph.nodes[node].lines.iter().rev();
        if let Some(line) = own.into_iter().find(|line| !line.shape.is_empty()) {
            return line.shape.clone();
        }
        match self.graph.edges.iter().find(|edge| edge.to == node) {
            Some(edge) => self.shape_at(edge.from, input),
            None => input,
        }
    }
}

impl End {
    fn go(&mut self, to: [f64; 2]) {
        self.points.push(to);
        self.at = to;
    }
}

/// The height of a line of a node, whose first has room for a second row of text.
fn height((i, line): (usize, &Line)) -> f64 {
    if i == 0 && !line.thin { THICK } else { THIN }
}

/// The width that every box has: that of the longest line in any of them.
fn widest(block: &Block) -> f64 {
    let all = |blocks: &[Block]| blocks.iter().map(widest).fold(0.0, f64::max);
    match block {
        Block::Node(Form::Box, lines) => {
            let above = |line: &Line| width(&format!("{}   {}", line.title, line.shape), TITLE);
            let below =
                |line: &Line| width(&format!("{}   {}", line.path, line.parameters), SMALL) + 12.0;
            let widths = lines.iter().map(|line| above(line).max(below(line)));
            widths.fold(0.0, f64::max) + 20.0
        }
        Block::Node(..) => 0.0,
        Block::Stack(blocks) | Block::Fork(_, _, blocks) => all(blocks),
        Block::Frame(_, block) => widest(block),
    }
}
