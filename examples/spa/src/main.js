import "./style.css";

const view = document.querySelector("#view");

const routes = {
  "/": home,
  "/about": async () => ["About", "A reload of this page works: nginx answers with index.html."],
};

async function home() {
  try {
    const response = await fetch("/api/");
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return ["Home", `The API says: ${JSON.stringify(await response.json())}`];
  } catch {
    return ["Home", "There is no API here; the page does without it."];
  }
}

async function render() {
  const path = location.pathname;
  const route = routes[path] ?? (async () => ["Not found", `There is no page ${path}.`]);
  const [title, text] = await route();
  if (path !== location.pathname) return; // the visitor has moved on meanwhile

  const heading = document.createElement("h1");
  const paragraph = document.createElement("p");
  heading.textContent = document.title = title;
  paragraph.textContent = text;
  view.replaceChildren(heading, paragraph);
}

document.querySelector("nav").addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  render();
});

addEventListener("popstate", render);
render();
