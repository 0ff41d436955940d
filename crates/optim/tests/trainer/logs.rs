//! What a run leaves behind: lines that read back exactly, whole whenever the run ends.

use std::fs;

use optim::{Adam, Clip, Clipped, Csv, Data, History, Jsonl, Log, Progress, Record, Trainer};
use serde_json::Value;

use crate::plane::{Net, X, points, trainer};

const NAMES: &str = "epoch,train_loss,train_accuracy,held_out_loss,held_out_accuracy,rate,seconds,samples_per_second,gradient_norm,clip";

#[test]
fn every_epoch_is_a_line_whose_numbers_read_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let (json, csv) = (
        folder.path().join("run.jsonl"),
        folder.path().join("run.csv"),
    );
    let (x, classes) = points(40);
    let (train, held_out) = Data::new(&x, &classes).split(0.25);
    let optimizer = Clipped::norm(Adam::new(0.01), 0.5);
    let mut trainer = Trainer::<X, Net, _, _>::new(nn::CrossEntropy, optimizer, 8);
    trainer.network.init(nn::Init::XavierNormal, 1);
    let mut progress = Progress::quiet()
        .log(Jsonl::create(&json).expect("a file"))
        .log(Csv::create(&csv).expect("a file"));
    let mut lines_before = Vec::new();
    let history = trainer.fit_measured(train, Some(held_out), 4, &mut progress, &mut |network| {
        // whatever happens now, the epochs before are on the disk
        let text = fs::read_to_string(&json).expect("text");
        lines_before.push((
            text.lines().count(),
            text.is_empty() || text.ends_with('\n'),
        ));
        vec![(
            "first, \"weight\"",
            f64::from(network.layers.0.weight[[0, 0]]),
        )]
    });
    assert!(progress.failed().is_none());
    assert_eq!(lines_before, [(0, true), (1, true), (2, true), (3, true)]);

    let text = fs::read_to_string(&json).expect("text");
    let objects: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let text = fs::read_to_string(&csv).expect("text");
    let mut rows = text.lines();
    assert_eq!(
        rows.next(),
        Some(format!("{NAMES},\"first, \"\"weight\"\"\"").as_str())
    );
    let rows: Vec<Vec<f64>> = rows
        .map(|row| {
            row.split(',')
                .map(|n| n.parse().expect("a number"))
                .collect()
        })
        .collect();
    assert_eq!((objects.len(), rows.len(), history.len()), (4, 4, 4));
    for ((epoch, object), row) in history.iter().zip(&objects).zip(&rows) {
        let held_out = epoch.held_out.expect("held out");
        let expected = [
            epoch.number as f64,
            f64::from(epoch.train.loss),
            epoch.train.accuracy().expect("classes"),
            f64::from(held_out.loss),
            held_out.accuracy().expect("classes"),
            epoch.rate,
            epoch.seconds,
            epoch.train.samples as f64 / epoch.seconds,
            epoch.gradient_norm,
            0.5,
        ];
        for ((name, expected), in_row) in NAMES.split(',').zip(expected).zip(row) {
            assert_eq!(
                object[name].as_f64().map(f64::to_bits),
                Some(expected.to_bits()),
                "{name}"
            );
            assert_eq!(in_row.to_bits(), expected.to_bits(), "{name}");
        }
        assert!(object["first, \"weight\""].as_f64() == row.last().copied());
        assert!(epoch.gradient_norm > 0.0 && epoch.clip == Some(Clip::Norm(0.5)));
    }
}

