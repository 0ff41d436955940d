//! Where the nodes of any graph stand: in rows by how far they are from the beginning, in each row near to what they are joined to.
//!
//! Sugiyama, Tagawa, Toda: Methods for visual understanding of hierarchical system structures (1981). An edge that passes rows by holds a
//! place in each of them. Variables are drawn anew where they are used again: long arrows from one place would hide the rest.

use alloc::vec;
use alloc::vec::Vec;
use core::iter::repeat_n;

use super::{Form, Graph};

/// How often rows are put in order and moved: down and up.
const TURNS: usize = 24;

/// A node of the graph, or an edge that passes a row.
struct Spot {
    /// how wide it is, with what is beside it
    width: f64,
    /// how much it keeps its place: an edge that passes rows by should run straight
    weight: f64,
    x: f64,
    above: Vec<usize>,
    below: Vec<usize>,
}

/// Gives every node and every edge its place. Edges lead from earlier nodes to later ones.
pub(super) fn place(graph: &mut Graph) {
    let mut level = levels(graph);
    repeat(graph, &mut level);
    let labels = graph.edges.iter().any(|edge| !edge.label.is_empty());
    let [beside, below] = if labels { [64.0, 46.0] } else { [22.0, 32.0] };
    let mut spots: Vec<Spot> = Vec::new();
    let mut rows = vec![Vec::new(); level.iter().max().map_or(0, |last| last + 1)];
    let mut add = |spots: &mut Vec<Spot>, row: usize, width: f64| {
        rows[row].push(spots.len());
        spots.push(Spot {
            width: width + beside,
            weight: if width > 0.0 { 1.0 } else { 8.0 },
            x: 0.0,
            above: Vec::new(),
            below: Vec::new(),
        });
        spots.len() - 1
    };
    for (node, &row) in graph.nodes.iter().zip(&level) {
        add(&mut spots, row, node.size[0]);
    }
    let mut routes = Vec::new();
    for edge in &graph.edges {
        let mut route = vec![edge.from];
        route.extend((level[edge.from] + 1..level[edge.to]).map(|row| add(&mut spots, row, 0.0)));
        route.push(edge.to);
        for pair in route.windows(2) {
            spots[pair[0]].below.push(pair[1]);
            spots[pair[1]].above.push(pair[0]);
        }
        routes.push(route);
    }
    for row in &rows {
        spread(&mut spots, row, |i, _| i as f64 * 100.0);
    }
    for turn in 0..TURNS {
        // the order is settled in the first half, the places after that
        let sorting = turn < TURNS / 2;
        for i in 0..rows.len() {
            let (row, down) = match turn % 2 {
                0 => (i, true),
                _ => (rows.len() - 1 - i, false),
            };
            settle(&mut spots, &mut rows[row], down, sorting);
        }
    }
    // at last, with an eye to both sides
    for row in rows.iter().chain(rows.iter().rev()) {
        let mean: Vec<f64> = row.iter().map(|&i| both(&spots, i)).collect();
        spread(&mut spots, row, |i, _| mean[i]);
    }
    let mut tops = vec![16.0];
    for row in &rows {
        let heights = row
            .iter()
            .filter_map(|&i| graph.nodes.get(i))
            .map(|node| node.size[1]);
        let top = tops[tops.len() - 1];
        tops.push(top + heights.fold(0.0, f64::max) + below);
    }
    let middle = |row: usize| f64::midpoint(tops[row], tops[row + 1] - below);
    for (i, node) in graph.nodes.iter_mut().enumerate() {
        node.at = [spots[i].x.round(), middle(level[i]).round()];
    }
    for (edge, route) in graph.edges.iter_mut().zip(routes) {
        let [from, to] = [edge.from, edge.to].map(|i| &graph.nodes[i]);
        let mut points = vec![[from.at[0], from.at[1] + from.size[1] / 2.0]];
        for (i, &spot) in route.iter().enumerate().take(route.len() - 1).skip(1) {
            let row = level[edge.from] + i;
            let x = spots[spot].x.round();
            points.push([x, tops[row].round()]);
            points.push([x, (tops[row + 1] - below).round()]);
        }
        // into the upper edge from where the arrow comes, so that two arrows are two
        let aside = points[points.len() - 1][0] - to.at[0];
        let reach = if to.form == Form::Circle {
            5.0
        } else {
            to.size[0] / 2.0 - 14.0
        };
        let aside = (aside / 4.0).clamp(-reach, reach).round();
        let [x, y] = [to.at[0] + aside, to.at[1] - to.size[1] / 2.0];
        points.push([
            x,
            if to.form == Form::Circle {
                y + aside.abs() / 4.0
            } else {
                y
            },
        ]);
        edge.points = points;
    }
}

