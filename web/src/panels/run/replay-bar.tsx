// A slider over the time of a run: what is shown beside it is the state at that moment. It plays, as fast as it is asked to.

import { Pause, Play, SkipBack, SkipForward } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { countAtPlace, placesOf } from "../../graph/pace";
import { Button } from "../../ui/button";
import { Select } from "../../ui/field";
import { count, duration } from "../../ui/format";
import s from "./replay.module.css";

export interface ReplayBarProps {
  /** When each event happened; grows in place, `version` moves when it has. */
  times: readonly number[];
  version: number;
  over: boolean;
  /** How many events the moment has; null is all of them, also those to come. */
  at: number | null;
  onAt: (at: number | null) => void;
}

/** How long a whole run takes to play. */
const SPEEDS = [
  ["60", "In 1 min"],
  ["20", "In 20 s"],
  ["10", "In 10 s"],
  ["5", "In 5 s"],
] as const;
const STEPS = 1_000;

export function ReplayBar({ times, version, over, at, onAt }: ReplayBarProps) {
  const places = useMemo(() => placesOf(times), [times, version]);
  const whole = times.length;
  const here = at ?? whole;
  const [speed, setSpeed] = useState("10");
  const [playing, setPlaying] = useState(false);
  usePlaying({ playing, seconds: Number(speed), places, here, onAt, onEnd: () => setPlaying(false) });
  const origin = times.find(Number.isFinite) ?? 0;
  const time = times[Math.max(0, here - 1)] ?? origin;
  const end = times[whole - 1] ?? origin;
  const go = (to: number) => {
    setPlaying(false);
    const wanted = Math.max(1, Math.min(whole, to));
    onAt(wanted >= whole ? null : wanted);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowRight: here + 1, ArrowUp: here + 1, ArrowLeft: here - 1, ArrowDown: here - 1, Home: 1, End: whole, PageUp: here + Math.ceil(whole / 20), PageDown: here - Math.ceil(whole / 20) }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    go(to);
  };
  const play = () => {
    if (!playing && at === null) onAt(1);
    setPlaying(!playing);
  };
  if (whole < 2) return null;
  const place = places[Math.max(0, here - 1)] ?? 1;
  return (
    <div className={s.bar} role="group" aria-label="Replay">
      <Button kind="quiet" iconOnly icon={playing ? <Pause size={14} aria-hidden="true" /> : <Play size={14} aria-hidden="true" />} onClick={play}>
        {playing ? "Pause the replay" : "Play the run again"}
      </Button>
      <Button kind="quiet" iconOnly className={s.wide} icon={<SkipBack size={14} aria-hidden="true" />} disabled={here <= 1} onClick={() => go(here - 1)}>
        One event back
      </Button>
      <Button kind="quiet" iconOnly className={s.wide} icon={<SkipForward size={14} aria-hidden="true" />} disabled={here >= whole} onClick={() => go(here + 1)}>
        One event on
      </Button>
      <input
        type="range"
        className={s.slider}
        min={0}
        max={STEPS}
        value={Math.round(place * STEPS)}
        style={{ "--done": `${place * 100}%` } as React.CSSProperties}
        aria-label="Moment of the run"
        aria-valuetext={`${duration(Math.max(0, time - origin))} after the begin, event ${here} of ${whole}`}
        onKeyDown={onKeyDown}
        onChange={(event) => go(countAtPlace(places, Number(event.target.value) / STEPS))}
      />
      <span className={`${s.when} mono num`}>
        {duration(Math.max(0, time - origin))}
        <span className="faint"> / {duration(Math.max(0, end - origin))}</span>
      </span>
      <span className={`${s.which} faint num`}>
        event {count(here)} of {count(whole)}
      </span>
      <Select label="Speed of the replay" value={speed} options={SPEEDS} onChange={setSpeed} />
      <Button kind="quiet" className={s.live} disabled={at === null} onClick={() => go(whole)}>
        {over ? "To the end" : "Live"}
      </Button>
    </div>
  );
}

interface Playing {
  playing: boolean;
  seconds: number;
  places: Float64Array;
  here: number;
  onAt: (at: number | null) => void;
  onEnd: () => void;
}

/** Moves on with the frames: as far each second as the speed says. */
function usePlaying({ playing, seconds, places, here, onAt, onEnd }: Playing): void {
  const now = useRef({ places, here, onAt, onEnd, seconds });
  useEffect(() => {
    now.current = { places, here, onAt, onEnd, seconds };
  });
  useEffect(() => {
    if (!playing) return;
    let frame = 0;
    let last: number | null = null;
    let place = now.current.places[Math.max(0, now.current.here - 1)] ?? 0;
    const move = (time: number) => {
      const { places, here, onAt, onEnd, seconds } = now.current;
      place += last === null ? 0 : (time - last) / 1_000 / seconds;
      last = time;
      const to = countAtPlace(places, place);
      if (place >= 1) {
        onAt(null);
        onEnd();
        return;
      }
      if (to !== here) onAt(to);
      frame = requestAnimationFrame(move);
    };
    frame = requestAnimationFrame(move);
    return () => cancelAnimationFrame(frame);
  }, [playing]);
}
