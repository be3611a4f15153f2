// Addresses in a text, to be pressed. All else stays the text that it is: nothing of it is ever read as markup.

export interface Piece {
  text: string;
  /** Where it leads; null for words. */
  href: string | null;
}

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`]+/giu;
/** What ends a sentence is none of the address; nor is a bracket that was opened before it. */
const END = /[.,;:!?…*_~]+$/u;

export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const address = trimmed(found[0]);
    const href = hrefOf(address);
    if (href === null) continue;
    if (found.index > done) pieces.push({ text: text.slice(done, found.index), href: null });
    pieces.push({ text: address, href });
    done = found.index + address.length;
  }
  if (done < text.length) pieces.push({ text: text.slice(done), href: null });
  return pieces;
}

function trimmed(found: string): string {
  for (let address = found; ; ) {
    const bare = address.replace(END, "");
    const next = bare.endsWith(")") && count(bare, ")") > count(bare, "(") ? bare.slice(0, -1) : bare;
    if (next === address) return address;
    address = next;
  }
}

const count = (text: string, sign: string) => text.split(sign).length - 1;

/** Only addresses of the web, and none that hides behind a name before its host. */
function hrefOf(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  return (url.protocol === "https:" || url.protocol === "http:") && url.username === "" && url.password === "" ? url.href : null;
}