#[test]
fn what_there_is_not_is_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let (json, csv) = (
        folder.path().join("run.jsonl"),
        folder.path().join("run.csv"),
    );
    let record = Record {
        epoch: 7,
        values: &[
            ("a", Some(f64::NAN)),
            ("b", None),
            ("c\n\"", Some(1e300)),
            ("d", Some(-0.0)),
        ],
    };
    Jsonl::create(&json)
        .expect("a file")
        .epoch(&record)
        .expect("written");
    Csv::create(&csv)
        .expect("a file")
        .epoch(&record)
        .expect("written");
    let text = fs::read_to_string(json).expect("text");
    assert_eq!(
        text,
        "{\"epoch\":7,\"a\":null,\"c\\u000a\\\"\":1e300,\"d\":-0.0}\n"
    );
    let object: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(object["c\n\""].as_f64(), Some(1e300));
    let text = fs::read_to_string(csv).expect("text");
    assert_eq!(text, "epoch,a,b,\"c\n\"\"\",d\n7,NaN,,1e300,-0.0\n");
}

/// A run was killed in the middle of a line: the next one goes on behind the last whole line.
#[test]
fn an_unfinished_line_is_cut_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run");
    let record = Record {
        epoch: 2,
        values: &[("a", Some(0.5))],
    };
    let long = "x".repeat(5000);
    for (before, after) in [
        ("", "{\"epoch\":2,\"a\":0.5}\n".to_owned()),
        (
            "{\"epoch\":1}\n{\"epo",
            "{\"epoch\":1}\n{\"epoch\":2,\"a\":0.5}\n".to_owned(),
        ),
        (
            "{\"epoch\":1}\n",
            "{\"epoch\":1}\n{\"epoch\":2,\"a\":0.5}\n".to_owned(),
        ),
        (&long, "{\"epoch\":2,\"a\":0.5}\n".to_owned()),
        (
            &format!("1\n{long}"),
            "1\n{\"epoch\":2,\"a\":0.5}\n".to_owned(),
        ),
    ] {
        fs::write(&path, before).expect("written");
        Jsonl::append(&path)
            .expect("a file")
            .epoch(&record)
            .expect("written");
        assert_eq!(fs::read_to_string(&path).expect("text"), after);
    }
    for (before, after) in [
        ("", "epoch,a\n2,0.5\n"),
        ("epoch,", "epoch,a\n2,0.5\n"),
        ("epoch,a\n1,0.25\n2,", "epoch,a\n1,0.25\n2,0.5\n"),
    ] {
        fs::write(&path, before).expect("written");
        Csv::append(&path)
            .expect("a file")
            .epoch(&record)
            .expect("written");
        assert_eq!(fs::read_to_string(&path).expect("text"), after);
    }
}

/// A run was killed between the line of an epoch and its check point: it does that epoch once more, and the log has it once.
#[test]
fn an_epoch_that_is_run_once_more_is_logged_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let (json, csv) = (
        folder.path().join("run.jsonl"),
        folder.path().join("run.csv"),
    );
    let tell = |log: &mut dyn Log, epoch: usize, a: f64| {
        let values = [("a", Some(a))];
        let values = &values;
        log.epoch(&Record { epoch, values }).expect("written");
    };
    let (mut one, mut two) = (
        Jsonl::create(&json).expect("a file"),
        Csv::create(&csv).expect("a file"),
    );
    for epoch in 1..=11 {
        tell(&mut one, epoch, epoch as f64);
        tell(&mut two, epoch, epoch as f64);
    }
    let (mut one, mut two) = (
        Jsonl::append(&json).expect("a file"),
        Csv::append(&csv).expect("a file"),
    );
    for epoch in [10, 11] {
        tell(&mut one, epoch, -1.0);
        tell(&mut two, epoch, -1.0);
    }
    let text = fs::read_to_string(&json).expect("text");
    assert_eq!(text.lines().count(), 11);
    assert!(text.ends_with(
        "{\"epoch\":9,\"a\":9.0}\n{\"epoch\":10,\"a\":-1.0}\n{\"epoch\":11,\"a\":-1.0}\n"
    ));
    let text = fs::read_to_string(&csv).expect("text");
    assert!(text.starts_with("epoch,a\n1,1.0\n") && text.ends_with("\n9,9.0\n10,-1.0\n11,-1.0\n"));
    let mut seen = Vec::new();
    let history = History::read(&csv).expect("a log");
    history.each(|record| seen.push((record.epoch, record.get("a").expect("a number"))));
    let expected = (1..=9).map(|epoch| (epoch, epoch as f64));
    assert_eq!(
        seen,
        expected.chain([(10, -1.0), (11, -1.0)]).collect::<Vec<_>>()
    );
}

