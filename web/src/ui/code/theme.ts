// The editor's look, from the tokens of the page.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const look = EditorView.theme({
  "&": { color: "var(--text-1)", backgroundColor: "transparent", fontSize: "var(--fs-12)", maxHeight: "var(--h-json)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontFeatureSettings: "normal", fontVariantLigatures: "none", lineHeight: "var(--lh-18)", overflow: "auto" },
  ".cm-content": { padding: "var(--s-15) 0", caretColor: "var(--tide)", minHeight: "var(--s-4)" },
  ".cm-line": { padding: "0 var(--s-25)" },
  ".cm-cursor": { borderLeftColor: "var(--tide)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, ::selection": { background: "color-mix(in srgb, var(--tide) 26%, transparent)" },
  ".cm-placeholder": { color: "var(--text-3)" },
  ".cm-gutters": { backgroundColor: "var(--bg-2)", color: "var(--text-3)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { paddingInline: "var(--s-2) var(--s-1)", minWidth: "var(--s-6)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  ".cm-matchingBracket": { backgroundColor: "transparent" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--bg-3)", outline: "var(--s-hair) solid var(--line-2)" },
  ".cm-dropCursor": { borderLeftColor: "var(--tide)" },
  ".cm-tooltip": { backgroundColor: "var(--bg-2)", color: "var(--text-1)", border: "var(--s-hair) solid var(--line-2)", borderRadius: "var(--r-m)", boxShadow: "var(--shadow-2)", overflow: "hidden", zIndex: "60" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "var(--fs-12)", maxHeight: "var(--h-chart)", maxWidth: "min(var(--w-panel-wide), 90vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { display: "flex", gap: "var(--s-2)", alignItems: "baseline", padding: "var(--s-05) var(--s-2)", lineHeight: "var(--lh-20)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--bg-3)", color: "var(--text-1)" },
  ".cm-completionIcon": { width: "var(--s-35)", padding: "0", opacity: "1", color: "var(--text-3)", fontSize: "var(--fs-11)" },
  ".cm-completionMatchedText": { textDecoration: "none", color: "var(--tide)" },
  ".cm-completionDetail": { fontStyle: "normal", color: "var(--text-3)", marginInlineStart: "auto", overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap", fontSize: "var(--fs-11)" },
  ".cm-completionInfo": { padding: "var(--s-15) var(--s-25)", fontSize: "var(--fs-12)", lineHeight: "var(--lh-18)", fontFamily: "var(--font)", maxWidth: "var(--w-field-min)" },
  ".cm-diagnostic": { fontFamily: "var(--font)", fontSize: "var(--fs-12)", padding: "var(--s-15) var(--s-25)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad)" },
});

const colours = HighlightStyle.define([
  { tag: tags.meta, color: "var(--text-3)" },
  { tag: [tags.variableName, tags.propertyName], color: "var(--tide)" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: "var(--cat-logic)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--cat-code)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--cat-data)" },
  { tag: [tags.keyword, tags.definitionKeyword, tags.controlKeyword], color: "var(--cat-logic)" },
  { tag: [tags.operator, tags.punctuation, tags.bracket], color: "var(--text-2)" },
  { tag: tags.comment, color: "var(--text-3)", fontStyle: "italic" },
  { tag: tags.content, color: "var(--text-1)" },
  { tag: tags.heading, fontWeight: "600" },
]);

export const theme = [look, syntaxHighlighting(colours)];
