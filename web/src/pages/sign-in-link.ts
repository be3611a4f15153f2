// Signs a browser in by the link that the terminal prints.

import { api } from "../api/calls";
import { ApiError } from "../api/client";
import { useView } from "../state/view";

/** Exchanges a token for a session; the words to show when it does not work. */
export async function exchange(token: string): Promise<string | null> {
  try {
    await api.signIn(token);
    useView.setState({ signedOut: false, reached: true });
    return null;
  } catch (error) {
    useView.setState({ signedOut: true });
    if (error instanceof ApiError && error.unreachable) return "Tidemill does not answer. Check that it is running, then try again.";
    if (error instanceof ApiError && error.status === 429) return "Too many tries. Wait a minute, then try again.";
    return "This link was used already or belongs to an earlier start. Start Tidemill again for a fresh one, or paste the token from the file api-token in its data folder.";
  }
}

let linkFault: string | null = null;

/** Why the link of this page did not sign in. */
export const faultOfLink = (): string | null => linkFault;

/** Uses the token of a link like `/?token=…` and takes it out of the address bar, whatever comes of it. */
export async function signInFromLink(): Promise<void> {
  const params = new URLSearchParams(location.search);
  const token = params.get("token");
  if (token === null) return;
  params.delete("token");
  const rest = params.toString();
  history.replaceState(null, "", location.pathname + (rest === "" ? "" : `?${rest}`));
  dispatchEvent(new PopStateEvent("popstate"));
  if (token !== "") linkFault = await exchange(token);
}
