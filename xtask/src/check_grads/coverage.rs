//! What there is to check, read from the sources, so that nothing goes unchecked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::case::Level;

/// The names of what the sources implement.
pub(crate) type Found = BTreeMap<Level, BTreeSet<String>>;

/// Everything in the crates under `crates`.
///
/// # Errors
/// If a file cannot be read, or a level has nothing: then the search needs a new pattern.
pub(crate) fn read(crates: &Path) -> Result<Found, String> {
    let mut found = Found::new();
    let places: [(Level, &str, &str, Scan); 10] = [
        (Level::Op, "autodiff/src/dual", "", functions),
        (Level::Op, "autodiff/src/dual", "", operators),
        // a variable that is a number has the functions of a dual, by the same traits
        (Level::Op, "autodiff/src/var/number.rs", "", operators),
        (Level::Op, "autodiff/src/var/element.rs", "Var::", operators),
        (Level::Op, "autodiff/src/var", "Var::", operations),
        (Level::Layer, "nn/src", "", |code| {
            implementors(code, "Layer")
        }),
        (Level::Loss, "nn/src", "", |code| implementors(code, "Loss")),
        (Level::Loss, "nn/src/regulariser.rs", "", penalties),
        (Level::Model, "models/src", "", networks),
        (Level::Optimizer, "optim/src", "", |code| {
            let formulas = after(code, "\neach_weight! { ").map(|(_, rest)| identifier(rest));
            let mut names = implementors(code, "Optimizer");
            names.extend(formulas.map(str::to_owned));
            names
        }),
    ];
    for (level, folder, prefix, scan) in places {
        let mut here = BTreeSet::new();
        for code in sources(&crates.join(folder))? {
            here.extend(scan(&code).iter().map(|name| format!("{prefix}{name}")));
        }
        if here.is_empty() {
            let level = level.plural();
            return Err(format!(
                "{folder} holds no {level}; the search needs a new pattern"
            ));
        }
        found.entry(level).or_default().extend(here);
    }
    Ok(found)
}

/// The rules that can be broken: the first argument of every call of `core_tensor::mutant`.
#[cfg(feature = "mutants")]
pub(crate) fn rules(crates: &Path) -> Result<BTreeSet<String>, String> {
    let mut all = BTreeSet::new();
    for folder in ["autodiff/src", "nn/src"] {
        for code in sources(&crates.join(folder))? {
            all.extend(sites(&code));
        }
    }
    Ok(all)
}

type Scan = fn(&str) -> Vec<String>;

/// The code of a file, or of the files below a folder.
fn sources(folder: &Path) -> Result<Vec<String>, String> {
    let read = |path: std::path::PathBuf| match std::fs::read_to_string(&path) {
        Ok(text) => Ok(without_comments(&text)),
        Err(error) => Err(format!("{}: {error}", path.display())),
    };
    if folder.is_file() {
        return Ok(vec![read(folder.to_owned())?]);
    }
    crate::files::files(folder, "rs")?
        .into_iter()
        .map(read)
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

/// What follows each `pattern`.
fn after<'c>(code: &'c str, pattern: &str) -> impl Iterator<Item = (usize, &'c str)> {
    let len = pattern.len();
    let starts: Vec<usize> = code
        .match_indices(pattern)
        .map(|(at, _)| at + len)
        .collect();
    starts.into_iter().map(|at| (at, &code[at..]))
}

/// The types that implement a trait.
///
/// `$name` in a macro stands for every entry of the lists that the file gives to that macro; without such a list, for the macro itself, as
/// `network!` does.
fn implementors(code: &str, name: &str) -> Vec<String> {
    let mut names = Vec::new();
    let generic = after(code, "impl<").map(|(at, rest)| (at, &rest[generics(rest)..]));
    for (at, rest) in generic.chain(after(code, "impl ")) {
        let head = &rest[..rest.find('{').unwrap_or(0)];
        let Some((of, implementor)) = head.split_once(" for ") else {
            continue;
        };
        let path = of.split('<').next().unwrap_or_default();
        if path.rsplit("::").next().map(str::trim) != Some(name) {
            continue;
        }
        match implementor.trim_start().chars().next() {
            Some('(') => names.push("tuple".to_owned()),
            Some('$') => names.extend(entries(code, at)),
            _ => names.push(identifier(implementor.trim_start()).to_owned()),
        }
    }
    names
}

/// How long a list of generic parameters is, with the bracket that closes it.
fn generics(text: &str) -> usize {
    let (mut depth, mut before) = (1, ' ');
    let end = text.find(|c: char| {
        let arrow = before == '-';
        before = c;
        depth += i32::from(c == '<') - i32::from(c == '>' && !arrow);
        depth == 0
    });
    end.map_or(0, |end| end + 1)
}

