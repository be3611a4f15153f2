//! Configuration files: TOML with our names, or JSON with ours or those of other engines.

use std::path::Path;

use serde_json::Value as Json;

use super::layers::ConfigError;
use super::settings::{SETTINGS, Setting};

/// What a file says, by the key of the setting.
pub(super) type Said = Vec<(&'static str, String)>;

/// Reads a file by its ending; anything but `.json` is TOML.
pub(super) fn read(path: &Path) -> Result<Said, ConfigError> {
    let refuse = |reason: &dyn std::fmt::Display| ConfigError::new(format!("{}: {reason}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| refuse(&error))?;
    let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    let mut said = Said::new();
    if is_json {
        let tree: Json = serde_json::from_str(&text).map_err(|error| refuse(&error))?;
        walk(&tree, &mut String::new(), &mut |key, value| {
            // Files of other programs hold much that is none of our business.
            if let Some((setting, value)) = foreign(key, value) {
                said.push((setting.key, value));
            }
            Ok(())
        })?;
        return Ok(said);
    }
    let table: toml::Table = toml::from_str(&text).map_err(|error| refuse(&error))?;
    let tree = serde_json::to_value(table).map_err(|error| refuse(&error))?;
    walk(&tree, &mut String::new(), &mut |key, value| {
        let setting = SETTINGS.iter().find(|setting| setting.key == key).ok_or_else(|| refuse(&unknown(key)))?;
        said.push((setting.key, as_text(value)));
        Ok(())
    })?;
    Ok(said)
}

/// Calls `visit` for everything in the tree that is not an object, with its dotted name.
fn walk(
    tree: &Json,
    name: &mut String,
    visit: &mut dyn FnMut(&str, &Json) -> Result<(), ConfigError>,
) -> Result<(), ConfigError> {
    let Json::Object(entries) = tree else { return visit(name, tree) };
    for (key, value) in entries {
        let before = name.len();
        if before > 0 {
            name.push('.');
        }
        name.push_str(key);
        walk(value, name, visit)?;
        name.truncate(before);
    }
    Ok(())
}

fn as_text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(as_text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

fn unknown(key: &str) -> String {
    let close = SETTINGS.iter().map(|setting| (strsim::damerau_levenshtein(setting.key, key), setting.key)).min();
    match close {
        Some((distance, name)) if distance <= 3 => format!("there is no setting {key}; did you mean {name}?"),
        _ => format!("there is no setting {key}; `tidemill config` lists them"),
    }
}

/// A setting by our name, or by the end of the name that another engine has for it.
fn foreign(key: &str, value: &Json) -> Option<(&'static Setting, String)> {
    if let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) {
        return Some((setting, as_text(value)));
    }
    if key.starts_with("ConnectionStrings.") {
        let data = SETTINGS.iter().find(|setting| setting.key == "data")?;
        return Some((data, data_directory(&as_text(value))?));
    }
    let ends = |name: &str| {
        let (key, name) = (key.to_lowercase(), name.to_lowercase());
        key == name || key.ends_with(&format!(".{name}"))
    };
    let setting = SETTINGS.iter().find(|setting| setting.json.is_some_and(ends))?;
    let text = as_text(value);
    Some((setting, if setting.key == "log.level" { level(&text) } else { text }))
}

/// The directory that stands for the database file of a connection string: `production.db` is `production-data`.
fn data_directory(connection: &str) -> Option<String> {
    let source = connection.split(';').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("data source").then(|| value.trim())
    })?;
    Some(format!("{}-data", source.strip_suffix(".db").unwrap_or(source)))
}

fn level(word: &str) -> String {
    match word.to_lowercase().as_str() {
        "information" => "info".to_owned(),
        "warning" => "warn".to_owned(),
        "critical" => "error".to_owned(),
        "none" => "off".to_owned(),
        other => other.to_owned(),
    }
}
