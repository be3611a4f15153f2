//! Ways in which code has been seen to leave an engine or to reach other calls. None finds anything.

use nodes::js::{Pool, Request, Settings};

use crate::{line, pool, run, settings};

/// The names of the global object: what a newer engine adds has to be looked at before it is let in.
const GLOBALS: &str = "AggregateError Array ArrayBuffer AsyncDisposableStack BigInt BigInt64Array BigUint64Array Boolean DataView Date DisposableStack Error \
    EvalError Float16Array Float32Array Float64Array Function Infinity Int16Array Int32Array Int8Array InternalError \
    Iterator JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set String SuppressedError Symbol \
    SyntaxError TypeError URIError Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakSet console \
    decodeURI decodeURIComponent encodeURI encodeURIComponent escape globalThis isFinite isNaN parseFloat parseInt \
    undefined unescape";

/// What only code has that mentions it.
fn is_only_when_named(name: &str) -> bool {
    let is_buffer = name != "Array" && name.ends_with("Array") || matches!(name, "ArrayBuffer" | "DataView");
    is_buffer || matches!(name, "Date" | "Math" | "console" | "Map" | "Set" | "WeakMap" | "WeakSet")
}

#[tokio::test]
async fn the_global_object_holds_the_language_and_a_console() {
    // With the names of what only code has that mentions it.
    let listed = "Object.getOwnPropertyNames(globalThis).sort().join(' ')";
    let got = run(&pool(), &format!("{listed} // Date Math random console Map Set Uint8Array"), "0").await;
    assert_eq!(got, format!("{GLOBALS:?}"));
    let named: Vec<&str> = GLOBALS.split_whitespace().filter(|name| !is_only_when_named(name)).collect();
    assert_eq!(run(&pool(), listed, "0").await, format!("{:?}", named.join(" ")));
    for name in GLOBALS.split_whitespace() {
        assert_eq!(run(&pool(), &format!("'{name}' in globalThis"), "0").await, "true", "{name}, which is named");
    }
    let got = run(&pool(), "return typeof Math['rand' + 'om']", "0").await;
    assert_eq!(got, "\"undefined\"", "chance that is not the attempt's is not there");
    let got = run(&pool(), "Object.getOwnPropertySymbols(globalThis).map(String).join(' ')", "0").await;
    assert_eq!(got, "\"Symbol(Symbol.toStringTag)\"");
}

#[tokio::test]
async fn nothing_of_the_host_can_be_reached() {
    let pool = pool();
    let host = "['require', 'process', 'fetch', 'Deno', 'Bun', 'std', 'os', 'bjs', 'scriptArgs', 'print', 'load', 'XMLHttpRequest', \
                'WebAssembly', 'setTimeout', 'importScripts', 'Worker', 'performance', 'Atomics', 'SharedArrayBuffer', 'WeakRef', \
                'FinalizationRegistry', 'eval', 'queueMicrotask', 'navigator', 'gc']";
    let found = run(&pool, &format!("{host}.filter(name => typeof globalThis[name] !== 'undefined')"), "0").await;
    assert_eq!(found, "[]");
    // Code that is made of a text is in the same engine, and sees less than the code that made it.
    for code in [
        "Function('return NAME')()",
        "new Function('return NAME')()",
        "(() => {}).constructor('return NAME')()",
        "[].constructor.constructor('return NAME')()",
        "input.constructor.constructor('return NAME')()",
        "(async () => {}).constructor('return NAME')()",
        "(function* () {}).constructor('yield NAME')().next()",
        "Reflect.construct(Function, ['return NAME'])()",
        "new (class extends Function { constructor() { super('return NAME') } })()()",
        "new Proxy(Function, {}).call(null, 'return NAME')()",
        "Date.constructor('return NAME')()",
        "new Error().constructor.constructor('return NAME')()",
        "globalThis.constructor.constructor('return NAME')()",
    ] {
        for name in ["process", "input", "require", "fetch", "code", "names", "Deno", "std", "os"] {
            let got = run(&pool, &format!("return {}", code.replace("NAME", name)), "{}").await;
            assert!(got.starts_with(&format!("! js_error: ReferenceError: {name} is not defined")), "{code}: {got}");
        }
    }
    // Modules do not exist, so that nothing can be named that would be read from a disk.
    for code in [
        "return (await import('fs')).readFileSync('/etc/passwd')",
        "return (await import('file:///etc/passwd'))",
        "return (await import('/etc/passwd'))",
        "return (await import('qjs:os'))",
        "return (await import('std'))",
        "return (await import('/proc/self/environ', { with: { type: 'json' } }))",
        "import fs from 'fs'; return fs",
        "return import.meta.url",
        "return require('fs')",
        "return process.env",
        "return fetch('http://127.0.0.1')",
        "return eval('1')",
        "return (0, eval)('1')",
        "return arguments.callee.caller",
        "with ({}) { return 1 }",
        "return (function () { return this }).call().process",
        "return (function f() { return f.caller })()",
    ] {
        let got = run(&pool, code, "{}").await;
        assert!(got.starts_with("! js_error: "), "{code}: {got}");
    }
}

