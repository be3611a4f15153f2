// A sentence in which `code` between backticks stands out.

export function Marked({ text }: { text: string }) {
  const parts = text.split("`");
  return parts.map((part, at) => (at % 2 === 1 && at < parts.length - 1 ? <code key={at} className="mono">{part}</code> : <span key={at}>{part}</span>));
}
