// Finding by letters in their order: `hr` finds “HTTP request”. Beginnings of words and runs of letters count more.

export interface Match {
  score: number;
  /** Where the letters stand, to be marked. */
  at: number[];
}

const TEXT_MOST = 160;

/** Null where a letter is missing. An empty query fits everything alike. */
export function fuzzy(query: string, text: string): Match | null {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return { score: 0, at: [] };
  const words = text.slice(0, TEXT_MOST);
  const lower = words.toLowerCase();
  if (lower.length !== words.length) return plain(wanted, lower);
  const whole = lower.indexOf(wanted);
  if (whole >= 0) return { score: 100 + (isBegin(words, whole) ? 50 : 0) + (whole === 0 ? 30 : 0) - words.length / 10, at: Array.from(wanted, (_, n) => whole + n) };
  const at: number[] = [];
  let score = 0;
  let from = 0;
  for (const letter of wanted) {
    if (letter === " ") continue;
    const next = nextAt(words, lower, letter, from);
    if (next < 0) return null;
    score += isBegin(words, next) ? 12 : next === from && at.length > 0 ? 8 : 1;
    at.push(next);
    from = next + 1;
  }
  return { score: score - (from - (at[0] ?? 0)) / 4 - words.length / 20, at };
}

/** The next place of a letter; the beginning of a word where there is one soon. */
function nextAt(words: string, lower: string, letter: string, from: number): number {
  const next = lower.indexOf(letter, from);
  if (next < 0 || next === from || isBegin(words, next)) return next;
  for (let at = next; at >= 0 && at < next + 24; at = lower.indexOf(letter, at + 1)) if (isBegin(words, at)) return at;
  return next;
}

function isBegin(text: string, at: number): boolean {
  if (at === 0) return true;
  const [before, here] = [text.charAt(at - 1), text.charAt(at)];
  return !/[\p{L}\p{N}]/u.test(before) || (/\p{Ll}/u.test(before) && /\p{Lu}/u.test(here));
}

/** Letters that change their length in lower case: only whole words are looked for. */
function plain(wanted: string, lower: string): Match | null {
  return lower.includes(wanted) ? { score: 50, at: [] } : null;
}

/** The best of a list, the best first; ties stay in their order. */
export function best<T>(query: string, entries: Iterable<T>, text: (entry: T) => string, most = Infinity, bonus: (entry: T) => number = () => 0): { entry: T; match: Match }[] {
  const found: { entry: T; match: Match }[] = [];
  for (const entry of entries) {
    const match = fuzzy(query, text(entry));
    if (match) found.push({ entry, match: { ...match, score: match.score + bonus(entry) } });
  }
  found.sort((a, b) => b.match.score - a.match.score);
  return found.length > most ? found.slice(0, most) : found;
}
