// How expressions and texts with `{{ }}` are coloured. JavaScript and JSON have grammars of their own.

import { StreamLanguage, type StreamParser, type StringStream } from "@codemirror/language";

interface State {
  /** Open brackets inside of the `{{ }}`; -1 outside of one. */
  depth: number;
}

const KEYWORDS = /^(?:true|false|null|undefined|typeof|in|new|NaN|Infinity)\b/;

function code(stream: StringStream): string | null {
  if (stream.eatSpace()) return null;
  if (stream.match(/^"(?:[^"\\\n]|\\.)*"?/) || stream.match(/^'(?:[^'\\\n]|\\.)*'?/) || stream.match(/^`(?:[^`\\]|\\.)*`?/)) return "string";
  if (stream.match(/^\d[\w.]*/)) return "number";
  if (stream.match(KEYWORDS)) return "atom";
  if (stream.match(/^(?:\?\.|\.)\s*[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*(?=\s*\()/)) return "variableName.function";
  if (stream.match(/^(?:\?\.|\.)\s*[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*/)) return "propertyName";
  if (stream.match(/^[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*(?=\s*\()/)) return "variableName.function";
  if (stream.match(/^[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*/)) return "variableName";
  if (stream.match(/^(?:=>|[=!]==?|[<>]=?|&&|\|\||\?\??|[-+*/%!:~^&|])/)) return "operator";
  stream.next();
  return "bracket";
}

const templateParser: StreamParser<State> = {
  startState: () => ({ depth: -1 }),
  token(stream, state) {
    if (state.depth < 0) {
      if (stream.match("{{")) {
        state.depth = 0;
        return "meta";
      }
      stream.next();
      while (!stream.eol() && !stream.match("{{", false)) stream.next();
      return "content";
    }
    if (state.depth === 0 && stream.match("}}")) {
      state.depth = -1;
      return "meta";
    }
    const next = stream.peek() ?? "";
    if (/[([{]/.test(next)) state.depth += 1;
    if (/[)\]}]/.test(next)) state.depth = Math.max(0, state.depth - 1);
    return code(stream);
  },
};

const expressionParser: StreamParser<null> = { startState: () => null, token: (stream) => code(stream) };

export const templateLanguage = StreamLanguage.define(templateParser);
export const expressionLanguage = StreamLanguage.define(expressionParser);
