// Who else has a document open: what they say of themselves, and what this page says of whoever sits at it. Where that travels is
// the source's matter: the awareness of y-protocols is one.

import type { GraphDocument } from "../../graph/document/document";
import { cleanName, inventUser, isColor, isSameBeside, readPerson, type Person, type Presence, type User } from "../../graph/people";

/** Carries states between those who have one document open. */
export interface PresenceSource {
  /** Which of the states is this page's. */
  readonly me: number;
  states(): ReadonlyMap<number, unknown>;
  say(state: Presence): void;
  /** Hears that some states changed, came or went; answers what ends that. */
  listen(changed: (ids: Iterable<number>) => void): () => void;
}

interface Changes {
  added: number[];
  updated: number[];
  removed: number[];
}

/** As much of the awareness of y-protocols as presence needs. */
export interface Awareness {
  readonly clientID: number;
  getStates(): Map<number, { [key: string]: unknown }>;
  setLocalState(state: { [key: string]: unknown } | null): void;
  on(name: "change", listener: (changes: Changes) => void): unknown;
  off(name: "change", listener: (changes: Changes) => void): unknown;
}

export function sourceOf(awareness: Awareness): PresenceSource {
  return {
    me: awareness.clientID,
    states: () => awareness.getStates(),
    say: (state) => awareness.setLocalState({ ...state }),
    listen(changed) {
      const hear = ({ added, updated, removed }: Changes) => changed([...added, ...updated, ...removed]);
      awareness.on("change", hear);
      return () => awareness.off("change", hear);
    },
  };
}

/** A state is told at most so often: 20 times a second, and seldom where nobody is there to see it. */
const TELL_MS = 50;
const ALONE_MS = 2_000;
const PEOPLE_MOST = 200;
const ME_KEY = "tidemill.me";

/** Who this device is, until somebody says otherwise: invented at first, and kept. */
export function readMe(): User {
  let kept: Partial<User> = {};
  try {
    kept = (JSON.parse(localStorage.getItem(ME_KEY) ?? "{}") ?? {}) as Partial<User>;
  } catch {
    // Blocked, or written by something else: a new name is a good answer.
  }
  const name = typeof kept.name === "string" ? cleanName(kept.name) : "";
  if (name !== "" && isColor(kept.color)) return { name, color: kept.color };
  const user = inventUser(() => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32);
  return keepMe(user);
}

function keepMe(user: User): User {
  try {
    localStorage.setItem(ME_KEY, JSON.stringify(user));
  } catch {
    // The name lasts as long as the page.
  }
  return user;
}

type Listener = () => void;

/** The people of one document. */
export class People {
  #source: PresenceSource | null = null;
  #stop: Listener = () => undefined;
  #mine: Presence;
  #all = new Map<number, Person>();
  #list: readonly Person[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #told = -ALONE_MS;
  readonly #changed = new Set<Listener>();
  readonly #moved = new Set<Listener>();

  constructor(me: User = readMe()) {
    this.#mine = { user: me, view: null, pointer: null, selection: { nodes: [], edges: [] }, field: null };
  }

  /** Whether anybody could be seen. */
  get isConnected(): boolean {
    return this.#source !== null;
  }

  get me(): User {
    return this.#mine.user;
  }

  /** The others, by name. It is another list only when somebody comes, goes, or does more than look around. */
  get list(): readonly Person[] {
    return this.#list;
  }

  /** The others with their pointers and views as they are now. */
  get now(): Iterable<Person> {
    return this.#all.values();
  }

  find(id: number): Person | undefined {
    return this.#all.get(id);
  }

  /** Hears that there is another list, another `me`, or another source. */
  readonly listen = (listener: Listener): Listener => {
    this.#changed.add(listener);
    return () => this.#changed.delete(listener);
  };

  /** Hears of every change, also where pointers are. */
  readonly listenMoves = (listener: Listener): Listener => {
    this.#moved.add(listener);
    return () => this.#moved.delete(listener);
  };

  /** Begins with a source, in the place of the one before; answers what lets go of it. */
  connect(source: PresenceSource): Listener {
    this.#stop();
    this.#source = source;
    const stop = source.listen((ids) => this.#take(ids));
    const close = () => {
      stop();
      if (this.#source !== source) return;
      this.#source = null;
      if (this.#timer !== null) clearTimeout(this.#timer);
      this.#timer = null;
      this.#all.clear();
      this.#relist();
    };
    this.#stop = close;
    this.#all.clear();
    this.#take(source.states().keys());
    this.#relist();
    this.#say();
    return close;
  }

  /** Tells what is new of me: at once where nothing was told lately. */
  tell(some: Partial<Omit<Presence, "user">>): void {
    this.#mine = { ...this.#mine, ...some };
    this.#soon();
  }

  /** Another name or colour, kept on this device. */
  rename(user: User): void {
    const name = cleanName(user.name);
    if (name === "" || !isColor(user.color)) return;
    this.#mine = { ...this.#mine, user: keepMe({ name, color: user.color }) };
    this.#soon();
    this.#relist();
  }

  /** What another tab of this device chose. */
  reread(): void {
    this.#mine = { ...this.#mine, user: readMe() };
    this.#soon();
    this.#relist();
  }

  #soon(): void {
    if (!this.#source || this.#timer !== null) return;
    const wait = this.#told + (this.#all.size === 0 ? ALONE_MS : TELL_MS) - performance.now();
    if (wait <= 0) this.#say();
    else this.#timer = setTimeout(() => this.#say(), wait);
  }

  #say(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#told = performance.now();
    this.#source?.say(this.#mine);
  }

  #take(ids: Iterable<number>): void {
    const source = this.#source;
    if (!source) return;
    const [states, wasAlone] = [source.states(), this.#all.size === 0];
    let isOther = false;
    for (const id of ids) {
      if (id === source.me) continue;
      const [before, person] = [this.#all.get(id), states.has(id) ? readPerson(id, states.get(id)) : null];
      if (!person) isOther = this.#all.delete(id) || isOther;
      else if (before && isSameBeside(before, person)) this.#all.set(id, { ...person, selection: before.selection });
      else if (before || this.#all.size < PEOPLE_MOST) {
        this.#all.set(id, person);
        isOther = true;
      }
    }
    if (isOther) this.#relist();
    // Whoever comes first waits for nothing.
    if (wasAlone && this.#timer !== null && this.#all.size > 0) this.#say();
    for (const listener of this.#moved) listener();
  }

  #relist(): void {
    this.#list = [...this.#all.values()].sort((a, b) => a.user.name.localeCompare(b.user.name) || a.id - b.id);
    for (const listener of this.#changed) listener();
  }
}

const known = new WeakMap<GraphDocument, People>();

/** Those of a document; whoever connects it to a room gives them a source: `peopleOf(doc).connect(sourceOf(awareness))`. */
export function peopleOf(doc: GraphDocument): People {
  const people = known.get(doc) ?? new People();
  known.set(doc, people);
  return people;
}
