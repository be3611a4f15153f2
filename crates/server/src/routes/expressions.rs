//! Trying an expression on given data, as the editor's live preview does. Nothing is stored.

use axum::Json;
use model::Value;
use model::expression::{Expression, Field, Name, Names, Scope};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::now_ms;
use crate::auth::Tenant;
use crate::error::{ApiError, ProblemBody};
use crate::http::{Fields, JsonBody};

/// Fields of the body.
const FIELDS: &[&str] = &[
    "expression",
    "condition",
    "template",
    "input",
    "inputs",
    "item",
    "index",
    "nodes",
    "trigger",
    "vars",
    "variables",
    "context",
    "const",
];

/// One of `expression`, `condition` and `template`, and the data it reads.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct EvaluateBody {
    /// A bare expression: `input.total * 2`.
    expression: Option<String>,
    /// A condition, which may begin with a comparison: `>= 18`.
    condition: Option<String>,
    /// A field as a node has it: a text with `{{ }}`, or a list or object of such.
    #[schema(value_type = Option<Object>)]
    template: Option<Value>,
    #[schema(value_type = Option<Object>)]
    input: Option<Value>,
    #[schema(value_type = Option<Object>)]
    inputs: Option<Value>,
    #[schema(value_type = Option<Object>)]
    item: Option<Value>,
    index: Option<i64>,
    /// Outputs of nodes by their id.
    #[schema(value_type = Option<Object>)]
    nodes: Option<Value>,
    #[schema(value_type = Option<Object>)]
    trigger: Option<Value>,
    #[schema(value_type = Option<Object>)]
    vars: Option<Value>,
    #[schema(value_type = Option<Object>)]
    context: Option<Value>,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Evaluated {
    ok: bool,
    /// The value; null when it failed.
    #[schema(value_type = Object)]
    value: Value,
    /// What is wrong with the expression, or what it threw.
    error: Option<EvaluateError>,
}

/// Why an expression has no value.
#[derive(Serialize, ToSchema)]
pub(crate) struct EvaluateError {
    /// `compile` when the text is no expression, else the name of what was thrown.
    code: String,
    message: String,
}

/// The names of a request's body.
struct Given<'a> {
    body: &'a Value,
}

impl Names for Given<'_> {
    fn get(&self, name: Name) -> Option<Value> {
        let get = |key: &str| self.body.get(key).cloned();
        match name {
            Name::Inputs => get("inputs"),
            Name::Trigger => get("trigger"),
            Name::Vars => get("vars").or_else(|| get("variables")),
            Name::Context => get("context"),
            Name::Const => get("const"),
            Name::Nodes => Some(self.all_nodes()),
            Name::Env | Name::Execution | Name::Workflow => None,
        }
    }

    fn node(&self, id: &str) -> Option<Value> {
        self.body.get("nodes")?.get(id).cloned()
    }

    fn node_labelled(&self, label: &str) -> Option<Value> {
        self.node(label)
    }

    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
    fn now(&self) -> f64 {
        now_ms() as f64
    }
}

impl Given<'_> {
    fn all_nodes(&self) -> Value {
        let nodes = self.body.get("nodes").and_then(Value::as_object);
        let entries = nodes.map_or(&[][..], model::Object::entries).iter();
        Value::object(
            entries.map(|(id, output)| (id.clone(), Value::object(vec![("output".into(), output.clone())]))).collect(),
        )
    }
}

/// Evaluates an expression over the data in the body.
#[utoipa::path(post, path = "/expressions/evaluate", operation_id = "evaluate_expression", tag = "expressions",
    request_body = EvaluateBody, responses(
    (status = 200, body = Evaluated),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn evaluate(Tenant(_tenant): Tenant, body: JsonBody) -> Result<Json<Evaluated>, ApiError> {
    Fields::only(&body.value, FIELDS, "")?;
    let work = tokio::task::spawn_blocking(move || run(&body.value));
    let result =
        work.await.map_err(|_| ApiError::bad_request("invalid_expression", "the expression could not be read"))??;
    Ok(Json(match result {
        Ok(value) => Evaluated { ok: true, value, error: None },
        Err(error) => Evaluated { ok: false, value: Value::Null, error: Some(error) },
    }))
}

fn run(body: &Value) -> Result<Result<Value, EvaluateError>, ApiError> {
    let fields = Fields::of(body)?;
    let null = Value::Null;
    let scope = Scope {
        input: body.get("input").unwrap_or(&null),
        item: body.get("item"),
        index: body.get("index").and_then(Value::as_i64),
        names: &Given { body },
    };
    let no_expression =
        |error: &dyn std::fmt::Display| EvaluateError { code: "compile".to_owned(), message: error.to_string() };
    let threw =
        |error: model::expression::EvalError| EvaluateError { code: error.code().to_string(), message: error.message };
    if let Some(text) = fields.text("expression")? {
        let compiled = Expression::compile(text).map_err(|error| no_expression(&error));
        return Ok(compiled.and_then(|expression| expression.evaluate(&scope).map_err(threw)));
    }
    if let Some(text) = fields.text("condition")? {
        let compiled = Expression::condition(text).map_err(|error| no_expression(&error));
        return Ok(compiled.and_then(|expression| expression.test(&scope).map(Value::from).map_err(threw)));
    }
    let template = fields.get("template").ok_or_else(|| {
        ApiError::bad_request("missing_field", "send one of expression, condition and template").at("$.expression")
    })?;
    let compiled = Field::compile(template).map_err(|error| no_expression(&error));
    Ok(compiled.and_then(|field| field.evaluate(&scope).map_err(threw)))
}