#[test]
fn a_log_is_read_back_or_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.csv");
    let read = |text: &[u8]| {
        fs::write(&path, text).expect("written");
        History::read(&path).map_err(|error| {
            let error = error.to_string();
            let tail = "; name a file that a run has written, or begin a new one";
            let error = error.replace(&path.display().to_string(), "FILE");
            error.strip_suffix(tail).expect("what to do").to_owned()
        })
    };
    let history = read(b"epoch,\"a, \"\"b\"\"\nc\",d\n3,NaN,\n4,-inf,1e-9\n5,0").expect("a log");
    let mut seen = Vec::new();
    history.each(|record| {
        let bits = |name| record.get(name).map(f64::to_bits);
        seen.push((record.epoch, bits("a, \"b\"\nc"), bits("d")));
    });
    let bits = |x: f64| Some(x.to_bits());
    assert_eq!(
        seen,
        [
            (3, bits(f64::NAN), None),
            (4, bits(f64::NEG_INFINITY), bits(1e-9))
        ]
    );
    assert_eq!(read(b""), Ok(History::default()));
    for (text, said) in [
        (
            &b"a,b\n"[..],
            "line 1 of the log FILE has no column epoch in front",
        ),
        (
            b"epoch,a\n1,2,3\n",
            "line 2 of the log FILE holds 2 numbers, expected 1",
        ),
        (
            b"epoch,a\n1,2\n2,x\n",
            "line 3 of the log FILE holds \"x\" where a number was expected",
        ),
        (
            b"epoch,a\none,2\n",
            "line 2 of the log FILE does not begin with an epoch",
        ),
        (b"epoch\n1\n\xff\n", "line 3 of the log FILE is no text"),
    ] {
        assert_eq!(read(text), Err(said.to_owned()));
    }
    fs::write(&path, "epoch,a\n1,2\n").expect("written");
    let record = Record {
        epoch: 2,
        values: &[("b", None)],
    };
    let other = Csv::append(&path)
        .expect("a log")
        .epoch(&record)
        .expect_err("other columns");
    assert!(other.to_string().ends_with(
        "has the columns epoch,a, expected epoch,b; measure what was measured before, or begin a new file"
    ));
    assert_eq!(fs::read_to_string(&path).expect("text"), "epoch,a\n1,2\n");
}

#[test]
fn a_log_that_fails_is_told_and_the_run_goes_on() {
    struct Full;
    impl Log for Full {
        fn epoch(
            &mut self,
            record: &Record<'_>,
        ) -> Result<(), Box<dyn core::error::Error + Send + Sync>> {
            assert_eq!(record.epoch, 1, "it failed and is left alone");
            Err("no room".into())
        }
    }
    let (x, classes) = points(8);
    let mut text = Vec::new();
    let mut progress = Progress::lines(&mut text).log(Full);
    let history = trainer(4, 1).fit(Data::new(&x, &classes), None, 3, &mut progress);
    assert_eq!(history.len(), 3);
    assert_eq!(
        progress.failed().map(ToString::to_string).as_deref(),
        Some("no room")
    );
    drop(progress);
    let text = String::from_utf8(text).expect("text");
    assert_eq!(
        text.lines().filter(|line| *line == "no room").count(),
        1,
        "{text}"
    );

    let missing = Jsonl::create("no/such/folder/run.jsonl")
        .expect_err("no folder")
        .to_string();
    assert!(
        missing.starts_with("the log no/such/folder/run.jsonl cannot be written: ")
            && missing.ends_with("; choose a folder that exists, lets you write and has room"),
        "{missing}"
    );
    assert_eq!(
        Csv::append("no/such/folder/run.jsonl")
            .expect_err("no folder")
            .to_string(),
        missing
    );
}
