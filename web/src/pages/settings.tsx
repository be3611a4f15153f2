// Settings: how these pages look and draw on this device, which keys do what, and the session.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Keyboard, LogOut, RotateCcw } from "lucide-react";
import { Suspense, useId, useState, type ReactNode } from "react";
import { api } from "../api/calls";
import { queries } from "../api/queries";
import { RANGES, within, writeSettings, type NumberKey } from "../graph/settings";
import { bind, resetCanvas, setSettings, setTheme, toast, useView } from "../state/view";
import { Button, Key } from "../ui/button";
import f from "../ui/field.module.css";
import { plural } from "../ui/format";
import { Page, PageHead, Panel } from "../ui/panel";
import { useSearch, useTitle } from "../ui/router";
import { asFailure, sentence } from "../ui/states";
import s from "./settings.module.css";
import { SHORTCUTS } from "./shortcuts";
import { part } from "../ui/part";

const ShortcutSheet = part(async () => (await import("../panels/editor/shortcut-sheet")).ShortcutSheet);

const SECTIONS = [
  ["appearance", "Appearance", Appearance],
  ["canvas", "Editor and canvas", Canvas],
  ["shortcuts", "Shortcuts", Shortcuts],
  ["session", "Session", Session],
] as const;

export function page() {
  const [section, setSection] = useSearch("section");
  const [key, title, View] = SECTIONS.find(([name]) => name === section) ?? SECTIONS[0];
  useTitle(`${title} · Settings`);
  return (
    <Page>
      <PageHead title="Settings" />
      <div className={s.two}>
        <nav aria-label="Sections of the settings">
          <ul className={s.sections}>
            {SECTIONS.map(([name, label]) => (
              <li key={name}>
                <button type="button" className={`${s.section} ${name === key ? s.here : ""}`} aria-current={name === key ? "page" : undefined} onClick={() => setSection(name === "appearance" ? null : name)}>
                  {label}
                </button>
              </li>
            ))}
          </ul>
        </nav>
        <View />
      </div>
    </Page>
  );
}

function Appearance() {
  const theme = useView((state) => state.theme);
  const density = useView((state) => state.settings.density);
  return (
    <Panel title="Appearance">
      <Choice name="Theme" value={theme} options={[["dark", "Dark"], ["light", "Light"], ["system", "As the system"]]} onChange={setTheme} />
      <Choice name="Density" help="Rows of lists are 80 px high, or 50; panels and tables follow." value={density} options={[["comfortable", "Comfortable"], ["compact", "Compact"]]} onChange={(value) => setSettings({ density: value })} />
      <p className={s.note}>Motion is off wherever the system asks for less of it. All of this is kept in this browser.</p>
    </Panel>
  );
}

function Canvas() {
  const settings = useView((state) => state.settings);
  const defaults = useView((state) => state.defaults);
  return (
    <Panel
      title="Editor and canvas"
      aside={
        writeSettings({ ...settings, density: defaults.density }, defaults) === null ? (
          <span className={s.note}>as this server has it</span>
        ) : (
          <Button kind="quiet" icon={<RotateCcw size={14} aria-hidden="true" />} onClick={resetCanvas}>
            Back to the defaults
          </Button>
        )
      }
    >
      <NumberField setting="lodLow" name="Nodes are flat below this zoom" percent help="Farther out than this, a node is a coloured box." />
      <NumberField setting="lodMedium" name="Nodes show everything from this zoom" percent help="In between, a node is its box, icon and name." />
      <NumberField setting="lodFrom" name="Less detail in graphs of at least so many nodes" help="Smaller ones never lose their names." />
      <NumberField setting="maxVisible" name="Most nodes in view at full detail" help="With more of them in view, detail is one level lower." />
      <Toggle on={settings.simplifyEdges} name="Simplify edges far out" help="Where they are small and many, edges are straight and fewer." onChange={(simplifyEdges) => setSettings({ simplifyEdges })} />
      <Toggle on={settings.onlyInView} name="Draw only what is in view" help="Without it, everything is drawn in each frame: large graphs become slow." onChange={(onlyInView) => setSettings({ onlyInView })} />
      <Choice name="A drag on the empty canvas" value={settings.drag} options={[["select", "Selects"], ["pan", "Moves the view"]]} onChange={(drag) => setSettings({ drag })} />
      <Choice
        name="The canvas is drawn by"
        help="By itself, the graphics card draws where it is faster."
        value={settings.renderer}
        options={[["auto", "Whichever is faster"], ["gl", "Graphics card"], ["2d", "Processor"]]}
        onChange={(renderer) => setSettings({ renderer })}
      />
      <p className={s.note}>What you choose is kept in this browser. Until then it is as the server was told to have it.</p>
    </Panel>
  );
}

