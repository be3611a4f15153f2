// What the mock can be asked of executions: cancel, hold, take up again, fork, replay, many at once, and what changed since.

const OVER = new Set(["succeeded", "failed", "canceled", "timed_out", "quarantined"]);
const OPEN = ["delayed", "queued", "running", "waiting", "paused"];
const TAKES = { cancel: OPEN, pause: OPEN, resume: ["paused", "running"], retry: ["failed", "timed_out", "canceled", "quarantined"], replay: [...OVER] };
const BULK_PAUSE_MS = 40;
const REMEMBERED = 20_000;

/** `fail(status, code, title, detail)` throws; `start(workflow, input, options)` makes an execution; `publish` tells an event. */
export function controls({ executions, newest, listItem, publish, start, advance, fail }) {
  const log = changeLog();
  const changed = (execution) => log.add(execution.id);
  const acts = actsWith({ publish, advance, changed });
  const need = (id) => executions.get(id) ?? fail(404, "not_found", "There is no such execution", `execution ${id}`);
  const matching = (filter) => newest().filter((execution) => fits(execution, filter));

  function ask(id, what) {
    const execution = need(id);
    if (!TAKES[what].includes(execution.status)) {
      const retries = what === "retry";
      fail(409, retries ? "cannot_retry" : "has_ended", retries ? "It cannot be taken up again" : "The execution has ended", `execution ${id} is ${execution.status.replace("_", " ")}`);
    }
    acts[what](execution);
    return { id, status: execution.status };
  }

  function fork(id, { from, output }) {
    const execution = need(id);
    const step = execution.events.find((event) => event.type === "step_finished" && event.address === from);
    if (!step) fail(404, "not_found", "There is no such step", `a step "${from}" that ended in execution ${id}`);
    const given = new Map(output === undefined ? [] : [[from, output]]);
    const born = start(execution.workflow, execution.input, { trigger: "fork", origin: { execution: id, kind: "fork" }, given, seed: execution.seed });
    return { id: born.id, status: born.status };
  }

  function replay(id) {
    const execution = need(id);
    const born = start(execution.workflow, execution.input, { trigger: "replay", origin: { execution: id, kind: "replay" } });
    return { id: born.id, status: born.status };
  }

  /** The list, or with `since` what changed after it. */
  function list(url, paged) {
    const filter = Object.fromEntries(url.searchParams);
    if (!filter.since) return { ...paged(matching(filter), url, listItem), since: `m.${log.end()}` };
    const after = Number(/^m\.(\d+)$/.exec(filter.since)?.[1] ?? NaN);
    const { ids, upto } = log.after(after, Number(filter.limit ?? 20)) ?? fail(410, "cursor_expired", "Read the list again", "what changed since then is no longer known");
    const found = ids.map((id) => executions.get(id)).filter(Boolean);
    const items = found.filter((one) => fits(one, filter)).sort((a, b) => (a.id < b.id ? 1 : -1));
    return { items: items.map(listItem), gone: found.filter((one) => !items.includes(one)).map((one) => one.id), since: `m.${upto}`, more: upto < log.end(), next_cursor: null };
  }

  const act = (action, id) => (action === "replay" ? replay(id) : ask(id, action));
  return { ask, fork, replay, list, changed, ...bulksWith({ matching, act, fail }) };
}

/** Ids of what changed, in order; the oldest are forgotten. Places in it count from the first there ever was. */
function changeLog() {
  const changes = [];
  let forgotten = 0;
  const end = () => forgotten + changes.length;

  function add(id) {
    changes.push(id);
    if (changes.length > REMEMBERED) {
      changes.shift();
      forgotten += 1;
    }
  }

  /** What changed from a place on and up to where that was read, or null for a place that is not known. */
  function after(place, limit) {
    if (!(place >= forgotten && place <= end())) return null;
    const ids = [];
    let upto = place;
    for (; upto < end() && ids.length < limit; upto += 1) if (!ids.includes(changes[upto - forgotten])) ids.push(changes[upto - forgotten]);
    return { ids, upto };
  }

  return { add, end, after };
}

