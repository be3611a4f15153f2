// Comments on the editor's canvas: bubbles that open the list, and words for who cannot see that somebody said something.

import { useEffect, useRef, useState, type RefObject } from "react";
import { PinLayer } from "../../canvas/pins";
import type { CanvasHandle } from "../../canvas/types";
import type { GraphDocument } from "../../graph/document/document";
import { saidIn, type Said } from "../../graph/comments/threads";
import s from "../../panels/presence/presence.module.css";
import type { Comments } from "../../state/document/comments";
import { useComments } from "./use-comments";
import { useMarks } from "./comment-marks";
import type { Parts } from "./use-parts";

interface PinsProps {
  doc: GraphDocument;
  canvas: RefObject<CanvasHandle | null>;
  parts: Parts;
}

export function CommentPins({ doc, canvas, parts }: PinsProps) {
  const comments = useComments(doc);
  const { commenting, setCommenting, setLeft, left } = parts;
  const isListed = left === "comments";
  const marks = useMarks(doc, comments, isListed ? commenting.writing : null);
  const root = useRef<HTMLDivElement>(null);
  const surface = useRef<HTMLCanvasElement>(null);
  const [layer, setLayer] = useState<PinLayer | null>(null);
  useEffect(() => {
    const stage = canvas.current?.stage;
    if (!stage || !root.current || !surface.current) return;
    const now = new PinLayer(stage, root.current, surface.current);
    now.onOpen = ({ threads, node }) => {
      setCommenting({ at: threads[0]?.id ?? null, only: threads.length > 1 ? node : null, writing: null });
      setLeft("comments");
    };
    setLayer(now);
    return () => now.close();
  }, [canvas, setCommenting, setLeft]);
  useEffect(() => layer?.show(marks, isListed ? commenting.at : null), [layer, marks, isListed, commenting.at]);
  useEffect(() => {
    const onStorage = ({ key }: StorageEvent) => key?.startsWith("tidemill.comments.seen.") && comments.device.reread();
    addEventListener("storage", onStorage);
    return () => removeEventListener("storage", onStorage);
  }, [comments]);
  return (
    <>
      <div ref={root} className={s.layer}>
        <canvas ref={surface} className={s.canvas} aria-hidden="true" />
      </div>
      <span className="hidden" role="status">
        {useNews(comments)}
      </span>
    </>
  );
}

/** What somebody else said last since this page was opened. */
function useNews(comments: Comments): string {
  const [opened] = useState(() => Date.now());
  const news = comments.threads.flatMap((thread) => saidIn(thread)).filter(({ at, author }) => at > opened && author.from !== comments.device.id);
  const newest = news.reduce<Said | null>((last, one) => (last && last.at >= one.at ? last : one), null);
  return newest ? `${newest.author.name} commented: ${newest.text.slice(0, 200)}` : "";
}