function Shortcuts() {
  const bindings = useView((state) => state.bindings);
  const [open, setOpen] = useState(false);
  const own = Object.keys(bindings).length;
  return (
    <>
      <Panel title="Editor">
        <div className={s.row}>
          <span className={s.words}>
            <span>Every command of the editor can have keys of your choice</span>
            <span className={s.help}>{own === 0 ? "All have their usual ones." : `${plural(own, "command has", "commands have")} yours.`} In the editor, press ? for the same list.</span>
          </span>
          <Button icon={<Keyboard size={14} aria-hidden="true" />} onClick={() => setOpen(true)}>
            Show and change
          </Button>
        </div>
        {open ? (
          <Suspense>
            <ShortcutSheet bindings={bindings} onBind={bind} onClose={() => setOpen(false)} />
          </Suspense>
        ) : null}
      </Panel>
      {SHORTCUTS.map(([place, keys]) => (
        <Panel key={place} title={place}>
          <ul>
            {keys.map(([what, ...combinations]) => (
              <li key={what} className={s.row}>
                <span className={s.words}>{what}</span>
                <span className={s.keys}>
                  {combinations.map((combination) => (
                    <Key key={combination}>{combination}</Key>
                  ))}
                </span>
              </li>
            ))}
          </ul>
        </Panel>
      ))}
    </>
  );
}

function Session() {
  const session = useQuery(queries.session());
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const leave = async () => {
    setBusy(true);
    try {
      await api.signOut();
      client.clear();
      useView.setState({ signedOut: true });
    } catch (error) {
      toast("bad", `You are still signed in. ${sentence(asFailure(error))}`);
      setBusy(false);
    }
  };
  return (
    <Panel title="Session">
      <div className={s.row}>
        <span className={s.words}>
          <span>{session.data ? "This browser is signed in" : "Asking who is signed in"}</span>
          <span className={s.help}>{session.data?.tenant ? `Tenant ${session.data.tenant} on ${location.host}` : location.host}</span>
        </span>
        <Button icon={<LogOut size={14} aria-hidden="true" />} busy={busy} onClick={() => void leave()}>
          Sign out
        </Button>
      </div>
      <p className={s.note}>To sign in again, open the link that the terminal shows, or write its token.</p>
    </Panel>
  );
}

function Row({ name, help, id, children }: { name: string; help?: string | undefined; id: string; children: ReactNode }) {
  return (
    <div className={s.row}>
      <span className={s.words}>
        <label htmlFor={id} id={`${id}-name`}>
          {name}
        </label>
        {help ? (
          <span id={`${id}-help`} className={s.help}>
            {help}
          </span>
        ) : null}
      </span>
      {children}
    </div>
  );
}

function Toggle({ on, name, help, onChange }: { on: boolean; name: string; help?: string; onChange: (on: boolean) => void }) {
  const id = useId();
  return (
    <Row name={name} help={help} id={id}>
      <input type="checkbox" role="switch" id={id} className={s.switch} checked={on} aria-describedby={help ? `${id}-help` : undefined} onChange={(event) => onChange(event.target.checked)} />
    </Row>
  );
}

interface NumberProps {
  setting: NumberKey;
  name: string;
  help?: string;
  /** Written and read as hundredths. */
  percent?: boolean;
}

/** What is written counts once it is left; outside of what can be, it goes to the nearest that can. */
function NumberField({ setting, name, help, percent = false }: NumberProps) {
  const value = useView((state) => state.settings[setting]);
  const [text, setText] = useState<string | null>(null);
  const id = useId();
  const scale = percent ? 100 : 1;
  const [least, most, step] = RANGES[setting].map((one) => Math.round(one * scale));
  const keep = () => {
    const number = Number(text);
    if (text !== null && text.trim() !== "" && Number.isFinite(number)) setSettings({ [setting]: within(setting, number / scale) });
    setText(null);
  };
  return (
    <Row name={name} help={help} id={id}>
      <span className={s.number}>
        <input
          id={id}
          className={`${f.field} ${s.input} ${percent ? s.hundredths : ""} num`}
          type="number"
          min={least}
          max={most}
          step={step}
          value={text ?? String(Math.round(value * scale))}
          aria-describedby={help ? `${id}-help` : undefined}
          onChange={(event) => setText(event.target.value)}
          onBlur={keep}
          onKeyDown={(event) => event.key === "Enter" && keep()}
        />
        {percent ? <span className={s.unit}>%</span> : null}
      </span>
    </Row>
  );
}

interface ChoiceProps<T extends string> {
  name: string;
  help?: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
}

function Choice<T extends string>({ name, help, value, options, onChange }: ChoiceProps<T>) {
  const id = useId();
  return (
    <fieldset className={s.row}>
      <legend className="hidden">{name}</legend>
      <span className={s.words} aria-hidden="true">
        <span>{name}</span>
        {help ? <span className={s.help}>{help}</span> : null}
      </span>
      <span className={s.choices}>
        {options.map(([option, label]) => (
          <label key={option} className={s.option}>
            <input type="radio" className="hidden" name={id} value={option} checked={option === value} onChange={() => onChange(option)} />
            <span>{label}</span>
          </label>
        ))}
      </span>
    </fieldset>
  );
}