/// The names that the macro around `at` is called with: what each entry begins with, after a `;` or a `,`.
fn entries(code: &str, at: usize) -> Vec<String> {
    let Some(start) = code[..at].rfind("macro_rules! ") else {
        return Vec::new();
    };
    let name = identifier(&code[start + "macro_rules! ".len()..]);
    let lists: Vec<&str> = after(code, &format!(" {name}! {{"))
        .chain(after(code, &format!("\n{name}! {{")))
        .chain(after(code, &format!(" {name}!(")))
        .map(|(_, list)| enclosed(list))
        .collect();
    if lists.is_empty() {
        return vec![format!("{name}!")];
    }
    lists.into_iter().flat_map(names_in).collect()
}

/// The text up to the bracket that closes what the text did not open.
fn enclosed(text: &str) -> &str {
    let mut depth = 0;
    let end = text.find(|c: char| {
        depth += i32::from("([{".contains(c)) - i32::from(")]}".contains(c));
        depth < 0
    });
    &text[..end.unwrap_or(text.len())]
}

/// What the entries of a list begin with, where a name stands alone or before a colon.
fn names_in(list: &str) -> Vec<String> {
    let entry = |entry: &str| {
        let name = identifier(entry.trim_start());
        let next = entry.trim_start()[name.len()..].chars().next();
        let begins = next.is_none_or(|next| {
            next == ':' || next.is_whitespace() || next == '(' && entry.contains(" = ")
        });
        (begins && name.starts_with(char::is_alphabetic)).then(|| name.to_owned())
    };
    let mut depth = 0;
    let ends = |c: char| {
        depth += i32::from("([{".contains(c)) - i32::from(")]}".contains(c));
        depth == 0 && (c == ';' || c == ',')
    };
    list.split(ends).filter_map(entry).collect()
}

/// The functions of a dual: in the lists of the macros, and those of `Float` and `Real` that take and return one.
fn functions(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in after(code, "fn $f(self)").chain(after(code, "fn $step(self)")) {
        names.extend(entries(code, at));
    }
    for (_, block) in after(code, " Float for Dual").chain(after(code, " Real for Dual")) {
        let block = &block[..block.find("\n}\n").unwrap_or(block.len())];
        for (_, f) in after(block, "fn ") {
            let head = &f[..f.find('{').unwrap_or(0)];
            let takes = ["(self", "[Self"].iter().any(|own| head.contains(own));
            if takes && ["-> Self", "-> (Self"].iter().any(|own| head.contains(own)) {
                names.push(identifier(f).to_owned());
            }
        }
    }
    names
}

/// The traits of operators, sums and products that a file brings in, all of which it implements.
fn operators(code: &str) -> Vec<String> {
    let lists = after(code, "use core::ops::").chain(after(code, "use core::iter::"));
    let names = |(_, list): (usize, &str)| -> Vec<String> {
        let list = list[..list.find(';').unwrap_or(0)].trim_matches(['{', '}']);
        list.split(',').map(|name| name.trim().to_owned()).collect()
    };
    lists
        .flat_map(names)
        .filter(|name| !name.is_empty())
        .collect()
}

/// The operations on variables: what takes one and returns one.
fn operations(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, f) in after(code, "pub fn ") {
        let head = &f[..f.find('{').unwrap_or(0)];
        let (takes, returns) = head.split_once("->").unwrap_or_default();
        let is_one = ["(self", "[Var<", " self,"]
            .iter()
            .any(|own| takes.contains(own))
            && ["Var<", "Self"].iter().any(|own| returns.contains(own));
        match head.strip_prefix('$') {
            _ if !is_one => {}
            Some(_) => names.extend(entries(code, at)),
            None => names.push(identifier(f).to_owned()),
        }
    }
    names
}

/// The terms that a loss gains for the weights: what adds their gradient.
fn penalties(code: &str) -> Vec<String> {
    after(code, "\nimpl ")
        .filter(|(_, rest)| {
            let body = rest.split_once('{').unwrap_or_default().1;
            enclosed(body).contains("fn add_gradient")
        })
        .map(|(_, rest)| identifier(rest).to_owned())
        .collect()
}

/// The types of networks: aliases that take a scalar, and what `network!` declares.
fn networks(code: &str) -> Vec<String> {
    let aliases = after(code, "pub type ").filter(|(_, rest)| {
        let list = match rest.find(['<', '=']) {
            Some(at) if rest[at..].starts_with('<') => &rest[at + 1..],
            _ => "",
        };
        let mut parameters = list[..generics(list)].split([',', '>']);
        parameters.any(|parameter| parameter.split('=').next().is_some_and(|t| t.trim() == "T"))
    });
    let declared =
        after(code, "network! {").flat_map(|(_, rest)| after(rest, "pub struct ").next());
    aliases
        .chain(declared)
        .map(|(_, rest)| identifier(rest).to_owned())
        .collect()
}

