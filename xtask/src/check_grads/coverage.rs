//! Which layers and losses there are, read from the sources of `nn`, so that none goes unchecked.

use std::collections::BTreeSet;
use std::path::Path;

/// The names of what the sources implement.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) layers: BTreeSet<String>,
    pub(crate) losses: BTreeSet<String>,
}

/// All layers and losses under `folder`.
pub(crate) fn read(folder: &Path) -> Result<Found, String> {
    let mut found = Found::default();
    for path in crate::tidy::files(folder, "rs")? {
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        scan(&text, &mut found);
    }
    if found.layers.is_empty() || found.losses.is_empty() {
        return Err(format!(
            "{} holds no layers or no losses; the search for `impl … Layer<…> for` needs a new pattern",
            folder.display()
        ));
    }
    Ok(found)
}

/// Adds the layers and losses of one file.
///
/// An `impl … for $name` in a macro stands for every entry of the lists that the file gives to that macro, whose entries end in `;` and
/// begin with their name; without such a list, for the macro itself, as `network!` does.
pub(crate) fn scan(text: &str, found: &mut Found) {
    let code = without_comments(text);
    for (names, pattern) in [(&mut found.layers, "Layer<"), (&mut found.losses, "Loss<")] {
        for (at, _) in code
            .match_indices("impl<")
            .chain(code.match_indices("impl "))
        {
            let head = &code[at..][..code[at..].find('{').unwrap_or(0)];
            let Some((of, name)) = head.rsplit_once(" for ") else {
                continue;
            };
            if !of.contains(&format!(" {pattern}"))
                && !of.contains(&format!("::{pattern}"))
                && !of.contains(&format!(">{pattern}"))
            {
                continue;
            }
            match name.trim_start().chars().next() {
                Some('(') => drop(names.insert("tuple".to_owned())),
                Some('$') => names.extend(entries(&code, at)),
                _ => drop(names.insert(identifier(name.trim_start()).to_owned())),
            }
        }
    }
}

/// The names that the macro around `at` is called with.
fn entries(code: &str, at: usize) -> Vec<String> {
    let Some(start) = code[..at].rfind("macro_rules! ") else {
        return Vec::new();
    };
    let name = identifier(&code[start + "macro_rules! ".len()..]);
    let call = format!("\n{name}! {{");
    let lists: Vec<&str> = code
        .match_indices(&call)
        .map(|(at, _)| &code[at + call.len()..])
        .collect();
    if lists.is_empty() {
        return vec![format!("{name}!")];
    }
    let list = |list: &&str| list[..list.find('}').unwrap_or(list.len())].to_owned();
    let lists: Vec<String> = lists.iter().map(list).collect();
    let names = lists
        .iter()
        .flat_map(|list| list.split(';'))
        .map(|entry| identifier(entry.trim_start()));
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The code before the file's tests, without comments, which may show layers as examples.
fn without_comments(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.fold(String::from("\n"), |code, line| code + line + "\n")
}

fn identifier(text: &str) -> &str {
    &text[..text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_implemented() {
        let text = "
/// impl<T> Layer<X, T> for Example {}
impl<X: Shape, T: Scalar, F: Layer<X, T>> Layer<X, T> for Frozen<F> {
impl<const N: usize> crate::Layer<Vector<N>> for Plain
where
    Const<N>: Dim,
{
impl<T: Scalar, F: Params<T>> Params<T> for Other<F> {
impl<Y: Shape, T: Scalar> Loss<Y, T> for Mse {
macro_rules! chain { ($first:ident) => { impl<X: Shape, $first: Layer<X>> Layer<X> for ($first,) {
macro_rules! bends { ($($name:ident)+) => {$( impl<X: Shape> Layer<X> for $name { } )+} }
bends! {
    /// text; text
    Up up_all 1;
    Down down_all 2;
}
macro_rules! named { () => { impl<X> $crate::Layer<X, T> for $name<T> { } } }
#[cfg(test)]
mod tests { impl<X: Shape> Layer<X> for Probe { } }
";
        let mut found = Found::default();
        scan(text, &mut found);
        let layers: Vec<&str> = found.layers.iter().map(String::as_str).collect();
        assert_eq!(layers, ["Down", "Frozen", "Plain", "Up", "named!", "tuple"]);
        assert_eq!(found.losses.into_iter().collect::<Vec<_>>(), ["Mse"]);
    }
}
