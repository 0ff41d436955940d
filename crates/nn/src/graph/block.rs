//! A network as it is drawn: thin layers stand on the one before them, equal parts are drawn once.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Form, Kind, Line, Merge, Part, Row, grouped, sides};
use crate::Field;

/// A part of the drawing.
pub(super) enum Block {
    /// A node.
    Node(Form, Vec<Line>),
    /// Downwards; nothing at all is a line.
    Stack(Vec<Block>),
    /// Side by side, and the node where they meet, if they do.
    Fork(Merge, Option<(Form, Line)>, Vec<Block>),
    /// With a frame around it, its name and a note.
    Frame([String; 2], Box<Block>),
}

impl Block {
    /// The drawing of a part that stands in a frame of the path `inside`.
    pub(super) fn of(part: &Part, inside: &str) -> Self {
        match part {
            Part::Layer(row) if row.layer == "Identity" => Self::Stack(Vec::new()),
            Part::Layer(row) => Self::Node(Form::Box, alloc::vec![line(row)]),
            Part::Chain { whole, parts } => framed(part, whole, inside, |inside| {
                let mut stack = Vec::new();
                let mut rest = &parts[..];
                while let [first, after @ ..] = rest {
                    let block = Self::of(first, inside);
                    let equal = match first {
                        Part::Layer(row) if Kind::of(row) == Kind::Activation => 0,
                        _ => after.iter().take_while(|part| same(first, part)).count(),
                    };
                    match equal {
                        0 => put(&mut stack, block),
                        _ => {
                            let label = [format!("×{}", equal + 1), String::new()];
                            stack.push(Self::Frame(label, block.into()));
                        }
                    }
                    rest = &after[equal..];
                }
                Self::Stack(stack)
            }),
            Part::Fork { merge, row, ways } => framed(part, row, inside, |inside| {
                let ways = ways.iter().map(|way| Self::of(way, inside)).collect();
                Self::Fork(*merge, meeting(*merge, row), ways)
            }),
        }
    }

    /// Whether it is a mere line.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Self::Stack(parts) if parts.is_empty())
    }
}

/// Puts a frame around a part that has a name of its own and is more than one node.
fn framed(part: &Part, row: &Row, inside: &str, block: impl FnOnce(&str) -> Block) -> Block {
    let name = row.path.rsplit('.').next().unwrap_or("");
    let numbered = name.bytes().all(|c| c.is_ascii_digit());
    if numbered || row.path == inside {
        return block(inside);
    }
    let block = match block(&row.path) {
        // a name for what only repeats one thing
        Block::Stack(mut parts) if parts.len() == 1 => parts.remove(0),
        block => block,
    };
    let mut parameters = 0;
    part.rows(&mut |row, _| parameters += row.parameters);
    let note = match parameters {
        0 => String::new(),
        _ => format!("{} parameters", grouped(parameters as u64)),
    };
    match block {
        Block::Node(..) => block,
        Block::Stack(parts) if parts.is_empty() => Block::Stack(parts),
        Block::Frame([times, none], inner) if none.is_empty() => {
            Block::Frame([format!("{name} {times}"), note], inner)
        }
        block => Block::Frame([name.into(), note], block.into()),
    }
}

/// Appends a block to a stack: a stack as its parts, a thin layer on top of the node before it.
fn put(stack: &mut Vec<Block>, block: Block) {
    match (block, stack.last_mut()) {
        (Block::Stack(parts), _) => parts.into_iter().for_each(|part| put(stack, part)),
        (Block::Node(Form::Box, lines), Some(Block::Node(Form::Box, below)))
            if lines.iter().all(|line| line.thin) =>
        {
            below.extend(lines);
        }
        (block, _) => stack.push(block),
    }
}

/// Whether two parts differ in their place alone.
fn same(a: &Part, b: &Part) -> bool {
    let all =
        |a: &[Part], b: &[Part]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b));
    match (a, b) {
        (Part::Layer(a), Part::Layer(b)) => alike(a, b),
        (
            Part::Chain { whole, parts },
            Part::Chain {
                whole: other,
                parts: others,
            },
        ) => alike(whole, other) && all(parts, others),
        (
            Part::Fork { merge, row, ways },
            Part::Fork {
                merge: other_merge,
                row: other,
                ways: others,
            },
        ) => merge == other_merge && alike(row, other) && all(ways, others),
        _ => false,
    }
}

fn alike(a: &Row, b: &Row) -> bool {
    let key = |row: &Row| (row.layer, row.input, row.output, row.parameters);
    let rest = |row: &Row| (row.learns, row.flops, row.kept, row.field);
    key(a) == key(b) && rest(a) == rest(b)
}

/// A layer as a line, its window beside its name.
fn line(row: &Row) -> Line {
    let kind = Kind::of(row);
    let mut title = String::from(row.layer);
    let windowed = row.field != Field::POINT || kind == Kind::Convolution;
    if windowed && row.field != Field::ALL && kind != Kind::Shape {
        title += &format!(
            " {}",
            row.field.window_text(row.input.1.len().saturating_sub(1))
        );
    }
    let changes = row.input != row.output;
    let thin = match kind {
        Kind::Activation | Kind::Normalisation | Kind::Noise => !changes,
        kind => kind == Kind::Shape,
    };
    Line {
        kind,
        title,
        shape: if thin && !changes {
            String::new()
        } else {
            sides(row.output)
        },
        thin,
        path: row.path.clone(),
        parameters: row.parameters,
        frozen: row.parameters > 0 && !row.learns,
    }
}

/// The node where ways meet.
fn meeting(merge: Merge, row: &Row) -> Option<(Form, Line)> {
    let (form, title, shape) = match merge {
        Merge::Sum => (Form::Circle, "+", String::new()),
        Merge::Product => (Form::Circle, "×", String::new()),
        Merge::Concat => (Form::Pill, row.layer, sides(row.output)),
        Merge::Apart => return None,
    };
    let line = Line {
        kind: Kind::Merge,
        title: title.into(),
        shape,
        path: row.path.clone(),
        ..Line::default()
    };
    Some((form, line))
}
