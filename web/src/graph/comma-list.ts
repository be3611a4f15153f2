// Words with commas between them, as people type tags and choices.

/** Each word once, in the order typed, without the room around it. */
export function commaList(text: string): string[] {
  return [...new Set(text.split(",").map((word) => word.trim()).filter((word) => word !== ""))];
}
