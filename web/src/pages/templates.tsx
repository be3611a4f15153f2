// Templates: workflows to begin with, as a gallery.

import { useQuery } from "@tanstack/react-query";
import { LayoutGrid } from "lucide-react";
import { memo, useDeferredValue, useMemo, useRef } from "react";
import { queries } from "../api/queries";
import type { Template } from "../api/types";
import { search, shelves } from "../graph/gallery";
import { Thumbnail } from "../panels/preview";
import { Button } from "../ui/button";
import { SearchField } from "../ui/field";
import { count, plural } from "../ui/format";
import { Page, PageHead } from "../ui/panel";
import { Link, navigate, useSearch, useTitle } from "../ui/router";
import { Empty, Failed, Skeleton } from "../ui/states";
import { templatePath } from "./paths";
import s from "./templates.module.css";
import { useTemplate } from "./use-template";

export function page() {
  useTitle("Templates");
  const list = useQuery(queries.templates());
  return (
    <Page>
      <PageHead title="Templates" facts={list.data ? <span className="faint num">{count(list.data.length)}</span> : null} />
      {list.isPending ? (
        <Skeleton rows={12} kind="cards" />
      ) : !list.data ? (
        <Failed error={list.error} what="Templates could not be read" retry={() => void list.refetch()} />
      ) : list.data.length === 0 ? (
        <Empty icon={<LayoutGrid aria-hidden="true" />} title="This server has no templates">
          Draw a workflow from nothing, or import one.
        </Empty>
      ) : (
        <Gallery all={list.data} />
      )}
    </Page>
  );
}

function Gallery({ all }: { all: readonly Template[] }) {
  const [text, setText] = useSearch("q");
  const [category, setCategory] = useSearch("category");
  const sought = useDeferredValue(text);
  const found = useMemo(() => search(all, sought, category), [all, sought, category]);
  const gallery = useRef<HTMLUListElement>(null);
  const clear = () => {
    setText(null);
    setCategory(null);
  };
  return (
    <>
      <div className={s.bar}>
        <SearchField
          label="Search templates"
          value={text}
          onChange={setText}
          onKeyDown={(event) => {
            const [only] = found;
            if (event.key === "Enter" && only && found.length === 1) navigate(templatePath(only.id));
            else if (event.key === "ArrowDown") gallery.current?.querySelector("a")?.focus();
            else return;
            event.preventDefault();
          }}
        />
        <Shelves all={all} category={category} onCategory={setCategory} />
      </div>
      <p role="status" className="hidden">
        {plural(found.length, "template")}
      </p>
      {found.length === 0 ? (
        <Empty title={`No template is about “${sought}”`} actions={<Button onClick={clear}>Show all</Button>}>
          The search looks at names, descriptions and tags.
        </Empty>
      ) : (
        <ul ref={gallery} className={s.gallery}>
          {found.map((template) => (
            <Card key={template.id} template={template} />
          ))}
        </ul>
      )}
    </>
  );
}

function Shelves({ all, category, onCategory }: { all: readonly Template[]; category: string; onCategory: (name: string) => void }) {
  const known = useMemo(() => shelves(all), [all]);
  return (
    <div className={s.shelves} role="group" aria-label="Category">
      {[["", all.length] as const, ...known].map(([name, number]) => (
        <button key={name} type="button" className={`${s.shelf} ${name === category ? s.on : ""}`} aria-pressed={name === category} onClick={() => onCategory(name)}>
          {name === "" ? "All" : name} <span className="faint num">{count(number)}</span>
        </button>
      ))}
    </div>
  );
}

const Card = memo(function Card({ template }: { template: Template }) {
  const use = useTemplate();
  return (
    <li className={s.card}>
      <span className={s.picture}>
        <Thumbnail preview={template.preview} />
      </span>
      <div className={s.words}>
        <h2 className="cut">
          <Link to={templatePath(template.id)} className={s.link} dir="auto">
            {template.name}
          </Link>
        </h2>
        <p className={s.description} dir="auto">
          {template.description}
        </p>
        <p className={s.facts}>
          <span className="cut">{template.category}</span>
          <span className="num">{plural(template.node_count, "node")}</span>
          <Button className={s.use} busy={use.isPending} onClick={() => use.mutate(template)} aria-label={`Use ${template.name}`}>
            Use
          </Button>
        </p>
      </div>
    </li>
  );
});
