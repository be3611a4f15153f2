// Writes into index.html which files each page needs before it paints, so that first.js can ask for them ahead of time.
// A plugin of the build.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadedFor, pagesOf, ROUTES } from "./bundle.mjs";

/** Where in index.html it is written: right before the script that reads it. */
const BEFORE = '<script src="/first.js"></script>';

/** What first.js reads: all files once, and of each page where its own stand in that list; the program's own come anyway. */
export function codeOf(bundle, pages) {
  const entry = loadedFor(bundle, []);
  const files = [];
  const numbered = (file) => (files.includes(file) ? files.indexOf(file) : files.push(file) - 1);
  const own = (module) => {
    const { scripts, styles } = loadedFor(bundle, [module]);
    return [...scripts.filter((file) => !entry.scripts.includes(file)), ...styles.filter((file) => !entry.styles.includes(file))];
  };
  const numbers = Object.fromEntries([...pages].map(([pattern, module]) => [pattern, own(module).map(numbered)]));
  return { files, pages: numbers };
}

export function ahead() {
  let root = ".";
  return {
    name: "ahead",
    apply: "build",
    configResolved(config) {
      root = config.root;
    },
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle }) {
        const code = codeOf(bundle, pagesOf(readFileSync(join(root, ROUTES), "utf8")));
        if (!html.includes(BEFORE)) throw new Error(`index.html has no ${BEFORE}`);
        return html.replace(BEFORE, () => `<meta name="page-code" content='${JSON.stringify(code)}' />\n    ${BEFORE}`);
      },
    },
  };
}
