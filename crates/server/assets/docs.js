// Shows the OpenAPI document. Text only: nothing of it is read as HTML.
"use strict";

const METHODS = ["get", "post", "put", "patch", "delete"];

function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

function resolve(schema, api) {
  const name = schema && schema.$ref && schema.$ref.split("/").pop();
  return name ? api.components.schemas[name] : schema;
}

function kindOf(schema, api, depth = 0) {
  if (!schema) return "";
  if (schema.$ref && depth > 2) return schema.$ref.split("/").pop();
  const whole = resolve(schema, api);
  if (whole.allOf) return whole.allOf.map((part) => kindOf(part, api, depth)).join(" & ");
  if (whole.oneOf || whole.anyOf) return (whole.oneOf || whole.anyOf).map((part) => kindOf(part, api, depth)).join(" | ");
  const type = Array.isArray(whole.type) ? whole.type.join(" | ") : whole.type;
  if (type && type.includes("array")) return `[ ${kindOf(whole.items, api, depth + 1)} ]`;
  if (!whole.properties) return type || "any";
  const pad = "  ".repeat(depth + 1);
  const lines = Object.entries(whole.properties).map(([key, value]) => {
    const required = (whole.required || []).includes(key) ? "" : "?";
    const about = value.description ? `  // ${value.description.split("\n")[0]}` : "";
    return `${pad}${key}${required}: ${kindOf(value, api, depth + 1)}${about}`;
  });
  return `{\n${lines.join("\n")}\n${"  ".repeat(depth)}}`;
}

function parameters(list) {
  const table = element("table");
  for (const { name, in: place, required, description } of list) {
    const cells = [element("td", "", element("code", name)), element("td", place + (required ? ", required" : "")), element("td", description || "")];
    table.append(element("tr", "", ...cells));
  }
  return table;
}

function content(title, body, api) {
  const parts = [];
  for (const [type, { schema }] of Object.entries((body && body.content) || {})) {
    parts.push(element("p", `${title} (${type})`), element("pre", kindOf(schema, api)));
  }
  return parts;
}

function operation(path, method, said, api) {
  const inside = element("div");
  if (said.description) inside.append(element("p", said.description));
  if (said.security) inside.append(element("p", "Needs a session or the API token."));
  if (said.parameters && said.parameters.length) inside.append(parameters(said.parameters));
  inside.append(...content("Body", said.requestBody, api));
  for (const [status, answer] of Object.entries(said.responses || {})) {
    inside.append(element("p", `${status} ${answer.description || ""}`), ...content("Answer", answer, api));
  }
  const verb = element("span", method.toUpperCase());
  verb.className = "method";
  const words = element("span", said.summary || "");
  words.className = "words";
  const details = element("details", "", element("summary", "", verb, element("code", path), words), inside);
  details.dataset.words = `${method} ${path} ${said.summary || ""} ${said.description || ""}`.toLowerCase();
  return details;
}

function show(api) {
  document.getElementById("about").textContent = api.info.description || "";
  const groups = new Map();
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of METHODS.filter((name) => item[name])) {
      const tag = (item[method].tags || ["other"])[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(operation(path, method, item[method], api));
    }
  }
  const sections = [...groups].map(([tag, all]) => element("section", "", element("h2", tag), ...all));
  document.getElementById("routes").replaceChildren(...sections);
}

document.getElementById("filter").addEventListener("input", (event) => {
  const word = event.target.value.toLowerCase();
  for (const details of document.querySelectorAll("details")) details.hidden = !details.dataset.words.includes(word);
});

fetch("/api/openapi.json")
  .then((answer) => answer.json())
  .then(show)
  .catch((error) => { document.getElementById("routes").textContent = `The document could not be read: ${error}`; });
