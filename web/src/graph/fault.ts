// The message of an error in its parts: what happened, and what the code wrote to its console last.

const CONSOLE = "\nconsole:\n";

export interface FaultParts {
  words: string;
  console: string | null;
}

export function faultParts(message: string): FaultParts {
  const at = message.indexOf(CONSOLE);
  if (at < 0) return { words: message, console: null };
  return { words: message.slice(0, at), console: message.slice(at + CONSOLE.length).replace(/\n$/, "") };
}
