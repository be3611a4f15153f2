//! The command line.

mod bench;
mod canonical;
mod client;
mod control;
mod data;
mod demo;
mod doctor;
mod executions;
mod file;
mod fmt;
mod print;
mod run;
mod show;
mod tail;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, CommandFactory as _, Parser, Subcommand};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::config::{Config, Layers};
use crate::serve;

/// Runs graphs of nodes durably and very fast, with a visual editor. One program, one data directory.
#[derive(Parser)]
#[command(name = "tidemill", version, about, max_term_width = 100)]
struct Cli {
    /// Configuration file: TOML, or JSON as other engines write it [default: ./tidemill.toml or ./tidemill.json]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server
    Serve(Serve),
    /// Run a workflow file and print its output
    Run(run::Run),
    /// Say everything that is wrong with workflow files
    Validate(run::Validate),
    /// Bring workflow files into their one form
    Fmt(fmt::Fmt),
    /// Give the nodes of workflow files their places
    Layout(fmt::Layout),
    /// List, show, follow and steer executions
    Executions(executions::Executions),
    /// List node types, or describe one
    NodeTypes(show::NodeTypes),
    /// Write workflows to a file
    Export(data::Export),
    /// Read workflows from files into a data directory
    Import(data::Import),
    /// Write everything to one file, also while the server runs
    Backup(data::Backup),
    /// Make a data directory from a backup
    Restore(data::Restore),
    /// Bring a data directory to the form that this program writes
    Migrate(DataArgs),
    /// See with your own eyes what is promised
    Demo(demo::Demo),
    /// Measure this machine
    Bench(bench::Bench),
    /// Print every setting, its value and where it comes from
    Config(show::ConfigArgs),
    /// Check a data directory and this machine
    Doctor(doctor::Doctor),
    /// Print a script that completes commands in a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Ask a running server how it is; for container health checks
    Health(DataArgs),
}

/// Flags of `serve`.
#[derive(Args)]
struct Serve {
    /// Address to listen on [default: 127.0.0.1]
    #[arg(long, value_name = "ADDRESS")]
    host: Option<String>,
    /// Port to listen on; 0 lets the system choose [default: 8080]
    #[arg(long)]
    port: Option<String>,
    /// Data directory [default: ./tidemill-data]
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
    /// Keep everything in memory: nothing is left at the end
    #[arg(long)]
    memory: bool,
    /// Put example workflows into an empty data directory and run them
    #[arg(long)]
    examples: bool,
    /// Start triggers and open executions of data that came from a backup: nobody else runs it
    #[arg(long)]
    confirm_restore: bool,
    /// Answer anybody without sign-in; refused beyond this machine
    #[arg(long)]
    dev_no_auth: bool,
    /// Requests per second of one remote address; 0 for no limit [default: 1000]
    #[arg(long, value_name = "NUMBER")]
    rate_limit: Option<String>,
    /// Any other setting: --set limits.slow_ms=500
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
}

/// Which data directory.
#[derive(Args, Default)]
struct DataArgs {
    /// Data directory [default: ./tidemill-data]
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// As asked.
    Done,
    /// It ran, and the answer is bad: a failed execution, an unhealthy server.
    Failed,
    /// It could not run: an invalid workflow, wrong usage.
    Invalid,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Failed => Self::from(1),
            Exit::Invalid => Self::from(2),
        }
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match dispatch(cli) {
        Ok(exit) => exit.into(),
        Err(error) => {
            print::error(&format!("{error:#}"));
            Exit::Invalid.into()
        }
    }
}

