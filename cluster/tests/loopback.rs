//! A job on a scheduler and two executors, as real processes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{AsArray, Int64Builder, ListBuilder, RecordBatch, StringBuilder};
use datafusion::arrow::datatypes::UInt32Type;
use datafusion::parquet::arrow::ArrowWriter;
use versement_cluster::client::Job;
use versement_cluster::plan::{self, PartFile};

fn write_parts(folder: &Path, parts: u32, rows: u32) -> (Arc<datafusion::arrow::datatypes::Schema>, Vec<PartFile>) {
    let mut files = Vec::new();
    let mut schema = None;
    for number in 0..parts {
        let mut names = StringBuilder::new();
        let mut lists = ListBuilder::new(Int64Builder::new());
        for row in 0..rows {
            names.append_value(format!("B{:05}", row * parts + number));
            lists.append_value((0..row % 5).map(|value| Some(i64::from(value))));
        }
        let columns = [("name", Arc::new(names.finish()) as _), ("list", Arc::new(lists.finish()) as _)];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let path = folder.join(format!("part-{number:05}.parquet"));
        let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        schema = Some(batch.schema());
        files.push(PartFile { number, bytes: path.metadata().unwrap().len(), path });
    }
    (schema.unwrap(), files)
}

#[test]
fn first() {
    let folder = tempfile::tempdir().unwrap();
    let prepared = folder.path().join("prépa red");
    std::fs::create_dir(&prepared).unwrap();
    let prepared = prepared.canonicalize().unwrap();
    let (schema, files) = write_parts(&prepared, 8, 3000);
    let mut cluster = common::Cluster::start(folder.path(), &prepared, 2);
    let scheduler = cluster.scheduler.address.parse().unwrap();
    let plan = plan::settle(&prepared, "digest", schema, &files, 1000).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut job = Job::send(&scheduler, "first", &plan).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        cluster.executors[0].kill();
        let locations = job.settled().await.unwrap();
        assert_eq!(locations.len(), 8);
        let mut total = 0;
        for (number, location) in locations.iter().enumerate() {
            let fetched = job
                .fetch(location, |batch| {
                    let result = batch.column(0).as_struct();
                    let parts = result.column(0).as_primitive::<UInt32Type>();
                    assert!(parts.values().iter().all(|&part| part as usize == number));
                    Ok(())
                })
                .await
                .unwrap();
            total += fetched.rows;
        }
        assert_eq!(total, 24000);
        for stage in job.stages().await.unwrap() {
            for operator in &stage.operators {
                eprintln!("{} {} {}", stage.stage_id, operator.operator_type, operator.operator_desc);
            }
        }
        job.forget().await.unwrap();
    });
}
