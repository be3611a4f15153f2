// An address that no page has: told by code of its own, since hardly anybody comes there.

import { lazy } from "react";

export const NotFound = lazy(async () => ({ default: (await import("./nothing-here")).NothingHere }));
