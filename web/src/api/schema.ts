// @generated from docs/openapi.json by `npm run api`: change the server's routes, not this file.

export interface paths {
    "/api/v1/backup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One consistent file of everything, made while the server runs. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/vnd.sqlite3": number[];
                    };
                };
                /** @description No space for it */
                507: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dashboard/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Executions of the last 24 hours, hour by hour, or of the last 30 days, day by day. */
        get: {
            parameters: {
                query?: {
                    /** @description day (24 hours, unless said) or month (30 days) */
                    range?: string;
                    /** @description The zone in which days begin; UTC unless said */
                    tz?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["History"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dashboard/recent-executions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest executions. */
        get: {
            parameters: {
                query?: {
                    /** @description How many; 10 unless said */
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RecentExecutions"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dashboard/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Counts and rates over all workflows and executions. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DashboardStats"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists executions, newest first; or, with `since`, those that changed after another answer. */
        get: {
            parameters: {
                query?: {
                    page?: number;
                    pageSize?: number;
                    skip?: number;
                    limit?: number;
                    cursor?: string;
                    /** @description Only of this workflow */
                    workflow?: string;
                    /** @description Only with one of these statuses, with commas between them */
                    status?: string;
                    /** @description Only those that this started */
                    trigger?: string;
                    /** @description Only those that come from this execution */
                    origin?: string;
                    /** @description Only those accepted at this time (RFC 3339) or later */
                    from?: string;
                    /** @description Only those accepted before this time */
                    to?: string;
                    /** @description Only what changed after the answer that gave this */
                    since?: string;
                    /** @description Whether to count all */
                    total?: boolean;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ExecutionPage"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Read the list again */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks the same of many executions. It is recorded before the answer, and worked off after it. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["BulkBody"];
                };
            };
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BulkItem"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/bulk/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far a bulk is. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BulkItem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The events of several executions over one connection. */
        get: {
            parameters: {
                query: {
                    /** @description Executions, with commas between them; at most 100 */
                    ids: string;
                    /** @description <execution>:<seq> of the last events that were seen, with commas between them */
                    after?: string;
                };
                header?: {
                    /** @description <execution>:<seq> of the last event that was seen */
                    "Last-Event-ID"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/event-stream": string;
                    };
                };
                /** @description All have ended and everything was seen */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An execution with its input, output and graph. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ExecutionWhole"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancels an execution. The wish is durable before the answer. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It will be canceled */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Asked"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It has ended */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The events of an execution. */
        get: {
            parameters: {
                query?: {
                    /** @description Only events after this seq */
                    after?: number;
                };
                header?: {
                    /** @description <execution>:<seq> of the last event that was seen */
                    "Last-Event-ID"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description id is <execution>:<seq>, event is the type, data is JSON */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/event-stream": string;
                    };
                };
                /** @description It has ended and everything was seen */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{id}/files/{hash}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file that an execution has, as bytes to save. It is never shown in place, whatever it is. */
        get: {
            parameters: {
                query?: {
                    /** @description What it is saved as */
                    name?: string;
                    /** @description Its media type */
                    type?: string;
                };
                header?: {
                    /** @description Some bytes of it: `bytes=0-99` */
                    range?: string | null;
                };
                path: {
                    id: string;
                    /** @description What stands under `$file` in its value */
                    hash: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": number[];
                    };
                };
                /** @description The bytes that were asked for */
                206: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": number[];
                    };
                };
                /** @description The execution has no such file */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It has no such bytes */
                416: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{id}/fork": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Starts a new execution from a step of this one, with the step's output edited or the step run again. Its calls have
         *     keys of their own.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ForkBody"];
                };
            };
            responses: {
                /** @description The new execution is durable */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Asked"];
                    };
                };
                /** @description No such execution, or no such step in it */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The key was used by another request */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Holds an execution: what is in flight ends, and no step begins until it is resumed. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It will be held */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Asked"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It has ended */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Starts a new execution on the input of this one, on the same or another version. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ReplayBody"];
                };
            };
            responses: {
                /** @description The new execution is durable */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Asked"];
                    };
                };
                /** @description No such execution, version or step */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The key was used by another request */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a held execution go on. One that is not held stays as it is. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It will go on */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Asked"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It has ended */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes up an execution that did not succeed: it stays the same execution, what was recorded stays, and the steps that
         *     failed run again with their keys.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It goes on */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Asked"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It succeeded, or has not ended */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{id}/signals/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a signal to an execution, for a step that waits for it now or later. The body is its value. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The same signal with the same key counts once */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                    name: string;
                };
                cookie?: never;
            };
            /** @description Any JSON; without a body it is {} */
            requestBody: {
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
            responses: {
                /** @description It is recorded */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Asked"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It has ended */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{id}/steps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The steps of an execution that have ended. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["StepList"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{id}/values/{reference}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A whole value that an event gave only the beginning of: `input`, `output`, or `steps/<address>/input|output`. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    /** @description The `ref` of the elided value */
                    reference: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The value as JSON */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, unknown>;
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/expressions/evaluate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Evaluates an expression over the data in the body. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["EvaluateBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Evaluated"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/layout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Finds a place for each node: in layers from left to right, containers around what stands in them. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LayoutBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Layout"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It is no graph; path says where */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/node-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All node types with the schemas of their parameters. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NodeTypeList"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/node-types/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One node type, by its name or one of its aliases. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NodeTypeItem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/performance/documents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How saving goes, as pages reported it: success, durations, conflicts, memory, and a score. */
        get: {
            parameters: {
                query?: {
                    /** @description Of the last so many minutes: 60, at most 1,440 */
                    minutes?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DocumentFigures"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes what a page reports of saving. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ReportsBody"];
                };
            };
            responses: {
                /** @description Counted */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/next": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The next times of a cron expression. */
        get: {
            parameters: {
                query: {
                    /** @description Five fields, or six with seconds before them, or a word like @daily */
                    cron: string;
                    /** @description A zone of the IANA database; UTC unless said */
                    tz?: string;
                    /** @description How many times; 5 unless said, 100 at most */
                    count?: number;
                    /** @description From when on (RFC 3339); now unless said */
                    after?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ScheduleTimes"];
                    };
                };
                /** @description `path` says which characters are wrong: `cron[2..4]` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the caller is signed in. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SessionState"];
                    };
                };
            };
        };
        put?: never;
        /** Exchanges the secret of a link for a session cookie. A link works once. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SignIn"];
                };
            };
            responses: {
                /** @description Signed in; the cookie is set */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SessionState"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Ends the caller's session. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Signed out */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/signals/{id}/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same as `/executions/{id}/signals/{name}`. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                    name: string;
                };
                cookie?: never;
            };
            /** @description Any JSON; without a body it is {} */
            requestBody: {
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
            responses: {
                /** @description It is recorded */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Asked"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It has ended */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Workflows to begin with, each with a small picture. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TemplateList"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A workflow to begin with. Store its graph with `POST /workflows`. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TemplateWhole"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflow/execute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same as `/workflows/execute`. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description {nodes, edges, input?} */
            requestBody: {
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GraphResult"];
                    };
                };
                /** @description The graph cannot run */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists workflows. */
        get: {
            parameters: {
                query?: {
                    page?: number;
                    pageSize?: number;
                    skip?: number;
                    limit?: number;
                    cursor?: string;
                    /** @description Only those with all of these words in their name, tags or description */
                    q?: string;
                    /** @description Only those with this tag; several ask for all of them */
                    tag?: string[];
                    /** @description Only those in this folder or below it; / for those in none */
                    folder?: string;
                    /** @description Only those whose triggers fire, or do not */
                    active?: boolean;
                    /** @description updated_at, created_at, name or last_execution; a prefix - turns it around */
                    sort?: string;
                    /** @description Whether to add a small picture of each */
                    preview?: boolean;
                    /** @description Whether to count all */
                    total?: boolean;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WorkflowPage"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a workflow: the body is its graph, or `{name, definition: {nodes, edges}}`. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description The graph */
            requestBody: {
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
            responses: {
                201: {
                    headers: {
                        /** @description The revision */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WorkflowWhole"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The graph cannot run */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/auto-save": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Saves the draft of a workflow: an update of Yjs, parts of it, or the whole file. What others changed meanwhile is merged by field. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AutoSave"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AutoSaved"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description conflicts: nothing was saved, and conflicts lists what does not merge; base_gone: graph is what there is now; epoch_over: read it again */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A change of what is not there */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Several workflows by their ids. */
        get: {
            parameters: {
                query: {
                    /** @description Workflows, with commas between them; at most 100 */
                    ids: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WorkflowBatch"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/batch-save": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Saves several drafts, each by itself: one that is refused does not keep the others from being saved. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["BatchSave"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BatchSaved"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes many workflows in the same way, a bounded part of them in each request. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["WorkflowBulkBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WorkflowBulkAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/execute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Runs a graph that is not saved, and answers when it has ended. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description {nodes, edges, input?} */
            requestBody: {
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GraphResult"];
                    };
                };
                /** @description The graph cannot run */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The files of several workflows as one: `{"workflows": [file, …]}`, which `tidemill import` reads. */
        get: {
            parameters: {
                query: {
                    /** @description Workflows, with commas between them; at most 1,000 */
                    ids: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The files, in the order of the ids */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, unknown>;
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description One of them is not there */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/folders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The folders of all workflows, those above others first, with how many are in each or below it. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CountedList"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tags of all workflows, with how many have each, most first. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CountedList"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Everything that is wrong with a graph. Nothing is stored and nothing runs. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description The graph */
            requestBody: {
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Validation"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A workflow with its graph. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The revision */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WorkflowWhole"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Changes a workflow: makes a version whose parent is the one that `If-Match` names. */
        put: {
            parameters: {
                query?: never;
                header: {
                    /** @description The revision that was changed: its ETag */
                    "If-Match": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            /** @description The graph */
            requestBody: {
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
            responses: {
                200: {
                    headers: {
                        /** @description The new revision */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WorkflowWhole"];
                    };
                };
                /** @description Somebody else was first */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The graph cannot run */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description If-Match is missing */
                428: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        /** Deletes a workflow. Its executions stay, and so do the versions they refer to. */
        delete: {
            parameters: {
                query?: never;
                header?: {
                    "If-Match"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Deleted */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{id}/branches/switch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes the draft to the newest version of another branch. What of the draft is no version yet is kept as one first. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The rev of the draft that was seen */
                    "If-Match"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SwitchBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        /** @description The new rev */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DraftStands"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description conflicts_open: settle them first */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The draft was changed by somebody else */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{id}/conflicts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What several people changed to different values in the draft, and nobody has settled. */
        get: {
            parameters: {
                query?: {
                    /** @description true: also those that are settled */
                    all?: boolean;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ConflictList"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{id}/conflicts/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Settles a conflict: the field becomes what is chosen, and the entry says who chose. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    /** @description The key, with its slashes as %2F */
                    key: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SettleBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Settled"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description settled: somebody chose already; row_gone: it is not in the draft any more */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No value for a whole row */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{id}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What differs between two states of a workflow: its draft, what is published, versions, and earlier revs of the draft. */
        get: {
            parameters: {
                query?: {
                    /** @description draft, published, the id of a version, or rev:<n>; published unless it is said */
                    from?: string;
                    /** @description The same; draft unless it is said */
                    to?: string;
                    /** @description Rows of each kind that are listed: 1 to 10,000, 1,000 unless it is said */
                    limit?: number;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Differences"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description base_gone: that rev cannot be made again; graph is what there is now */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{id}/document": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What has changed of the draft since its epoch began, as an update of Yjs; since a state vector, only what is missing to it. Of an
         *     epoch that is over it tells who was not told how far their writing came.
         */
        get: {
            parameters: {
                query: {
                    /** @description The epoch that is at hand */
                    epoch: number;
                    /** @description A state vector of Yjs in base64url */
                    since?: string;
                    /** @description true: also of an epoch that is over, as it ended; that is kept for 7 days at least. rev and updated_at are the draft's */
                    ended?: boolean;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DocumentState"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description epoch_over: the draft was folded since, or with ended, too long ago */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{id}/draft": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The draft of a workflow: what an editor shows. Without one it is the graph of the current version. */
        get: {
            parameters: {
                query?: {
                    /** @description false: without graph and gone, which is quick; never 304 */
                    graph?: boolean;
                };
                header?: {
                    /** @description The rev whose file is known */
                    "If-None-Match"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The rev */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DraftWhole"];
                    };
                };
                /** @description The file is that of the rev that If-None-Match names. What it is based on, and what is published, may be others */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Puts a whole file in place of the draft. It need not be able to run. */
        put: {
            parameters: {
                query?: never;
                header: {
                    /** @description The rev that was changed, or * */
                    "If-Match": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            /** @description The file: an object with the lists nodes and edges */
            requestBody: {
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
            responses: {
                200: {
                    headers: {
                        /** @description The new rev */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DraftSaved"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Somebody else was first */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It has no list of nodes or edges */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description If-Match is missing */
                428: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        /** Gives the draft up: it is what is published again. */
        delete: {
            parameters: {
                query?: never;
                header: {
                    /** @description The rev that was seen, or * */
                    "If-Match": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The new rev */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DraftSaved"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Somebody else was first */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description If-Match is missing */
                428: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Changes parts of the draft: all of the changes, or none. */
        patch: {
            parameters: {
                query?: never;
                header: {
                    /** @description The rev that was changed, or * */
                    "If-Match": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["DraftChanges"];
                };
            };
            responses: {
                200: {
                    headers: {
                        /** @description The new rev */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DraftSaved"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Somebody else was first */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A change of what is not there, or of an id that several have */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description If-Match is missing */
                428: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/workflows/{id}/draft/problems": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything that is wrong with the draft, as far as it can be read. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DraftProblems"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{id}/duplicate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a second workflow of the current version of one. Its triggers do not fire until it is activated: both would. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["DuplicateBody"];
                };
            };
            responses: {
                201: {
                    headers: {
                        /** @description The revision */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WorkflowWhole"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{id}/execute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Runs the current version of a workflow, or its draft. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ExecuteBody"];
                };
            };
            responses: {
                /** @description It has ended */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Finished"];
                    };
                };
                /** @description It is durable and will run */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Started"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The key was used by another request */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The server is stopping; Retry-After says when to ask again */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{id}/rooms/{epoch}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A socket to the draft of a workflow, by the y-protocols: what others change, and who is there. */
        get: {
            parameters: {
                query?: {
                    /** @description 1: also hear what is saved */
                    tidemill?: string;
                    /** @description A later socket of the same ends this one */
                    session?: string;
                    /** @description 1: only look on */
                    view?: string;
                };
                header?: never;
                path: {
                    id: string;
                    /** @description The epoch of the draft */
                    epoch: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The y-protocols, one message in each binary frame */
                101: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description It is no request for a socket */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The versions of a workflow, newest first. */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VersionPage"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Publishes the draft: makes a version of it, which is then what triggers run. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The rev that was seen */
                    "If-Match"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PublishBody"];
                };
            };
            responses: {
                /** @description The version; the current one where the draft has no changes */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PublishedVersion"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Somebody published beside the draft */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The draft was changed by somebody else */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The draft cannot run */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{id}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A version with its graph. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    version: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VersionWhole"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Gives a version a label, or takes it away. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    version: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LabelBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VersionItem"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/workflows/{id}/versions/{version}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Merges a version into the draft by field. What does not merge is a conflict of the draft, to be settled there. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The rev of the draft that was seen */
                    "If-Match"?: string | null;
                };
                path: {
                    id: string;
                    version: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MergedVersion"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description conflicts_open: settle them first; unrelated: no version is an ancestor of both */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The draft was changed by somebody else */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{id}/versions/{version}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes the content of a version that of the draft. What of the draft is no version yet is kept as one first. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The rev of the draft that was seen */
                    "If-Match"?: string | null;
                };
                path: {
                    id: string;
                    version: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RestoreBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        /** @description The new rev */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DraftStands"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description branch_exists: choose another name; conflicts_open: settle them first */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The draft was changed by somebody else */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the server is: database, workflow executor, memory. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Health"];
                    };
                };
                /** @description Unhealthy */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Health"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/hooks/waiting/{id}/{step}/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Calls the link of a waiting step: the body, or without one the query, is the step's output. A link works once. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    /** @description Its address */
                    step: string;
                    token: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is recorded, and the execution goes on */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Asked"];
                    };
                };
                /** @description There is no such link */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The link was used, or came too late */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Calls the link of a waiting step: the body, or without one the query, is the step's output. A link works once. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    /** @description Its address */
                    step: string;
                    token: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is recorded, and the execution goes on */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Asked"];
                    };
                };
                /** @description There is no such link */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The link was used, or came too late */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/hooks/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Calls a webhook. Which workflow it starts, what it asks of the caller and when it answers stand in the workflow's
         *     `webhook` node.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    path: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The execution's output, or what its respond node says */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The execution is durable */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                405: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /**
         * Calls a webhook. Which workflow it starts, what it asks of the caller and when it answers stand in the workflow's
         *     `webhook` node.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    path: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The execution's output, or what its respond node says */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The execution is durable */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                405: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /**
         * Calls a webhook. Which workflow it starts, what it asks of the caller and when it answers stand in the workflow's
         *     `webhook` node.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    path: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The execution's output, or what its respond node says */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The execution is durable */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                405: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /**
         * Calls a webhook. Which workflow it starts, what it asks of the caller and when it answers stand in the workflow's
         *     `webhook` node.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    path: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The execution's output, or what its respond node says */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The execution is durable */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                405: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /**
         * Calls a webhook. Which workflow it starts, what it asks of the caller and when it answers stand in the workflow's
         *     `webhook` node.
         */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    path: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The execution's output, or what its respond node says */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The execution is durable */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                405: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Answers as soon as the process runs. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The process runs */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metrics in the Prometheus text form. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server can take work. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Health"];
                    };
                };
                /** @description Not now */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Health"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An execution that was asked for something, or that came of it. */
        Asked: {
            id: string;
            /** @description Where it stood when that was recorded. */
            status: string;
        };
        /** @description What to save of a draft: one of `update`, `changes` and `graph`. A workflow file with `id` is saved as it is, too. */
        AutoSave: {
            base?: components["schemas"]["SaveBase"] | null;
            /** @description Parts of the file, as `PATCH …/draft` takes them. */
            changes?: Record<string, unknown>[] | null;
            /**
             * Format: int64
             * @description The epoch that `update` is for.
             */
            epoch?: number | null;
            /** @description The whole file. */
            graph?: Record<string, unknown> | null;
            /** @description The workflow. */
            id: string;
            /** @description An update of Yjs (version 1) in base64. */
            update?: string | null;
        };
        /** @description A draft that was saved. */
        AutoSaved: {
            /** Format: int64 */
            epoch: number;
            id: string;
            /** @description Whether changes of somebody else are in it, so that it is worth reading again. */
            merged: boolean;
            metadata: components["schemas"]["Metadata"];
            /** Format: int64 */
            rev: number;
            updated_at: string;
        };
        /** @description What became of one. */
        BatchItem: {
            problem?: components["schemas"]["Problem"] | null;
            saved?: components["schemas"]["AutoSaved"] | null;
            /**
             * Format: int32
             * @description The status that it would have been answered with alone.
             */
            status: number;
        };
        /** @description Several drafts to save. */
        BatchSave: {
            /** @description At most 100, each as for auto-save. */
            workflows: components["schemas"]["AutoSave"][];
        };
        /** @description What became of several drafts, in their order. */
        BatchSaved: {
            results: components["schemas"]["BatchItem"][];
        };
        /** @description What to ask, and of which executions. */
        BulkBody: {
            /** @description `cancel`, `pause`, `resume`, `retry` or `replay`. */
            action: string;
            filter: components["schemas"]["BulkFilter"];
            /** @description What a replay runs: a version of the workflow that the filter names. Each runs its own if it is absent. */
            version?: string | null;
        };
        /** @description Which executions: those that all of it holds for; nothing said is all that the action can be asked of. */
        BulkFilter: {
            /** @description Accepted at this time (RFC 3339) or later. */
            from?: string | null;
            /** @description One or several, with commas between them. A retry and a replay take `failed` and `timed_out` unless this says otherwise. */
            status?: string | null;
            /** @description Accepted before this time. */
            to?: string | null;
            /** @description What started them. */
            trigger?: string | null;
            /** @description Id of the workflow. */
            workflow?: string | null;
        };
        /** @description A bulk and how far it is. */
        BulkItem: {
            /** @description `cancel`, `pause`, `resume`, `retry` or `replay`. */
            action: string;
            created_at: string;
            /**
             * Format: int64
             * @description Executions that were asked.
             */
            done: number;
            finished_at?: string | null;
            id: string;
            /**
             * Format: int64
             * @description Those that had ended, or gone on, before they could be asked.
             */
            passed_over: number;
            /** @description `running` or `finished`. */
            status: string;
            /**
             * Format: int64
             * @description Executions that the filter found when it was asked.
             */
            total: number;
            /** @description False when `total` stands for "more than that". */
            total_exact: boolean;
        };
        /** @description What one check found. */
        Check: {
            /** @description What was found, in words. */
            detail: string;
            /** @description `healthy`, `degraded` or `unhealthy`. */
            status: string;
        };
        /** @description The checks, one by one. */
        Checks: {
            database: components["schemas"]["Check"];
            "memory-usage": components["schemas"]["Check"];
            "workflow-executor": components["schemas"]["Check"];
        };
        /** @description What a side of a comparison was when it was read: one of them. */
        ComparedSide: {
            /** Format: int64 */
            rev?: number | null;
            version?: string | null;
        };
        /** @description Conflicts. */
        ConflictFigures: {
            /**
             * Format: double
             * @description From the moment one was found until somebody chose.
             */
            average_settling_ms?: number | null;
            /** Format: int64 */
            found: number;
            /** Format: int64 */
            merged: number;
            /**
             * Format: int64
             * @description Of those settled: the value of the device that brought it, the other one, one of both.
             */
            mine: number;
            /** Format: int64 */
            settled: number;
            /** Format: int64 */
            theirs: number;
        };
        /** @description A field, or a row, that several people changed to different values. What is not there was not, or was taken out. */
        ConflictItem: {
            /**
             * Format: int64
             * @description When, in ms since 1970.
             */
            at?: number | null;
            /** @description What it was before both. */
            base?: Record<string, unknown> | null;
            /** @description Who brought it about. */
            by?: string | null;
            /** @description How it was settled: `{how, by, at}`. */
            chosen?: Record<string, unknown> | null;
            /** @description What settles it is sent to. */
            key: string;
            /** @description A text that has as much of both as fits. */
            merged?: Record<string, unknown> | null;
            /** @description What stands in the draft until somebody chooses. */
            mine?: Record<string, unknown> | null;
            /** @description Where: `nodes/<id>/<field>`; the field is empty where one side took out the whole row. */
            path: string;
            /** @description What the other side made of it. */
            theirs?: Record<string, unknown> | null;
        };
        /** @description The conflicts of a draft. */
        ConflictList: {
            /** Format: int64 */
            epoch: number;
            /** @description At most 1,000, those that are open first. */
            items: components["schemas"]["ConflictItem"][];
            /** @description How many more there are than are listed. */
            more: number;
            /** @description How many are open. */
            open: number;
            /** Format: int64 */
            rev: number;
        };
        /** @description A name and how many workflows have it. */
        Counted: {
            /** Format: int64 */
            count: number;
            name: string;
        };
        /** @description Names with counts, in order. */
        CountedList: {
            items: components["schemas"]["Counted"][];
        };
        /** @description Counts and rates over all workflows and executions. */
        DashboardStats: {
            /**
             * Format: int64
             * @description Workflows whose triggers fire.
             */
            active_workflows: number;
            /**
             * Format: double
             * @description Mean duration of executions that ended.
             */
            average_time_ms?: number | null;
            /** Format: int64 */
            completed: number;
            /** Format: int64 */
            failed: number;
            /** Format: int64 */
            running: number;
            /**
             * Format: int64
             * @description Executions that have not ended.
             */
            running_executions: number;
            /**
             * Format: double
             * @description Percentage of the executions that ended which succeeded, 0 to 100; none before the first.
             */
            success_rate?: number | null;
            /**
             * Format: int64
             * @description All executions.
             */
            total: number;
            /** Format: int64 */
            total_workflows: number;
        };
        /** @description How much differs. */
        DiffCounts: {
            edges: components["schemas"]["DiffRows"];
            /** @description Keys of the file. */
            file: number;
            nodes: components["schemas"]["DiffRows"];
        };
        /** @description How many rows differ, each counted once. */
        DiffRows: {
            added: number;
            changed: number;
            /** @description In their place alone. */
            moved: number;
            removed: number;
        };
        /** @description What differs between two states of a workflow. */
        Differences: {
            /** @description How much there is in all, also of what is not listed. */
            counts: components["schemas"]["DiffCounts"];
            /** @description Edges, likewise. */
            edges: Record<string, unknown>[];
            /** @description Keys of the file beside its lists: `{field, before?, after?}`. */
            file: Record<string, unknown>[];
            from: components["schemas"]["ComparedSide"];
            /** @description Whether the lists leave something out. */
            more: boolean;
            /** @description Nodes that differ: `{row, kind: "added" | "removed" | "changed" | "moved", before?, after?, fields?: [{field, before?, after?}]}`. */
            nodes: Record<string, unknown>[];
            to: components["schemas"]["ComparedSide"];
        };
        /** @description What pages reported in a time. */
        DocumentFigures: {
            conflicts: components["schemas"]["ConflictFigures"];
            /** @description By the minute, oldest first; minutes without reports are left out. */
            history: components["schemas"]["DocumentMinute"][];
            /**
             * Format: double
             * @description Time until a change was on the device, 95 of 100; none without reports.
             */
            kept_p95_ms?: number | null;
            /** @description Minutes that it is of. */
            minutes: number;
            saves: components["schemas"]["SaveFigures"];
            /**
             * Format: double
             * @description 0 to 100: half for saves that succeed, three tenths for those that take at most 500 ms, two tenths for those without
             *     conflict.
             */
            score?: number | null;
        };
        /** @description A minute. */
        DocumentMinute: {
            at: string;
            /** Format: int64 */
            conflicts: number;
            /**
             * Format: int64
             * @description The largest open document, and the most memory of a page.
             */
            document_bytes: number;
            /** Format: int64 */
            memory_bytes: number;
            /** Format: double */
            p95_ms?: number | null;
            /** Format: int64 */
            saves: number;
            /** Format: int64 */
            succeeded: number;
        };
        /** @description What of a draft's overlay somebody lacks. */
        DocumentState: {
            /** Format: int64 */
            epoch: number;
            /** Format: int64 */
            rev: number;
            /** @description An update of Yjs (version 1) in base64. */
            state: string;
            updated_at: string;
        };
        /** @description When the page saves what is edited, in ms. */
        DocumentsState: {
            /**
             * Format: int64
             * @description Quiet time before it saves without a socket.
             */
            debounce_ms: number;
            /**
             * Format: int64
             * @description Time within which a change is on the device.
             */
            local_ms: number;
            /**
             * Format: int64
             * @description Tries of a save that failed before it waits longer.
             */
            retries: number;
            /**
             * Format: int64
             * @description Time between those tries.
             */
            retry_ms: number;
            /**
             * Format: int64
             * @description Time after which it saves at the latest.
             */
            server_ms: number;
        };
        /** @description One change: of a node, of an edge, or of the file around them. */
        DraftChange: {
            /** @description The whole node or edge, put at the end. */
            added?: Record<string, unknown> | null;
            /** @description The id of the edge; `#<index>` for one that has none. */
            edge?: string | null;
            /** @description `true` for keys of the file beside `nodes` and `edges`. */
            file?: boolean | null;
            /** @description The id of the node; `#<index>` for one that has none, counted before the first change. */
            node?: string | null;
            /** @description `true` takes it out. */
            removed?: boolean | null;
            /** @description Values by field: a key (`position`), or `data/<key>`; in a key `/` is written `~1` and `~` is `~0`. */
            set?: Record<string, unknown> | null;
            /** @description Fields to take out. */
            unset?: string[] | null;
        };
        /** @description Changes of a draft. */
        DraftChanges: {
            /** @description Applied in this order: all, or none. */
            changes: components["schemas"]["DraftChange"][];
        };
        /** @description What is wrong with a draft. */
        DraftProblems: {
            /** @description How many there are that keep it from running, also those that are not told. */
            errors: number;
            /** @description How many more there are than are told. */
            more: number;
            /** @description At most 1,000, errors first. */
            problems: components["schemas"]["GraphProblem"][];
            /**
             * Format: int64
             * @description The rev that has them.
             */
            rev: number;
            /** @description How many there are that are only doubtful, also those that are not told. */
            warnings: number;
        };
        /** @description A draft that was stored. */
        DraftSaved: {
            /**
             * Format: int64
             * @description What the next change names as `If-Match`; also the `ETag`.
             */
            rev: number;
            updated_at: string;
        };
        /** @description Where a draft stands now. */
        DraftStands: {
            /** @description The version it was made from. */
            base: string;
            branch: string;
            /** @description Whether it differs from what is published. */
            changed: boolean;
            /** Format: int64 */
            epoch: number;
            /**
             * Format: int64
             * @description What the next change names as `If-Match`.
             */
            rev: number;
            updated_at: string;
        };
        /** @description A draft. */
        DraftWhole: {
            /** @description The version it was made from. */
            base: string;
            /** @description The branch it is on; `main` unless it was taken to another. */
            branch: string;
            /** @description Whether it differs from what is published, or has conflicts that nobody has settled. */
            changed: boolean;
            /**
             * Format: int64
             * @description Counts its bases: the room of those who are connected is that of an epoch.
             */
            epoch: number;
            gone?: components["schemas"]["GoneRows"] | null;
            /** @description The file as it was sent: `{name, nodes, edges, …}`. It is there unless `graph=false` was asked. */
            graph: Record<string, unknown>;
            /**
             * Format: int64
             * @description Counts its changes, and never goes back; also the `ETag`.
             */
            rev: number;
            updated_at: string;
            /** @description The version that is published. It is another one than `base` where somebody published beside the draft. */
            version: string;
        };
        /** @description How the copy is to be called. */
        DuplicateBody: {
            /** @description Its name; that of the first with "copy" behind it unless said. */
            name?: string | null;
        };
        /** @description One of `expression`, `condition` and `template`, and the data it reads. */
        EvaluateBody: {
            /** @description A condition, which may begin with a comparison: `>= 18`. */
            condition?: string | null;
            context?: Record<string, unknown> | null;
            /** @description A bare expression: `input.total * 2`. */
            expression?: string | null;
            /** Format: int64 */
            index?: number | null;
            input?: Record<string, unknown> | null;
            inputs?: Record<string, unknown> | null;
            item?: Record<string, unknown> | null;
            /** @description Outputs of nodes by their id. */
            nodes?: Record<string, unknown> | null;
            /** @description A field as a node has it: a text with `{{ }}`, or a list or object of such. */
            template?: Record<string, unknown> | null;
            trigger?: Record<string, unknown> | null;
            vars?: Record<string, unknown> | null;
        };
        /** @description Why an expression has no value. */
        EvaluateError: {
            /** @description `compile` when the text is no expression, else the name of what was thrown. */
            code: string;
            message: string;
        };
        /** @description What came of it. */
        Evaluated: {
            error?: components["schemas"]["EvaluateError"] | null;
            ok: boolean;
            /** @description The value; null when it failed. */
            value: Record<string, unknown>;
        };
        /** @description What to run a workflow with. */
        ExecuteBody: {
            /** @description How long it sleeps before it begins: "10m", or milliseconds. */
            delay?: Record<string, unknown> | null;
            /** @description Whether to run the draft, as a version that is made of it for that. */
            draft?: boolean | null;
            /** @description The same as `start`. */
            from?: string | null;
            /** @description The same request with the same key starts one execution; also the header `Idempotency-Key`. */
            idempotency_key?: string | null;
            /** @description The input of the execution. */
            input?: Record<string, unknown> | null;
            /** @description Whether pinned outputs count. */
            pinned?: boolean | null;
            /**
             * Format: int32
             * @description Its turn among those that wait for capacity, -128 to 127: higher is earlier, 0 is usual.
             */
            priority?: number | null;
            /** @description The trigger or node to start at. */
            start?: string | null;
            /** @description The same as `until`. */
            to?: string | null;
            /** @description The node it goes no further than: only what leads to it runs, and it. */
            until?: string | null;
            /** @description Whether to answer when the execution has ended, or for how many milliseconds to wait for that. */
            wait?: Record<string, unknown> | null;
        };
        /** @description An execution as lists show it. */
        ExecutionItem: {
            /**
             * Format: double
             * @description How long it took; none while it is open.
             */
            duration_ms?: number | null;
            error?: components["schemas"]["Failure"] | null;
            finished_at?: string | null;
            id: string;
            origin?: components["schemas"]["OriginItem"] | null;
            started_at: string;
            /**
             * @description `delayed`, `queued`, `running`, `waiting`, `paused`, `succeeded`, `failed`, `canceled`, `timed_out` or
             *     `quarantined`.
             */
            status: string;
            /** @description What started it: `manual`, `webhook`, `api` … */
            trigger: string;
            version: string;
            workflow?: components["schemas"]["WorkflowName"] | null;
        };
        /** @description A page of executions, newest first. */
        ExecutionPage: {
            /** @description Of a page of changes: executions that were deleted, or whose status is none of those asked for any more. */
            gone?: string[] | null;
            items: components["schemas"]["ExecutionItem"][];
            /** @description Of a page of changes: whether there are more of them at once. */
            more?: boolean | null;
            next_cursor?: string | null;
            /** Format: int64 */
            page?: number | null;
            page_size?: number | null;
            /** @description What `since` takes, to learn what changes from here on. Of several pages of a list that of the first one. */
            since: string;
            /** Format: int64 */
            total?: number | null;
            /** @description False when `total` stands for "more than that". */
            total_exact?: boolean | null;
        };
        /** @description An execution with its data. */
        ExecutionWhole: components["schemas"]["ExecutionItem"] & {
            /** @description The graph that ran: `{nodes, edges}`. */
            graph: Record<string, unknown>;
            /**
             * Format: int64
             * @description Seq from which on its history is whole: 1 unless its beginning went since it grew too long.
             */
            history_from: number;
            input: Record<string, unknown>;
            output: Record<string, unknown>;
            /** @description The steps that wait, and for what. */
            waiting: components["schemas"]["WaitingStep"][];
        };
        /** @description Why something failed. */
        Failure: {
            /** @description A stable name: `not_finite`, `join_short` … */
            code: string;
            /** @description What went wrong; lists give its first 300 bytes. */
            message: string;
            /** @description Address of the step. */
            node?: string | null;
        };
        /** @description A field that two people changed to different values. What is not there was not, or was taken out. */
        FieldConflict: {
            /** @description What it was before both. */
            base?: Record<string, unknown> | null;
            /** @description A text that has as much of both as fits. */
            merged?: Record<string, unknown> | null;
            /** @description What this request says. */
            mine?: Record<string, unknown> | null;
            /** @description Where: `nodes/<id>/<field>`; the field is empty where one side took out the whole row. */
            path: string;
            /** @description What is there now. */
            theirs?: Record<string, unknown> | null;
        };
        /** @description An execution that has ended. */
        Finished: {
            /** Format: double */
            duration_ms: number;
            error?: components["schemas"]["Failure"] | null;
            execution_id: string;
            output: Record<string, unknown>;
            status: string;
        };
        /** @description Where a fork leaves the execution that it comes from. */
        ForkBody: {
            /** @description Address of a step that ended: what was recorded before it is taken over. */
            from: string;
            /** @description The same request with the same key starts one execution; also the header `Idempotency-Key`. */
            idempotency_key?: string | null;
            /** @description Its output instead of the recorded one; without it the step runs again. */
            output?: Record<string, unknown> | null;
        };
        /** @description A row that was taken out. */
        GoneRow: string | number;
        /** @description Rows that were taken out. */
        GoneRows: {
            edges: components["schemas"]["GoneRow"][];
            nodes: components["schemas"]["GoneRow"][];
        };
        /** @description One thing that is wrong with a graph. */
        GraphProblem: {
            /** @description A stable name: `unknown_type`, `dangling_edge` … */
            code: string;
            /** @description The edge it is about. */
            edge?: string | null;
            /** @description What is wrong, in words. */
            message: string;
            /** @description The node it is about. */
            node?: string | null;
            /** @description Where in the node's parameters. */
            path?: string | null;
            /** @description `error` keeps the graph from running, `warning` does not. */
            severity: string;
            /** @description What to do about it. */
            suggestion?: string | null;
        };
        /** @description What came of an ad-hoc graph. */
        GraphResult: {
            error?: components["schemas"]["Failure"] | null;
            /** @description What went wrong in words, one for each failed step. */
            errors: string[];
            execution_id: string;
            /** @description The same as `output`. */
            final_output: Record<string, unknown>;
            /** @description The output of each node that ran, by its id. */
            node_results: Record<string, unknown>;
            output: Record<string, unknown>;
            status: string;
        };
        /** @description How the server is. */
        Health: {
            checks: components["schemas"]["Checks"];
            /** @description `healthy`, `degraded` (something is full or above its threshold), or `unhealthy`. */
            status: string;
            /** Format: int64 */
            uptime_seconds: number;
            version: string;
        };
        /** @description Counts and durations over time, oldest first. */
        History: {
            items: components["schemas"]["HistoryItem"][];
            /** @description `day` or `month`. */
            range: string;
            tz: string;
        };
        /** @description What an hour or a day was like. */
        HistoryItem: {
            /** Format: int64 */
            canceled: number;
            /**
             * Format: int64
             * @description Those that failed, ran out of time or were set aside.
             */
            failed: number;
            /** @description When it begins. */
            from: string;
            /**
             * Format: double
             * @description Durations of those that ended; none before the first.
             */
            mean_ms?: number | null;
            /**
             * Format: double
             * @description Estimated within 10 %, as the two that follow.
             */
            p50_ms?: number | null;
            /** Format: double */
            p95_ms?: number | null;
            /** Format: double */
            p99_ms?: number | null;
            /**
             * Format: int64
             * @description Those that have not ended.
             */
            running: number;
            /** Format: int64 */
            succeeded: number;
            /**
             * Format: int64
             * @description Executions that were accepted in it.
             */
            total: number;
        };
        /** @description What to call a version. */
        LabelBody: {
            /** @description At most 200 letters; `null` takes it away. */
            label?: string | null;
        };
        /** @description The newest execution of a workflow. */
        LastExecution: {
            /** Format: double */
            duration_ms?: number | null;
            id: string;
            started_at: string;
            status: string;
        };
        /** @description Where everything goes. */
        Layout: {
            /** @description For each node `[x, y]` from the corner of its parent; for a container `[x, y, w, h]`. */
            places: number[][];
        };
        /** @description A graph as far as its drawing depends on it. */
        LayoutBody: {
            /** @description Source and target of each edge, as positions among the nodes. */
            edges: number[][];
            /** @description Whether nodes with a place keep it, so that only the others get one. */
            keep?: boolean | null;
            nodes: components["schemas"]["LayoutNode"][];
        };
        /** @description A box to place. */
        LayoutNode: {
            /**
             * Format: double
             * @description Its height.
             */
            h?: number | null;
            /**
             * Format: int32
             * @description The position of the container around it.
             */
            parent?: number | null;
            /**
             * Format: double
             * @description Its width; that of most nodes unless it is set.
             */
            w?: number | null;
            /**
             * Format: double
             * @description Where it is, from the corner of its parent.
             */
            x?: number | null;
            /** Format: double */
            y?: number | null;
        };
        /** @description A version that was merged into the draft. */
        MergedVersion: {
            /** @description How many fields did not merge: mine stands in them until somebody chooses. */
            conflicts: number;
            /** Format: int64 */
            epoch: number;
            /** Format: int64 */
            rev: number;
        };
        /** @description The rev and the time under the names that files have for them. */
        Metadata: {
            updatedAt: string;
            /** Format: int64 */
            version: number;
        };
        /** @description A node type. */
        NodeTypeItem: {
            /** @description Other spellings that workflow files use for it. */
            aliases: string[];
            category: string;
            /** @description Whether a node's parameters decide which output ports it has. */
            dynamic_outputs: boolean;
            /** @description What running it does to the world: `pure`, `read` or `write`. */
            effect: string;
            /** @description A small workflow that runs and shows it. */
            example: Record<string, unknown>;
            /** @description Name of its icon in the lucide set. */
            icon: string;
            /** @description Its name in a workflow file. */
            id: string;
            /** @description Input ports. */
            inputs: string[];
            /** @description Its name for people. */
            name: string;
            /** @description Output ports, the first one first. */
            outputs: string[];
            /** @description JSON Schema of its parameters. */
            schema: Record<string, unknown>;
            /** @description One line for people. */
            summary: string;
        };
        /** @description All node types. */
        NodeTypeList: {
            items: components["schemas"]["NodeTypeItem"][];
        };
        /** @description A workflow that was not changed. */
        NotDone: {
            /** @description The code that the same change to this workflow alone would answer. */
            code: string;
            /** @description Why, in words. */
            detail: string;
            id: string;
        };
        /** @description Where an execution comes from. The other one may be gone by now. */
        OriginItem: {
            execution: string;
            /** @description `child`, `fork`, `replay` or `retry`. */
            kind: string;
        };
        /** @description A small picture of a graph: at most 60 boxes and 80 lines, in whole numbers. */
        PreviewItem: {
            /** @description Nodes, or nodes that stand close together: x, y, width, height and category, as node types name it. */
            boxes: [
                number,
                number,
                number,
                number,
                string
            ][];
            /**
             * Format: int32
             * @description From top to bottom.
             */
            h: number;
            /** @description Edges, from x and y to x and y. */
            lines: [
                number,
                number,
                number,
                number
            ][];
            /**
             * Format: int32
             * @description From left to right.
             */
            w: number;
        };
        /** @description The body of an error. */
        Problem: {
            /** @description A stable name for the error. */
            code: string;
            /** @description What two people changed to different values, one by one. */
            conflicts?: components["schemas"]["FieldConflict"][];
            /** @description The revision that `If-Match` should have named. */
            current?: string | null;
            /** @description What is wrong, where, and what to do. */
            detail: string;
            /**
             * Format: int64
             * @description The epoch of the draft.
             */
            epoch?: number | null;
            /** @description The file of the draft as it is now. */
            graph?: Record<string, unknown> | null;
            /** @description Where in the body: `$.nodes[3].data`. */
            path?: string | null;
            /** @description What is wrong with the graph, one by one. */
            problems?: components["schemas"]["GraphProblem"][];
            /**
             * Format: int64
             * @description The rev of the draft that `If-Match` should have named.
             */
            rev?: number | null;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description The status in words. */
            title: string;
            /** @description A name for the kind of error, as a URI. */
            type: string;
        };
        /** @description What to publish a draft with. */
        PublishBody: {
            /** @description Who publishes it, as they call themselves, in at most 100 letters. */
            by?: string | null;
            /** @description A name for the version. */
            label?: string | null;
            /** @description The version that somebody published beside the draft, and that is to be replaced. */
            over?: string | null;
        };
        /** @description A version that is what triggers run now. */
        PublishedVersion: components["schemas"]["VersionItem"] & {
            /**
             * Format: int64
             * @description The rev of the draft, which is as it was.
             */
            rev: number;
        };
        /** @description The newest executions. */
        RecentExecutions: {
            items: components["schemas"]["ExecutionItem"][];
        };
        /** @description How graphs are drawn where a device has not chosen otherwise. */
        RenderingState: {
            /**
             * Format: double
             * @description Zoom below which nodes are flat.
             */
            lod_threshold_low: number;
            /**
             * Format: double
             * @description Zoom from which nodes show all.
             */
            lod_threshold_medium: number;
            /**
             * Format: int64
             * @description Nodes in view before detail is lowered.
             */
            max_visible_nodes: number;
            /** @description Whether only what is in view is drawn. */
            virtual_scrolling: boolean;
        };
        /** @description What a replay runs. */
        ReplayBody: {
            /** @description Address of the first step to run anew; without it all steps run. */
            from?: string | null;
            /** @description The same request with the same key starts one execution; also the header `Idempotency-Key`. */
            idempotency_key?: string | null;
            /** @description The version to run; the same one if it is absent. */
            version?: string | null;
        };
        /** @description One report: its kind, and what belongs to that. */
        ReportBody: {
            /**
             * Format: int64
             * @description Bytes that travelled.
             */
            bytes?: number | null;
            /**
             * Format: int64
             * @description Bytes of an open document.
             */
            document?: number | null;
            /**
             * Format: int64
             * @description Conflicts that were found.
             */
            found?: number | null;
            /** @description How they were settled: `mine`, `theirs`, `fields` or `merged`. */
            how?: string | null;
            /** @description `save`, `kept` (on the device), `conflicts` or `size`. */
            kind: string;
            /**
             * Format: int64
             * @description Bytes of the page's memory.
             */
            memory?: number | null;
            /**
             * Format: double
             * @description How long it took; of settled conflicts from the moment they were found, all of them together.
             */
            ms?: number | null;
            /** @description Of a save: `saved`, `local`, `conflict`, `refused` or `failed`. */
            outcome?: string | null;
            /**
             * Format: int64
             * @description Conflicts that somebody settled.
             */
            settled?: number | null;
        };
        /** @description Reports of a page. */
        ReportsBody: {
            /** @description At most 500. */
            reports: components["schemas"]["ReportBody"][];
        };
        /** @description How to restore a version. */
        RestoreBody: {
            /** @description The name of a new branch that begins at the version, of 1 to 100 letters; without it the draft stays on its own. */
            branch?: string | null;
            /** @description Who asks, as they call themselves, in at most 100 letters: what is kept of the draft tells it. */
            by?: string | null;
        };
        /** @description What a change was made from: one of them. */
        SaveBase: {
            /** Format: int64 */
            rev?: number | null;
            updated_at?: string | null;
        };
        /** @description Saves. */
        SaveFigures: {
            /** Format: double */
            average_ms?: number | null;
            /** Format: int64 */
            conflict: number;
            /** Format: int64 */
            count: number;
            /** Format: int64 */
            failed: number;
            /** Format: int64 */
            local: number;
            /** Format: double */
            p50_ms?: number | null;
            /** Format: double */
            p95_ms?: number | null;
            /** Format: int64 */
            refused: number;
            /**
             * Format: double
             * @description The share that reached the server, with conflicts or without; none without reports.
             */
            success_rate?: number | null;
        };
        /** @description The next times of a schedule. */
        ScheduleTimes: {
            /** @description Times in the zone of the schedule (RFC 3339); none if there are none, as for the 30th of February. */
            times: string[];
            /** @description The zone. */
            tz: string;
        };
        /** @description Whether the caller is signed in, and what the page goes by. */
        SessionState: {
            documents: components["schemas"]["DocumentsState"];
            rendering: components["schemas"]["RenderingState"];
            signed_in: boolean;
            /** @description The tenant that the caller works in. */
            tenant?: string | null;
        };
        /** @description What is chosen. */
        SettleBody: {
            /** @description `mine`, `theirs`, or `value`. */
            how: string;
            /** @description The value, with `how: "value"`; without one the field, or the row, is taken out. */
            value?: Record<string, unknown> | null;
        };
        /** @description A conflict that was settled. */
        Settled: {
            /** @description How many are still open. */
            conflicts: number;
            /** Format: int64 */
            epoch: number;
            /** Format: int64 */
            rev: number;
        };
        /** @description The secret of a sign-in link, or the API token. */
        SignIn: {
            token: string;
        };
        /** @description An execution that is durable. */
        Started: {
            execution_id: string;
            status: string;
        };
        /** @description A step that has ended. */
        StepItem: {
            /** @description `node`, or `node@i.j` inside loops. */
            address: string;
            /**
             * Format: int32
             * @description Tries in all; 0 if it did not run.
             */
            attempts: number;
            /** @description Whether the history of this step is gone, and with it its ports and times. */
            compacted?: boolean;
            /** Format: double */
            duration_ms?: number | null;
            error?: components["schemas"]["Failure"] | null;
            input: Record<string, unknown>;
            label: string;
            node: string;
            output: Record<string, unknown>;
            /** @description The ports it chose. */
            ports: string[];
            started_at?: string | null;
            /** @description `succeeded`, `failed`, `skipped`, `disabled` or `canceled`. */
            status: string;
            /** @description The node's type. */
            type: string;
        };
        /** @description The steps of an execution, in the order in which they ended. */
        StepList: {
            items: components["schemas"]["StepItem"][];
        };
        /** @description Which branch to go to. */
        SwitchBody: {
            /** @description Its name; `main` is where workflows begin. */
            branch: string;
            /** @description Who asks, as they call themselves, in at most 100 letters: what is kept of the draft tells it. */
            by?: string | null;
        };
        /** @description A template as the gallery shows it. */
        TemplateItem: {
            /** @description Where the gallery shows it. */
            category: string;
            /** @description What it does, and what it needs. */
            description: string;
            /** @description Its name in addresses. */
            id: string;
            name: string;
            node_count: number;
            preview: components["schemas"]["PreviewItem"];
            tags: string[];
        };
        /** @description All templates, by category and name. */
        TemplateList: {
            items: components["schemas"]["TemplateItem"][];
        };
        /** @description A template with its graph. */
        TemplateWhole: components["schemas"]["TemplateItem"] & {
            /** @description The file to begin with: `{name, nodes, edges, …}`. */
            graph: Record<string, unknown>;
            /** @description Inputs to try it with. */
            samples: Record<string, unknown>[];
        };
        /** @description What is wrong with a graph. */
        Validation: {
            problems: components["schemas"]["GraphProblem"][];
            /** @description Whether it can run. */
            valid: boolean;
        };
        /** @description A version of a workflow. */
        VersionItem: {
            /** @description Whether it was made of a draft, to run it or to keep it, and not by publishing. It is never what triggers run. */
            auto: boolean;
            /** @description The branch it is on; `main` is where workflows begin. */
            branch: string;
            /**
             * @description Who made it, as they called themselves: whoever published it, or restored or switched where it is what the draft was before.
             *     None where nobody said.
             */
            by?: string | null;
            created_at: string;
            /** @description BLAKE3 of its graph. */
            hash: string;
            id: string;
            label?: string | null;
            node_count: number;
            /** @description The version it was made from. */
            parent?: string | null;
            /** @description Whether it is what triggers run now. */
            published: boolean;
        };
        /** @description Versions, newest first. */
        VersionPage: {
            items: components["schemas"]["VersionItem"][];
            next_cursor?: string | null;
        };
        /** @description A version with its graph. */
        VersionWhole: components["schemas"]["VersionItem"] & {
            /** @description The file: `{name, nodes, edges, …}`. That of an automatic version need not be able to run. */
            graph: Record<string, unknown>;
        };
        /** @description A step that waits. */
        WaitingStep: {
            address: string;
            /** @description The execution whose end ends it. */
            child?: string | null;
            node: string;
            /** @description The path that ends it when it is called, once, by whoever knows it. */
            resume_url?: string | null;
            /** @description Whether it waits for its next attempt, after one that failed. */
            retry: boolean;
            /** @description The signal that ends it. */
            signal?: string | null;
            /** @description When the wait is over at the latest. */
            until?: string | null;
        };
        /** @description Several workflows with their graphs. */
        WorkflowBatch: {
            /** @description Those that there are, in the order in which they were named. */
            items: components["schemas"]["WorkflowWhole"][];
            /** @description Ids that no workflow has. */
            missing: string[];
        };
        /** @description What was done. */
        WorkflowBulkAnswer: {
            /** @description Those that were changed now. */
            done: string[];
            /** @description Those that could not be changed, and why. */
            failed: components["schemas"]["NotDone"][];
            /** @description Workflows that were meant, those of earlier requests too. */
            matched: number;
            /** @description Where to go on, as `after` of the same request, until it is absent. */
            next?: string | null;
            /** @description Those that were as asked before. */
            unchanged: number;
        };
        /** @description What to do, and with which workflows. */
        WorkflowBulkBody: {
            /** @description `activate`, `deactivate`, `delete`, `tag`, `untag` or `move`. */
            action: string;
            /** @description Where an earlier request ended: its `next`. */
            after?: string | null;
            filter?: components["schemas"]["WorkflowBulkFilter"] | null;
            /** @description The folder to move to, with `move`; an empty one is the top. */
            folder?: string | null;
            /** @description Which workflows, at most 1,000; either this or `filter`. */
            ids?: string[] | null;
            /** @description The tags to give or to take, with `tag` and `untag`. */
            tags?: string[] | null;
        };
        /** @description Which workflows: those that all of it holds for, as for lists; `{}` stands for all. */
        WorkflowBulkFilter: {
            /** @description Whether their triggers fire. */
            active?: boolean | null;
            /** @description Their folder, or one above it; `/` for none. */
            folder?: string | null;
            /** @description Words in their names, tags or descriptions. */
            q?: string | null;
            /** @description Tags that they have. */
            tags?: string[] | null;
        };
        /** @description A workflow as lists show it. */
        WorkflowItem: {
            /** @description Whether its triggers fire. */
            active: boolean;
            created_at: string;
            description: string;
            /** @description Whether it has a draft that differs from that version. */
            draft_changed: boolean;
            edge_count: number;
            /** @description The path of its folder, `Sales/Europe`; empty at the top. */
            folder: string;
            id: string;
            last_execution?: components["schemas"]["LastExecution"] | null;
            name: string;
            node_count: number;
            preview?: components["schemas"]["PreviewItem"] | null;
            /**
             * Format: int64
             * @description Counts its changes; `If-Match` names it.
             */
            rev: number;
            tags: string[];
            updated_at: string;
            /** @description Its current version. */
            version: string;
        };
        /** @description A workflow by id and name; the name is empty when the workflow was deleted. */
        WorkflowName: {
            id: string;
            name: string;
        };
        /** @description A page of workflows. */
        WorkflowPage: {
            items: components["schemas"]["WorkflowItem"][];
            next_cursor?: string | null;
            /** Format: int64 */
            page?: number | null;
            page_size?: number | null;
            /** Format: int64 */
            total?: number | null;
        };
        /** @description A workflow with its graph. */
        WorkflowWhole: components["schemas"]["WorkflowItem"] & {
            /** @description The file as it was sent: `{name, nodes, edges, …}`. */
            graph: Record<string, unknown>;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
