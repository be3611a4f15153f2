//! The bar of JavaScript nodes: a warm worker, about 1 KB in and out, beside a process that only sends back what it gets.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use model::{Value, json};
use nodes::js::{Pool, Request, Settings};

use crate::floor::percentile;
use crate::report::Bar;
use crate::{Group, Options};

pub(crate) const GROUPS: &[Group] = &[Group { id: "js.call", measure: calls }];

/// Calls one after the other, of which each is measured.
const CALLS: usize = 1_000;
/// How long nobody calls before each where the caches are to be cold.
const PAUSE: Duration = Duration::from_millis(1);

/// Calls that are in flight together, and how many of each.
const IN_FLIGHT: usize = 8;
const EACH: usize = 500;

const CODE: &str = "return { items: input.items.map(item => ({ ...item, price: item.price * 2 })) }";

/// The best of some rounds of each, in turns with the floor.
fn calls(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let pool = Pool::new(Settings { program: Some(options.program.clone()), ..Settings::default() });
    let request = Request { names: vec![("input", kilobyte())], ..Request::new(CODE) };
    let text = json::to_text(&kilobyte());
    let (mut warm, mut rested, mut rate) = (f64::MAX, f64::MAX, 0.0);
    let (mut bare_rested, mut bare_rate) = (f64::MAX, 0.0);
    for _ in 0..options.rounds {
        let (pause, rushed) = echoes(text.as_bytes())?;
        bare_rested = pause.min(bare_rested);
        bare_rate = rushed.max(bare_rate);
        for (best, pause) in [(&mut warm, Duration::ZERO), (&mut rested, PAUSE)] {
            let calls = one_by_one(pool.clone(), request.clone(), pause);
            *best = runtime.block_on(runtime.spawn(calls))??.min(*best);
        }
        let began = Instant::now();
        runtime.block_on(async {
            let streams: Vec<_> =
                (0..IN_FLIGHT).map(|_| tokio::spawn(back_to_back(pool.clone(), request.clone()))).collect();
            for stream in streams {
                stream.await.context("measuring many calls")??;
            }
            anyhow::Ok(())
        })?;
        #[expect(clippy::cast_precision_loss, reason = "a few thousand calls")]
        let per_second = (IN_FLIGHT * EACH) as f64 / began.elapsed().as_secs_f64();
        rate = per_second.max(rate);
    }
    Ok(vec![
        Bar::at_most("js.call.p50", warm, "µs", 150.0, format!("a process that echoes {:.0} µs", 1e6 / bare_rate)),
        // For whoever calls now and then: what the system has pushed out of the caches meanwhile comes back.
        Bar::at_most("js.call.rested", rested, "µs after 1 ms", 150.0, format!("an echo {bare_rested:.0} µs"))
            .for_information(),
        Bar::at_least("js.call.rate", rate, "calls/s", 5_000.0, format!("one process that echoes {bare_rate:.0}/s")),
    ])
}

/// What the system takes to send so much to another process and back: microseconds after a pause, and times per second
/// without one.
fn echoes(text: &[u8]) -> anyhow::Result<(f64, f64)> {
    let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("starting cat")?;
    let mut to = child.stdin.take().context("cat has an input")?;
    let mut from = child.stdout.take().context("cat has an output")?;
    let mut back = vec![0; text.len()];
    let mut echo = || to.write_all(text).and_then(|()| from.read_exact(&mut back));
    let mut samples = Vec::with_capacity(CALLS);
    for _ in 0..CALLS {
        std::thread::sleep(PAUSE);
        let began = Instant::now();
        echo()?;
        samples.push(began.elapsed().as_secs_f64() * 1e6);
    }
    let began = Instant::now();
    for _ in 0..CALLS {
        echo()?;
    }
    #[expect(clippy::cast_precision_loss, reason = "a thousand")]
    let rate = CALLS as f64 / began.elapsed().as_secs_f64();
    drop(to);
    child.wait()?;
    samples.sort_by(f64::total_cmp);
    Ok((percentile(&samples, 0.5), rate))
}

/// Sixteen small objects, about 1 KB of JSON text.
fn kilobyte() -> Value {
    let items: Vec<String> =
        (0..16).map(|n| format!(r#"{{"id":{n},"name":"the item number {n}","price":{n}.5,"on":true}}"#)).collect();
    let text = format!(r#"{{"items":[{}]}}"#, items.join(","));
    json::read(text.as_bytes()).expect("a JSON text")
}

/// Microseconds that a call takes, with a pause before each.
async fn one_by_one(pool: Pool, request: Request, pause: Duration) -> anyhow::Result<f64> {
    let mut samples = Vec::with_capacity(CALLS);
    for call in 0..CALLS + 100 {
        let began = Instant::now();
        pool.call(&request).await?;
        // The first ones start the workers.
        if call >= 100 {
            samples.push(began.elapsed().as_secs_f64() * 1e6);
        }
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }
    samples.sort_by(f64::total_cmp);
    Ok(percentile(&samples, 0.5))
}

async fn back_to_back(pool: Pool, request: Request) -> anyhow::Result<()> {
    for _ in 0..EACH {
        pool.call(&request).await?;
    }
    Ok(())
}
