//! The process that hands out parts and remembers who works on which.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use ballista_core::config::TaskSchedulingPolicy;
use ballista_core::serde::protobuf::scheduler_grpc_server::SchedulerGrpcServer;
use ballista_core::utils::{GrpcServerConfig, create_grpc_server, default_config_producer, default_session_builder};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service_with_listener};
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::SessionConfig;
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;

use crate::address::Bind;
use crate::function::Settle;
use crate::tls::Tls;

/// How a scheduler works.
#[derive(Clone, Debug)]
pub struct Scheduler {
    /// Where it listens.
    pub bind: Bind,
    /// After how long without a word an executor is lost, and its parts are given to others.
    pub lost_after: Duration,
    /// How often a part is tried before the job fails.
    pub attempts: usize,
    /// What it proves itself with; without, everybody who reaches it is believed.
    pub tls: Option<Tls>,
}

/// How often executors that are lost are looked for.
const LOOK_FOR_LOST: u64 = 1;
/// What a finished job left is removed after this many seconds, if its client did not have it removed at once: longer than anybody
/// takes to fetch it.
const FORGET_AFTER: u64 = 7200;
/// The largest message, in bytes: a plan names every part.
pub(crate) const MESSAGE: u32 = 64 << 20;

impl Scheduler {
    /// Serves until the process is ended. `listening` is told the address, once it is open.
    ///
    /// # Errors
    /// The address can't be opened, or the engine ends.
    pub async fn serve(&self, listening: impl FnOnce(Bind)) -> anyhow::Result<()> {
        let listener = TcpListener::bind((self.bind.address, self.bind.port));
        let listener = listener.await.with_context(|| format!("{}: can't listen there", self.bind))?;
        let bind = Bind { port: listener.local_addr()?.port(), ..self.bind };
        let config = Arc::new(self.config(bind));
        config.validate()?;
        let cluster = BallistaCluster::new_from_config(&config).await?;
        let scheduler = create_scheduler::<LogicalPlanNode, PhysicalPlanNode>(cluster, config).await?;
        listening(bind);
        let Some(tls) = &self.tls else { return Ok(start_grpc_service_with_listener(listener, scheduler).await?) };
        let size = MESSAGE as usize;
        let service = SchedulerGrpcServer::new(scheduler);
        let service = service.max_decoding_message_size(size).max_encoding_message_size(size);
        let mut server = create_grpc_server(&GrpcServerConfig::default()).tls_config(tls.server())?;
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        Ok(server.add_service(service).serve_with_incoming(incoming).await?)
    }

    fn config(&self, bind: Bind) -> SchedulerConfig {
        let lost_after = self.lost_after.as_secs().max(2);
        SchedulerConfig {
            external_host: bind.address.to_string(),
            bind_host: bind.address.to_string(),
            bind_port: bind.port,
            // Executors ask for work: they need no port on which anybody could send them some.
            scheduling_policy: TaskSchedulingPolicy::PullStaged,
            executor_timeout_seconds: lost_after,
            expire_dead_executor_interval_seconds: LOOK_FOR_LOST,
            no_executors_grace_period_seconds: lost_after,
            finished_job_data_clean_up_interval_seconds: FORGET_AFTER,
            finished_job_state_clean_up_interval_seconds: FORGET_AFTER,
            task_max_failures: self.attempts,
            stage_max_failures: self.attempts,
            grpc_server_max_decoding_message_size: MESSAGE,
            grpc_server_max_encoding_message_size: MESSAGE,
            grpc_client_max_message_size: MESSAGE,
            override_config_producer: Some(Arc::new(default_config_producer)),
            override_session_builder: Some(Arc::new(session)),
            ..SchedulerConfig::default()
        }
    }
}

/// A session that knows the settlement.
fn session(config: SessionConfig) -> datafusion::error::Result<datafusion::execution::SessionState> {
    let state = default_session_builder(config)?;
    let mut functions: Vec<_> = state.scalar_functions().values().cloned().collect();
    functions.push(Arc::new(Settle::named()));
    Ok(SessionStateBuilder::new_from_existing(state).with_scalar_functions(functions).build())
}
