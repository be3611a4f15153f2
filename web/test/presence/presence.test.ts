// Presence: what others say is read with care, what this page says goes out seldom enough, and names are friendly.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate } from "y-protocols/awareness";
import { Doc } from "yjs";
import { GraphDocument } from "../../src/graph/document/document";
import { cleanName, COLORS, doingOf, fieldIn, fieldOf, initials, inkOn, inventUser, readPerson, type Person } from "../../src/graph/people";
import { People, peopleOf, readMe, sourceOf } from "../../src/state/document/presence";
import { Hub } from "./hub";

const ME = { name: "Calm Heron", color: COLORS[0] };
const ADA = { user: { name: "Ada", color: "#2f66ea" }, view: { x: 0, y: 0, width: 10, height: 5 }, pointer: { x: 1, y: 2 }, selection: { nodes: ["a"], edges: [] }, field: null };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("what others say", () => {
  it("is read as it is", () => {
    expect(readPerson(7, ADA)).toEqual({ id: 7, ...ADA });
  });

  it.each([null, 1, "x", [], undefined])("is nobody: %j", (state) => {
    expect(readPerson(1, state)).toBeNull();
  });

  it("that makes no sense is as if it were not said", () => {
    const nobody = { id: 3, user: { name: "Somebody", color: COLORS[3] }, view: null, pointer: null, selection: { nodes: [], edges: [] }, field: null };
    expect(readPerson(3, {})).toEqual(nobody);
    const wrong = { user: { name: 5, color: "red;x" }, view: { x: 0, y: 0, width: -1, height: 1 }, pointer: { x: NaN, y: 0 }, selection: { nodes: "a", edges: [1, {}] }, field: "x".repeat(2_000) };
    expect(readPerson(3, wrong)).toEqual(nobody);
    expect(readPerson(3, { user: [], selection: null, view: [], pointer: "1,2" })).toEqual(nobody);
  });

  it("is bounded", () => {
    const person = readPerson(1, { user: { name: "n".repeat(1_000) }, selection: { nodes: Array.from({ length: 5_000 }, (_, at) => `n${at}`), edges: [] } });
    expect(person?.user.name).toHaveLength(40);
    expect(person?.selection.nodes).toHaveLength(100);
    const [hub, people] = [new Hub(), new People(ME)];
    people.connect(hub.join());
    for (let id = 1_000; id < 2_000; id += 1) hub.put(id, ADA);
    expect(people.list).toHaveLength(200);
  });

  it("is on one line, without what cannot be seen", () => {
    expect(cleanName(" Ada\n\u202E Love\u0000lace ")).toBe("Ada Love lace");
    expect(cleanName("\u200b\n")).toBe("");
    expect([...cleanName("👩".repeat(50))]).toHaveLength(40);
  });
});

describe("names and colours", () => {
  it("are invented of what there is, whatever the dice say", () => {
    for (const dice of [0, 0.5, 0.999_999]) {
      const { name, color } = inventUser(() => dice);
      expect(name).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/);
      expect(COLORS).toContain(color);
    }
  });

  it("are kept on the device, and changed there", () => {
    const first = readMe();
    expect(readMe()).toEqual(first);
    const people = new People();
    people.rename({ name: " Ada ", color: "#2f66ea" });
    expect(readMe()).toEqual({ name: "Ada", color: "#2f66ea" });
    people.rename({ name: "  ", color: "#2f66ea" });
    people.rename({ name: "Grace", color: "blue" });
    expect(people.me).toEqual({ name: "Ada", color: "#2f66ea" });
  });

  it("are new where something else wrote there, and last as long as the page where storage is blocked", () => {
    localStorage.setItem("tidemill.me", '{"name":5');
    expect(readMe().name).not.toBe("");
    vi.stubGlobal("localStorage", { getItem: () => { throw new Error("blocked"); }, setItem: () => { throw new Error("blocked"); } });
    expect(new People().me.name).not.toBe("");
  });

  it("have letters for a disc, and ink that can be read on any colour", () => {
    expect([initials("Ada Lovelace"), initials("Zoë"), initials("王小云"), initials("a b c"), initials("")]).toEqual(["AL", "Z", "王", "AC", ""]);
    for (const color of COLORS) expect(inkOn(color)).toBe("#ffffff");
    expect(inkOn("#ffee00")).toBe("#000000");
  });
});

describe("what somebody does", () => {
  const person = (some: Partial<Person>): Person => ({ id: 1, ...ADA, selection: { nodes: [], edges: [] }, ...some });
  const title = (id: string) => (id === "gone" ? null : `Node ${id}`);

  it.each([
    [{}, "Looks around"],
    [{ selection: { nodes: ["a"], edges: [] } }, "At Node a"],
    [{ selection: { nodes: ["gone"], edges: [] } }, "At a node that is gone"],
    [{ selection: { nodes: ["a", "b"], edges: ["c"] } }, "Has 2 nodes and 1 edge selected"],
    [{ selection: { nodes: Array.from({ length: 100 }, () => "a"), edges: [] } }, "Has 100 or more nodes selected"],
    [{ field: fieldOf("a", "url") }, "Edits url of Node a"],
    [{ field: fieldOf("gone", "url") }, "Looks around"],
    [{ field: "edges/a/label" }, "Looks around"],
  ])("%j: %s", (some, words) => {
    expect(doingOf(person(some), title)).toBe(words);
  });

  it("is named by fields as the overlay names them", () => {
    expect(fieldOf("#a/b~c", "x/y~z")).toBe("nodes/~2a~1b~0c/data/x~1y~0z");
    expect(fieldIn(fieldOf("#a/b~c", "x/y~z"))).toEqual({ node: "#a/b~c", key: "x/y~z" });
    for (const none of [null, "", "nodes", "nodes/a", "nodes/a/type", "nodes/#0/data/x", "file/name"]) expect(fieldIn(none)).toBeNull();
  });
});

