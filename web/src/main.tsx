// Starts the page: theme, sign-in by link, then the shell.

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api/client";
import { shareUnchanged } from "./api/exact";
import { prefetchRoute } from "./pages/routes";
import { Shell } from "./pages/shell";
import { signInFromLink } from "./pages/sign-in-link";
import { startView, useView } from "./state/view";
import { askReached } from "./ui/part";
import "./tokens.css";
import "./base.css";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: "always", // the server is often this machine: the browser's idea of "online" says nothing about it
      staleTime: 1_000,
      structuralSharing: shareUnchanged,
      retry: (count, error) => error instanceof ApiError && error.unreachable && count < 2,
    },
    mutations: { networkMode: "always" },
  },
});

/** What this visit shows waits neither for the settings of the server nor for what starts without it. */
const LATER_MS = 1_500;
/** So long the frame waits for the code of its first page, which is on its way already; then it stands alone for a while. */
const TOGETHER_MS = 300;

startView();
askReached(() => navigator.onLine && useView.getState().reached !== false);
const page = Promise.race([prefetchRoute(location.pathname), new Promise((resolve) => setTimeout(resolve, TOGETHER_MS))]);
void Promise.all([signInFromLink(), page]).then(() => {
  const root = document.getElementById("root");
  if (!root) return;
  setTimeout(() => void import("./pages/later").then(({ later }) => later(client), () => undefined), LATER_MS);
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <Shell />
      </QueryClientProvider>
    </StrictMode>,
  );
});
