//! The other end of the pipes: a process that locks itself in, then runs one call after the other.

use std::collections::VecDeque;
use std::io::{Read, Write};

use super::machine::{Limits, Machine};
use super::wire::{Ask, Ending, Reply};
use super::{sandbox, self_test};

/// The first argument that makes the program a worker.
pub(super) const ASKED: &str = "--tidemill-js-worker";

/// The argument that lets a worker go on where it cannot lock itself in.
pub(super) const UNSANDBOXED: &str = "unsandboxed";

/// The argument that makes a worker try what is forbidden, say what came of it, and end.
pub(super) const SELF_TEST: &str = "self-test";

/// After so many calls a worker makes room for a new one, lest memory that the engine keeps in pieces adds up.
const CALLS: u32 = 100_000;

/// How many engines wait for a call of code that was called before. Each takes about 0.3 MB.
const KEPT: usize = 16;

/// Becomes a worker if the program was started as one, and then never comes back. To be called first thing in `main`,
/// before threads are started and files opened.
pub fn serve_if_asked() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(ASKED) {
        serve(&arguments.collect::<Vec<_>>());
        std::process::exit(0);
    }
}

/// `memory_bytes output_bytes [unsandboxed|self-test]`
fn serve(arguments: &[String]) {
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse::<usize>().ok());
    let (Some(memory_bytes), Some(output_bytes)) = (number(0), number(1)) else { return };
    let limits = Limits { memory_bytes, output_bytes };
    let option = arguments.get(2).map_or("", String::as_str);
    let locked = sandbox::enter(memory_bytes);
    let (mut from, mut to) = (std::io::stdin().lock(), std::io::stdout().lock());
    if option == SELF_TEST {
        let report = self_test::attempts(locked);
        let _ = to.write_all(report.as_bytes()).and_then(|()| to.flush());
        return;
    }
    let (hello, serves) = match locked {
        Ok(()) => (String::new(), true),
        Err(_) if option == UNSANDBOXED => (String::new(), true),
        Err(why) => (why, false),
    };
    if send(&mut to, hello.as_bytes()).is_err() || !serves {
        return;
    }
    // The pool's end is closed when there is nothing more to do.
    let _ = calls(&mut from, &mut to, limits);
}

fn send(to: &mut impl Write, body: &[u8]) -> std::io::Result<()> {
    to.write_all(&u32::try_from(body.len()).unwrap_or(0).to_le_bytes())?;
    to.write_all(body)?;
    to.flush()
}

fn calls(from: &mut impl Read, to: &mut impl Write, limits: Limits) -> std::io::Result<()> {
    let mut frame = Vec::new();
    let mut waiting = Waiting { machines: VecDeque::new(), limits };
    for call in 1.. {
        let mut length = [0; 4];
        from.read_exact(&mut length)?;
        frame.resize(usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX), 0);
        from.read_exact(&mut frame)?;
        let Some(ask) = Ask::read(&frame) else { return Err(std::io::ErrorKind::InvalidData.into()) };
        let mut machine = waiting.take(ask.code);
        let mut reply = match &mut machine {
            Ok(machine) => machine.run(&ask),
            Err(_) => Reply { ending: Ending::OutOfMemory, is_spent: true, log: String::new(), body: Vec::new() },
        };
        reply.is_spent |= call >= CALLS;
        to.write_all(&reply.frame())?;
        to.flush()?;
        if reply.is_spent {
            return Ok(());
        }
        // Between calls, so that nobody waits for it.
        drop(machine);
        waiting.expect(ask.code);
        frame.shrink_to(1 << 20);
    }
    Ok(())
}

/// Fresh engines for the code of the last few calls, the last one at the end.
struct Waiting {
    machines: VecDeque<Machine>,
    limits: Limits,
}

impl Waiting {
    fn take(&mut self, code: &str) -> rquickjs::Result<Machine> {
        let known = self.machines.iter().position(|machine| machine.is_for(code));
        known.and_then(|at| self.machines.remove(at)).map_or_else(|| Machine::new(code, self.limits), Ok)
    }

    fn expect(&mut self, code: &str) {
        if self.machines.len() >= KEPT {
            self.machines.pop_front();
        }
        self.machines.extend(Machine::new(code, self.limits));
    }
}
