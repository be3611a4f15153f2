// Where a page stands: the way to it, each part a link but the last.

import { Fragment } from "react";
import s from "./crumbs.module.css";
import { Link } from "./router";

export function Crumbs({ way }: { way: readonly (readonly [label: string, to: string])[] }) {
  return (
    <nav aria-label="Breadcrumbs" className={s.crumbs}>
      <ol>
        {way.map(([label, to]) => (
          <Fragment key={to}>
            <li className={s.crumb}>
              <Link to={to} className="cut" dir="auto">
                {label}
              </Link>
            </li>
            <li aria-hidden="true" className={s.mark}>
              ›
            </li>
          </Fragment>
        ))}
      </ol>
    </nav>
  );
}
