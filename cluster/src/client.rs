//! The client's side of a job: it sends the plan, waits, and fetches what was answered, part by part.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use ballista_core::client::BallistaClient;
use ballista_core::extension::{BallistaConfigGrpcEndpoint, SessionConfigExt, SessionConfigHelperExt};
use ballista_core::serde::BallistaPhysicalExtensionCodec;
use ballista_core::serde::protobuf::{
    CancelJobParams, CleanJobDataParams, ExecuteQueryParams, GetJobMetricsParams, GetJobStatusParams, JobStageMetrics,
    PartitionLocation, execute_query_params::Query, execute_query_result, job_status::Status,
    scheduler_grpc_client::SchedulerGrpcClient,
};
use ballista_core::utils::{GrpcClientConfig, create_grpc_client_endpoint};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties};
use datafusion::prelude::SessionConfig;
use datafusion_proto::physical_plan::AsExecutionPlan;
use datafusion_proto::protobuf::PhysicalPlanNode;
use futures::StreamExt;
use tonic::transport::Channel;

use crate::address::Scheduler;
use crate::plan;
use crate::scheduler::MESSAGE;
use crate::tls::Tls;

/// How often the scheduler is asked how far a job is.
const ASK_EVERY: Duration = Duration::from_millis(100);

/// How long an executor may say nothing while its answer is fetched.
const SILENCE: Duration = Duration::from_secs(30);

/// A job on the engine. Once it is of no use any more, it must be [forgotten](Job::forget), so that no executor keeps what it answered.
#[derive(Debug)]
pub struct Job {
    scheduler: SchedulerGrpcClient<Channel>,
    tls: Option<Tls>,
    id: String,
    partitions: usize,
}

/// What a job came to.
#[derive(Debug, Default)]
pub struct Fetched {
    /// Rows that came back.
    pub rows: u64,
    /// What they took on the executors, in bytes.
    pub bytes: u64,
}

impl Job {
    /// Sends a plan, after a look that it is a settlement of parts and nothing else.
    ///
    /// # Errors
    /// The plan holds more; the scheduler can't be reached, or does not take it.
    pub async fn send(
        (scheduler, tls): (&Scheduler, Option<&Tls>),
        name: &str,
        plan: &Arc<dyn ExecutionPlan>,
    ) -> anyhow::Result<Self> {
        plan::check(plan)?;
        let partitions = plan.output_partitioning().partition_count();
        let config = SessionConfig::new_with_ballista()
            .with_target_partitions(partitions)
            .set_str("ballista.job.name", name)
            // One task a part: the least that has to be done again when an executor is lost.
            .set_str("ballista.scheduler.max_partitions_per_task", "1")
            .set_str("ballista.scheduler.share_file_statistics_cache", "false");
        let message =
            PhysicalPlanNode::try_from_physical_plan(Arc::clone(plan), &BallistaPhysicalExtensionCodec::default())?;
        let mut encoded = Vec::new();
        message.try_encode(&mut encoded)?;
        let query = ExecuteQueryParams {
            query: Some(Query::PhysicalPlan(encoded)),
            settings: config.to_key_value_pairs(),
            session_id: name.to_owned(),
            operation_id: name.to_owned(),
        };
        let mut scheduler = connect(scheduler, tls, &config).await?;
        let mut request = tonic::Request::new(query);
        ballista_core::version::insert_version_header(request.metadata_mut());
        let answer = scheduler.execute_query(request).await.map_err(told)?.into_inner();
        match answer.result {
            Some(execute_query_result::Result::Success(taken)) => {
                Ok(Self { scheduler, tls: tls.cloned(), id: taken.job_id, partitions })
            }
            refused => bail!("the scheduler does not take the plan: {refused:?}"),
        }
    }

    /// Waits until every part is settled, and returns where the answers are, in the order of the plan.
    ///
    /// When an executor is lost that had answered already, the engine was seen to name both its answer and that of the one who did
    /// the work again. So a part may have several places, the last one first, of which exactly one is to be taken.
    ///
    /// # Errors
    /// The job failed, the scheduler is gone, or a part has no answer.
    pub async fn settled(&mut self) -> anyhow::Result<Vec<Vec<PartitionLocation>>> {
        let locations = loop {
            let asked = GetJobStatusParams { job_id: self.id.clone() };
            let answer = self.scheduler.get_job_status(asked).await.map_err(told)?.into_inner();
            match answer.status.and_then(|status| status.status) {
                Some(Status::Successful(done)) => break done.partition_location,
                Some(Status::Failed(failed)) => bail!("the job failed: {}", first_line(&failed.error)),
                None | Some(Status::Queued(_) | Status::Running(_)) => tokio::time::sleep(ASK_EVERY).await,
            }
        };
        let mut by_partition = vec![Vec::new(); self.partitions];
        for location in locations.into_iter().rev() {
            let partition = location.partition_id.as_ref().context("an answer without its partition")?.partition_id;
            let places = usize::try_from(partition).ok().and_then(|partition| by_partition.get_mut(partition));
            places.context("an answer for a partition that nobody asked for")?.push(location);
        }
        if let Some(partition) = by_partition.iter().position(Vec::is_empty) {
            bail!("the engine has no answer for partition {partition} of {}", self.partitions);
        }
        Ok(by_partition)
    }

