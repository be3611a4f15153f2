// Runs before the first paint, so that no page flashes in the wrong theme.
(function () {
  var wish = null;
  try {
    wish = localStorage.getItem("tidemill.theme");
  } catch {
    // Storage may be blocked; the system's theme is a good answer then.
  }
  var light = wish === "light" || (wish !== "dark" && matchMedia("(prefers-color-scheme: light)").matches);
  document.documentElement.dataset.theme = light ? "light" : "dark";
})();
