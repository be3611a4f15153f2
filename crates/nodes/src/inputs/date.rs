//! `date_input` and `datetime_input`: a date, or a date and time, as text in the form of ISO 8601.

use std::sync::LazyLock;

use jiff::civil;
use model::{Node, NodeSpec, Problem, Value};

use crate::description::{DATA, Description};
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Step, StepError};

static DATE: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "date_input",
        aliases: &["date"],
        name: "Date",
        summary: "Gives a date as text, as in 2026-11-21; what is no date fails with `bad_date`",
        icon: "calendar",
        schema: r#"{"properties": {
            "date_value": {"title": "Date", "type": "string", "format": "date", "examples": ["2026-11-21"]}
        }, "required": ["date_value"]}"#,
        example: r#"[["day", "date_input", {"date_value": "2026-11-21"}],
            ["year", "expression", {"expression": "input.slice(0, 4)"}]]"#,
        ..DATA
    }
    .spec()
});

static DATETIME: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "datetime_input",
        aliases: &["date_time_input", "datetime"],
        name: "Date and time",
        summary: "Gives a date and time as text, as in 2026-11-21T09:30:00Z; what is none fails with `bad_date`",
        icon: "calendar-clock",
        schema: r#"{"properties": {
            "datetime_value": {"title": "Date and time", "type": "string", "format": "date-time",
                "examples": ["2026-11-21T09:30:00Z", "2026-11-21T09:30"], "description": "With or without an offset"}
        }, "required": ["datetime_value"]}"#,
        example: r#"[["due", "datetime_input", {"datetime_value": "2026-11-21T09:30:00Z"}],
            ["hour", "expression", {"expression": "input.slice(11, 13)"}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) fn types() -> Vec<Box<dyn NodeType>> {
    vec![
        Box::new(Date { spec: &DATE, key: "date_value", reads: is_date }),
        Box::new(Date { spec: &DATETIME, key: "datetime_value", reads: is_datetime }),
    ]
}

struct Date {
    spec: &'static LazyLock<NodeSpec>,
    key: &'static str,
    reads: fn(&str) -> bool,
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<civil::Date>().is_ok()
}

fn is_datetime(text: &str) -> bool {
    text.len() > 10 && (text.parse::<jiff::Timestamp>().is_ok() || text.parse::<civil::DateTime>().is_ok())
}

impl NodeType for Date {
    fn spec(&self) -> &NodeSpec {
        self.spec
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let (key, reads) = (self.key, self.reads);
        let mut params = Params::new(node);
        let setting = params.setting(key, Value::EMPTY);
        let constant = setting.constant().and_then(Value::as_str);
        if setting.is_set() && constant.is_some_and(|text| !reads(text)) {
            params.bad_parameter(
                key,
                format!("{:?} is not of the form that the type takes", constant.unwrap_or_default()),
            );
        }
        params.done(move |step: &Step<'_>| {
            let text = setting.text(step)?;
            if !reads(&text) {
                return Err(StepError::new(
                    "bad_date",
                    format!("{key} is {text:?}, not of the form that the type takes"),
                ));
            }
            Ok(Outcome::first(Value::String(text)))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{problems, table};

    #[test]
    fn they_give_what_is_a_date() {
        table("date_input", &[(r#"{"date_value": "2024-02-29"}"#, "null", r#""2024-02-29""#)]);
        let open = r#"{"date_value": "{{ input }}"}"#;
        table("date_input", &[(open, r#""2024-02-29""#, r#""2024-02-29""#), (open, r#""2023-02-29""#, "! bad_date")]);
        for text in ["2024-02-29T10:00:00Z", "2024-02-29T10:00", "2024-02-29T10:00:00.5+02:00", "2024-02-29 10:00:00"] {
            let data = format!(r#"{{"datetime_value": "{text}"}}"#);
            table("datetime_input", &[(&data, "null", &format!("{text:?}"))]);
        }
    }

    #[test]
    fn what_is_no_date_is_told() {
        assert_eq!(problems("date_input", r#"{"date_value": "2023-02-29"}"#), ["bad_parameter date_value"]);
        assert_eq!(problems("date_input", r#"{"date_value": "2024-02-29T10:00"}"#), ["bad_parameter date_value"]);
        assert_eq!(problems("datetime_input", r#"{"datetime_value": "2024-02-29"}"#), ["bad_parameter datetime_value"]);
        assert_eq!(problems("datetime_input", "{}"), ["bad_parameter datetime_value"]);
    }
}
