//! Commands that open a data directory: export, import, backup, restore, migrate.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use model::{Graph, TenantId, Value, WorkflowId};
use store::records::RecordQuery;

use super::{DataArgs, Exit, Settings, client, file, print};
use crate::error::ApiError;
use crate::opened::{create_private, held_by};
use crate::workflows::{self, Change, WORKFLOW, Workflow};
use crate::{App, Config, Opened};

/// Opens the data directory of a command. `address` is where a server that holds it tells the same; it is empty where
/// none does.
pub(super) async fn open(at: &DataArgs, settings: &Settings, address: &str) -> anyhow::Result<App> {
    let config = settings.with_data(at.data.as_deref())?;
    open_with(config, address).await
}

async fn open_with(config: Config, address: &str) -> anyhow::Result<App> {
    let data = config.data.clone();
    if !config.memory && !data.is_dir() {
        bail!("there is no data directory {}; --data names another one", data.display());
    }
    match Opened::open(&config).await {
        Ok(opened) => Ok(App::new(config, &opened, &crate::auth::new_secret())),
        Err(error) => match held_by(&data) {
            None => Err(error),
            Some(url) if address.is_empty() => bail!("a server at {url} holds {}; stop it first", data.display()),
            Some(url) => bail!(
                "a server at {url} holds {dir}; ask it:\n  curl -H \"Authorization: Bearer $(cat {dir}/api-token)\" {url}{address}",
                dir = data.display(),
            ),
        },
    }
}

/// An error of the API's functions in words.
#[expect(clippy::needless_pass_by_value, reason = "map_err hands it over")]
pub(super) fn told(error: ApiError) -> anyhow::Error {
    let problems = error.problems().iter().map(|problem| {
        let node = problem.node.as_ref().map(|node| format!(" node {node}")).unwrap_or_default();
        format!("\n  [{}]{node}: {}", problem.code, problem.message)
    });
    anyhow::anyhow!("{}{}", error.detail(), problems.collect::<String>())
}

/// Flags of `export`.
#[derive(Args)]
pub(super) struct Export {
    /// The workflow
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    id: Option<String>,
    /// Export all workflows into one file
    #[arg(long)]
    all: bool,
    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    at: DataArgs,
}

impl Export {
    pub(super) async fn run(self, settings: &Settings) -> anyhow::Result<Exit> {
        let address = self.id.as_ref().map_or("/api/v1/workflows".to_owned(), |id| format!("/api/v1/workflows/{id}"));
        let app = open(&self.at, settings, &address).await?;
        let text = match &self.id {
            Some(id) => {
                let workflow = workflows::find(&app, TenantId::DEFAULT, id.parse()?).await.map_err(told)?;
                let text = graph_text(&app, &workflow).await?;
                model::json::to_pretty(&model::json::read(text.as_bytes())?)
            }
            None => all(&app).await?,
        };
        match &self.output {
            None => print::line(&text),
            Some(path) => {
                std::fs::write(path, text + "\n").with_context(|| format!("{} cannot be written", path.display()))?;
                print::note(&format!("wrote {}", path.display()));
            }
        }
        Ok(Exit::Done)
    }
}

async fn graph_text(app: &App, workflow: &Workflow) -> anyhow::Result<String> {
    workflows::graph_text(app, TenantId::DEFAULT, workflow.kept.version).await.map_err(told)
}

/// All workflows as `{"workflows": [graph, …]}`.
async fn all(app: &App) -> anyhow::Result<String> {
    let mut graphs = Vec::new();
    let mut pages = RecordQuery::all(&WORKFLOW, TenantId::DEFAULT).pages(&*app.records);
    while let Some(records) = pages.next().await? {
        for record in &records {
            let text = graph_text(app, &Workflow::from_record(record)?).await?;
            graphs.push(model::json::read(text.as_bytes())?);
        }
    }
    let whole = Value::object(vec![("workflows".into(), Value::array(graphs))]);
    Ok(model::json::to_pretty(&whole))
}

/// Flags of `import`.
#[derive(Args)]
pub(super) struct Import {
    /// Workflow files (JSON or YAML), or a file that `export --all` wrote
    #[arg(required = true)]
    files: Vec<String>,
    #[command(flatten)]
    at: DataArgs,
}

