// The worker's first lines. It is built as a file of its own, `/worker.js`, by tools/worker.mjs.

import type { Build } from "./program";
import type { Scope } from "./scope";
import { serve } from "./serve";

/** Written in by the build. */
declare const BUILD: Build;

serve(globalThis as unknown as Scope, BUILD);
