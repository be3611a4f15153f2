//! A JavaScript engine for one call: its limits, what the code sees, and how the call ends.
//!
//! Nothing of an engine outlives its call. Engines are made ahead of calls, with code that was called before already
//! compiled, since a node is mostly called again.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use rquickjs::context::{EvalOptions, intrinsic};
use rquickjs::function::Args;
use rquickjs::{
    CatchResultExt, CaughtError, Coerced, Context, Ctx, Function, Object, Persistent, Promise, Runtime, Value,
};

use super::inputs::Freezer;
use super::wire::{Ask, Ending, Reply};

/// The builtins that all code has. Left out: shared memory and weak references, which would let it watch the engine,
/// and clocks.
type Builtins = (
    intrinsic::Date,
    intrinsic::Eval,
    intrinsic::RegExpCompiler,
    intrinsic::RegExp,
    intrinsic::Json,
    intrinsic::Proxy,
    intrinsic::Promise,
);

/// Those that only code has that mentions them, since each takes its time to set up.
type Sets = (Builtins, intrinsic::MapSet);
type Buffers = (Builtins, intrinsic::TypedArrays);
type All = (Sets, intrinsic::TypedArrays);

/// What code mentions that uses buffers: `Uint8Array` … and what lies under them.
const BUFFERS: [&str; 7] = ["8Array", "16Array", "32Array", "64Array", "ClampedArray", "ArrayBuffer", "DataView"];

/// Parts that only code has that mentions them, too.
const CLOCK: &str = include_str!("prelude/clock.js");
const CHANCE: &str = include_str!("prelude/chance.js");
const CONSOLE: &str = include_str!("prelude/console.js");

/// Builtins that come with those above and that code does not have: it is what the node holds, never a text that it
/// makes in sight of its inputs, and memory that is shared serves nobody here.
const TAKEN: [&str; 5] = ["eval", "Atomics", "SharedArrayBuffer", "queueMicrotask", "navigator"];

/// The name of the code in stack traces.
const FILE: &str = "code";

/// Half of what a process usually has.
const STACK_BYTES: usize = 4 << 20;

/// How long code that is not called yet may take to compile.
const AHEAD: Duration = Duration::from_millis(50);

/// What a call may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) memory_bytes: usize,
    pub(super) output_bytes: usize,
}

/// Says when time is over. The engine asks every few thousand operations.
#[derive(Default)]
struct Watch {
    until: Cell<Option<Instant>>,
    is_over: Cell<bool>,
}

impl Watch {
    fn set(&self, time: Duration) {
        self.is_over.set(false);
        self.until.set(Instant::now().checked_add(time));
    }

    fn asks_to_stop(&self) -> bool {
        let is_over = self.until.get().is_some_and(|until| Instant::now() >= until);
        if is_over {
            self.is_over.set(true);
        }
        is_over
    }
}

type Kept = Persistent<Function<'static>>;

/// A function that waits for its call, and what the call needs.
struct Ready {
    function: Kept,
    freezer: Freezer,
    clock: Option<Kept>,
    chance: Option<Kept>,
    console: Option<Kept>,
}

/// A fresh engine, made for one piece of code. What it holds of the engine's values goes before the engine, hence the
/// order.
pub(super) struct Machine {
    ready: Option<Ready>,
    code: String,
    context: Context,
    watch: Rc<Watch>,
    limits: Limits,
}

impl Machine {
    /// An engine that no code has run in. What is wrong with this code is told by the call.
    ///
    /// # Errors
    /// There is not enough memory for one.
    pub(super) fn new(code: &str, limits: Limits) -> rquickjs::Result<Self> {
        let runtime = Runtime::new()?;
        runtime.set_memory_limit(limits.memory_bytes);
        runtime.set_max_stack_size(STACK_BYTES);
        let watch = Rc::new(Watch::default());
        let watched = Rc::clone(&watch);
        runtime.set_interrupt_handler(Some(Box::new(move || watched.asks_to_stop())));
        runtime.set_gc_threshold(limits.memory_bytes / 4);
        let context = context(&runtime, code)?;
        watch.set(AHEAD);
        let ready = context.with(|ctx| {
            let ready = prepare(&ctx, code);
            if ready.is_err() {
                drop(ctx.catch());
            }
            ready.ok()
        });
        Ok(Self { ready, code: code.to_owned(), context, watch, limits })
    }

