//! The twins of compile errors, as one program: each differs from its case in `ui` in one word or number.

/// Compiles the files of `ui/pass` with these names as modules, and runs the `main` of each.
macro_rules! twins { ($($twin:ident)*) => {
    #[path = "ui/pass"]
    #[expect(unreachable_pub, reason = "each is written as a program of its own")]
    mod pass { $(pub(crate) mod $twin;)* }
    $(#[test] fn $twin() { pass::$twin::main(); })*
} }
