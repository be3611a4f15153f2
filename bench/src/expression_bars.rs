//! Bars of expressions: compiled once, evaluated over a value.

use std::time::Instant;

use model::expression::{Expression, NoNames, Scope};
use model::json;

use crate::floor::percentile;
use crate::report::Bar;
use crate::{Group, Options};

const PER_SAMPLE: u32 = 1_000;
const SAMPLES: usize = 2_000;

pub(crate) const GROUPS: &[Group] = &[Group { id: "expr", measure: expressions }];

#[expect(clippy::unnecessary_wraps, reason = "one form for all groups")]
fn expressions(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let (mut path, mut ternary) = (f64::MAX, f64::MAX);
    for _ in 0..options.rounds {
        path = path.min(median("input.a.b + 1"));
        ternary = ternary.min(median("input.a.on ? input.a.b * input.c.d : input.a.e - input.f"));
    }
    Ok(vec![Bar::at_most("expr.path", path, "ns", 60.0, "-"), Bar::at_most("expr.ternary", ternary, "ns", 200.0, "-")])
}

/// Median time of one evaluation in ns.
fn median(source: &str) -> f64 {
    let input = json::read(br#"{"a":{"b":41,"on":true,"e":7},"c":{"d":2.5},"f":3}"#).expect("a JSON text");
    let expression = Expression::compile(source).expect("an expression of the language");
    let scope = Scope { input: &input, item: None, index: None, names: &NoNames };
    let mut samples = Vec::with_capacity(SAMPLES);
    for _ in 0..SAMPLES {
        let began = Instant::now();
        for _ in 0..PER_SAMPLE {
            std::hint::black_box(expression.evaluate(std::hint::black_box(&scope))).expect("a number");
        }
        samples.push(began.elapsed().as_secs_f64() * 1e9 / f64::from(PER_SAMPLE));
    }
    samples.sort_by(f64::total_cmp);
    percentile(&samples, 0.5)
}
