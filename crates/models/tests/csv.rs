//! Tables that are right, and every way in which they can be wrong, with the exact words of the error.

use models::data::csv::Csv;

const ANIMALS: &str =
    "\u{feff}kind, length ,mass\ncat,0.5,4.5\n\"dog\",0.9,\"31\"\r\n\ncat,.4,-3e0\n";

fn read(text: impl AsRef<[u8]>) -> Csv {
    Csv::read("a.csv", text.as_ref(), b',').unwrap()
}

/// What is said of a table, in one line.
fn said(text: impl AsRef<[u8]>) -> String {
    let error = Csv::read("a.csv", text.as_ref(), b',').expect_err("the table is wrong");
    let text = error.to_string();
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

#[test]
fn columns_by_name() {
    // a byte order mark, spaces, quotes, both kinds of line ends, an empty line
    let table = read(ANIMALS);
    assert_eq!(table.columns(), ["kind", "length", "mass"]);
    assert_eq!(table.len(), 3);
    assert_eq!(table.words("kind").unwrap(), ["cat", "dog"]);
    let samples = table.numbers(["mass", "length"]).unwrap();
    assert_eq!(samples[1].array(), &[31.0, 0.9]);
    assert_eq!(samples[2].array(), &[-3.0, 0.4]);
    let animals = table.dataset(["mass"], "kind", ["dog", "cat"]).unwrap();
    assert_eq!(animals.counts(), [1, 2]);
    assert_eq!(animals.labels[0].index(), 1);
}

#[test]
fn quotes_and_other_separators() {
    let text = "a;b\n\"1\n\";\"say \"\"yes\"\"; or no\"\n2;\n";
    let table = Csv::read("a.csv", text.as_bytes(), b';').unwrap();
    assert_eq!(table.words("b").unwrap(), ["", "say \"yes\"; or no"]);
    assert_eq!(table.numbers(["a"]).unwrap()[1].array(), &[2.0]);
}

#[test]
fn wrong_tables() {
    let expected = "expected a line that names the columns and at least one row; export it again with a header";
    assert_eq!(said(""), format!("a.csv holds nothing, {expected}"));
    assert_eq!(
        said("a,b\n"),
        format!("a.csv holds a header alone, {expected}")
    );
    assert_eq!(
        said("a,b,a\n1,2,3"),
        "a.csv names the column \"a\" twice; rename one of them"
    );
    assert_eq!(
        said("a,b\n1,2\n\n1,2,3\n"),
        "a.csv has 3 fields in line 4, its header names 2; mend the line"
    );
    assert_eq!(
        said("a,b\n1,2\n1,2\n1"),
        "a.csv has 1 fields in line 4, its header names 2; mend the line"
    );
    assert_eq!(
        said(b"a,b\n1,2\n1,\xff\n"),
        "a.csv has bytes that are no UTF-8 in line 3; save it as UTF-8"
    );
    assert_eq!(
        said(b"a,\xff\n1,2\n"),
        "a.csv has bytes that are no UTF-8 in line 1; save it as UTF-8"
    );
    // a quote that never ends swallows the rest
    assert_eq!(
        said("a,b\n1,2\n\"3,4\n5,6\n"),
        "a.csv has 1 fields in line 3, its header names 2; mend the line"
    );
}

#[test]
fn wrong_columns_and_cells() {
    let table = read("a,b,kind\n1,2,x\n3,,y\n5,nan,x\n7,1e39,x\n");
    let says = |column| table.numbers([column]).unwrap_err().to_string();
    assert_eq!(
        says("c"),
        "a.csv has no column \"c\"; its columns are a, b, kind"
    );
    assert_eq!(
        says("b"),
        "a.csv holds \"\" in line 3, column \"b\", expected a finite number; mend the cell"
    );
    for (cell, line) in [
        ("nan", 2),
        ("inf", 2),
        ("1e39", 2),
        ("0x1", 2),
        ("1,000", 2),
    ] {
        let text = format!("n\n\"{cell}\"\n");
        let error = read(text).numbers(["n"]).unwrap_err().to_string();
        let says = format!(
            "a.csv holds {cell:?} in line {line}, column \"n\", expected a finite number; mend the cell"
        );
        assert_eq!(error, says);
    }
    let error = table.classes("kind", ["x", "z"]).unwrap_err().to_string();
    assert_eq!(
        error,
        "a.csv holds \"y\" in line 3, column \"kind\", expected one of x, z; mend the cell"
    );
}

#[test]
fn missing_files_are_named() {
    let error = Csv::open("no/such.csv").unwrap_err().to_string();
    assert!(error.starts_with("no/such.csv cannot be read: "), "{error}");
}

#[test]
fn any_cut_and_any_turned_bit_ends_in_a_table_or_an_error() {
    for end in 0..ANIMALS.len() {
        let _ = Csv::read("a.csv", &ANIMALS.as_bytes()[..end], b',');
    }
    let mut errors = 0;
    for at in 0..ANIMALS.len() * 8 {
        let mut bytes = ANIMALS.as_bytes().to_vec();
        bytes[at / 8] ^= 1 << (at % 8);
        let read = Csv::read("a.csv", &bytes[..], b',');
        errors += usize::from(read.and_then(|table| table.numbers(["length"])).is_err());
    }
    assert!(
        errors > 100,
        "{errors} of {} turned bits are noticed",
        ANIMALS.len() * 8
    );
}
