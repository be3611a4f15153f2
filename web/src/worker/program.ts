// The files of the page, fetched ahead when a version is installed, so that every page starts without the server.

export interface Build {
  /** Of what is in the files. */
  version: string;
  /** Each file with its digest; null where its name has one already. `/` is the first page. */
  files: Readonly<Record<string, string | null>>;
}

const PREFIX = "tidemill-page-";
/** Tabs that were opened before a new version came still ask for their own code. */
const VERSIONS = 3;
/** So many files are fetched beside each other, and each so often. */
const AT_ONCE = 4;
const TRIES = 3;
const WAIT_MS = 2_000;

type Fetch = (asked: string, init?: RequestInit) => Promise<Response>;

export class Program {
  readonly files: ReadonlySet<string>;

  constructor(
    private readonly caches: CacheStorage,
    private readonly build: Build,
    private readonly fetch: Fetch,
    private readonly wait: number = WAIT_MS,
  ) {
    this.files = new Set(Object.keys(build.files));
  }

  /** Fetches what is not here yet; fails unless all of it is there in the end. */
  async install(): Promise<void> {
    const cache = await this.caches.open(this.#name);
    const left = [...this.files];
    const next = async () => {
      for (let path = left.pop(); path !== undefined; path = left.pop()) await this.#add(cache, path);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
  }

  /** A file, or null where it has to come from the server. */
  async find(path: string): Promise<Response | null> {
    const own = await (await this.caches.open(this.#name)).match(path, { ignoreVary: true });
    if (own) return own;
    // Names under /assets are of their content: of whatever version it is, it is the file that was asked for.
    return path.startsWith("/assets/") ? this.#older(path) : null;
  }

  /** Looks whether the first page came with other headers since: a server may be newer while its pages are the same. */
  async refresh(): Promise<void> {
    const cache = await this.caches.open(this.#name);
    const answer = await this.#get("/").catch(() => null);
    if (answer) await cache.put("/", answer);
  }

  /** Lets go of versions that no tab can be of any more. */
  async sweep(): Promise<void> {
    const names = (await this.caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== this.#name);
    await Promise.all(names.slice(0, Math.max(0, names.length - (VERSIONS - 1))).map((name) => this.caches.delete(name)));
  }

  get #name(): string {
    return PREFIX + this.build.version;
  }

  async #older(path: string): Promise<Response | null> {
    for (const name of await this.caches.keys()) {
      if (!name.startsWith(PREFIX)) continue;
      const found = await (await this.caches.open(name)).match(path, { ignoreVary: true });
      if (found) return found;
    }
    return null;
  }

  async #add(cache: Cache, path: string): Promise<void> {
    if (await cache.match(path, { ignoreVary: true })) return;
    const known = path.startsWith("/assets/") ? await this.#older(path) : null;
    await cache.put(path, known ?? (await this.#fetched(path)));
  }

  async #fetched(path: string): Promise<Response> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#get(path);
      } catch (error) {
        if (tries === TRIES) throw error;
        await new Promise((done) => setTimeout(done, this.wait));
      }
    }
  }

  /** The browser holds a file against its digest: a server that is exchanged meanwhile makes no mixture of two versions. */
  async #get(path: string): Promise<Response> {
    const digest = this.build.files[path];
    const answer = await this.fetch(path, digest ? { cache: "no-cache", integrity: digest } : {});
    if (!answer.ok || answer.redirected) throw new Error(`${path} was answered ${answer.status}`);
    return answer;
  }
}
