// What can be done with comments, as entries to write. Who may do what is decided here: only authors change what they said.

import { TEXT_MOST, type Author } from "./entries";
import type { Said, Thread } from "./threads";

/** An entry of the shared map. */
export type CommentWrite = readonly [key: string, value: string | boolean | null];

/** Whoever sits at this page: the name that others see, and what this device is known by. */
export interface Me {
  name: string;
  color: string;
  from: string;
}

/** What a comment is about. */
export interface Anchor {
  node: string | null;
  x: number;
  y: number;
}

const NUMBER = new Intl.NumberFormat("en-GB");

/** Why a text cannot be a comment; null where it can. */
export function refusesText(text: string): string | null {
  if (text.trim() === "") return "Write something first.";
  if (text.length > TEXT_MOST) return `A comment holds ${NUMBER.format(TEXT_MOST)} characters; this has ${NUMBER.format(text.length)}.`;
  return null;
}

/** Line ends as they are everywhere, nothing around it, and only whole letters: UTF-8 cannot carry half a pair. */
export const tidyText = (text: string): string => text.replaceAll(/\r\n?/g, "\n").replaceAll(/\p{Surrogate}/gu, "\ufffd").trim();

export function comment(id: string, anchor: Anchor, text: string, me: Me, at: number): CommentWrite[] {
  return [[id, entryText(anchor, text, me, at, null)]];
}

/** An answer opens a thread again that was resolved: something is left to say. */
export function answer(id: string, thread: Thread, text: string, me: Me, at: number): CommentWrite[] {
  const written: CommentWrite = [id, entryText(thread, text, me, at, thread.id)];
  return thread.resolved ? [written, [`${thread.id}/~resolved`, null]] : [written];
}

function entryText({ node, x, y }: Anchor, text: string, { name, color, from }: Me, at: number, thread: string | null): string {
  return JSON.stringify({ node, x, y, text: tidyText(text), by: name, at, thread, from, color });
}

/** Whether somebody wrote a comment. Where no device is told, the name has to say it. */
export function isMine({ author }: { author: Author }, me: Me): boolean {
  return author.from === null ? author.name === me.name : author.from === me.from;
}

/** Another text for what I said; nothing where it is somebody else's, gone, or the same. */
export function edit(said: Said, text: string, me: Me): CommentWrite[] {
  const now = tidyText(text);
  return !isMine(said, me) || said.isDeleted || now === said.text || refusesText(now) !== null ? [] : [[`${said.id}/~text`, now]];
}

export function remove(said: Said, me: Me): CommentWrite[] {
  return isMine(said, me) ? [[`${said.id}/~deleted`, true]] : [];
}

/** Takes a deletion of mine back. */
export function bringBack(said: Said, me: Me): CommentWrite[] {
  return isMine(said, me) ? [[`${said.id}/~deleted`, false]] : [];
}

/** Whoever may edit the workflow may settle what is said of it. */
export function resolve({ id, resolved }: Thread, me: Me, at: number): CommentWrite[] {
  return resolved ? [] : [[`${id}/~resolved`, JSON.stringify({ by: me.name, at })]];
}

export function reopen({ id, resolved }: Thread): CommentWrite[] {
  return resolved ? [[`${id}/~resolved`, null]] : [];
}
