//! What stands between the engine and an executor's files: nothing is carried out but a settlement of whole, unaltered parts below one
//! folder, whoever asks for it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use ballista_core::JobId;
use ballista_core::serde::protobuf::ShuffleWritePartition;
use ballista_executor::execution_engine::{DefaultExecutionEngine, ExecutionEngine, QueryStageExecutor};
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::TaskContext;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::metrics::MetricsSet;
use datafusion::prelude::SessionConfig;
use versement::partition::part_name;

use crate::months::{Months, Prepared};
use crate::plan;

/// The engine, kept from carrying out anything else.
pub(crate) struct OnlySettlements {
    /// Months stand below this folder.
    below: PathBuf,
    months: Arc<Months>,
    engine: DefaultExecutionEngine,
}

impl OnlySettlements {
    /// Settles months that stand below a folder.
    pub(crate) fn new(below: PathBuf, months: Arc<Months>) -> Self {
        Self { below, months, engine: DefaultExecutionEngine::new() }
    }

    /// The month and the numbers of its parts that a plan asks for.
    fn allowed(&self, plan: &Arc<dyn ExecutionPlan>) -> anyhow::Result<(Arc<Prepared>, Vec<u32>)> {
        let plan::Asked { prepared, digest, parts } = plan::asked(plan)?;
        // A folder that is reached by a link, or by "..", may stand elsewhere.
        let real = prepared.canonicalize().map_err(|error| anyhow::anyhow!("{}: {error}", prepared.display()))?;
        if !real.starts_with(&self.below) || real != prepared {
            anyhow::bail!("{} does not stand below {}", prepared.display(), self.below.display());
        }
        if let Some((part, path)) = parts.iter().find(|(part, path)| *path != prepared.join(part_name(*part))) {
            anyhow::bail!("{} is not the file of part {part}", path.display());
        }
        let parts = parts.into_iter().map(|(part, _)| part).collect();
        Ok((self.months.get(&prepared, &digest)?, parts))
    }
}

impl ExecutionEngine for OnlySettlements {
    fn create_query_stage_exec(
        &self,
        job: JobId,
        stage: usize,
        task: usize,
        partitions: Vec<usize>,
        plan: Arc<dyn ExecutionPlan>,
        work: &str,
        config: &SessionConfig,
    ) -> Result<Arc<dyn QueryStageExecutor>> {
        let (month, parts) = self.allowed(&plan).map_err(|error| refused(&error))?;
        let stage = self.engine.create_query_stage_exec(job, stage, task, partitions, plan, work, config)?;
        Ok(Arc::new(Checked { month, parts, stage }))
    }
}

/// A task whose parts are compared with the manifest before and after they are read.
#[derive(Debug)]
struct Checked {
    month: Arc<Prepared>,
    parts: Vec<u32>,
    stage: Arc<dyn QueryStageExecutor>,
}

impl fmt::Display for Checked {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "parts {:?}: {}", self.parts, self.stage)
    }
}

#[async_trait]
impl QueryStageExecutor for Checked {
    async fn execute_query_stage(&self, task: usize, context: Arc<TaskContext>) -> Result<Vec<ShuffleWritePartition>> {
        let seen = self.parts.iter().map(|&part| self.month.check(part)).collect::<anyhow::Result<Vec<_>>>();
        let seen = seen.map_err(|error| refused(&error))?;
        let written = self.stage.execute_query_stage(task, context).await?;
        for part in seen {
            part.still().map_err(|error| refused(&error))?;
        }
        Ok(written)
    }

    fn collect_plan_metrics(&self) -> Vec<MetricsSet> {
        self.stage.collect_plan_metrics()
    }
}

fn refused(error: &anyhow::Error) -> DataFusionError {
    DataFusionError::Execution(format!("{error:#}"))
}
