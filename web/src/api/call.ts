// Calls by route: `call("GET /workflows/{id}", { path: { id } })`. Routes, parameters, bodies and answers are those of the
// server's OpenAPI document (schema.ts), so that a route that changed there does not compile here.

import { callJson, type Call } from "./client";
import type { paths } from "./schema";
import type { Answers } from "./types";

type Verb = "get" | "post" | "put" | "patch" | "delete";
type Documented = { [P in keyof paths as P extends `/api/v1${infer Rest}` ? Rest : never]: paths[P] };
type Verbs<P extends keyof Documented> = { [V in Verb]: Documented[P] extends Record<V, object> ? V : never }[Verb];

/** Every route of the API, as `GET /workflows/{id}`. */
export type Route = { [P in keyof Documented]: `${Uppercase<Verbs<P>>} ${P}` }[keyof Documented];

type OperationOf<R> = R extends `${infer M} ${infer P}`
  ? P extends keyof Documented
    ? Lowercase<M> extends keyof Documented[P]
      ? Documented[P][Lowercase<M>]
      : never
    : never
  : never;
type Parameter<R, In extends string> = OperationOf<R> extends { parameters: infer All } ? (In extends keyof All ? NonNullable<All[In]> : never) : never;
type JsonOf<T> = T extends { content: { "application/json": infer Body } } ? Body : never;
type Good<R> = OperationOf<R> extends { responses: infer All } ? { [S in keyof All]: S extends 200 | 201 | 202 ? JsonOf<All[S]> : never }[keyof All] : never;

/** What a route answers: as types.ts says it, else as the document does. Nothing, where no JSON comes back. */
export type Answer<R extends Route> = R extends keyof Answers ? Answers[R] : [Good<R>] extends [never] ? undefined : Good<R>;

/** What is sent is only read. */
type Sent<T> = T extends object ? { readonly [K in keyof T]: Sent<T[K]> } : T;

/** A part of the path; a list stands for several parts. */
type Part = string | readonly string[];
type PathOf<R> = [Parameter<R, "path">] extends [never] ? { path?: never } : { path: { [K in keyof Parameter<R, "path">]: Part } };
type QueryOf<R> = [Parameter<R, "query">] extends [never] ? { query?: never } : { query?: { [K in keyof Parameter<R, "query">]?: Sent<Parameter<R, "query">[K]> | null } };
/** `text` is JSON text that is sent as it is: numbers that JavaScript cannot hold stay exact. */
type BodyOf<R> = OperationOf<R> extends { requestBody: infer Asked }
  ? { body: Sent<JsonOf<Asked>>; text?: never } | { text: string; body?: never }
  : OperationOf<R> extends { requestBody?: infer Asked }
    ? [JsonOf<NonNullable<Asked>>] extends [never]
      ? { body?: never; text?: never }
      : { body?: Sent<JsonOf<NonNullable<Asked>>>; text?: never } | { text?: string; body?: never }
    : { body?: never; text?: never };
export type Given<R> = PathOf<R> & QueryOf<R> & BodyOf<R> & Pick<Call, "headers" | "signal" | "keepalive" | "isQuiet">;

interface Loose extends Pick<Call, "query" | "headers" | "signal" | "keepalive" | "isQuiet"> {
  path?: Record<string, Part>;
  body?: unknown;
  text?: string;
}

/** The path of a route below the API's root, its parts written as a URL needs them. */
export function pathOf(route: string, parts: Record<string, Part> = {}): string {
  const path = route.slice(route.indexOf(" ") + 1);
  return path.replace(/\{(\w+)\}/g, (_, name: string) => [parts[name] ?? []].flat().map(encodeURIComponent).join("/"));
}

export function call<R extends Route>(route: R, ...[given]: object extends Given<R> ? [Given<R>?] : [Given<R>]): Promise<Answer<R>> {
  const { path, body, text, ...rest } = (given ?? {}) as Loose;
  const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
  const method = route.slice(0, route.indexOf(" ")) as NonNullable<Call["method"]>;
  return callJson<Answer<R>>(pathOf(route, path), { ...rest, method, ...(sent === undefined ? {} : { body: sent }) });
}
