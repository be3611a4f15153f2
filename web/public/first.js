// Runs before everything else: sets the theme, so that no page flashes in the wrong one, and asks for the code of the page
// that the address names, so that it comes beside the program's instead of after it.
(function () {
  var wish = null;
  try {
    wish = localStorage.getItem("tidemill.theme");
  } catch {
    // Storage may be blocked; the system's theme is a good answer then.
  }
  var light = wish === "light" || (wish !== "dark" && matchMedia("(prefers-color-scheme: light)").matches);
  document.documentElement.dataset.theme = light ? "light" : "dark";

  var known = document.querySelector('meta[name="page-code"]');
  if (!known) return; // not built: a page in development
  var code = JSON.parse(known.content);
  var here = location.pathname.split("/").filter(Boolean);
  var isHere = function (pattern) {
    var parts = pattern.split("/").filter(Boolean);
    return parts.length === here.length && parts.every((part, at) => part[0] === ":" || part === here[at]);
  };
  var page = Object.keys(code.pages).find(isHere);
  for (var at of page === undefined ? [] : code.pages[page]) {
    var file = code.files[at];
    var link = document.createElement("link");
    link.href = "/" + file;
    if (file.endsWith(".css")) {
      link.rel = "preload";
      link.as = "style";
      link.crossOrigin = "";
    } else link.rel = "modulepreload";
    document.head.append(link);
  }
})();