/** What each action does to an execution that takes it. */
function actsWith({ publish, advance, changed }) {
  const tell = (execution, body) => publish(execution, { execution: execution.id, seq: execution.events.length + 1, ...body });

  function cancel(execution) {
    clearTimeout(execution.timer);
    const done = new Set(execution.events.filter((event) => event.type === "step_finished").map((event) => event.address));
    const open = execution.events.filter((one) => ["step_started", "step_waiting", "scope_opened"].includes(one.type) && !done.has(one.address));
    for (const event of open) tell(execution, { type: "step_canceled", address: event.address, node: event.node, status: "canceled" });
    execution.todo = [];
    tell(execution, { type: "finished", at: now(), status: "canceled", output: null, error: null, duration_ms: Date.now() - execution.started });
  }

  /** Steps that failed run again, and mostly succeed the second time. */
  function retry(execution) {
    tell(execution, { type: "reopened", at: now() });
    execution.status = "running";
    const failed = execution.events.filter((event) => event.type === "step_finished" && event.status === "failed");
    setTimeout(() => {
      for (const event of failed) {
        tell(execution, { ...event, seq: execution.events.length + 1, status: "succeeded", output: [1, 2], ports: ["out"], error: null, attempts: event.attempts + 1, started_at: now(), duration_ms: 1.5 });
      }
      tell(execution, { type: "finished", at: now(), status: "succeeded", output: [1, 2], error: null, duration_ms: Date.now() - execution.started });
    }, 400);
  }

  function pause(execution) {
    clearTimeout(execution.timer);
    tell(execution, { type: "paused", at: now() });
    execution.status = "paused";
    changed(execution);
  }

  function resume(execution) {
    tell(execution, { type: "resumed", at: now() });
    execution.status = "running";
    changed(execution);
    advance(execution);
  }

  return { cancel, retry, pause, resume };
}

/** Many at once: `act(action, id)` does it to one, or throws for one that does not take it. */
function bulksWith({ matching, act, fail }) {
  const bulks = new Map();

  function bulk({ action, filter = {} }) {
    if (!TAKES[action]) fail(400, "invalid_parameter", "Bad request", `action cannot be "${action}"`);
    const said = filter.status ? filter.status.split(",") : action === "retry" || action === "replay" ? ["failed", "timed_out"] : OPEN;
    const statuses = said.filter((status) => TAKES[action].includes(status));
    if (statuses.length === 0) fail(400, "invalid_parameter", "Bad request", `${action} cannot be asked of what is ${said.join(", ")}`);
    const found = matching({ ...filter, status: statuses.join(",") });
    const item = { id: `b${String(bulks.size + 1).padStart(12, "0")}`, action, status: "running", total: found.length, total_exact: true, done: 0, passed_over: 0, created_at: now(), finished_at: null };
    bulks.set(item.id, item);
    work(item, found);
    return item;
  }

  function work(item, found) {
    setTimeout(() => {
      for (const execution of found.splice(0, 20)) {
        try {
          act(item.action, execution.id);
          item.done += 1;
        } catch {
          item.passed_over += 1;
        }
      }
      if (found.length > 0) work(item, found);
      else Object.assign(item, { status: "finished", finished_at: now() });
    }, BULK_PAUSE_MS);
  }

  const bulkOf = (id) => bulks.get(id) ?? fail(404, "not_found", "There is no such bulk", `bulk ${id}`);
  return { bulk, bulkOf };
}

function fits(execution, { status, workflow, trigger, origin, from, to }) {
  if (status && !status.split(",").includes(execution.status)) return false;
  if (workflow && execution.workflow.id !== workflow) return false;
  if (trigger && execution.trigger !== trigger) return false;
  if (origin && execution.origin?.execution !== origin) return false;
  return !(from && execution.started < Date.parse(from)) && !(to && execution.started >= Date.parse(to));
}

function now() {
  return new Date().toISOString();
}