#[tokio::test]
async fn tricks_with_the_language_find_no_way_out() {
    let pool = pool();
    let rows = [
        // What calls the code shows nothing of itself.
        (
            "const seen = []; Error.prepareStackTrace = (_, frames) => { seen.push(...frames.map(f => [f.getThis?.(), f.getFunction?.()])); return '' }; new Error().stack; return seen.flat().filter(x => x != null).length",
            "0",
        ),
        ("return (function () { return this === undefined })()", "true"),
        ("return this === undefined", "true"),
        ("return arguments.length", "0"),
        ("const p = new Proxy({}, { get: (t, k, r) => k === 'then' ? undefined : 1 }); return p.anything", "1"),
        ("Object.prototype.polluted = 1; Array.prototype.toJSON = () => 'own'; return [({}).polluted, [1]]", "\"own\""),
        ("input.__proto__.x = 2; return ({}).x", "2"),
        ("JSON.stringify = () => 'no'; JSON.parse = null; return {a: 1}", r#"{"a":1}"#),
        ("Promise.prototype.then = null; return 1", "1"),
        ("globalThis.Object = null; return [1]", "[1]"),
        (
            "Object.defineProperty(Object.prototype, 'then', { get() { return undefined } }); return {b: 1}",
            r#"{"b":1}"#,
        ),
        ("return { then(done) { done('thenable') } }.then.length", "1"),
        ("String.prototype.split = 1; Array.prototype.push = 1; console.log('x'); return 2", "2"),
        ("return typeof Symbol.for('nodejs.util.inspect.custom')", "\"symbol\""),
    ];
    for (code, expected) in rows {
        assert_eq!(run(&pool, code, "{}").await, expected, "{code}");
    }
}

/// One call writes whatever it can reach; the next, in the same process, sees none of it.
#[tokio::test]
async fn a_call_cannot_see_or_poison_another() {
    let pool = Pool::new(Settings { workers: 1, ..settings() });
    let look = "return [typeof globalThis.secret, typeof ({}).secret, typeof [].secret, typeof (() => 1).secret, \
        Math.max(1, 2), JSON.parse('[1]'), typeof Symbol.for('k').secret, [3, 1].sort(), typeof Error.prepareStackTrace, \
        'ab'.split('').length, Array.from([1]), typeof Math.random().secret, typeof console.secret, Object.keys(RegExp), \
        typeof Date.prototype.secret, typeof input.secret, input.list]";
    let clean = run(&pool, look, r#"{"list": [1]}"#).await;
    let worker = pool.idle_workers();
    for poison in [
        "globalThis.secret = 1",
        "Object.prototype.secret = 1; Array.prototype.secret = 2; Function.prototype.secret = 3",
        "Math.max = () => 'poisoned'; JSON.parse = () => 'poisoned'; Math.random = () => 'poisoned'",
        "Array.prototype.sort = () => 'poisoned'; Array.from = () => 'poisoned'; String.prototype.split = () => []",
        "Error.prepareStackTrace = () => globalThis.secret; Error.stackTraceLimit = 0",
        "Date.prototype.secret = 1; Date.now = () => 1",
        "Symbol.prototype.secret = 1; Number.prototype.secret = 1",
        "Promise.resolve().then(() => { globalThis.secret = 1 }); Promise.resolve().then(function again() { Promise.resolve().then(again) })",
        "Object.freeze(Array.prototype); Object.preventExtensions(globalThis)",
        "for (const name of Object.getOwnPropertyNames(globalThis)) { try { delete globalThis[name] } catch {} }",
        "/a/.exec('secret'); /(s)ecret/.exec('secret'); /a/g.lastIndex = 9",
        "Object.defineProperty(Object.prototype, 'list', { get() { return 'poisoned' }, set() {} })",
        "(async () => { for (;;) await null })()",
    ] {
        let got = line(pool.call(&Request::new(&format!("{poison}; return 'done'"))).await);
        assert_eq!(got, "\"done\"", "{poison}");
        assert_eq!(run(&pool, look, r#"{"list": [1]}"#).await, clean, "after {poison}");
        assert_eq!(pool.idle_workers(), worker, "it was the same process after {poison}");
    }
    // The same code again: its function and all that it closed over are new.
    let count = "function count() { count.n = (count.n || 0) + 1; return count.n } return count()";
    let tagged = "const tag = parts => { try { parts.seen = 1 } catch {} return parts }; const t = tag`a`; const was = globalThis.t === t; globalThis.t = t; return was";
    for _ in 0..3 {
        assert_eq!(run(&pool, count, "0").await, "1");
        assert_eq!(run(&pool, tagged, "0").await, "false");
    }
}
