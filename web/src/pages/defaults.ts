// How this server wants graphs to be drawn where this device has not chosen: asked once for each visit, after its first picture.

import { api } from "../api/calls";
import { defaultsOf } from "../graph/settings";
import { takeDefaults } from "../state/view";

export async function learnDefaults(): Promise<void> {
  try {
    const { rendering } = await api.session();
    takeDefaults(defaultsOf(rendering));
  } catch {
    // It is asked again with the next visit.
  }
}
