//! Timing.
use model::{expression::*, json};
use std::time::Instant;
fn main() {
    let input =
        json::read(br#"{"a":{"b":41,"c":3,"d":"x","e":{"f":1.5}},"ok":true,"name":"Ada","list":[1,2,3]}"#).unwrap();
    let scope = Scope { input: &input, item: None, index: None, names: &NoNames };
    for source in [
        "input.a.b + 1",
        "input.a.b > 40 ? input.a.c + input.a.e.f : input.a.c + input.a.b",
        "input.a.b > 40 && input.ok ? input.a.c + input.a.e.f + input.a.b : 0",
        "input.name",
        "input.a.d === 'x'",
        "`Hi ${input.name}, ${input.a.b}`",
        "input.list.map(x => x * 2)",
        "input.name.toUpperCase()",
        "input.list.filter(x => x > 1).length",
    ] {
        let e = Expression::compile(source).unwrap();
        let mut best = Vec::new();
        for _ in 0..101 {
            let t = Instant::now();
            for _ in 0..20_000 {
                std::hint::black_box(e.evaluate(std::hint::black_box(&scope)).unwrap());
            }
            best.push(t.elapsed().as_nanos() as f64 / 20_000.0);
        }
        best.sort_by(f64::total_cmp);
        let t = Instant::now();
        for _ in 0..2000 {
            std::hint::black_box(Expression::compile(source).unwrap());
        }
        println!(
            "{:6.1} ns median, {:6.1} best; compile {:6.2} us  {source}",
            best[50],
            best[0],
            t.elapsed().as_micros() as f64 / 2000.0
        );
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/reference/expressions/hostile.jsonl");
    let mut all = Vec::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let row = json::read(line.as_bytes()).unwrap();
        let source = row.get("expr").unwrap().as_str().unwrap();
        let input = row.get("context").unwrap().get("input").cloned().unwrap_or_default();
        let t = Instant::now();
        let scope = Scope { input: &input, item: None, index: None, names: &NoNames };
        let r = match Expression::compile(source) {
            Ok(e) => match e.evaluate(&scope) {
                Ok(v) => {
                    let t = json::to_text(&v);
                    t[..t.len().min(60)].chars().collect()
                }
                Err(e) => e.to_string(),
            },
            Err(e) => format!("compile {e}"),
        };
        all.push((t.elapsed(), source.to_owned(), r));
    }
    all.sort();
    for (t, s, r) in all.iter().rev().take(45) {
        println!("{t:?} {s} -> {}", r.chars().take(90).collect::<String>());
    }
    let rss = std::fs::read_to_string("/proc/self/status").unwrap();
    println!("{}", rss.lines().find(|l| l.starts_with("VmHWM")).unwrap());
}
