//! The model: what a workflow is, and what an execution of it means. No clock, no I/O, no randomness.

pub mod catalog;
pub mod diff;
pub mod duration;
pub mod event;
pub mod execution;
pub mod expression;
mod fields;
pub mod file;
pub mod graph;
pub mod id;
pub mod json;
pub mod merge;
pub mod plan;
pub mod problem;
mod regions;
mod rows;
pub mod segment;
pub mod settings;
pub mod status;
pub mod text;
pub mod validate;
pub mod value;

pub use catalog::{Catalog, Category, EffectClass, NodeSpec, Role};
pub use event::{Address, ErrorInfo, Event, NodeIndex};
pub use execution::Execution;
pub use file::File;
pub use graph::{Edge, Graph, Node};
pub use id::{ExecutionId, TenantId, VersionId, WorkflowId};
pub use plan::{Plan, PlanError};
pub use problem::{Problem, Severity};
pub use settings::Settings;
pub use status::{Status, StepStatus};
pub use value::{Array, Object, Value};
