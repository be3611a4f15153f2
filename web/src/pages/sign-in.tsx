// Where a browser without a session lands: the link in the terminal signs it in.

import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Button } from "../ui/button";
import f from "../ui/field.module.css";
import { useTitle } from "../ui/router";
import { exchange, faultOfLink } from "./sign-in-link";
import s from "./sign-in.module.css";

export function SignIn() {
  useTitle("Sign in");
  const client = useQueryClient();
  const [text, setText] = useState("");
  const [fault, setFault] = useState(faultOfLink);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const problem = await exchange(tokenIn(text));
    setBusy(false);
    setFault(problem);
    if (problem === null) await client.resetQueries();
  };
  return (
    <main className={s.page}>
      <form className={s.form} onSubmit={(event) => void submit(event)}>
        <svg className={s.mark} viewBox="0 0 24 24" aria-hidden="true">
          <path d="M2 8c3.3 0 3.3 3 6.7 3S12 8 15.3 8s3.4 3 6.7 3M2 14c3.3 0 3.3 3 6.7 3s3.3-3 6.600-3 3.400 3 6.700 3" />
        </svg>
        <h1>Open the link from the terminal</h1>
        <p className="dim">
          When Tidemill starts it prints a link that signs this browser in. Open it here, or paste the link or its token below. Each link works once.
        </p>
        {location.pathname.startsWith("/editor/") ? <p className="dim">Changes that the server does not have yet are kept on this device, and sent once you are signed in.</p> : null}
        <label className={f.label}>
          <span>Link or token</span>
          <input
            className={f.field}
            value={text}
            autoFocus
            autoComplete="off"
            spellCheck={false}
            placeholder="http://127.0.0.1:8080/?token=…"
            aria-invalid={fault !== null}
            aria-describedby="sign-in-fault"
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <p id="sign-in-fault" role="alert" className={f.fault}>
          {fault}
        </p>
        <Button type="submit" kind="primary" busy={busy} disabled={text.trim() === ""}>
          Sign in
        </Button>
      </form>
    </main>
  );
}

function tokenIn(text: string): string {
  const found = /[?&]token=([^&\s#]+)/.exec(text)?.[1];
  return found === undefined ? text.trim() : decodeURIComponent(found);
}
