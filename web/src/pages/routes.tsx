// Every page of the product, one list. Each is a chunk of its own, fetched when first shown or when a link to it is pointed at.

import type { ComponentType } from "react";
import { part } from "../ui/part";
import { match } from "../ui/router";

export type Params = Record<string, string>;
type Page = ComponentType<{ params: Params }>;

function page(pattern: string, fetch: () => Promise<{ page: Page }>) {
  return { pattern, View: part(async () => (await fetch()).page) };
}

export const ROUTES = [
  page("/", () => import("./home")),
  page("/workflows", () => import("./workflows")),
  page("/editor/:id", () => import("./editor")),
  page("/view/:id", () => import("./viewer")),
  page("/workflows/:id", () => import("./workflow")),
  page("/executions", () => import("./executions")),
  page("/executions/:id", () => import("./execution")),
  page("/executions/:id/compare/:other", () => import("./compare")),
  page("/templates", () => import("./templates")),
  page("/templates/:id", () => import("./template")),
  page("/marketplace", () => import("./templates")),
  page("/performance", () => import("./performance")),
  page("/admin/performance", () => import("./performance-admin")),
  page("/settings", () => import("./settings")),
  page("/node-types", () => import("./node-types")),
];

export function findRoute(path: string): { View: Page; params: Params; pattern: string } | null {
  for (const route of ROUTES) {
    const params = match(route.pattern, path);
    if (params) return { View: route.View, params, pattern: route.pattern };
  }
  return null;
}

/** Fetches the code of a page; done when it is there, or could not be had: that is told when the page is really opened. */
export async function prefetchRoute(path: string): Promise<void> {
  const route = ROUTES.find(({ pattern }) => match(pattern, path) !== null);
  await route?.View.load().catch(() => undefined);
}
