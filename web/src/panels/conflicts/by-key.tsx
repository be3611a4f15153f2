// An object that both changed, key by key: what only one side changed is taken from there, the rest is chosen.

import { useId, useState } from "react";
import { keyChanges, ofBoth, sidesOf } from "../../graph/conflicts";
import type { Conflict } from "../../graph/document/changes";
import { brief } from "../../graph/values";
import type { Choice } from "../../state/document/settle";
import { Button } from "../../ui/button";
import type { Trying } from "./use-trying";
import s from "./conflicts.module.css";

type Sides = Record<string, "mine" | "theirs">;

export function ByKey({ conflict, me, trying, onTake }: { conflict: Conflict; me: string; trying: Trying; onTake: (choice: Choice, how: string) => void }) {
  const id = useId();
  const [chosen, setChosen] = useState<Sides>({});
  const keys = keyChanges(conflict);
  const sides = sidesOf(conflict, me);
  const trial = (of: Sides) => trying({ name: "Key by key", choice: { how: "fields", value: ofBoth(conflict, of) } });
  const choose = (key: string, side: "mine" | "theirs") => {
    const next = Object.fromEntries([...Object.entries(chosen), [key, side]]) as Sides;
    setChosen(next);
    trial(next).onFocus();
  };
  return (
    <section className={s.merge} aria-labelledby={id} {...trial(chosen)}>
      <h4 id={id}>Key by key</h4>
      <table className={s.table}>
        <thead>
          <tr>
            <th scope="col">Key</th>
            <th scope="col">{sides.mine.name}</th>
            <th scope="col">{sides.theirs.name}</th>
          </tr>
        </thead>
        <tbody>
          {keys.map((one) => {
            const now = (Object.hasOwn(chosen, one.key) ? chosen[one.key] : undefined) ?? (one.by === "theirs" ? "theirs" : "mine");
            return (
              <tr key={one.key}>
                <th scope="row" className="cut" title={one.key}>
                  {one.key}
                </th>
                {(["mine", "theirs"] as const).map((side) => (
                  <td key={side}>
                    <label>
                      <input
                        type="radio"
                        name={`${id} ${one.key}`}
                        aria-label={`${one.key}: ${sides[side].name}`}
                        checked={now === side}
                        onChange={() => choose(one.key, side)}
                      />
                      <code className="cut">{one[side] === undefined ? "not set" : brief(one[side], 60)}</code>
                    </label>
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      <div className={s.row}>
        <Button onClick={() => onTake({ how: "fields", value: ofBoth(conflict, chosen) }, "Merged")}>Merge</Button>
      </div>
    </section>
  );
}