/// The row of every node: right above the first that it goes to.
fn levels(graph: &Graph) -> Vec<usize> {
    let mut level = vec![0; graph.nodes.len()];
    for edge in &graph.edges {
        level[edge.to] = level[edge.to].max(level[edge.from] + 1);
    }
    for node in (0..level.len()).rev() {
        let edges = graph.edges.iter().filter(|edge| edge.from == node);
        if let Some(below) = edges.map(|edge| level[edge.to]).min() {
            level[node] = below - 1;
        }
    }
    level
}

/// Draws what comes from nothing again in every row above one that needs it.
fn repeat(graph: &mut Graph, level: &mut Vec<usize>) {
    let mut entered = vec![false; graph.nodes.len()];
    graph.edges.iter().for_each(|edge| entered[edge.to] = true);
    let mut again: Vec<(usize, usize)> = Vec::new();
    for edge in graph.edges.iter_mut().filter(|edge| !entered[edge.from]) {
        let (node, row) = (edge.from, level[edge.to] - 1);
        if level[node] == row {
            continue;
        }
        let known = again.iter().position(|&other| other == (node, row));
        edge.from = entered.len() + known.unwrap_or(again.len());
        if known.is_none() {
            again.push((node, row));
            graph.nodes.push(graph.nodes[node].clone());
            level.push(row);
        }
    }
}

/// Moves a row to the middle of what it is joined to, above or below, and puts it in that order.
fn settle(spots: &mut [Spot], row: &mut [usize], down: bool, sorting: bool) {
    let wish = |spots: &[Spot], i: usize| {
        let joined = if down {
            &spots[i].above
        } else {
            &spots[i].below
        };
        mean(spots, joined).unwrap_or(spots[i].x)
    };
    if sorting {
        row.sort_by(|&a, &b| wish(spots, a).total_cmp(&wish(spots, b)));
    }
    let wishes: Vec<f64> = row.iter().map(|&i| wish(spots, i)).collect();
    spread(spots, row, |i, _| wishes[i]);
}

fn mean(spots: &[Spot], joined: &[usize]) -> Option<f64> {
    let at = |alone: bool| {
        let counted = joined.iter().map(|&i| &spots[i]);
        let counted = counted.filter(|spot| spot.above.is_empty() == alone);
        let sum = counted.fold((0.0, 0.0), |(sum, n), spot| (sum + spot.x, n + 1.0));
        (sum.1 > 0.0).then(|| sum.0 / sum.1)
    };
    // a variable stands where it is needed, and draws nothing to its side
    at(false).or(at(true))
}

fn both(spots: &[Spot], i: usize) -> f64 {
    match [&spots[i].above, &spots[i].below].map(|joined| mean(spots, joined)) {
        [Some(a), Some(b)] => f64::midpoint(a, b),
        [a, b] => a.or(b).unwrap_or(spots[i].x),
    }
}

/// Puts a row as near to its wishes as its order and the widths allow, in the sense of least squares: neighbours that push each other
/// become a block that stands at the mean of their wishes.
fn spread(spots: &mut [Spot], row: &[usize], wish: impl Fn(usize, &Spot) -> f64) {
    // how far each stands from the first if all are packed
    let mut offset = 0.0;
    let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
    let mut offsets = Vec::new();
    for (i, &spot) in row.iter().enumerate() {
        offset += spots[spot].width / 2.0;
        offsets.push(offset);
        let weight = spots[spot].weight;
        let mut block = (weight * (wish(i, &spots[spot]) - offset), weight, 1);
        offset += spots[spot].width / 2.0;
        while let Some(&(sum, weights, count)) = blocks.last() {
            if sum / weights <= block.0 / block.1 {
                break;
            }
            blocks.pop();
            block = (block.0 + sum, block.1 + weights, block.2 + count);
        }
        blocks.push(block);
    }
    let at = blocks.iter();
    let at = at.flat_map(|&(sum, weights, count)| repeat_n(sum / weights, count));
    for ((&spot, at), offset) in row.iter().zip(at).zip(offsets) {
        spots[spot].x = at + offset;
    }
}
