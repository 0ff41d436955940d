//! The graph in the language of Graphviz.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Form, Graph, Line, Node, grouped};

impl Graph {
    /// The graph in the language of Graphviz: `dot -Tpdf net.dot -o net.pdf`.
    pub fn to_dot(&self) -> String {
        let mut text = format!(
            "digraph {{\n  label = \"{}\"; labelloc = t; fontname = \"sans-serif\";\n  node [fontname = \"sans-serif\", fontsize = 11, style = filled];\n  edge [fontname = \"sans-serif\", fontsize = 10];\n",
            quoted(&self.title)
        );
        self.inside(None, 1, &mut text);
        for edge in &self.edges {
            let label = match edge.label.as_str() {
                "" => String::new(),
                label => format!(" [label = \"{}\"]", quoted(label)),
            };
            text += &format!("  n{} -> n{}{label};\n", edge.from, edge.to);
        }
        text += "}\n";
        text
    }

    /// What stands in a frame, or in none.
    fn inside(&self, frame: Option<usize>, depth: usize, text: &mut String) {
        let indent = "  ".repeat(depth);
        for (i, node) in self.nodes.iter().enumerate() {
            if node.frame == frame {
                *text += &format!("{indent}n{i} [{}];\n", attributes(node));
            }
        }
        for (i, inner) in self.frames.iter().enumerate() {
            if inner.inside == frame {
                let label = quoted(&format!("{}  {}", inner.label, inner.note));
                *text += &format!(
                    "{indent}subgraph cluster{i} {{\n{indent}  label = \"{label}\"; style = dashed;\n"
                );
                self.inside(Some(i), depth + 1, text);
                *text += &format!("{indent}}}\n");
            }
        }
    }
}

fn attributes(node: &Node) -> String {
    let lines: Vec<String> = node.lines.iter().map(described).collect();
    let [fill, stroke] = node
        .lines
        .first()
        .map_or(["#ffffff"; 2], |line| line.kind.colors());
    let (shape, ink) = match node.form {
        Form::Box => ("box", "#262a33"),
        Form::Circle => ("circle", "#262a33"),
        Form::Pill if fill == stroke => ("oval", "#ffffff"),
        Form::Pill => ("oval", "#262a33"),
    };
    let frozen = node.lines.iter().any(|line| line.frozen);
    let style = if frozen {
        ", style = \"filled,dashed\""
    } else {
        ""
    };
    format!(
        "shape = {shape}, label = \"{}\", fillcolor = \"{fill}\", color = \"{stroke}\", fontcolor = \"{ink}\"{style}",
        lines.join("\\n")
    )
}

fn described(line: &Line) -> String {
    let parameters = match line.parameters {
        0 => String::new(),
        n if line.frozen => format!("{} frozen", grouped(n as u64)),
        n => grouped(n as u64),
    };
    let parts = [line.title.as_str(), &line.shape, &parameters];
    let said: Vec<String> = parts
        .iter()
        .filter(|part| !part.is_empty())
        .map(|part| quoted(part))
        .collect();
    said.join("  ")
}

/// Text as it may stand in quotes.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', " ")
}
