// Markdown as React elements. HTML in it stays text, addresses that are not links are dropped, and pictures come only from where they may.
// Loaded when something is shown with it: `lazyMarkdown` is what others use.

import { default as ReactMarkdown, defaultUrlTransform, type Components } from "react-markdown";
import { default as remarkGfm } from "remark-gfm";
import s from "./markdown.module.css";

export interface MarkdownProps {
  text: string;
  /** Which addresses of pictures are asked for; none where it is not given. */
  allows?: (address: string) => boolean;
  /** Links are words only: where a press does something else. */
  flat?: boolean;
}

const PLUGINS = [remarkGfm];

function partsOf(flat: boolean): Components {
  return {
    a: ({ href, children }) =>
      !href ? (
        <>{children}</>
      ) : flat ? (
        <span className={s.link}>{children}</span>
      ) : (
        <a href={href} target="_blank" rel="noopener noreferrer nofollow" className={s.link}>
          {children}
        </a>
      ),
    img: ({ src, alt }) => (typeof src === "string" && src !== "" ? <img src={src} alt={alt ?? ""} loading="lazy" /> : <span className={s.absent}>{alt ? `Picture: ${alt}` : "A picture that is not shown"}</span>),
    // A page has one first heading; those of a text stand below it.
    h1: ({ children }) => <h3 className={s.h1}>{children}</h3>,
    h2: ({ children }) => <h4 className={s.h2}>{children}</h4>,
    h3: ({ children }) => <h5>{children}</h5>,
    h4: ({ children }) => <h6>{children}</h6>,
    table: ({ children }) => (
      <div className={s.wide}>
        <table>{children}</table>
      </div>
    ),
  };
}

const FULL = partsOf(false);
const FLAT = partsOf(true);

export function Markdown({ text, allows, flat = false }: MarkdownProps) {
  return (
    <div className={s.text} dir="auto">
      <ReactMarkdown remarkPlugins={PLUGINS} components={flat ? FLAT : FULL} urlTransform={(address, key) => (key === "src" ? (allows?.(address) ? address : "") : defaultUrlTransform(address))}>
        {text}
      </ReactMarkdown>
    </div>
  );
}
