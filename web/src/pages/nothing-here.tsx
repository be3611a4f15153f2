// What an address shows that nothing belongs to.

import { Compass } from "lucide-react";
import { Link, useTitle } from "../ui/router";
import { Empty } from "../ui/states";
import { Page, PageHead } from "../ui/panel";
import b from "../ui/button.module.css";

export function NothingHere() {
  useTitle("Not found");
  return (
    <Page>
      <PageHead title="Nothing at this address" />
      <Empty
        icon={<Compass aria-hidden="true" />}
        title="The link may be old, or a letter is missing"
        actions={
          <>
            <Link to="/workflows" className={b.button}>
              Show workflows
            </Link>
            <Link to="/executions" className={b.button}>
              Show executions
            </Link>
          </>
        }
      >
        <span className="mono">{location.pathname}</span>
      </Empty>
    </Page>
  );
}
