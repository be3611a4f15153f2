//! Every route of the product, in one list, with who may call it.

use std::convert::Infallible;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::routing::MethodRouter;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Info, OpenApi, OpenApiBuilder, PathItem, SecurityRequirement};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

use crate::App;
use crate::auth::COOKIE;
use crate::http::layers;
use crate::routes::{
    backup, bulk, conflicts, control, dashboard, docs, drafts, executions, expressions, files, health, hooks, layout,
    links, node_types, reports, rooms, saves, schedules, session, streams, templates, versions, web, workflow_bulk,
    workflow_copies, workflow_lists, workflows,
};

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Who is signed in, or sends the API token.
    Session,
    /// Who satisfies the webhook itself.
    Hook,
}

/// A route as the list declares it.
#[derive(Clone, Debug)]
pub struct Declared {
    /// Its method in capitals.
    pub method: &'static str,
    /// Its path below the prefix.
    pub path: String,
    /// Who may call it.
    pub access: Access,
}

/// Routes that stand at the root, and below both prefixes.
fn root() -> List {
    List::default()
        .add(Access::Public, routes!(health::livez))
        .add(Access::Public, routes!(health::readyz))
        .add(Access::Public, routes!(health::healthz))
        .add(Access::Session, routes!(health::metrics))
        .add(Access::Hook, routes!(hooks::call))
        .add(Access::Hook, routes!(links::call))
}

/// Routes below `/api/v1` and `/api`.
fn api() -> List {
    List::default()
        .add(Access::Public, routes!(session::show, session::sign_in, session::sign_out))
        .add(Access::Session, routes!(workflow_lists::list, workflows::create))
        .add(Access::Session, routes!(workflow_lists::tags))
        .add(Access::Session, routes!(workflow_lists::folders))
        .add(Access::Session, routes!(workflow_bulk::change))
        .add(Access::Session, routes!(workflow_copies::export))
        .add(Access::Session, routes!(workflow_copies::duplicate))
        .add(Access::Session, routes!(executions::execute_graph))
        .add(Access::Session, routes!(executions::execute_one))
        .add(Access::Session, routes!(workflows::validate))
        .add(Access::Session, routes!(workflows::batch))
        .add(Access::Session, routes!(layout::layout))
        .add(Access::Session, routes!(workflows::get, workflows::put, workflows::delete))
        .add(Access::Session, routes!(versions::list, drafts::publish))
        .add(Access::Session, routes!(versions::get, versions::label))
        .add(Access::Session, routes!(versions::restore))
        .add(Access::Session, routes!(versions::switch))
        .add(Access::Session, routes!(versions::merge))
        .add(Access::Session, routes!(versions::diff))
        .add(Access::Session, routes!(conflicts::list))
        .add(Access::Session, routes!(conflicts::settle))
        .add(Access::Session, routes!(drafts::problems))
        .add(Access::Session, routes!(rooms::join))
        .add(Access::Session, routes!(saves::auto_save))
        .add(Access::Session, routes!(saves::batch_save))
        .add(Access::Session, routes!(saves::document))
        .add(Access::Session, routes!(drafts::get, drafts::put, drafts::patch, drafts::delete))
        .add(Access::Session, routes!(executions::execute))
        .add(Access::Session, routes!(executions::list))
        .add(Access::Session, routes!(streams::several))
        .add(Access::Session, routes!(executions::get))
        .add(Access::Session, routes!(executions::steps))
        .add(Access::Session, routes!(streams::one))
        .add(Access::Session, routes!(bulk::begin))
        .add(Access::Session, routes!(bulk::get))
        .add(Access::Session, routes!(control::cancel))
        .add(Access::Session, routes!(control::pause))
        .add(Access::Session, routes!(control::resume))
        .add(Access::Session, routes!(control::retry))
        .add(Access::Session, routes!(control::fork))
        .add(Access::Session, routes!(control::replay))
        .add(Access::Session, routes!(control::signal))
        .add(Access::Session, routes!(control::signal_to))
        .add(Access::Session, routes!(executions::value))
        .add(Access::Session, routes!(files::download))
        .add(Access::Session, routes!(node_types::list))
        .add(Access::Session, routes!(node_types::get))
        .add(Access::Session, routes!(templates::list))
        .add(Access::Session, routes!(templates::get))
        .add(Access::Session, routes!(dashboard::stats))
        .add(Access::Session, routes!(dashboard::recent))
        .add(Access::Session, routes!(dashboard::history))
        .add(Access::Session, routes!(schedules::next))
        .add(Access::Session, routes!(reports::take))
        .add(Access::Session, routes!(reports::documents))
        .add(Access::Session, routes!(expressions::evaluate))
        .add(Access::Session, routes!(backup::download))
}