    /// Whether it was made for this code.
    pub(super) fn is_for(&self, code: &str) -> bool {
        self.code == code
    }

    /// Runs a call: the only one of this engine, of the code that it was made for.
    pub(super) fn run(&mut self, ask: &Ask<'_>) -> Reply {
        self.watch.set(Duration::from_millis(ask.timeout_ms.into()));
        let ready = self.ready.take();
        let (context, watch, limits) = (&self.context, &self.watch, self.limits);
        context.with(|ctx| {
            let ready = ready.map_or_else(|| prepare(&ctx, ask.code), Ok);
            let console = ready.as_ref().ok().and_then(|ready| ready.console.clone());
            let result = ready.and_then(|ready| call(&ctx, ready, ask)).catch(&ctx);
            let mut reply = match result {
                Ok(body) if body.len() > limits.output_bytes => ended(Ending::TooLarge, ""),
                Ok(body) => Reply { body: body.into(), ..ended(Ending::Returned, "") },
                Err(_) if watch.is_over.get() => ended(Ending::Timeout, ""),
                Err(thrown) => describe(&ctx, &thrown),
            };
            // To tell what was thrown is to run code again: it may have asked what it threw.
            if watch.is_over.get() && reply.ending == Ending::Threw {
                reply = ended(Ending::Timeout, "");
            }
            let log = console.and_then(|console| console.restore(&ctx).ok()?.call(()).ok());
            reply.log = log.unwrap_or_default();
            // Memory that was short may be short again, and a builtin that does not look at the clock may be at work.
            reply.is_spent = matches!(reply.ending, Ending::Timeout | Ending::OutOfMemory);
            reply
        })
    }
}

/// Whether code says a name. A name may be written with escapes, and then all are taken as mentioned.
fn mentions(code: &str, name: &str) -> bool {
    code.contains(name) || code.contains("\\u")
}

fn context(runtime: &Runtime, code: &str) -> rquickjs::Result<Context> {
    let sets = mentions(code, "Map") || mentions(code, "Set");
    match (sets, BUFFERS.iter().any(|name| mentions(code, name))) {
        (false, false) => Context::custom::<Builtins>(runtime),
        (true, false) => Context::custom::<Sets>(runtime),
        (false, true) => Context::custom::<Buffers>(runtime),
        (true, true) => Context::custom::<All>(runtime),
    }
}

/// Takes away what code does not have, makes time and chance those of an attempt, and compiles the code.
fn prepare(ctx: &Ctx<'_>, code: &str) -> rquickjs::Result<Ready> {
    let globals = ctx.globals();
    for name in TAKEN {
        globals.remove(name)?;
    }
    // It would be given the functions on the stack, ours among them.
    globals.get::<_, Object<'_>>("Error")?.remove("prepareStackTrace")?;
    let freezer = Freezer::of(ctx)?;
    let mentions = |name: &str| mentions(code, name);
    let part = |source: &str| {
        let part: Function<'_> = ctx.eval_with_options(source, options("prelude"))?;
        Ok::<_, rquickjs::Error>(Persistent::save(ctx, part))
    };
    // The system's clock and chance are nowhere: what is not replaced is removed, so that no other way leads to it.
    let clock = if mentions("Date") { Some(part(CLOCK)?) } else { None };
    if clock.is_none() {
        globals.remove("Date")?;
    }
    let chance = if mentions("Math") && mentions("random") { Some(part(CHANCE)?) } else { None };
    if !mentions("Math") {
        globals.remove("Math")?;
    } else if chance.is_none() {
        globals.get::<_, Object<'_>>("Math")?.remove("random")?;
    }
    let console = if mentions("console") { Some(part(CONSOLE)?) } else { None };
    let function: Function<'_> = ctx.eval_with_options(code, options(FILE))?;
    Ok(Ready { function: Persistent::save(ctx, function), freezer, clock, chance, console })
}

