// Keys that make a repeated click or a retry count once.

export function newKey(): string {
  const random = crypto.getRandomValues(new Uint32Array(4));
  return Array.from(random, (part) => part.toString(36)).join("-");
}
