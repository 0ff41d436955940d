//! What a run leaves behind: lines that read back exactly, whole whenever the run ends.

use std::fs;

use optim::{Adam, Clip, Clipped, Csv, Data, Jsonl, Log, Progress, Record, Trainer};
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
