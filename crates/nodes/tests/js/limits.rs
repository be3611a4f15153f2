//! What takes too much is one failed attempt, in time, and the calls after and beside it are not harmed.

use std::time::Duration;

use nodes::js::{Pool, Request, Settings};

use crate::{line, pool, request, run, settings};

/// Runs code with little time, and then a good call.
async fn code_of(pool: &Pool, code: &str, timeout_ms: u32) -> String {
    let hungry = Request { timeout_ms: Some(timeout_ms), ..Request::new(code) };
    let result = tokio::time::timeout(Duration::from_secs(60), pool.call(&hungry)).await;
    let result = result.unwrap_or_else(|_| panic!("never ends: {code}"));
    assert_eq!(run(pool, "input + 1", "1").await, "2", "the call after {code}");
    result.map_or_else(|error| error.code.to_string(), |value| model::json::to_text(&value))
}

#[tokio::test]
async fn code_that_does_not_end_is_stopped() {
    let pool = Pool::new(Settings { workers: 1, ..settings() });
    for code in [
        "while (true) {}",
        "while (true) { try { while (true) {} } catch {} finally { continue } }",
        "for (;;) await null",
        "const again = () => Promise.resolve().then(again); await again(); await new Promise(() => {})",
        "/^(a+)+$/.test('a'.repeat(40) + 'b')",
        "return { toJSON() { while (true) {} } }",
        "return { get a() { while (true) {} } }",
        "throw { get message() { while (true) {} }, toJSON() { while (true) {} } }",
        "const e = new Error('x'); Object.defineProperty(e, 'message', { get() { while (true) {} } }); throw e",
        "new Array(4294967295).toString()",
        "const a = 3n ** 300000n; for (;;) a * a",
        "[3, 2, 1].sort(() => { while (true) {} })",
    ] {
        let code_told = code_of(&pool, code, 200).await;
        let known = code_told == "js_timeout" || (code.contains("Array(") && code_told == "js_out_of_memory");
        assert!(known, "{code}: {code_told}");
    }
}

#[tokio::test]
async fn code_that_fills_the_memory_is_stopped() {
    let pool = Pool::new(Settings { workers: 1, ..settings() });
    for code in [
        "const a = []; while (true) a.push(new Array(1000).fill(0))",
        "return 'a'.repeat(2 ** 29)",
        "new ArrayBuffer(2 ** 31 - 1)",
        "const a = []; while (true) { try { a.push(new Uint8Array(1 << 20)) } catch (e) { throw e } }",
        "const m = new Map(); for (let i = 0; ; i++) m.set(i, {i})",
        "const a = []; while (true) a.push(1n << 1000000n)",
    ] {
        assert_eq!(code_of(&pool, code, 20_000).await, "js_out_of_memory", "{code}");
    }
    // Longer than a text can be, whatever the memory.
    for code in ["'a'.repeat(2 ** 30)", "let s = 'x'; while (true) s += s"] {
        assert_eq!(code_of(&pool, code, 20_000).await, "js_error", "{code}");
    }
    let swallowed =
        code_of(&pool, "const a = []; for (;;) { try { a.push('x'.repeat(1e6)) } catch { return 'kept on' } }", 20_000);
    assert_eq!(swallowed.await, "\"kept on\"");
}

#[tokio::test]
async fn recursion_without_end_is_an_error_of_the_code() {
    let pool = pool();
    for code in [
        "const f = () => f(); f()",
        "const f = () => [1].map(f); f()",
        "let a = []; for (let i = 0; i < 200000; i++) a = [a]; return a",
        "let a = {}; a = new Proxy(a, { get(t, k, r) { return r[k] } }); return a.x",
        "return JSON.parse('['.repeat(1e6))",
        "const o = { toString() { return '' + this } }; return '' + o",
        "return new RegExp('('.repeat(1e6))",
    ] {
        assert_eq!(code_of(&pool, code, 10_000).await, "js_error", "{code}");
    }
    let deep = code_of(&pool, "let a = 1; for (let i = 0; i < 600; i++) a = [a]; return a", 10_000).await;
    assert_eq!(deep, "js_error", "deeper than a value may be");
}

#[tokio::test]
async fn outputs_and_inputs_have_limits() {
    let small = Pool::new(Settings { output_bytes: 1_000, memory_bytes: 8 << 20, ..settings() });
    assert_eq!(code_of(&small, "'x'.repeat(998)", 10_000).await.len(), 1_000);
    assert_eq!(code_of(&small, "'x'.repeat(999)", 10_000).await, "output_too_large");
    let long = format!("\"{}\"", "x".repeat(9 << 20));
    let told = line(small.call(&request("return 1", &long)).await);
    assert!(told.starts_with("! js_out_of_memory: the inputs are 9437"), "{told}");
    let large = pool();
    let text = format!("\"{}\"", "é".repeat(5 << 20));
    assert_eq!(run(&large, "input", &text).await, text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_are_not_disturbed() {
    let pool = pool();
    let looping = tokio::spawn({
        let pool = pool.clone();
        async move { pool.call(&Request { timeout_ms: Some(1_500), ..Request::new("while (true) {}") }).await }
    });
    let mut good = 0;
    while !looping.is_finished() {
        assert_eq!(run(&pool, "input * 2", "4").await, "8");
        good += 1;
    }
    assert!(good > 0, "the other worker went on");
    assert_eq!(looping.await.expect("no panic").expect_err("it loops").code, "js_timeout");
}
