//! Laying the sources of configuration over each other.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use model::Status;
use nodes::net::Place;

use super::file;
use super::settings::{Kind, SETTINGS, Setting};

/// Files that are read without being named, the first that exists.
const FILES: &[&str] = &["tidemill.toml", "tidemill.json"];

/// What is wrong with the configuration, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl ConfigError {
    /// An error with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// A configuration file.
    File(PathBuf),
    /// An environment variable.
    Environment(String),
    /// A flag of the command line.
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag => f.write_str("flag"),
        }
    }
}

/// A setting with its value.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The setting.
    pub setting: &'static Setting,
    /// Its value as text; a list has commas.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

/// All settings with their values, in the order of [`SETTINGS`].
#[derive(Clone, Debug)]
pub struct Layers {
    values: Vec<Resolved>,
}

impl Layers {
    /// Only defaults and flags: what tests run with.
    ///
    /// # Errors
    /// A flag with a value that its setting does not take.
    pub fn defaults(flags: &[(&'static str, String)]) -> Result<Self, ConfigError> {
        Self::load(flags, None, &|_| None, Path::new("/nonexistent"))
    }

    /// Reads every source. `file` is a configuration file named by the caller; without one the first known file name
    /// in `directory` that exists is read.
    ///
    /// # Errors
    /// A file that cannot be read, an unknown setting in a TOML file, or a value that its setting does not take.
    pub fn load(
        flags: &[(&'static str, String)],
        file: Option<&Path>,
        env: &dyn Fn(&str) -> Option<String>,
        directory: &Path,
    ) -> Result<Self, ConfigError> {
        let file = file.map(Path::to_owned).or_else(|| env("TIDEMILL_CONFIG").map(PathBuf::from));
        let file = file.or_else(|| FILES.iter().map(|name| directory.join(name)).find(|path| path.is_file()));
        let from_file = file.as_deref().map(file::read).transpose()?.unwrap_or_default();
        let mut values = Vec::with_capacity(SETTINGS.len());
        for setting in SETTINGS {
            let flag = flags.iter().rev().find(|(key, _)| *key == setting.key).map(|(_, value)| value.clone());
            let (value, origin) = if let Some(value) = flag {
                (value, Origin::Flag)
            } else if let Some((name, value)) = from_env(setting, env) {
                (value, Origin::Environment(name))
            } else if let Some((_, value)) = from_file.iter().find(|(key, _)| *key == setting.key) {
                (value.clone(), Origin::File(file.clone().unwrap_or_default()))
            } else {
                (setting.default.to_owned(), Origin::Default)
            };
            let value = checked(setting, &value, &origin)?;
            values.push(Resolved { setting, value, origin });
        }
        Ok(Self { values })
    }

    /// All values, for showing them.
    pub fn values(&self) -> &[Resolved] {
        &self.values
    }

    /// The text of a setting.
    pub(super) fn text(&self, key: &str) -> &str {
        let found = self.values.iter().find(|resolved| resolved.setting.key == key);
        &found.expect("every key that is asked for is in the list of settings").value
    }

    pub(super) fn switch(&self, key: &str) -> bool {
        self.text(key) == "true"
    }

    pub(super) fn parsed<T: FromStr>(&self, key: &str) -> Result<T, ConfigError> {
        let text = self.text(key);
        text.parse().map_err(|_| ConfigError(format!("{key} cannot be {text:?}")))
    }

    pub(super) fn seconds(&self, key: &str) -> Result<Duration, ConfigError> {
        Ok(Duration::from_secs_f64(self.parsed(key)?))
    }

    pub(super) fn list<T: FromStr>(&self, key: &str) -> Vec<T> {
        parts(self.text(key)).filter_map(|part| part.parse().ok()).collect()
    }
}

fn from_env(setting: &Setting, env: &dyn Fn(&str) -> Option<String>) -> Option<(String, String)> {
    let own = setting.variable();
    let names = std::iter::once(own.as_str()).chain(setting.env.iter().copied());
    names.filter_map(|name| Some((name.to_owned(), env(name)?))).find(|(_, value)| !value.trim().is_empty())
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// The value in its usual form, or why the setting does not take it.
fn checked(setting: &Setting, value: &str, origin: &Origin) -> Result<String, ConfigError> {
    let value = value.trim();
    let refuse = |expected: String| {
        Err(ConfigError(format!("{} cannot be {value:?} ({origin}): expected {expected}", setting.key)))
    };
    match setting.kind {
        Kind::Text => Ok(value.to_owned()),
        Kind::Address if value == "localhost" => Ok("127.0.0.1".to_owned()),
        Kind::Address => match value.parse::<IpAddr>() {
            Ok(_) => Ok(value.to_owned()),
            Err(_) => refuse("an IP address such as 127.0.0.1, 0.0.0.0 or ::1".to_owned()),
        },
        Kind::Whole(min, max) => match value.replace('_', "").parse::<u64>() {
            Ok(number) if (min..=max).contains(&number) => Ok(number.to_string()),
            _ => refuse(format!("a whole number from {min} to {max}")),
        },
        Kind::Number(min, max) => match value.parse::<f64>() {
            Ok(number) if (min..=max).contains(&number) => Ok(value.to_owned()),
            _ => refuse(format!("a number from {min} to {max}")),
        },
        Kind::Switch => match value.to_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok("true".to_owned()),
            "false" | "0" | "no" | "off" => Ok("false".to_owned()),
            _ => refuse("true or false".to_owned()),
        },
        Kind::Choice(words) => match words.iter().find(|word| word.eq_ignore_ascii_case(value)) {
            Some(word) => Ok((*word).to_owned()),
            None => refuse(format!("one of {}", words.join(", "))),
        },
        Kind::List => Ok(parts(value).collect::<Vec<_>>().join(",")),
        Kind::Places => match parts(value).find_map(|part| part.parse::<Place>().err()) {
            None => Ok(parts(value).collect::<Vec<_>>().join(",")),
            Some(error) => refuse(format!("places with commas between them; {error}")),
        },
        Kind::Ended => match super::settings::ended(value) {
            Ok(_) => Ok(parts(value).collect::<Vec<_>>().join(",")),
            Err(word) => {
                let statuses = Status::ENDED.map(Status::as_str).join(", ");
                refuse(format!("errors, {statuses}, with commas between them; {word:?} is none"))
            }
        },
        Kind::Addresses => match parts(value).find(|part| part.parse::<IpAddr>().is_err()) {
            None => Ok(parts(value).collect::<Vec<_>>().join(",")),
            Some(part) => refuse(format!("IP addresses with commas between them; {part:?} is none")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn load(
        flags: &[(&'static str, String)],
        env: &[(&str, &str)],
        file: Option<(&str, &str)>,
    ) -> Result<Layers, ConfigError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = file.map(|(name, text)| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("written");
            path
        });
        let env = |name: &str| env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Layers::load(flags, path.as_deref(), &env, folder.path())
    }

    fn origin(layers: &Layers, key: &str) -> (String, Origin) {
        let found = layers.values().iter().find(|resolved| resolved.setting.key == key).expect("a setting");
        (found.value.clone(), found.origin.clone())
    }

    #[test]
    fn flags_win_over_environment_over_file_over_defaults() {
        let file = ("tidemill.toml", "port = 1\nhost = \"0.0.0.0\"\n[limits]\nslow_ms = 7\nrate_burst = 9\n");
        let env = [("PORT", "2"), ("TIDEMILL_LIMITS_SLOW_MS", "8")];
        let layers = load(&[("port", "3".into())], &env, Some(file)).expect("valid");
        assert_eq!(origin(&layers, "port"), ("3".into(), Origin::Flag));
        assert_eq!(origin(&layers, "limits.slow_ms").1, Origin::Environment("TIDEMILL_LIMITS_SLOW_MS".into()));
        assert_eq!(origin(&layers, "limits.rate_burst").0, "9");
        assert!(matches!(origin(&layers, "host").1, Origin::File(_)));
        assert_eq!(origin(&layers, "data"), ("./tidemill-data".into(), Origin::Default));
        let layers = load(&[], &env, Some(file)).expect("valid");
        assert_eq!(origin(&layers, "port"), ("2".into(), Origin::Environment("PORT".into())));
    }

    #[test]
    fn every_documented_variable_works_by_its_name() {
        let rows = [
            ("PERFORMANCE_MONITORING_INTERVAL", "2.5", "monitoring.interval_seconds"),
            ("PERFORMANCE_ALERT_THRESHOLDS_CPU", "70", "alerts.cpu_percent"),
            ("PERFORMANCE_ALERT_THRESHOLDS_MEMORY", "512", "alerts.memory_mb"),
            ("CACHE_MEMORY_MAX_SIZE", "10", "cache.memory_max_size"),
            ("CACHE_DISK_MAX_SIZE_MB", "20", "cache.disk_max_size_mb"),
            ("CACHE_DEFAULT_TTL_SECONDS", "30", "cache.default_ttl_seconds"),
            ("RENDERING_VIRTUAL_SCROLLING_ENABLED", "false", "rendering.virtual_scrolling"),
            ("RENDERING_LOD_THRESHOLD_LOW", "0.2", "rendering.lod_threshold_low"),
            ("RENDERING_LOD_THRESHOLD_MEDIUM", "0.6", "rendering.lod_threshold_medium"),
            ("RENDERING_MAX_VISIBLE_NODES", "500", "rendering.max_visible_nodes"),
            ("PORT", "9000", "port"),
        ];
        for (name, value, key) in rows {
            let layers = load(&[], &[(name, value)], None).expect("valid");
            assert_eq!(origin(&layers, key), (value.into(), Origin::Environment(name.into())));
        }
    }

    #[test]
    fn a_json_file_of_another_engine_is_understood() {
        let text = r#"{"ConnectionStrings": {"DefaultConnection": "Data Source=production.db;Cache=Shared"},
            "WorkflowEngine": {"MaxConcurrentExecutions": 60, "ExecutionTimeoutMinutes": 31, "CacheExpiryMinutes": 6},
            "Logging": {"LogLevel": {"Default": "Warning", "Database": "Warning"}}, "Urls": "x"}"#;
        let layers = load(&[], &[], Some(("tidemill.json", text))).expect("valid");
        assert_eq!(origin(&layers, "executions.max_concurrent").0, "60");
        assert_eq!(origin(&layers, "executions.timeout_minutes").0, "31");
        assert_eq!(origin(&layers, "cache.expiry_minutes").0, "6");
        assert_eq!(origin(&layers, "log.level").0, "warn");
        assert_eq!(origin(&layers, "data").0, "production-data");
    }

    #[test]
    fn what_a_setting_does_not_take_is_refused_by_name() {
        let refused = |flags: &[(&'static str, String)], file| load(flags, &[], file).expect_err("refused").to_string();
        assert!(refused(&[("port", "70000".into())], None).contains("port cannot be \"70000\" (flag)"));
        assert!(refused(&[("host", "nowhere".into())], None).contains("an IP address"));
        let place = refused(&[("calls.allowed_private", "10.0.0.0/8, 10.0.0.0/33".into())], None);
        assert!(place.contains("\"10.0.0.0/33\" is no place"), "{place}");
        let unknown = refused(&[], Some(("tidemill.toml", "prot = 1\n")));
        assert!(unknown.contains("prot") && unknown.contains("did you mean port"), "{unknown}");
        let broken = refused(&[], Some(("tidemill.toml", "port = \n")));
        assert!(broken.contains("line 1"), "{broken}");
    }

    #[test]
    fn thresholds_of_drawing_are_numbers_from_0_to_10() {
        for name in ["RENDERING_LOD_THRESHOLD_LOW", "RENDERING_LOD_THRESHOLD_MEDIUM"] {
            for wrong in ["NaN", "nan", "inf", "-inf", "1e999", "-0.1", "10.1", "0,3", "near"] {
                let refused = load(&[], &[(name, wrong)], None).expect_err(wrong).to_string();
                let given = format!("cannot be {wrong:?} (environment {name}): expected a number from 0 to 10");
                assert!(refused.contains(&given), "{refused}");
            }
        }
        let not_a_number = ("tidemill.toml", "[rendering]\nlod_threshold_low = nan\n");
        assert!(
            load(&[], &[], Some(not_a_number)).expect_err("nan").to_string().contains("rendering.lod_threshold_low")
        );
    }

    #[test]
    fn serving_without_sign_in_stays_on_this_machine() {
        let open = [("dev_no_auth", "true".to_owned()), ("host", "0.0.0.0".to_owned())];
        assert!(Config::new(&Layers::defaults(&open).expect("valid")).is_err());
        assert!(Config::new(&Layers::defaults(&open[..1]).expect("valid")).is_ok());
    }

    #[test]
    fn every_default_is_a_value_its_setting_takes() {
        let layers = Layers::defaults(&[]).expect("valid");
        assert_eq!(layers.values().len(), SETTINGS.len());
        Config::new(&layers).expect("every typed value is read");
    }

    #[test]
    fn statuses_that_stay_are_read() {
        let keep = |text: &str| Layers::defaults(&[("retention.always_keep", text.to_owned())]);
        let config = Config::new(&keep("canceled, errors").expect("valid")).expect("a configuration");
        let errors = [Status::Failed, Status::TimedOut, Status::Quarantined];
        assert_eq!(config.retention.always_keep, [&[Status::Canceled], &errors[..]].concat());
        for wrong in ["running", "all", "failed,x"] {
            assert!(keep(wrong).expect_err(wrong).to_string().contains("timed_out"), "{wrong}");
        }
    }

    #[test]
    fn without_a_word_the_limits_are_these() {
        let config = Config::new(&Layers::defaults(&[]).expect("valid")).expect("a configuration");
        let executions = &config.executions;
        assert_eq!((executions.max_concurrent, executions.timeout), (50, Some(Duration::from_secs(30 * 60))));
        assert_eq!((config.calls.max, config.calls.per_host), (1_000, 64));
        let cores = std::thread::available_parallelism().expect("this machine").get();
        assert_eq!((executions.shards, config.js.workers), (0, cores), "0 shards: one for each core");
        assert_eq!(config.retention.max_execution_bytes, 256 << 20);
        assert_eq!((config.retention.grace, config.retention.always_keep.len()), (Duration::from_secs(60), 0));
        assert!(config.expression_env.is_empty() && config.sqlite.full_sync);
    }
}
