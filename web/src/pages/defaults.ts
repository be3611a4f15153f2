// How this server wants graphs to be drawn where this device has not chosen, and how often drafts are saved: asked once for each
// visit, after its first picture.

import { api } from "../api/calls";
import { defaultsOf } from "../graph/settings";
import { takeTiming, timingOf } from "../state/document/timing";
import { takeDefaults } from "../state/view";

export async function learnDefaults(): Promise<void> {
  try {
    const session = await api.session();
    takeDefaults(defaultsOf(session.rendering));
    takeTiming(timingOf(session.documents));
  } catch {
    // It is asked again with the next visit.
  }
}
