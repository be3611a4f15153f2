// Tells in words where a JSON text is wrong: line, column, and what was expected there.

export interface JsonFault {
  line: number;
  column: number;
  message: string;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORD = /true|false|null/y;

/** Null when the text is JSON. */
export function jsonFault(text: string): JsonFault | null {
  if (text.trim() === "") return { line: 1, column: 1, message: "nothing here yet; {} is an empty input" };
  try {
    JSON.parse(text);
    return null;
  } catch {
    const { at, message } = scan(text);
    const before = text.slice(0, at);
    const line = before.split("\n").length;
    return { line, column: at - before.lastIndexOf("\n"), message };
  }
}

interface Fault {
  at: number;
  message: string;
}

/** Reads on until the first thing that cannot stand there. */
function scan(text: string): Fault {
  let at = 0;
  const eat = (rule: RegExp): boolean => {
    rule.lastIndex = at;
    const found = rule.exec(text);
    if (!found) return false;
    at += found[0].length;
    return true;
  };
  const closers: ("]" | "}")[] = [];
  let want: "value" | "key" | "next" = "value";
  for (;;) {
    eat(SPACE);
    const char = text[at];
    const closer = closers.at(-1);
    if (want === "next") {
      if (closer === undefined) {
        return { at, message: char === undefined ? "this is not JSON" : "one value was complete, but more follows" };
      }
      if (char === closer) {
        closers.pop();
        at += 1;
      } else if (char === ",") {
        at += 1;
        want = closer === "}" ? "key" : "value";
        eat(SPACE);
        if (text[at] === closer) return { at, message: `a comma stands before ${closer}; take it away` };
      } else {
        return { at, message: char === undefined ? `the text ends before its closing ${closer}` : `expected a comma or ${closer}` };
      }
      continue;
    }
    if (char === undefined) return { at, message: closer ? `the text ends before its closing ${closer}` : "a value is missing" };
    if (want === "key") {
      if (!eat(STRING)) return { at, message: 'expected a name in double quotes' };
      eat(SPACE);
      if (text[at] !== ":") return { at, message: "expected a colon after the name" };
      at += 1;
      want = "value";
      continue;
    }
    if (char === "{" || char === "[") {
      at += 1;
      eat(SPACE);
      const end = char === "{" ? "}" : "]";
      if (text[at] === end) {
        at += 1;
        want = "next";
      } else {
        closers.push(end);
        want = char === "{" ? "key" : "value";
      }
    } else if (eat(STRING) || eat(NUMBER) || eat(WORD)) {
      want = "next";
    } else {
      const message =
        char === '"' ? "this text has no end, or a character that must be escaped" : char === "'" ? "text stands in double quotes" : "expected a value";
      return { at, message };
    }
  }
}
