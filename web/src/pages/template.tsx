// One template: what it does, how it looks, and which nodes it is made of.

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useMemo } from "react";
import { isMissing } from "../api/client";
import { queries } from "../api/queries";
import type { TemplateWhole } from "../api/types";
import { placeGraph } from "../graph/placed";
import { typesIn } from "../graph/gallery";
import { words } from "../graph/summary";
import { GraphPicture } from "../panels/graph-picture";
import { Button } from "../ui/button";
import { plural } from "../ui/format";
import { LazyMarkdown } from "../ui/lazy-markdown";
import { categoryOf, NodeTile } from "../ui/node-icon";
import { Page, PageHead, Panel } from "../ui/panel";
import { Link, useTitle } from "../ui/router";
import { Failed, Skeleton } from "../ui/states";
import { Chip } from "../ui/status";
import { useKinds } from "./kinds";
import { NotFound } from "./not-found";
import s from "./template.module.css";
import { useTemplate } from "./use-template";

export function page({ params }: { params: Record<string, string> }) {
  const template = useQuery(queries.template(params["id"] ?? ""));
  useTitle(template.data?.name ?? "Template");
  if (template.isPending) return <Skeleton rows={3} kind="block" />;
  if (isMissing(template.error)) return <NotFound />;
  if (!template.data) return <Failed error={template.error} what="This template could not be read" retry={() => void template.refetch()} />;
  return <Loaded template={template.data} />;
}

function Loaded({ template }: { template: TemplateWhole }) {
  const kinds = useKinds();
  const use = useTemplate();
  const graph = useMemo(() => placeGraph(template.graph), [template.graph]);
  const used = useMemo(() => typesIn(template.graph.nodes), [template.graph]);
  return (
    <Page>
      <PageHead
        way={[["Templates", "/templates"]]}
        title={template.name}
        facts={<Chip>{plural(template.node_count, "node")}</Chip>}
        actions={
          <Button kind="primary" icon={<Plus size={14} aria-hidden="true" />} busy={use.isPending} onClick={() => use.mutate(template)}>
            Use this template
          </Button>
        }
      />
      <div className={s.picture}>
        <GraphPicture graph={graph} kinds={kinds} label={`Graph of ${template.name}, ${plural(graph.nodes.length, "node")}`} />
      </div>
      <div className={s.two}>
        <Panel title="What it does">
          <div className={s.text}>
            <LazyMarkdown text={template.description} />
            {template.tags.length > 0 ? (
              <p className={s.tags}>
                {template.tags.map((tag) => (
                  <Link key={tag} to={`/templates?q=${encodeURIComponent(tag)}`}>
                    <Chip>{tag}</Chip>
                  </Link>
                ))}
              </p>
            ) : null}
          </div>
        </Panel>
        <Panel title="Nodes that it uses" aside={<span className="num">{plural(used.length, "type")}</span>}>
          <ul>
            {used.map(([type, number]) => {
              const kind = kinds.get(type);
              return (
                <li key={type} className={s.node}>
                  <NodeTile type={type} icon={kind?.icon} category={categoryOf(kind?.category, type)} size="s" />
                  <span className={s.kind}>
                    <span className="cut">{kind?.name ?? words(type)}</span>
                    {kind ? <span className={`${s.summary} cut`}>{kind.summary}</span> : null}
                  </span>
                  <span className="num faint">{number > 1 ? `× ${number}` : ""}</span>
                </li>
              );
            })}
          </ul>
        </Panel>
      </div>
    </Page>
  );
}
