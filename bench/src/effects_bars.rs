//! Bars of steps that call, wait and go round, in this process, on SQLite with synchronous=FULL.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use engine::{CallLimits, Reply};
use model::{Graph, Status, json};
use store::Journal;
use tokio::sync::oneshot;

use crate::engine_bars::{Bench, best_of};
use crate::floor::{appends, percentile};
use crate::machine::{forget_peak, peak_mb, resident_mb};
use crate::report::Bar;
use crate::server_bars::Echo;
use crate::{Group, Options, graphs};

pub(crate) const GROUPS: &[Group] = &[
    Group { id: "loops.million", measure: million },
    Group { id: "effects.calls", measure: calls },
    Group { id: "effects.wait", measure: asleep },
    Group { id: "loops.foreach", measure: for_each },
    Group { id: "effects.parallel", measure: parallel },
    Group { id: "effects.chain", measure: chain },
];

fn graph(text: &str) -> anyhow::Result<Graph> {
    Ok(Graph::from_value(&json::read(text.as_bytes())?)?)
}

/// Ten delays of 100 ms side by side, and a join.
fn parallel(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let mut nodes = vec![r#"{"id":"s","type":"manual"},{"id":"all","type":"join"}"#.to_owned()];
    let mut edges = Vec::new();
    for at in 0..10 {
        nodes.push(format!(r#"{{"id":"d{at}","type":"delay","data":{{"duration":"100ms"}}}}"#));
        edges.push(format!(r#"{{"source":"s","target":"d{at}"}},{{"source":"d{at}","target":"all"}}"#));
    }
    let text = format!(r#"{{"nodes":[{}],"edges":[{}]}}"#, nodes.join(","), edges.join(","));
    let bench = Bench::open_with(options, engine::Options::default())?;
    let template = bench.ready(graph(&text)?)?;
    let times = bench.times(&template, 10)?;
    Ok(vec![Bar::at_most("effects.parallel", percentile(&times, 0.5), "ms", 130.0, "one delay of 100 ms")])
}

/// Ten thousand executions with one call of a second each.
fn calls(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let echo = Echo::begin(options)?;
    let limits = CallLimits { all: 1_000, per_host: 1_000, ..CallLimits::default() };
    let bench = Bench::open_with(options, engine::Options { calls: limits, ..engine::Options::default() })?;
    let text = format!(
        r#"{{"nodes":[{{"id":"s","type":"manual"}},{{"id":"c","type":"http","data":{{"url":"http://{}/slow"}}}}],
        "edges":[{{"source":"s","target":"c"}}]}}"#,
        echo.address
    );
    let template = bench.ready(graph(&text)?)?;
    forget_peak();
    let began = Instant::now();
    let begin = |_| {
        let (tell, told) = oneshot::channel();
        bench.engine.submit(template.copy(), Reply::Ended(tell)).map(|_| told)
    };
    let begun = (0..10_000).map(begin).collect::<Result<Vec<_>, _>>()?;
    for told in begun {
        let ended = told.blocking_recv().context("the engine stopped")??;
        if ended.status != Status::Succeeded {
            bail!("a call failed: {:?}", ended.error);
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    let floor = "10 s at 1,000 calls at a time".to_owned();
    Ok(vec![
        Bar::at_most("effects.calls.time", seconds, "s", 12.0, floor),
        Bar::at_most("effects.calls.memory", peak_mb(), "MB", 250.0, "the whole process at its peak"),
    ])
}

/// A hundred calls that change something, one after the other.
fn chain(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let echo = Echo::begin(options)?;
    let bench = Bench::open_with(options, engine::Options::default())?;
    let mut nodes = vec![r#"{"id":"s","type":"manual"}"#.to_owned()];
    let mut edges = Vec::new();
    for at in 0..100 {
        nodes.push(format!(
            r#"{{"id":"c{at}","type":"http","data":{{"method":"POST","url":"http://{}/echo","body":"{{{{ input }}}}"}}}}"#,
            echo.address
        ));
        let source = if at == 0 { "s".to_owned() } else { format!("c{}", at - 1) };
        edges.push(format!(r#"{{"source":"{source}","target":"c{at}"}}"#));
    }
    let text = format!(r#"{{"nodes":[{}],"edges":[{}]}}"#, nodes.join(","), edges.join(","));
    let template = bench.ready(graph(&text)?)?;
    let before = bench.store.health().commits;
    bench.time_of(&template)?;
    let commits = bench.store.health().commits - before;
    let (mut ours, mut bare) = (f64::MAX, f64::MAX);
    for _ in 0..options.rounds {
        let times = best_of(1, || bench.times(&template, 5))?;
        ours = ours.min(percentile(&times, 0.5));
        bare = bare.min(bare_calls(options, &echo.address)?);
    }
    let floor = format!("a bare loop of call and fdatasync {bare:.1} ms, here {ours:.1} ms");
    #[expect(clippy::cast_precision_loss, reason = "a count of commits")]
    let commits = commits as f64;
    Ok(vec![
        Bar::at_most("effects.chain.commits", commits, "commits", 101.0, "100 calls"),
        Bar::at_least("effects.chain.speed", bare / ours, "x bare loop", 0.6, floor),
    ])
}

/// Milliseconds of a hundred calls on one connection, each answer appended to a file and synced.
fn bare_calls(options: &Options, address: &str) -> anyhow::Result<f64> {
    let folder = tempfile::Builder::new().prefix(".tidemill-bench-").tempdir_in(&options.folder)?;
    let mut file = File::create(folder.path().join("answers"))?;
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let body = graphs::PAYLOAD;
    let request = format!(
        "POST /echo HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let began = Instant::now();
    let mut answer = vec![0u8; 16 * 1024];
    for _ in 0..100 {
        stream.write_all(request.as_bytes())?;
        let mut filled = 0;
        while !answer[..filled].ends_with(body.as_bytes()) {
            let read = stream.read(&mut answer[filled..])?;
            if read == 0 {
                bail!("the echo closed the connection");
            }
            filled += read;
        }
        file.write_all(&answer[..filled])?;
        file.sync_data()?;
    }
    Ok(began.elapsed().as_secs_f64() * 1_000.0)
}

/// A hundred thousand executions asleep in this process.
fn asleep(options: &Options) -> anyhow::Result<Vec<Bar>> {
    const COUNT: usize = 100_000;
    let bench = Bench::open_with(options, engine::Options::default())?;
    let text = r#"{"nodes":[{"id":"s","type":"manual"},{"id":"w","type":"wait_for_signal","data":{"signal":"go","timeout":"1h"}}],
        "edges":[{"source":"s","target":"w"}]}"#;
    let warm = r#"{"nodes":[{"id":"s","type":"manual"}],"edges":[]}"#;
    drop(bench.ready(graph(warm)?)?);
    let start = engine::Start::new(engine::Source::AdHoc(graph(text)?), graphs::payload());
    // The first stores the version.
    bench.runtime.block_on(bench.engine.start(start.clone()))?;
    let template = bench.template(start)?;
    let before = resident_mb(std::process::id());
    let mut left = COUNT;
    while left > 0 {
        let part = left.min(1_000);
        left -= part;
        let begin = |_| {
            let (tell, told) = oneshot::channel();
            bench.engine.submit(template.copy(), Reply::Accepted(tell)).map(|_| told)
        };
        let begun = (0..part).map(begin).collect::<Result<Vec<_>, _>>()?;
        for told in begun {
            told.blocking_recv().context("the engine stopped")??;
        }
    }
    let began = Instant::now();
    while bench.engine.stats().in_flight > 0 && began.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(10));
    }
    let over = resident_mb(std::process::id()) - before;
    let floor = format!("{before:.0} MB before; {} still in memory", bench.engine.stats().in_flight);
    Ok(vec![Bar::at_most("effects.wait.memory", over, "MB over idle", 60.0, floor)])
}

/// A million iterations of a region of three nodes, nothing gathered.
fn million(options: &Options) -> anyhow::Result<Vec<Bar>> {
    const COUNT: usize = 1_000_000;
    let bench = Bench::open_with(options, engine::Options::default())?;
    let text = r#"{"nodes":[{"id":"s","type":"manual"},
        {"id":"loop","type":"for_each","data":{"items":"{{ input.list }}","collect":false}},
        {"id":"a","type":"expression","data":{"expression":"input + 1"}},{"id":"b","type":"no_op"},
        {"id":"end","type":"no_op"}],
        "edges":[{"source":"s","target":"loop"},{"source":"loop","target":"a","sourceHandle":"loop"},
        {"source":"a","target":"b"},{"source":"b","target":"loop"},{"source":"loop","target":"end","sourceHandle":"done"}]}"#;
    let ready = bench.ready_with(graph(text)?, list(10)?)?;
    bench.time_of(&ready)?;
    let template = bench.ready_with(graph(text)?, list(COUNT)?)?;
    forget_peak();
    let began = Instant::now();
    let ms = bench.time_of(&template)?;
    let peak = peak_mb();
    let floor = appends(&options.folder, 100)?;
    let floor =
        format!("{:.0} ms in all, fdatasync p50 {:.2} ms", began.elapsed().as_millis(), percentile(&floor, 0.5));
    Ok(vec![
        Bar::at_most("loops.million.time", ms / 1_000.0, "s", 30.0, floor),
        Bar::at_most("loops.million.memory", peak, "MB", 100.0, "the whole process at its peak"),
    ])
}

/// `{"list": [0, 1, …]}` as an input.
fn list(count: usize) -> anyhow::Result<model::Value> {
    let items: Vec<model::Value> = (0..count).map(model::Value::from).collect();
    Ok(model::Value::object(vec![("list".into(), model::Value::array(items))]))
}

/// A container over a hundred thousand items with one pure node inside.
fn for_each(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let bench = Bench::open_with(options, engine::Options::default())?;
    let text = r#"{"nodes":[{"id":"s","type":"manual"},{"id":"each","type":"for_each","data":{"items":"{{ input.list }}"}},
        {"id":"a","type":"expression","parentId":"each","data":{"expression":"input * 2"}}],
        "edges":[{"source":"s","target":"each"}]}"#;
    let template = bench.ready_with(graph(text)?, list(100_000)?)?;
    let times = bench.times(&template, options.rounds as usize)?;
    let floor = appends(&options.folder, 100)?;
    let floor = format!("fdatasync p50 {:.2} ms", percentile(&floor, 0.5));
    Ok(vec![Bar::at_most("loops.foreach", percentile(&times, 0.0) / 1_000.0, "s", 1.0, floor)])
}