fn options(file: &str) -> EvalOptions {
    let mut options = EvalOptions::default();
    options.filename = Some(file.to_owned());
    options
}

/// The JSON text of what the code returns.
fn call<'js>(ctx: &Ctx<'js>, ready: Ready, ask: &Ask<'_>) -> rquickjs::Result<String> {
    if let Some(clock) = ready.clock {
        clock.restore(ctx)?.call::<_, ()>((ask.now_ms,))?;
    }
    if let Some(chance) = ready.chance {
        let bits = ask.seed.to_le_bytes();
        let [low, high] = [0, 4].map(|at| u32::from_le_bytes([bits[at], bits[at + 1], bits[at + 2], bits[at + 3]]));
        chance.restore(ctx)?.call::<_, ()>((low, high))?;
    }
    let inputs = ready.freezer.read(ctx, ask.names)?;
    let mut args = Args::new(ctx.clone(), inputs.len());
    args.push_args(inputs)?;
    let mut value: Value<'_> = ready.function.restore(ctx)?.call_arg(args)?;
    if let Some(promise) = value.as_promise() {
        value = settled(promise)?;
    }
    let json = ctx.json_stringify(value)?;
    json.map_or_else(|| Ok("null".to_owned()), |json| json.to_string())
}

/// What a promise comes to. Nothing outside can settle one: when no callback is left it never will be.
fn settled<'js>(promise: &Promise<'js>) -> rquickjs::Result<Value<'js>> {
    match promise.finish() {
        Err(rquickjs::Error::WouldBlock) => {
            Err(rquickjs::Exception::throw_message(promise.ctx(), "the code waits for a promise that nothing settles"))
        }
        settled => settled,
    }
}

fn ended(ending: Ending, message: &str) -> Reply {
    Reply { ending, is_spent: false, log: String::new(), body: message.as_bytes().to_vec() }
}

/// What was thrown, with line and column of the code.
fn describe<'js>(ctx: &Ctx<'js>, thrown: &CaughtError<'js>) -> Reply {
    let mut told = match thrown {
        CaughtError::Exception(exception) => {
            let name: String =
                exception.as_object().get::<_, Coerced<String>>("name").map(|name| name.0).unwrap_or_default();
            let message = exception.message().unwrap_or_default();
            if name == "InternalError" && message == "out of memory" {
                return ended(Ending::OutOfMemory, "");
            }
            let place = exception.stack().as_deref().and_then(place).unwrap_or_default();
            format!("{name}: {message}{place}")
        }
        // The engine throws null where not even an error could be made.
        CaughtError::Value(value) if value.is_null() => return ended(Ending::OutOfMemory, ""),
        CaughtError::Value(value) => {
            let shown = ctx.json_stringify(value.clone()).ok().flatten().and_then(|text| text.to_string().ok());
            drop(ctx.catch());
            format!("thrown: {}", shown.unwrap_or_else(|| value.type_name().to_owned()))
        }
        CaughtError::Error(rquickjs::Error::Allocation) => return ended(Ending::OutOfMemory, ""),
        CaughtError::Error(error) => error.to_string(),
    };
    told.truncate(told.floor_char_boundary(MESSAGE_BYTES));
    ended(Ending::Threw, &told)
}

/// The longest message of an error.
const MESSAGE_BYTES: usize = 4_096;

/// `" (line 3, column 5)"` from the first place in a stack trace that is in the code, whose first line is ours.
fn place(stack: &str) -> Option<String> {
    let at = stack.match_indices(FILE).find_map(|(at, _)| {
        let mut parts = stack[at + FILE.len()..].strip_prefix(':')?.split(|letter: char| !letter.is_ascii_digit());
        let line: u32 = parts.next()?.parse().ok()?;
        Some((line.checked_sub(1)?, parts.next().and_then(|column| column.parse::<u32>().ok())))
    });
    Some(match at? {
        (line, Some(column)) => format!(" (line {line}, column {column})"),
        (line, None) => format!(" (line {line})"),
    })
}
