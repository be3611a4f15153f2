// Markdown that comes with a chunk of its own; until then, and where it cannot be loaded, the text as it is written.

import { Component, Suspense, type ReactNode } from "react";
import type { MarkdownProps } from "./markdown";
import { part } from "./part";

const Loaded = part(async () => (await import("./markdown")).Markdown);

interface GuardProps {
  instead: ReactNode;
  children: ReactNode;
}

/** Shows something else where what is inside fails: a chunk that cannot be fetched, a value nobody thought of. */
export class Guard extends Component<GuardProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? this.props.instead : this.props.children;
  }
}

export function LazyMarkdown(props: MarkdownProps & { className?: string | undefined }) {
  const { className, ...rest } = props;
  const bare = (
    <p className={className} dir="auto">
      {props.text}
    </p>
  );
  return (
    <Guard instead={bare}>
      <Suspense fallback={bare}>
        <Loaded {...rest} />
      </Suspense>
    </Guard>
  );
}
