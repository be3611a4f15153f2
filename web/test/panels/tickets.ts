// A small workflow for looking at panels.

import type { FileGraph, FileNode } from "../../src/graph/file";

const node = (id: string, type: string, label: string, x: number, y: number, more: Partial<FileNode> = {}): FileNode => ({ id, type, position: { x, y }, data: { label }, ...more });

export const TICKETS: FileGraph = {
  nodes: [
    node("ticket", "webhook", "New ticket", 0, 0),
    node("classify", "javascript", "Classify", 270, 0),
    node("store", "http", "Store", 540, 0),
    node("route", "condition", "Route by urgency", 0, 160),
    node("approvers", "for_each", "For each approver", 270, 160, { width: 520, height: 160 }),
    node("ask", "wait_for_signal", "Ask on-call", 30, 60, { parentId: "approvers" }),
    node("page", "http", "Page on-call", 280, 60, { parentId: "approvers" }),
    node("later", "delay", "Reply later, when somebody who can decide about such a long name is back", 270, 380, { data: { label: "Reply later, when somebody who can decide about such a long name is back", disabled: true } }),
    node("slack", "n8n-nodes-base.slack", "مرحبا", 540, 380),
    node("note", "note", "Note", 800, 380, { data: { text: "Billing tickets over €10k go to Ana" } }),
  ],
  edges: [
    { id: "1", source: "ticket", target: "classify" },
    { id: "2", source: "classify", target: "store" },
    { id: "3", source: "store", target: "route" },
    { id: "4", source: "route", target: "approvers", sourceHandle: "true" },
    { id: "5", source: "ask", target: "page" },
    { id: "6", source: "route", target: "later", sourceHandle: "false" },
    { id: "7", source: "later", target: "slack" },
  ],
};
