//! Workflow files and inputs: JSON, or YAML by the ending of the name; `-` is standard input.

use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use arcstr::ArcStr;
use model::{Object, Value};
use serde_yaml_ng::Value as Yaml;

/// Reads a file, or standard input.
pub(super) fn read_text(name: &str) -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    if name == "-" {
        std::io::stdin().read_to_end(&mut text).context("standard input cannot be read")?;
    } else {
        text = std::fs::read(name).with_context(|| format!("{name} cannot be read"))?;
    }
    Ok(text)
}

/// Reads a value from a file.
pub(super) fn read(name: &str) -> anyhow::Result<Value> {
    parse(name, &read_text(name)?).with_context(|| name.to_owned())
}

/// Whether a file is YAML, by the ending of its name.
pub(super) fn is_yaml(name: &str) -> bool {
    let ending = Path::new(name).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    matches!(ending, "yaml" | "yml")
}

/// Reads a value from the text of a file.
pub(super) fn parse(name: &str, text: &[u8]) -> anyhow::Result<Value> {
    if is_yaml(name) {
        return from_yaml(&serde_yaml_ng::from_slice(text)?, "$");
    }
    Ok(model::json::read(text)?)
}

/// Writes a file anew. Whoever reads it meanwhile, and whoever pulls the plug, finds the old text or the new one.
pub(super) fn replace(name: &str, text: &str) -> anyhow::Result<()> {
    // A link stays one: what it leads to is replaced.
    let path = std::fs::canonicalize(name).with_context(|| format!("{name} cannot be found"))?;
    let wrong = || format!("{name} cannot be written");
    let ending = path.extension().map(|ending| format!("{}.partial", ending.to_string_lossy()));
    let partial = path.with_extension(ending.unwrap_or_else(|| "partial".to_owned()));
    let permissions = std::fs::metadata(&path).with_context(wrong)?.permissions();
    std::fs::write(&partial, text).with_context(wrong)?;
    std::fs::set_permissions(&partial, permissions).with_context(wrong)?;
    std::fs::File::open(&partial).and_then(|file| file.sync_all()).with_context(wrong)?;
    std::fs::rename(&partial, &path).with_context(wrong)
}

/// Reads `--input`: JSON, or `@file`.
pub(super) fn input(given: Option<&str>) -> anyhow::Result<Value> {
    given.map_or_else(|| Ok(Value::object(Vec::new())), |text| value("--input", text))
}

/// Reads the value of a flag: JSON, or `@file`.
pub(super) fn value(flag: &str, text: &str) -> anyhow::Result<Value> {
    match text.strip_prefix('@') {
        Some(name) => read(name),
        None => model::json::read(text.as_bytes())
            .with_context(|| format!("{flag} is not JSON; quote it for your shell, or use {flag} @file.json")),
    }
}

fn from_yaml(tree: &Yaml, path: &str) -> anyhow::Result<Value> {
    Ok(match tree {
        Yaml::Null => Value::Null,
        Yaml::Bool(truth) => Value::Bool(*truth),
        Yaml::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::Int(whole),
            (None, Some(float)) => {
                Value::number(float).with_context(|| format!("{number} at {path} has no JSON form"))?
            }
            (None, None) => anyhow::bail!("{number} at {path} has no JSON form"),
        },
        Yaml::String(text) => Value::from(text.as_str()),
        Yaml::Sequence(items) => {
            let items = items.iter().enumerate().map(|(at, item)| from_yaml(item, &format!("{path}[{at}]")));
            Value::array(items.collect::<anyhow::Result<_>>()?)
        }
        Yaml::Mapping(entries) => {
            let mut read = Vec::with_capacity(entries.len());
            for (key, item) in entries {
                let key = key_text(key).with_context(|| format!("a key at {path} is not a text"))?;
                let item = from_yaml(item, &format!("{path}.{key}"))?;
                read.push((key, item));
            }
            Value::from(Object::new(read))
        }
        Yaml::Tagged(tagged) => from_yaml(&tagged.value, path)?,
    })
}

fn key_text(key: &Yaml) -> Option<ArcStr> {
    match key {
        Yaml::String(text) => Some(text.as_str().into()),
        Yaml::Number(number) => Some(number.to_string().into()),
        Yaml::Bool(truth) => Some(truth.to_string().into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_is_the_json_it_stands_for() {
        let tree: Yaml = serde_yaml_ng::from_str("a: [1, 2.5, true, ~]\n2: x\nbig: 9007199254740993\n").expect("YAML");
        let value = from_yaml(&tree, "$").expect("a value");
        assert_eq!(model::json::to_text(&value), r#"{"2":"x","a":[1,2.5,true,null],"big":9007199254740993}"#);
        let infinite: Yaml = serde_yaml_ng::from_str("a:\n - .inf\n").expect("YAML");
        assert!(from_yaml(&infinite, "$").expect_err("refused").to_string().contains("$.a[0]"));
    }
}
