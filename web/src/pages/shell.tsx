// The frame around every page: rail, connection line, toasts, error boundary, sign-in.

import { useQueryClient } from "@tanstack/react-query";
import { Activity, Blocks, BookOpen, House, Monitor, Moon, Sun, Workflow, X, type LucideIcon } from "lucide-react";
import { Component, Suspense, useEffect, useRef, type ReactNode } from "react";
import { closeToast, setTheme, useView, type Theme } from "../state/view";
import { Button } from "../ui/button";
import { Link, PrefetchProvider, usePlace } from "../ui/router";
import { Failed, Skeleton } from "../ui/states";
import { NotFound } from "./not-found";
import { findRoute, prefetchRoute } from "./routes";
import s from "./shell.module.css";
import { SignIn } from "./sign-in";

const PLACES: readonly [to: string, label: string, icon: LucideIcon][] = [
  ["/", "Home", House],
  ["/workflows", "Workflows", Workflow],
  ["/executions", "Executions", Activity],
  ["/node-types", "Node types", Blocks],
];

export function Shell() {
  const { path } = usePlace();
  const signedOut = useView((state) => state.signedOut);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    // After a change of page, the keyboard begins at the top of the new one.
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
    main.current?.scrollTo(0, 0);
  }, [path]);

  if (signedOut) return <SignIn />;
  const route = findRoute(path);
  return (
    <PrefetchProvider prefetch={prefetchRoute}>
      <div className={s.shell}>
        <a className={s.skip} href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
          Skip to content
        </a>
        <Rail path={path} />
        <div className={s.column}>
          <Connection />
          <main id="main" ref={main} className={s.main} tabIndex={-1}>
            <Boundary key={path}>
              <Suspense fallback={<Skeleton />}>{route ? <route.View params={route.params} key={path} /> : <NotFound />}</Suspense>
            </Boundary>
          </main>
        </div>
        <Toasts />
      </div>
    </PrefetchProvider>
  );
}

function Rail({ path }: { path: string }) {
  return (
    <nav className={s.rail} aria-label="Pages">
      <Link to="/" className={s.brand} aria-label="Tidemill, home" tabIndex={-1}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M2 8c3.3 0 3.3 3 6.7 3S12 8 15.3 8s3.4 3 6.7 3M2 14c3.3 0 3.3 3 6.7 3s3.3-3 6.600-3 3.400 3 6.700 3" />
        </svg>
      </Link>
      <ul className={s.places}>
        {PLACES.map(([to, label, Icon]) => {
          const here = to === "/" ? path === "/" : path === to || path.startsWith(`${to}/`);
          return (
            <li key={to}>
              <Link to={to} className={`${s.place} ${here ? s.here : ""}`} aria-current={here ? "page" : undefined}>
                <Icon aria-hidden="true" strokeWidth={1.7} />
                <span>{label}</span>
              </Link>
            </li>
          );
        })}
      </ul>
      <a href="/api/docs" className={`${s.place} ${s.docs}`}>
        <BookOpen aria-hidden="true" strokeWidth={1.7} />
        <span>API</span>
      </a>
      <ThemeChoice />
    </nav>
  );
}

const THEMES: Record<Theme, { label: string; icon: LucideIcon; next: Theme; then: string }> = {
  dark: { label: "Dark", icon: Moon, next: "light", then: "light" },
  light: { label: "Light", icon: Sun, next: "system", then: "the system's theme" },
  system: { label: "System", icon: Monitor, next: "dark", then: "dark" },
};

function ThemeChoice() {
  const theme = useView((state) => state.theme);
  const { label, icon: Icon, next, then } = THEMES[theme];
  return (
    <button type="button" className={`${s.place} ${s.theme}`} aria-label={`Theme: ${label.toLowerCase()}. Change to ${then}.`} title={`Change to ${then}`} onClick={() => setTheme(next)}>
      <Icon aria-hidden="true" strokeWidth={1.7} />
      <span>Theme</span>
    </button>
  );
}

/** One line when the server does not answer; it goes when an answer comes. */
function Connection() {
  const reached = useView((state) => state.reached);
  const client = useQueryClient();
  useEffect(() => {
    if (reached !== false) return;
    const timer = setInterval(() => void client.refetchQueries({ type: "active" }), 3_000);
    return () => {
      clearInterval(timer);
      void client.invalidateQueries();
    };
  }, [reached, client]);
  return (
    <div role="status" aria-live="polite">
      {reached === false ? (
        <p className={s.offline}>
          <i aria-hidden="true" />
          Tidemill does not answer. What you see may be old; trying again every few seconds.
        </p>
      ) : null}
    </div>
  );
}

function Toasts() {
  const toasts = useView((state) => state.toasts);
  return (
    <div className={s.toasts} role="log" aria-live="polite" aria-label="Messages">
      {toasts.map((toast) => (
        <div key={toast.id} className={`${s.toast} ${s[toast.tone]}`}>
          <span>{toast.text}</span>
          {toast.action ? (
            <Button
              kind="quiet"
              onClick={() => {
                closeToast(toast.id);
                toast.action?.run();
              }}
            >
              {toast.action.label}
            </Button>
          ) : null}
          <Button kind="quiet" iconOnly icon={<X size={14} aria-hidden="true" />} onClick={() => closeToast(toast.id)}>
            Close
          </Button>
        </div>
      ))}
    </div>
  );
}

/** A page that breaks leaves the rest standing. */
class Boundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };
  static getDerivedStateFromError(error: unknown) {
    return { error };
  }
  override render() {
    if (this.state.error === null) return this.props.children;
    // A new version was installed while this page was open: its old code is gone, a reload brings the new one.
    const stale = this.state.error instanceof TypeError && /import|module/i.test(this.state.error.message);
    return (
      <Failed
        what={stale ? "This page's code could not be loaded" : "This page could not be shown"}
        error={this.state.error}
        retry={() => (stale ? location.reload() : this.setState({ error: null }))}
      />
    );
  }
}
