// Which pictures a page shows: those that come with the data, and those Tidemill itself has. None from elsewhere is ever asked for.

export type Picture = { source: string; alt: string } | { fault: string };

const MEDIA = /^data:image\/(?:png|jpe?g|gif|webp|avif|bmp|svg\+xml)(?:;[^,]*)?,/i;
/** How pictures begin in base64. */
const BEGINNINGS: readonly (readonly [string, string])[] = [
  ["iVBORw0KGgo", "png"],
  ["/9j/", "jpeg"],
  ["R0lGOD", "gif"],
  ["UklGR", "webp"],
];
const FIELDS = ["src", "url", "data", "base64", "image", "content", "body"];
const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;

/** `origin` is the page's own, e.g. `https://tides.example`. */
export function pictureOf(value: unknown, origin: string): Picture {
  if (typeof value === "string") return fromText(value.trim(), "", origin);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { fault: "a picture is a text: a data URL, base64, or the path of a file" };
  const fields = value as { [key: string]: unknown };
  const alt = [fields["alt"], fields["title"], fields["name"]].find((one): one is string => typeof one === "string") ?? "";
  const type = [fields["content_type"], fields["mime_type"], fields["type"]].find((one): one is string => typeof one === "string" && one.startsWith("image/"));
  const text = FIELDS.map((key) => fields[key]).find((one): one is string => typeof one === "string" && one !== "");
  if (text === undefined) return { fault: "there is no picture in this object; it is looked for in src, url, data and base64" };
  const typed = type !== undefined && BASE64.test(text) ? `data:${type};base64,${text.replace(/\s/g, "")}` : text.trim();
  return fromText(typed, alt, origin);
}

function fromText(text: string, alt: string, origin: string): Picture {
  if (isShown(text, origin)) return { source: text, alt };
  const known = BEGINNINGS.find(([begin]) => text.startsWith(begin));
  if (known && BASE64.test(text)) return { source: `data:image/${known[1]};base64,${text.replace(/\s/g, "")}`, alt };
  if (/^https?:/i.test(text)) return { fault: "pictures of other sites are not fetched; read it with an HTTP node and show its body" };
  return { fault: "this text is neither a picture nor the path of one" };
}

/** Whether a page may ask for this address: it carries the picture, or Tidemill's API has it. A webhook is never called. */
export function isShown(address: string, origin: string): boolean {
  if (MEDIA.test(address)) return true;
  if (!/^(?:\/(?!\/)|https?:)/i.test(address)) return false;
  try {
    const url = new URL(address, origin);
    return url.origin === origin && url.pathname.startsWith("/api/");
  } catch {
    return false;
  }
}