impl Import {
    pub(super) async fn run(self, settings: &Settings) -> anyhow::Result<Exit> {
        let config = settings.with_data(self.at.data.as_deref())?;
        create_private(&config.data)?;
        let app = open_with(config, "/api/v1/workflows -d @FILE").await?;
        // All files are checked before the first is stored.
        let mut graphs: Vec<Graph> = Vec::new();
        for name in &self.files {
            let document = file::read(name)?;
            let several = document.get("workflows").and_then(Value::as_array);
            for one in several.unwrap_or(std::slice::from_ref(&document)) {
                graphs.push(workflows::checked(&app, one).map_err(told).with_context(|| name.clone())?);
            }
        }
        let mut made = Vec::new();
        for graph in &graphs {
            let id = WorkflowId(app.ids.next());
            let change = Change::first(&app, TenantId::DEFAULT, id, graph);
            let workflow = change.store(&app).await.map_err(told)?;
            if !self.at.json {
                print::line(&format!("{id}  {}", workflow.name));
            }
            made.push(serde_json::json!({"id": id.to_string(), "name": workflow.name}));
        }
        if self.at.json {
            print::json(&serde_json::json!({ "items": made }));
        }
        Ok(Exit::Done)
    }
}

/// Flags of `backup`.
#[derive(Args)]
pub(super) struct Backup {
    /// The file to write
    file: PathBuf,
    #[command(flatten)]
    at: DataArgs,
}

impl Backup {
    pub(super) async fn run(self, settings: &Settings) -> anyhow::Result<Exit> {
        if self.file.exists() {
            bail!("{} is there already; choose another name", self.file.display());
        }
        let config = settings.with_data(self.at.data.as_deref())?;
        let data = config.data.clone();
        let bytes = match (open_with(config, "/api/v1/backup").await, held_by(&data)) {
            (Ok(app), _) => app.journal.backup(&self.file).await?,
            (Err(_), Some(url)) => self.ask_server(&url, &data)?,
            (Err(error), None) => return Err(error),
        };
        if self.at.json {
            print::json(&serde_json::json!({"file": self.file, "bytes": bytes}));
        } else {
            print::line(&format!("wrote {} ({bytes} bytes)", self.file.display()));
        }
        Ok(Exit::Done)
    }

    fn ask_server(&self, url: &str, data: &Path) -> anyhow::Result<u64> {
        let mut answer = client::get(url, "/api/v1/backup", Some(&client::token(data)?))?;
        if answer.status != 200 {
            let mut text = String::new();
            std::io::Read::read_to_string(&mut answer.body, &mut text)?;
            bail!("the server answered {}: {text}", answer.status);
        }
        let name = self.file.file_name().context("a backup needs a file name")?.to_string_lossy().into_owned();
        let partial = self.file.with_file_name(format!("{name}.partial"));
        let mut file =
            std::fs::File::create(&partial).with_context(|| format!("{} cannot be written", partial.display()))?;
        let bytes = std::io::copy(&mut answer.body, &mut file)?;
        file.flush()?;
        file.sync_all()?;
        std::fs::rename(&partial, &self.file)?;
        Ok(bytes)
    }
}

/// Flags of `restore`.
#[derive(Args)]
pub(super) struct Restore {
    /// The backup
    file: PathBuf,
    /// The data directory to make; it must not hold data
    #[arg(long, value_name = "DIR")]
    data: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Restore {
    pub(super) async fn run(self, settings: &Settings) -> anyhow::Result<Exit> {
        let config = settings.with_data(Some(&self.data))?;
        crate::opened::restore(&self.file, &config).await?;
        let at = DataArgs { data: Some(self.data.clone()), json: self.json };
        let app = open(&at, settings, "").await?;
        let page = app.journal.list(crate::routes::executions::list_query(TenantId::DEFAULT)).await?;
        if self.json {
            print::json(
                &serde_json::json!({"data": self.data, "newest_execution": page.rows.first().map(|row| row.id.to_string())}),
            );
        } else {
            print::line(&format!("restored {} into {}", self.file.display(), self.data));
            print::note(&format!(
                "webhooks and open executions wait until `tidemill serve --data {} --confirm-restore`: nobody else may run this data",
                self.data
            ));
        }
        Ok(Exit::Done)
    }
}

/// Opens a data directory, which brings it to the form that this program writes.
pub(super) async fn migrate(args: &DataArgs, settings: &Settings) -> anyhow::Result<Exit> {
    let app = open(args, settings, "").await?;
    let health = app.journal.health();
    if args.json {
        print::json(&serde_json::json!({"data": app.config.data, "database_bytes": health.database_bytes}));
    } else {
        print::line(&format!(
            "{} is in the form that version {} writes",
            app.config.data.display(),
            env!("CARGO_PKG_VERSION")
        ));
    }
    Ok(Exit::Done)
}
