// Notes every element that came of markup in what people, files or other systems say, also one that is gone again, and whatever was
// asked for elsewhere: looking at the page now and then would miss what came a moment later.

import assert from "node:assert/strict";

/** To be called before the page is opened; answers what says that nothing came of it so far. */
export async function watch(page, url) {
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.addInitScript(() => {
    window.made = [];
    const handlers = ["onload", "onerror", "onclick"];
    const isOurs = (one) =>
      one.localName === "x-mark" ||
      (one.localName === "img" && /^(?:x|https:\/\/elsewhere)/.test(one.getAttribute("src") ?? "")) ||
      (one.localName === "script" && one.textContent.includes("window.ran")) ||
      handlers.some((name) => one.hasAttribute(name)) ||
      /^\s*javascript:/i.test(one.getAttribute("href") ?? "");
    const look = (one) => {
      if (one.nodeType !== Node.ELEMENT_NODE) return;
      for (const element of [one, ...one.querySelectorAll("*")]) if (isOurs(element)) window.made.push(element.outerHTML.slice(0, 120));
    };
    const options = { childList: true, subtree: true, attributes: true, attributeFilter: ["href", "src", ...handlers] };
    new MutationObserver((all) => all.forEach(({ addedNodes, target, type }) => (type === "attributes" ? look(target) : addedNodes.forEach(look)))).observe(document, options);
  });
  return async (where) => {
    assert.deepEqual(await page.evaluate(() => window.made), [], `elements of the markup: ${where}`);
    assert.equal(await page.evaluate(() => window.ran), undefined, where);
    assert.deepEqual(asked.filter((address) => !address.startsWith(url) && !/^(data|blob):/.test(address)), [], where);
  };
}
