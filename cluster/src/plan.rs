//! The plan that is sent to the engine: each part is read from its file and settled, row by row, and nothing else.
//!
//! With an exchange, a join, a sort or an aggregate in it, the engine would move rows between machines in a second stage; when a
//! machine is lost there, rows were seen to be doubled, or the work to hang for ever. So a plan holds none, which is told from the
//! plan itself at three places: by the client before it sends it, by each executor before it works, and by a test.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::config::ConfigOptions;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfig, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::physical_expr::expressions::{Column, Literal};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};
use datafusion::physical_plan::projection::{ProjectionExec, ProjectionExpr};
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties};
use url::Url;

use crate::columns;
use crate::function::{self, Settle};

/// The column that tells of each row in which part it stands.
pub const PART: &str = "part";
/// The only column that comes back.
pub const RESULT: &str = "result";
/// The engine's node that keeps what a task answers until the client fetches it.
const WRITER: &str = "ShuffleWriterExec";

/// A file of a prepared month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartFile {
    /// Its number; parts are counted from 0.
    pub number: u32,
    /// Where it stands, on every machine alike.
    pub path: PathBuf,
    /// How large it is.
    pub bytes: u64,
}

/// The plan that settles parts, one partition a part. Parts follow each other in the order in which they are given.
///
/// # Errors
/// The path of a part is not absolute; or the engine does not take the plan.
pub fn settle(prepared: &Path, digest: &str, parts: &[PartFile], batch_rows: usize) -> Result<Arc<dyn ExecutionPlan>> {
    let part = Arc::new(Field::new(PART, DataType::UInt32, false));
    let table = TableSchema::builder(columns::part()).with_table_partition_cols(vec![part]).build();
    let given = Arc::clone(table.table_schema());
    let source = Arc::new(ParquetSource::new(table));
    let mut scan = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), source);
    for part in parts {
        let mut file = PartitionedFile::new("", part.bytes);
        file.object_meta.location = object_store::path::Path::from_absolute_path(&part.path)?;
        let file = file.with_partition_values(vec![ScalarValue::UInt32(Some(part.number))]);
        scan = scan.with_file_group(FileGroup::new(vec![file]));
    }
    let scan: Arc<dyn ExecutionPlan> = DataSourceExec::from_data_source(scan.with_batch_size(Some(batch_rows)).build());

    let text = |text: &str| Arc::new(Literal::new(ScalarValue::from(text))) as Arc<dyn PhysicalExpr>;
    let mut arguments = vec![text(&prepared.to_string_lossy()), text(digest)];
    for (at, field) in given.fields().iter().enumerate() {
        arguments.push(Arc::new(Column::new(field.name(), at)));
    }
    let settle = Arc::new(Settle::named());
    let options = Arc::new(ConfigOptions::default());
    let settle = ScalarFunctionExpr::try_new(settle, arguments, &given, options)?;
    let settle = ProjectionExpr { expr: Arc::new(settle), alias: RESULT.to_owned() };
    Ok(Arc::new(ProjectionExec::try_new([settle], scan)?))
}

/// Refuses a plan that is more, or other, than a settlement of parts row by row: known are the few nodes that may stand in it,
/// so that a node which a later version of the engine brings is refused too.
///
/// # Errors
/// Says which node may not stand in the plan, or what about it is otherwise.
pub fn check(plan: &Arc<dyn ExecutionPlan>) -> Result<()> {
    if plan.name() == WRITER {
        let children = plan.children();
        let [input] = children.as_slice() else { return refuse("a writer without one input") };
        if plan.output_partitioning().partition_count() != input.output_partitioning().partition_count() {
            return refuse("a writer that exchanges rows between partitions");
        }
        return check(input);
    }
    let Some(projection) = plan.downcast_ref::<ProjectionExec>() else {
        return refuse(&format!("{} where only the settlement may stand", plan.name()));
    };
    let [settle] = projection.expr() else { return refuse("more than one column that comes back") };
    match settle.expr.downcast_ref::<ScalarFunctionExpr>() {
        Some(call) if call.fun().name() == function::NAME => check_scan(projection.input()),
        _ => refuse("a column that is not the settlement"),
    }
}