    /// Fetches what was answered for one partition, batch by batch.
    ///
    /// # Errors
    /// The executor is gone, what comes is not what it said it kept, or `take` fails.
    pub async fn fetch(
        &self,
        location: &PartitionLocation,
        mut take: impl FnMut(&RecordBatch) -> anyhow::Result<()>,
    ) -> anyhow::Result<Fetched> {
        let executor = location.executor_meta.as_ref().context("an answer without its executor")?;
        let partition = location.partition_id.clone().context("an answer without its partition")?;
        let port = u16::try_from(executor.port).context("the port of an executor")?;
        let (host, size) = (executor.host.as_str(), MESSAGE as usize);
        let place = || format!("executor {host}:{port}");
        let secured = self.tls.as_ref().map(|tls| Arc::new(BallistaConfigGrpcEndpoint::new(tls.endpoint())));
        let client = BallistaClient::try_new(host, port, size, secured.is_some(), secured, 1, 0, 0, 0);
        let mut client = in_time(client).await.with_context(place)?.with_context(place)?;
        let (layout, partition) = (location.layout(), partition.into());
        let fetched = client.fetch_partition(&executor.id, &partition, location.file_id, layout, true);
        let mut batches = in_time(fetched).await.with_context(place)?.with_context(place)?;
        let mut fetched = Fetched::default();
        while let Some(batch) = in_time(batches.next()).await.with_context(place)? {
            let batch = batch.with_context(place)?;
            fetched.rows += u64::try_from(batch.num_rows())?;
            take(&batch)?;
        }
        let kept = location.partition_stats.as_ref();
        fetched.bytes = kept.and_then(|kept| u64::try_from(kept.num_bytes).ok()).unwrap_or_default();
        let said = kept.and_then(|kept| u64::try_from(kept.num_rows).ok());
        if said.is_some_and(|said| said != fetched.rows) {
            bail!("{}: {} rows came of the {} it kept", place(), fetched.rows, said.unwrap_or_default());
        }
        Ok(fetched)
    }

    /// The stages of a finished job with their nodes, as the scheduler ran them.
    ///
    /// # Errors
    /// The scheduler does not know the job any more.
    pub async fn stages(&mut self) -> anyhow::Result<Vec<JobStageMetrics>> {
        let asked = GetJobMetricsParams { job_id: self.id.clone() };
        Ok(self.scheduler.get_job_metrics(asked).await.map_err(told)?.into_inner().stages)
    }

    /// Has the job stopped, and what was answered removed from the executors.
    ///
    /// # Errors
    /// The scheduler can't be reached; executors then remove it when its time is over.
    pub async fn forget(mut self) -> anyhow::Result<()> {
        let stopped = self.scheduler.cancel_job(CancelJobParams { job_id: self.id.clone() }).await;
        let all = CleanJobDataParams { job_id: self.id.clone(), remove_stage_ids: Vec::new() };
        self.scheduler.clean_job_data(all).await.map_err(told)?;
        stopped.map(drop).map_err(told)
    }
}

async fn connect(
    scheduler: &Scheduler,
    tls: Option<&Tls>,
    config: &SessionConfig,
) -> anyhow::Result<SchedulerGrpcClient<Channel>> {
    let client = GrpcClientConfig::from(&config.ballista_config());
    let place = format!("http://{}:{}", scheduler.host, scheduler.port);
    let mut endpoint = create_grpc_client_endpoint(place, Some(&client))?;
    if let Some(tls) = tls {
        endpoint = tls.endpoint()(endpoint).map_err(|error| anyhow!("certificates: {error}"))?;
    }
    let channel = endpoint.connect().await;
    let channel = channel.with_context(|| format!("{scheduler}: no scheduler is reached there"))?;
    let size = MESSAGE as usize;
    Ok(SchedulerGrpcClient::new(channel).max_decoding_message_size(size).max_encoding_message_size(size))
}

/// An executor that lost its power says nothing, not even that it is gone.
async fn in_time<T>(waited: impl Future<Output = T>) -> anyhow::Result<T> {
    let waited = tokio::time::timeout(SILENCE, waited).await;
    waited.map_err(|_| anyhow!("nothing came for {} s", SILENCE.as_secs()))
}

/// What the engine says, on one line.
fn told(status: tonic::Status) -> anyhow::Error {
    anyhow!("the scheduler says {:?}: {}", status.code(), first_line(status.message()))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
