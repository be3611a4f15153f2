// What a visit does once its first picture is there, so that nothing on show waits for it.

import type { QueryClient } from "@tanstack/react-query";
import { learnDefaults } from "./defaults";
import { startOffline } from "./offline";

export async function later(client: QueryClient): Promise<void> {
  await learnDefaults();
  if (import.meta.env.PROD) await startOffline(client);
}