fn check_scan(plan: &Arc<dyn ExecutionPlan>) -> Result<()> {
    let Some(source) = plan.downcast_ref::<DataSourceExec>() else {
        return refuse(&format!("{} where only part files may be read", plan.name()));
    };
    let Some(config) = source.data_source().downcast_ref::<FileScanConfig>() else {
        return refuse("a source without files");
    };
    if config.file_source().file_type() != "parquet" || config.limit.is_some() {
        return refuse("a source that is not whole Parquet files");
    }
    for group in &config.file_groups {
        match group.files() {
            [file] if file.range.is_none() => {}
            [_] => return refuse("a piece of a file instead of a whole part"),
            files => return refuse(&format!("a partition that reads {} files instead of one", files.len())),
        }
    }
    Ok(())
}

/// What a plan asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The folder of the prepared month.
    pub prepared: PathBuf,
    /// The digest of its manifest.
    pub digest: String,
    /// The files that are read, as parts of that month.
    pub parts: Vec<(u32, PathBuf)>,
}

/// What a plan asks for, if it is a settlement of parts and nothing else.
///
/// # Errors
/// As those of [`check`]; or what it reads is not said as client and executors agreed on.
pub fn asked(plan: &Arc<dyn ExecutionPlan>) -> Result<Asked> {
    check(plan)?;
    let mut node = plan;
    while node.name() == WRITER {
        node = node.children()[0];
    }
    let projection = node.downcast_ref::<ProjectionExec>();
    let call = projection.and_then(|projection| projection.expr()[0].expr.downcast_ref::<ScalarFunctionExpr>());
    let (Some(projection), Some(call)) = (projection, call) else { return refuse("no settlement") };
    let text = |argument: Option<&Arc<dyn PhysicalExpr>>| match argument?.downcast_ref::<Literal>()?.value() {
        ScalarValue::Utf8(Some(text)) => Some(text.clone()),
        _ => None,
    };
    let Some((prepared, digest)) = text(call.args().first()).zip(text(call.args().get(1))) else {
        return refuse("a settlement that does not say of what");
    };
    let source = projection.input().downcast_ref::<DataSourceExec>();
    let config = source.and_then(|source| source.data_source().downcast_ref::<FileScanConfig>());
    let mut parts = Vec::new();
    for file in config.into_iter().flat_map(|config| &config.file_groups).flat_map(FileGroup::files) {
        let [ScalarValue::UInt32(Some(number))] = file.partition_values.as_slice() else {
            return refuse("a file that is no part");
        };
        let path = Url::parse("file:///").ok().and_then(|root| root.join(file.object_meta.location.as_ref()).ok());
        let path = path.and_then(|path| path.to_file_path().ok());
        parts.push((*number, path.ok_or_else(|| plan_error("a file without a path"))?));
    }
    Ok(Asked { prepared: prepared.into(), digest, parts })
}

fn refuse<T>(found: &str) -> Result<T> {
    Err(plan_error(found))
}