/// What networks have in common that differ in their numbers or widths alone: `Vgg` of `Vgg11` and `Vgg16`, `UNet` of `SmallUNet`,
/// `GoogLeNet` of `GoogLeNetOf`, whose modules are chosen, `ResNeXt` of `ResNeXtOf`, whose depth is.
pub(crate) fn family(network: &str) -> String {
    let name = network.strip_prefix("Small").unwrap_or(network);
    let name = name.strip_suffix("Of").unwrap_or(name);
    name.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// The first arguments of the calls of `mutant`: a literal, several in an array, or `stringify!($name)` for every entry of the macro's lists.
#[cfg(any(test, feature = "mutants"))]
fn sites(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, rest) in after(code, "mutant::") {
        let arguments = rest[identifier(rest).len()..]
            .trim_start_matches('(')
            .trim_start();
        if arguments.starts_with("stringify!(") {
            names.extend(entries(code, at));
        } else if let Some(list) = arguments.strip_prefix('[') {
            let list = &list[..list.find(']').unwrap_or(0)];
            names.extend(
                list.split(',')
                    .map(|name| name.trim().trim_matches('"').to_owned()),
            );
        } else if let Some(name) = arguments.strip_prefix('"') {
            names.extend(name.split('"').next().map(str::to_owned));
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_implemented() {
        let code = without_comments(
            "
/// impl<T> Layer<X, T> for Example {}
impl<X: Shape, T: Scalar, F: Layer<X, T>> Layer<X, T> for Frozen<F> {
impl<const N: usize> crate::Layer<Vector<N>> for Plain
where
    Const<N>: Dim,
{
impl<T: Scalar, F: Params<T>> Params<T> for Other<F> {
impl<X: Shape, L: Layer<X, T> + 'static> Operation<T> for Apply<X, L> {
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
",
        );
        let layers: BTreeSet<String> = implementors(&code, "Layer").into_iter().collect();
        let expected = ["Down", "Frozen", "Plain", "Up", "named!", "tuple"];
        assert!(layers.iter().eq(expected), "{layers:?}");
        assert_eq!(implementors(&code, "Loss"), ["Mse"]);
    }

    #[test]
    fn finds_penalties() {
        let code = "\nimpl A {\n fn b() { } \n}\nimpl B {\n pub fn add_gradient<T>() {} }\nimpl C for D { fn e() {} }";
        assert_eq!(penalties(code), ["B"]);
    }

    #[test]
    fn finds_functions_operators_networks_and_rules() {
        let code = "
use core::ops::{
    Add, Neg,
};
use core::iter::Sum;
macro_rules! smooths { ($($f:ident: $slope:expr,)*) => { fn $f(self) -> Self { mutant::slope(stringify!($f), $slope) } } }
impl<T> Float for Dual<T> {
    smooths! {
        recip: |_, y| -(y * y),
        exp: |u, _| y,
    }
    fn hypot(self, other: Self) -> Self {
        mutant::slopes([\"hypot first\", \"hypot second\"], slopes)
    }
    fn is_nan(self) -> bool {}
    fn nan() -> Self {}
}
fn elsewhere(self) -> Self {}
macro_rules! each { ($($g:ident)+) => { pub fn $g(self) -> Self {} } }
each! { add_row Add; exp = Dual::exp; powi(n: i32) = |x| x.powi(n); }
impl Var {
    pub fn at(self, at: Index) -> Var<T> {}
    pub fn stack(numbers: [Var<T>; N]) -> Self {}
    pub fn new(tape: Recording<T>) -> Self {}
    pub fn value(&self) -> S::Array<T> {}
}
pub type Net<T = f32> = (Linear<4, 32, T>, Tanh);
pub type Pixels = [u8; 4];
network! {
    pub struct Deep<T> { conv: Conv }
}
fn f() { mutant::sum(
    \"Linear weight\", start); mutant::back(\"Flatten\", dx) }
";
        assert_eq!(functions(code), ["recip", "exp", "hypot"]);
        assert_eq!(operators(code), ["Add", "Neg", "Sum"]);
        assert_eq!(networks(code), ["Net", "Deep"]);
        assert_eq!(operations(code), ["add_row", "exp", "powi", "at", "stack"]);
        let expected = [
            "recip",
            "exp",
            "hypot first",
            "hypot second",
            "Linear weight",
            "Flatten",
        ];
        assert_eq!(sites(code), expected);
    }
}
