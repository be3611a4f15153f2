//! `tidemill node-types` and `tidemill config`.

use clap::Args;
use model::Catalog as _;
use nodes::Registry;
use serde::Serialize;

use super::{Exit, Settings, print};
use crate::routes::node_types::{NodeTypeItem, items};

/// Flags of `node-types`.
#[derive(Args)]
pub(super) struct NodeTypes {
    /// Describe this type
    id: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl NodeTypes {
    pub(super) fn run(self) -> Exit {
        let registry = Registry::standard();
        let Some(id) = &self.id else {
            self.list(&registry);
            return Exit::Done;
        };
        let Some(spec) = registry.spec(id) else {
            let close = registry.names().into_iter().min_by_key(|name| strsim::damerau_levenshtein(name, id));
            let hint = close.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
            print::error(&format!("there is no node type {id}{hint}"));
            return Exit::Invalid;
        };
        if self.json {
            print::json(&NodeTypeItem::new(spec, &registry));
            return Exit::Done;
        }
        print::line(&format!("{}  {}\n\n{}", spec.id, spec.name, spec.summary));
        if !spec.aliases.is_empty() {
            print::line(&format!("\nAlso written: {}", spec.aliases.join(", ")));
        }
        print::line(&format!("\nInputs: {}\nOutputs: {}", spec.inputs.join(", "), spec.outputs.join(", ")));
        print::line("\nParameters (JSON Schema):");
        print::value(&spec.schema);
        print::line("\nExample:");
        print::value(&spec.example);
        Exit::Done
    }

    fn list(&self, registry: &Registry) {
        if self.json {
            print::json(&serde_json::json!({ "items": items(registry) }));
            return;
        }
        let row = |spec: &model::NodeSpec| vec![spec.id.to_owned(), spec.name.to_owned(), spec.summary.to_owned()];
        print::table(&["TYPE", "NAME", "WHAT IT DOES"], registry.listed().map(row).collect());
    }
}

/// Flags of `config`.
#[derive(Args)]
pub(super) struct ConfigArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown<'a> {
    key: &'a str,
    value: &'a str,
    origin: String,
    default: &'a str,
    variables: Vec<String>,
    summary: &'a str,
}

impl ConfigArgs {
    pub(super) fn run(self, settings: &Settings) -> anyhow::Result<Exit> {
        let layers = settings.layers(&[])?;
        // Combinations that `serve` refuses are refused here too.
        crate::Config::new(&layers)?;
        if self.json {
            let shown = layers.values().iter().map(|resolved| Shown {
                key: resolved.setting.key,
                value: &resolved.value,
                origin: resolved.origin.to_string(),
                default: resolved.setting.default,
                variables: std::iter::once(resolved.setting.variable())
                    .chain(resolved.setting.env.iter().map(|&name| name.to_owned()))
                    .collect(),
                summary: resolved.setting.summary,
            });
            print::json(&shown.collect::<Vec<_>>());
            return Ok(Exit::Done);
        }
        let rows = layers.values().iter().map(|resolved| {
            let origin = resolved.origin.to_string();
            vec![resolved.setting.key.to_owned(), resolved.value.clone(), origin, resolved.setting.summary.to_owned()]
        });
        print::table(&["SETTING", "VALUE", "FROM", "WHAT IT IS"], rows.collect());
        Ok(Exit::Done)
    }
}