fn plan_error(found: &str) -> DataFusionError {
    DataFusionError::Plan(format!("the plan holds {found}; only a settlement of parts, row by row, is carried out"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::physical_plan::Partitioning;
    use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
    use datafusion::physical_plan::displayable;
    use datafusion::physical_plan::limit::GlobalLimitExec;
    use datafusion::physical_plan::repartition::RepartitionExec;
    use datafusion::physical_plan::union::UnionExec;
    use datafusion::physical_plan::{ChildrenPropertiesMode, ReplaceChildrenOptions};
    use datafusion::prelude::SessionContext;

    fn parts(count: u32) -> Vec<PartFile> {
        let part = |number| PartFile { number, path: format!("/shared/a b/part-{number}.parquet").into(), bytes: 100 };
        (0..count).map(part).collect()
    }

    fn sound() -> Arc<dyn ExecutionPlan> {
        settle(Path::new("/shared/a b"), "digest", &parts(3), 10).unwrap()
    }

    fn with_child(plan: &Arc<dyn ExecutionPlan>, child: Arc<dyn ExecutionPlan>) -> Arc<dyn ExecutionPlan> {
        let anew = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute);
        Arc::clone(plan).replace_children(vec![child], anew).unwrap()
    }

    #[track_caller]
    fn refused(plan: &Arc<dyn ExecutionPlan>, node: &str) {
        let told = check(plan).unwrap_err().to_string();
        assert!(told.contains(node), "{node}: {told}");
        assert!(asked(plan).is_err());
    }

    #[test]
    fn the_plan_of_the_client_has_two_nodes_and_a_partition_for_each_part() {
        let plan = sound();
        check(&plan).unwrap();
        assert_eq!(plan.output_partitioning().partition_count(), 3);
        let shown = displayable(plan.as_ref()).indent(false).to_string();
        let nodes: Vec<_> = shown.lines().map(|line| line.trim().split(':').next().unwrap()).collect();
        assert_eq!(nodes, ["ProjectionExec", "DataSourceExec"]);
        let Asked { prepared, digest, parts } = asked(&plan).unwrap();
        assert_eq!((prepared, digest.as_str()), ("/shared/a b".into(), "digest"));
        assert_eq!(parts[2], (2, "/shared/a b/part-2.parquet".into()));
    }

    #[test]
    fn whatever_moves_rows_is_refused_wherever_it_stands() {
        refused(&(Arc::new(CoalescePartitionsExec::new(sound())) as _), "CoalescePartitionsExec");
        let hashed = Partitioning::Hash(vec![Arc::new(Column::new(RESULT, 0))], 4);
        refused(&(Arc::new(RepartitionExec::try_new(sound(), hashed).unwrap()) as _), "RepartitionExec");
        refused(&(Arc::new(GlobalLimitExec::new(sound(), 0, Some(1))) as _), "GlobalLimitExec");
        refused(&UnionExec::try_new(vec![sound(), sound()]).unwrap(), "UnionExec");
        // Below the settlement as well.
        let plan = sound();
        let below = Arc::new(CoalescePartitionsExec::new(Arc::clone(plan.children()[0])));
        refused(&with_child(&plan, below), "CoalescePartitionsExec");
    }

    #[tokio::test]
    async fn joins_sorts_aggregates_and_other_columns_are_refused() {
        let context = SessionContext::new();
        context.sql("CREATE TABLE t AS VALUES (1), (2)").await.unwrap();
        for query in [
            "SELECT column1 FROM t ORDER BY column1",
            "SELECT count(*) FROM t GROUP BY column1",
            "SELECT a.column1 FROM t a JOIN t b ON a.column1 = b.column1",
            "SELECT column1 + 1 FROM t",
            "SELECT column1 FROM t",
        ] {
            let plan = context.sql(query).await.unwrap().create_physical_plan().await.unwrap();
            assert!(check(&plan).is_err(), "{query}");
        }
    }

    #[test]
    fn a_partition_reads_one_whole_part() {
        let plan = sound();
        let scan = plan.children()[0].downcast_ref::<DataSourceExec>().unwrap();
        let config = scan.data_source().downcast_ref::<FileScanConfig>().unwrap();
        let with = |groups: Vec<FileGroup>| {
            let config = FileScanConfigBuilder::from(config.clone()).with_file_groups(groups).build();
            with_child(&plan, DataSourceExec::from_data_source(config))
        };
        let files: Vec<_> = config.file_groups.iter().flat_map(FileGroup::files).cloned().collect();
        refused(&with(vec![FileGroup::new(files.clone())]), "reads 3 files");
        refused(&with(vec![FileGroup::new(vec![files[0].clone().with_range(0, 50)])]), "a piece of a file");
        check(&with(vec![FileGroup::new(vec![files[0].clone()])])).unwrap();
    }
}