describe("the people of a document", () => {
  it("are those who have it open, but for oneself; the list is another one only when it has to be drawn anew", () => {
    const [hub, people] = [new Hub(), new People(ME)];
    let [lists, moves] = [0, 0];
    people.listen(() => (lists += 1));
    people.listenMoves(() => (moves += 1));
    people.connect(hub.join());
    hub.put(50, ADA);
    const before = people.list;
    expect(before.map(({ user }) => user.name)).toEqual(["Ada"]);
    [lists, moves] = [0, 0];
    hub.put(50, { ...ADA, pointer: { x: 9, y: 9 }, view: null });
    expect([lists, moves]).toEqual([0, 1]);
    expect(people.list).toBe(before);
    expect(people.find(50)?.pointer).toEqual({ x: 9, y: 9 });
    hub.put(50, { ...ADA, selection: { nodes: ["b"], edges: [] } });
    expect(lists).toBe(1);
    hub.put(50, null);
    expect(people.list).toEqual([]);
  });

  it("are gone with the source, and those of another come in their place", () => {
    const [one, other, people] = [new Hub(), new Hub(), new People(ME)];
    one.put(50, ADA);
    other.put(60, { ...ADA, user: { name: "Grace", color: "#15803d" } });
    const leave = people.connect(one.join());
    people.connect(other.join());
    expect(people.list.map(({ id }) => id)).toEqual([60]);
    leave();
    one.put(51, ADA);
    expect(people.isConnected).toBe(true);
    expect(people.list.map(({ id }) => id)).toEqual([60]);
  });

  it("are one for each document", () => {
    const [a, b] = [new GraphDocument({ nodes: [], edges: [] }), new GraphDocument({ nodes: [], edges: [] })];
    expect(peopleOf(a)).toBe(peopleOf(a));
    expect(peopleOf(a)).not.toBe(peopleOf(b));
  });
});

describe("what this page says", () => {
  function telling(others: number) {
    const [hub, people] = [new Hub(), new People(ME)];
    for (let id = 0; id < others; id += 1) hub.put(100 + id, ADA);
    const source = hub.join();
    const said: unknown[] = [];
    people.connect({ ...source, say: (state) => said.push(state) });
    return { people, said, hub };
  }

  it("goes out at once, then at most 20 times a second, the newest last", () => {
    const { people, said } = telling(1);
    expect(said).toHaveLength(1);
    for (let ms = 0; ms < 1_000; ms += 5) {
      people.tell({ pointer: { x: ms, y: 0 } });
      vi.advanceTimersByTime(5);
    }
    vi.advanceTimersByTime(100);
    expect(said.length).toBeGreaterThan(15);
    expect(said.length).toBeLessThanOrEqual(22);
    expect(said.at(-1)).toMatchObject({ user: ME, pointer: { x: 995, y: 0 } });
    vi.advanceTimersByTime(1_000);
    const count = said.length;
    people.tell({ field: "nodes/a/data/url" });
    expect(said).toHaveLength(count + 1);
  });

  it("goes out seldom while nobody is there, and at once when somebody comes", () => {
    const { people, said, hub } = telling(0);
    for (let ms = 0; ms < 1_000; ms += 20) {
      people.tell({ pointer: { x: ms, y: 0 } });
      vi.advanceTimersByTime(20);
    }
    expect(said).toHaveLength(1);
    hub.put(100, ADA);
    expect(said).toHaveLength(2);
    expect(said.at(-1)).toMatchObject({ pointer: { x: 980, y: 0 } });
  });

  it("goes nowhere without a source, and to a new one all at once", () => {
    const people = new People(ME);
    people.tell({ selection: { nodes: ["a"], edges: [] } });
    vi.advanceTimersByTime(5_000);
    const hub = new Hub();
    people.connect(hub.join());
    expect([...hub.states.values()]).toMatchObject([{ user: ME, selection: { nodes: ["a"] } }]);
  });

  it("travels by the awareness of y-protocols", () => {
    vi.useRealTimers();
    const [left, right] = [new Awareness(new Doc()), new Awareness(new Doc())];
    for (const [from, to] of [[left, right], [right, left]] as const) {
      from.on("update", ({ added, updated, removed }: { added: number[]; updated: number[]; removed: number[] }, origin: unknown) => origin === "wire" || applyAwarenessUpdate(to, encodeAwarenessUpdate(from, [...added, ...updated, ...removed]), "wire"));
    }
    const [me, ada] = [new People(ME), new People(ADA.user)];
    me.connect(sourceOf(left));
    ada.connect(sourceOf(right));
    ada.tell({ pointer: { x: 5, y: 6 } });
    me.tell({ field: "nodes/a/data/url" });
    expect(me.list.map(({ user }) => user)).toEqual([ADA.user]);
    expect(ada.list.map(({ user }) => user)).toEqual([ME]);
    right.setLocalState(null);
    expect(me.list).toEqual([]);
    left.destroy();
    right.destroy();
  });
});
