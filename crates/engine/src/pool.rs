//! The CPU pool: threads for steps that would keep a shard's other executions waiting.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use model::{Address, Execution, ExecutionId, TenantId, Value};

use crate::attempt::Attempt;
use crate::clock::Clock;
use crate::program::Program;
use crate::shard::{Inbox, Message};

/// A heavy step with all it needs. It looks at a copy of what it can see of its execution,
/// which goes on meanwhile.
pub(crate) struct Work {
    pub(crate) id: ExecutionId,
    pub(crate) tenant: TenantId,
    pub(crate) program: Arc<Program>,
    pub(crate) execution: Execution,
    pub(crate) address: Address,
    pub(crate) input: Value,
    pub(crate) env: Value,
    pub(crate) accepted_us: i64,
    /// Where the outcome goes.
    pub(crate) inbox: Arc<Inbox>,
}

/// The pool. Its queue holds twice as many steps as it has threads; what finds it full stays with its shard.
pub(crate) struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    queue: Mutex<Queue>,
    arrived: Condvar,
    clock: Arc<dyn Clock>,
    room: usize,
}

#[derive(Default)]
struct Queue {
    work: VecDeque<Work>,
    closed: bool,
}

/// A way to hand work to the pool.
#[derive(Clone)]
pub(crate) struct PoolHandle(Arc<Shared>);

impl Pool {
    pub(crate) fn new(threads: usize, clock: Arc<dyn Clock>) -> Self {
        let shared = Arc::new(Shared::new(threads, clock));
        let thread = |number: usize| {
            let shared = shared.clone();
            let builder = std::thread::Builder::new().name(format!("pool-{number}"));
            builder.spawn(move || shared.serve()).expect("the system has room for a few threads")
        };
        let threads = (0..threads).map(thread).collect();
        Self { shared, threads }
    }

    pub(crate) fn handle(&self) -> PoolHandle {
        PoolHandle(self.shared.clone())
    }
}

impl PoolHandle {
    /// Queues a step, or gives it back when the queue is full.
    pub(crate) fn offer(&self, work: Work) -> Result<(), Box<Work>> {
        let mut queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.work.len() >= self.0.room {
            return Err(Box::new(work));
        }
        queue.work.push_back(work);
        self.0.arrived.notify_one();
        Ok(())
    }
}

impl Shared {
    fn new(threads: usize, clock: Arc<dyn Clock>) -> Self {
        Self { queue: Mutex::default(), arrived: Condvar::new(), clock, room: 2 * threads }
    }

    fn serve(&self) {
        loop {
            let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
            let mut queue = self
                .arrived
                .wait_while(queue, |queue| queue.work.is_empty() && !queue.closed)
                .unwrap_or_else(PoisonError::into_inner);
            let Some(work) = queue.work.pop_front() else { return };
            drop(queue);
            let Work { id, tenant, program, execution, address, input, env, accepted_us, inbox } = work;
            let attempt = Attempt {
                id,
                tenant,
                program: &program,
                execution: &execution,
                address: &address,
                input: &input,
                env: &env,
                accepted_us,
                began_us: self.clock.now_us(),
            };
            let (made, _) = attempt.make(&*self.clock);
            inbox.send(Message::Made { execution: id, address, made: Box::new(made) });
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.shared.arrived.notify_all();
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use model::event::Accepted;
    use model::{Graph, json};
    use nodes::Registry;

    use super::*;
    use crate::clock::SystemClock;
    use crate::program::Extent;

    fn work() -> Work {
        let file = json::read(br#"{"nodes":[{"id":"n","type":"number","data":{"value":1}}],"edges":[]}"#);
        let graph = Graph::from_value(&file.expect("JSON")).expect("a graph");
        let program = Arc::new(Program::compile(graph, Arc::new(Registry::standard())).expect("it can run"));
        let plan = program.plan(Extent::default()).expect("a plan");
        let accepted = Accepted {
            at_ms: 0,
            start: None,
            until: None,
            input: Value::Null,
            trigger: Value::Null,
            pinned: false,
            begin_ms: None,
        };
        Work {
            id: ExecutionId(1),
            tenant: TenantId::DEFAULT,
            program,
            execution: Execution::begin(plan, accepted),
            address: Address::top(0),
            input: Value::Null,
            env: Value::Null,
            accepted_us: 0,
            inbox: Arc::default(),
        }
    }

    #[test]
    fn the_queue_holds_twice_as_many_as_there_are_threads() {
        // Nobody serves it.
        let pool = PoolHandle(Arc::new(Shared::new(3, Arc::new(SystemClock::default()))));
        for at in 0..6 {
            assert!(pool.offer(work()).is_ok(), "{at} wait");
        }
        assert!(pool.offer(work()).is_err());
    }
}