/// A list of routes under construction.
#[derive(Default)]
struct List {
    router: OpenApiRouter<App>,
    declared: Vec<Declared>,
}

impl List {
    fn add(mut self, access: Access, (schemas, mut paths, methods): UtoipaMethodRouter<App>) -> Self {
        for (path, item) in &mut paths.paths {
            tell_apart(item);
            for (method, operation) in operations(item) {
                self.declared.push(Declared { method, path: path.clone(), access });
                if access == Access::Session {
                    let requirements = ["session", "token"].map(|name| SecurityRequirement::new(name, [""; 0]));
                    operation.security = Some(requirements.to_vec());
                }
            }
        }
        let guarded: MethodRouter<App, Infallible> = match access {
            // Its handler asks for what the hook itself demands.
            Access::Hook => methods,
            Access::Public | Access::Session => {
                methods.layer(from_fn(move |request: Request, next: Next| layers::guard(access, request, next)))
            }
        };
        self.router = self.router.routes((schemas, paths, guarded));
        self
    }
}

/// A handler that stands for several methods names them all alike: clients that are made from the document need a name
/// for each.
fn tell_apart(item: &mut PathItem) {
    let names: Vec<String> = operations(item).filter_map(|(_, operation)| operation.operation_id.clone()).collect();
    for (method, operation) in operations(item) {
        let Some(name) = &mut operation.operation_id else { continue };
        if names.iter().filter(|one| *one == name).count() > 1 {
            *name = format!("{name}_by_{}", method.to_ascii_lowercase());
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut utoipa::openapi::path::Operation)> {
    let all = [
        ("GET", item.get.as_mut()),
        ("POST", item.post.as_mut()),
        ("PUT", item.put.as_mut()),
        ("PATCH", item.patch.as_mut()),
        ("DELETE", item.delete.as_mut()),
        ("HEAD", item.head.as_mut()),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation?)))
}

/// All routes, with the path that each has below `/api/v1` (and `/api`); those of health and hooks stand at the root too.
pub fn declared() -> Vec<Declared> {
    let mut all = root().declared;
    all.extend(api().declared);
    all
}

/// The OpenAPI document: paths below `/api/v1`, and those at the root.
pub(crate) fn openapi() -> OpenApi {
    let info = Info::builder()
        .title("Tidemill")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Every path below /api/v1 is also served below /api. Errors are application/problem+json with a stable \
             code. Lists are paged by page and pageSize, skip and limit, or cursor and limit.",
        ))
        .build();
    let empty = OpenApiBuilder::new().info(info).build();
    let whole = OpenApiRouter::<App>::with_openapi(empty).nest("/api/v1", api().router).merge(root().router);
    let mut document = whole.into_openapi();
    let components = document.components.get_or_insert_default();
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(COOKIE)));
    components.add_security_scheme("session", cookie);
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    components.add_security_scheme("token", bearer);
    // The router's sign for "the rest of the path" is none of OpenAPI's.
    let paths = std::mem::take(&mut document.paths.paths);
    document.paths.paths = paths.into_iter().map(|(path, item)| (path.replace("{*", "{"), item)).collect();
    document
}

/// The OpenAPI document as indented JSON that ends with a newline.
pub fn openapi_text() -> String {
    let mut text = openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// The whole router, with its layers.
pub fn router(app: &App) -> Router {
    let both = || api().router.merge(root().router).split_for_parts().0;
    let (at_root, _) = root().router.split_for_parts();
    let limits = &app.config.limits;
    // Outermost first. Panics are caught inside what measures and secures, so that their answers are like others.
    let around = ServiceBuilder::new()
        .layer(from_fn_with_state(app.clone(), layers::around))
        .layer(CompressionLayer::new().compress_when(layers::compressible()))
        .layer(CatchPanicLayer::custom(layers::on_panic))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, limits.timeout))
        .layer(RequestBodyLimitLayer::new(limits.body_bytes))
        .layer(RequestDecompressionLayer::new())
        .map_request(layers::plain_body);
    Router::new()
        .nest("/api/v1", both())
        .nest("/api", both())
        .merge(at_root)
        .route("/api/openapi.json", axum::routing::get(docs::openapi_json))
        .route("/api/docs", axum::routing::get(docs::page))
        .route("/api/docs/{file}", axum::routing::get(docs::file))
        .fallback(web::file)
        .layer(around)
        .with_state(app.clone())
}
