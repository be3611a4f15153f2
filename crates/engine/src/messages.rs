//! Messages to executions, as the inbox keeps them.

use arcstr::ArcStr;
use bytes::Bytes;
use model::event::{ChildEnded, Signaled};
use model::{ErrorInfo, ExecutionId, Status, TenantId, Value, json};
use store::journal::InboxMessage;

/// What a message asks of an execution.
#[derive(Clone, Debug)]
pub(crate) enum Wish {
    /// End, for this reason if one is named.
    Cancel(Option<ArcStr>),
    /// Begin nothing new.
    Pause,
    /// Go on.
    Resume,
    /// A signal came.
    Signal(Signaled),
    /// An execution that it started has ended.
    Child(Box<ChildEnded>),
    /// A start becomes part of it, and it waits no longer for others if this is the last that it takes.
    Start { input: Value, is_last: bool },
}

/// A message, and its row in the inbox.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) row: u64,
    pub(crate) wish: Option<Wish>,
}

impl Wish {
    /// The message that carries it.
    pub(crate) fn message(&self, (tenant, execution): (TenantId, ExecutionId), message_id: String) -> InboxMessage {
        let (kind, content) = match self {
            Self::Cancel(why) => ("cancel", why.clone().map_or(Value::Null, Value::String)),
            Self::Pause => ("pause", Value::Null),
            Self::Resume => ("resume", Value::Null),
            Self::Signal(Signaled { name, value, .. }) => {
                ("signal", object(&[("name", Value::String(name.clone())), ("value", value.clone())]))
            }
            Self::Start { input, is_last } => {
                ("start", object(&[("input", input.clone()), ("last", Value::Bool(*is_last))]))
            }
            Self::Child(ended) => {
                let error = ended.error.as_ref().map(|error| error.to_value()).unwrap_or_default();
                let entries = [
                    ("execution", Value::from(ended.execution.to_string())),
                    ("status", Value::from(ended.status.as_str())),
                    ("output", ended.output.clone()),
                    ("error", error.get("error").cloned().unwrap_or_default()),
                ];
                ("child_ended", object(&entries))
            }
        };
        let bytes = if content.is_null() { Bytes::new() } else { Bytes::from(json::to_text(&content)) };
        InboxMessage { row: 0, tenant, execution, message_id, kind: kind.into(), bytes, joins: None }
    }
}

impl Delivery {
    /// Reads a message. One of a kind that this program does not know asks for nothing, and is still consumed.
    pub(crate) fn read(message: &InboxMessage) -> Self {
        let limits = json::Limits { depth: u32::MAX, ..json::Limits::JAVASCRIPT };
        let content = || json::read_with(&message.bytes, limits).unwrap_or_default();
        let wish = match message.kind.as_str() {
            "cancel" => Some(Wish::Cancel(content().as_text().cloned())),
            "pause" => Some(Wish::Pause),
            "resume" => Some(Wish::Resume),
            "signal" => signal(&content()).map(Wish::Signal),
            "start" => {
                let content = content();
                let is_last = content.get("last").and_then(Value::as_bool).unwrap_or_default();
                content.get("input").cloned().map(|input| Wish::Start { input, is_last })
            }
            "child_ended" => child(&content()).map(|ended| Wish::Child(Box::new(ended))),
            _ => None,
        };
        if wish.is_none() {
            tracing::warn!(execution = %message.execution, kind = message.kind, "a message that nobody understands");
        }
        Self { row: message.row, wish }
    }
}

fn object(entries: &[(&'static str, Value)]) -> Value {
    Value::object(entries.iter().map(|(key, value)| (ArcStr::from(*key), value.clone())).collect())
}

fn text(value: &Value, key: &str) -> Option<ArcStr> {
    value.get(key)?.as_text().cloned()
}

fn signal(content: &Value) -> Option<Signaled> {
    let value = content.get("value").cloned().unwrap_or_default();
    Some(Signaled { at_us: 0, name: text(content, "name")?, value })
}

fn child(content: &Value) -> Option<ChildEnded> {
    let error = content.get("error").filter(|error| !error.is_null());
    let error = error.map(|error| {
        let part = |key| text(error, key).unwrap_or_default();
        Box::new(ErrorInfo { code: part("code"), message: part("message").to_string(), node: part("node") })
    });
    Some(ChildEnded {
        at_us: 0,
        execution: text(content, "execution")?.parse().ok()?,
        status: Status::parse(&text(content, "status")?)?,
        output: content.get("output").cloned().unwrap_or_default(),
        error,
    })
}
