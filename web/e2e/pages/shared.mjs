// What journeys over the mock share.

import { Walks } from "../walks.mjs";

export const walks = new Walks();
export const { test } = walks;

/** A link to a workflow leads to the editor; answers its id. */
export async function inEditor(page) {
  await page.waitForURL(/\/editor\/[^/]+$/);
  return new URL(page.url()).pathname.split("/").at(-1);
}

export const rowsOf = (page) => page.getByRole("grid", { name: /^Workflows/ });

/** Runs a workflow of the samples to its end and answers the id of the execution. */
export async function over(page, url, name, input = {}) {
  const get = async (path) => (await page.request.get(`${url}/api/v1${path}`)).json();
  const { items } = await get(`/workflows?q=${encodeURIComponent(name)}&limit=1`);
  const { execution_id: id } = await (await page.request.post(`${url}/api/v1/workflows/${items[0].id}/execute`, { data: { input } })).json();
  for (let n = 0; n < 100; n += 1) {
    if (["succeeded", "failed"].includes((await get(`/executions/${id}`)).status)) break;
    await page.waitForTimeout(100);
  }
  return id;
}

/** Adds a workflow, runs it, and answers the id of the execution. */
export async function ran(page, url, graph, input) {
  const call = async (path, data) => (await page.request.post(`${url}/api/v1${path}`, { data })).json();
  const { id } = await call("/workflows", { name: "Shown", ...graph });
  return (await call(`/workflows/${id}/execute`, { input })).execution_id;
}