fn dispatch(cli: Cli) -> anyhow::Result<Exit> {
    let settings = Settings { file: cli.config };
    match cli.command {
        Command::Serve(args) => start_server(&args, &settings),
        Command::Run(args) => block_on(args.run(&settings)),
        Command::Validate(args) => Ok(args.run()),
        Command::Fmt(args) => Ok(args.run()),
        Command::Layout(args) => Ok(args.run()),
        Command::Executions(args) => block_on(args.run(&settings)),
        Command::NodeTypes(args) => Ok(args.run()),
        Command::Export(args) => block_on(args.run(&settings)),
        Command::Import(args) => block_on(args.run(&settings)),
        Command::Backup(args) => block_on(args.run(&settings)),
        Command::Restore(args) => block_on(args.run(&settings)),
        Command::Migrate(args) => block_on(data::migrate(&args, &settings)),
        Command::Demo(args) => args.run(),
        Command::Bench(args) => args.run(),
        Command::Config(args) => args.run(&settings),
        Command::Doctor(args) => block_on(args.run(&settings)),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "tidemill", &mut script);
            print::line(&String::from_utf8_lossy(&script));
            Ok(Exit::Done)
        }
        Command::Health(args) => client::health(&args, &settings),
    }
}

fn block_on(work: impl Future<Output = anyhow::Result<Exit>>) -> anyhow::Result<Exit> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// Where configuration comes from besides flags.
struct Settings {
    file: Option<PathBuf>,
}

impl Settings {
    fn layers(&self, flags: &[(&'static str, String)]) -> anyhow::Result<Layers> {
        let env = |name: &str| std::env::var(name).ok();
        Ok(Layers::load(flags, self.file.as_deref(), &env, &std::env::current_dir()?)?)
    }

    /// The configuration with another data directory.
    fn with_data(&self, data: Option<&str>) -> anyhow::Result<Config> {
        let flags: Vec<_> = data.map(|data| ("data", data.to_owned())).into_iter().collect();
        Ok(Config::new(&self.layers(&flags)?)?)
    }
}

impl Serve {
    fn flags(&self) -> anyhow::Result<Vec<(&'static str, String)>> {
        let mut flags = Vec::new();
        for (key, value) in [
            ("host", &self.host),
            ("port", &self.port),
            ("data", &self.data),
            ("limits.rate_per_second", &self.rate_limit),
        ] {
            flags.extend(value.clone().map(|value| (key, value)));
        }
        for (key, given) in [("memory", self.memory), ("dev_no_auth", self.dev_no_auth)] {
            flags.extend(given.then(|| (key, "true".to_owned())));
        }
        for pair in &self.set {
            let (key, value) =
                pair.split_once('=').ok_or_else(|| anyhow::anyhow!("--set takes KEY=VALUE, not {pair:?}"))?;
            let setting = crate::config::SETTINGS.iter().find(|setting| setting.key == key.trim());
            let setting =
                setting.ok_or_else(|| anyhow::anyhow!("there is no setting {key:?}; `tidemill config` lists them"))?;
            flags.push((setting.key, value.to_owned()));
        }
        Ok(flags)
    }
}

fn start_server(args: &Serve, settings: &Settings) -> anyhow::Result<Exit> {
    let config = Config::new(&settings.layers(&args.flags()?)?)?;
    start_log(&config)?;
    let extras = serve::Extras { examples: args.examples, confirm_restore: args.confirm_restore };
    block_on(async {
        serve::serve(config, extras, &print::line).await?;
        Ok(Exit::Done)
    })
}

/// Sends log lines to standard error.
fn start_log(config: &Config) -> anyhow::Result<()> {
    // A plain level shows what the store does only from warnings on.
    let plain = !config.log.contains(['=', ',']);
    let quiet = plain && matches!(config.log.as_str(), "info");
    let filter = if quiet { format!("{},store=warn", config.log) } else { config.log.clone() };
    // A single word that is no level would be taken for the name of a part, and hide everything else.
    let known = !plain || config.log.parse::<LevelFilter>().is_ok();
    let filter = EnvFilter::try_new(filter).ok().filter(|_| known).with_context(|| {
        format!("log.level cannot be {:?}: expected a level, or a filter such as info,server=debug", config.log)
    })?;
    let ansi = print::is_watched() && std::env::var_os("NO_COLOR").is_none();
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(ansi);
    // Refused only if a log was started before, which then goes on.
    drop(if config.log_json { lines.json().try_init() } else { lines.try_init() });
    Ok(())
}
