// The frame around every page: rail, connection line, toasts, error boundary, sign-in.

import { useQueryClient } from "@tanstack/react-query";
import { Activity, Blocks, BookOpen, ChartColumn, Ellipsis, House, LayoutGrid, Monitor, Moon, Rows3, Rows4, Settings, Sun, SunMoon, Workflow, X, type LucideIcon } from "lucide-react";
import { Component, lazy, Suspense, useEffect, useRef, type ReactNode } from "react";
import { closeToast, setSettings, setTheme, useView, type Theme } from "../state/view";
import { Button } from "../ui/button";
import { PHONE, useMedia } from "../ui/hooks";
import { Menu, type MenuEntry } from "../ui/menu";
import { Link, PrefetchProvider, usePlace } from "../ui/router";
import { Failed, Skeleton } from "../ui/states";
import { Ago } from "../ui/time";
import { NotFound } from "./not-found";
import { findRoute, prefetchRoute } from "./routes";
import s from "./shell.module.css";

const SignIn = lazy(async () => ({ default: (await import("./sign-in")).SignIn }));

type RailPlace = readonly [to: string, label: string, icon: LucideIcon, also?: string];

const PLACES: readonly RailPlace[] = [
  ["/", "Home", House],
  ["/workflows", "Workflows", Workflow, "/editor"],
  ["/executions", "Executions", Activity],
  ["/templates", "Templates", LayoutGrid, "/marketplace"],
];
const MORE: readonly RailPlace[] = [
  ["/performance", "Performance", ChartColumn, "/admin/performance"],
  ["/settings", "Settings", Settings],
];
const REFERENCE: readonly RailPlace[] = [["/node-types", "Node types", Blocks]];

function isHere(path: string, [to, , , also]: RailPlace): boolean {
  const below = (place: string) => path === place || path.startsWith(`${place}/`);
  return to === "/" ? path === "/" : below(to) || (also !== undefined && below(also));
}

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

  if (signedOut)
    return (
      <Suspense>
        <SignIn />
      </Suspense>
    );
  const route = findRoute(path);
  return (
    <PrefetchProvider prefetch={(to) => void prefetchRoute(to)}>
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
          <Toasts />
        </div>
      </div>
    </PrefetchProvider>
  );
}

function Rail({ path }: { path: string }) {
  const phone = useMedia(PHONE);
  const places = phone ? PLACES : [...PLACES, ...MORE];
  return (
    <nav className={s.rail} aria-label="Pages">
      <Link to="/" className={s.brand} aria-label="Tidemill, home" tabIndex={-1}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M2 8c3.3 0 3.3 3 6.7 3S12 8 15.3 8s3.4 3 6.7 3M2 14c3.3 0 3.3 3 6.7 3s3.3-3 6.600-3 3.400 3 6.700 3" />
        </svg>
      </Link>
      <ul className={s.places}>
        {places.map((place) => (
          <RailLink key={place[0]} place={place} here={isHere(path, place)} />
        ))}
      </ul>
      {phone ? (
        <Menu label="More pages and the look" className={`${s.place} ${[...MORE, ...REFERENCE].some((place) => isHere(path, place)) ? s.here : ""}`} entries={() => [...MORE, ...REFERENCE].map(linkTo).concat(apiDocs(), "line", ...lookEntries())}>
          <Ellipsis aria-hidden="true" strokeWidth={1.7} />
          <span>More</span>
        </Menu>
      ) : (
        <ul className={`${s.places} ${s.foot}`}>
          {REFERENCE.map((place) => (
            <RailLink key={place[0]} place={place} here={isHere(path, place)} />
          ))}
          <li>
            <a href="/api/docs" className={s.place}>
              <BookOpen aria-hidden="true" strokeWidth={1.7} />
              <span>HTTP API</span>
            </a>
          </li>
          <li>
            <Menu label="Theme and density" side="beside" className={s.place ?? ""} entries={lookEntries}>
              <SunMoon aria-hidden="true" strokeWidth={1.7} />
            </Menu>
          </li>
        </ul>
      )}
    </nav>
  );
}

function RailLink({ place: [to, label, Icon], here }: { place: RailPlace; here: boolean }) {
  return (
    <li>
      <Link to={to} className={`${s.place} ${here ? s.here : ""}`} aria-current={here ? "page" : undefined}>
        <Icon aria-hidden="true" strokeWidth={1.7} />
        <span>{label}</span>
      </Link>
    </li>
  );
}

function linkTo([to, label, Icon]: RailPlace): MenuEntry {
  return { label, to, icon: <Icon aria-hidden="true" /> };
}

function apiDocs(): MenuEntry {
  return { label: "HTTP API", href: "/api/docs", icon: <BookOpen aria-hidden="true" /> };
}

const THEMES: readonly (readonly [Theme, string, LucideIcon])[] = [
  ["dark", "Dark", Moon],
  ["light", "Light", Sun],
  ["system", "As the system", Monitor],
];

function lookEntries(): MenuEntry[] {
  const { theme, settings } = useView.getState();
  return [
    { heading: "Theme" },
    ...THEMES.map(([value, label, Icon]) => ({ label, checked: theme === value, icon: <Icon aria-hidden="true" />, onPick: () => setTheme(value) })),
    "line",
    { heading: "Density" },
    { label: "Comfortable", checked: settings.density === "comfortable", icon: <Rows3 aria-hidden="true" />, onPick: () => setSettings({ density: "comfortable" }) },
    { label: "Compact", checked: settings.density === "compact", icon: <Rows4 aria-hidden="true" />, onPick: () => setSettings({ density: "compact" }) },
  ];
}

/** One line when the server does not answer; it goes when an answer comes. */
function Connection() {
  const reached = useView((state) => state.reached);
  const keptAt = useView((state) => state.keptAt);
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
          <span>
            Tidemill does not answer. What you see {keptAt ? <>is as it was <Ago at={keptAt} /></> : "may be old"}; trying again every few seconds.
          </span>
        </p>
      ) : null}
    </div>
  );
}

/** Messages have a line of their own below the page, so that they never lie on what somebody works on. */
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
