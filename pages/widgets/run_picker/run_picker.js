// A field to search and a line a run, each a button. Knows nothing of what a choice leads to.

function text(kind, words) {
  const node = document.createElement("span");
  node.className = kind;
  node.textContent = words;
  return node;
}

function pictures(sources) {
  const strip = document.createElement("span");
  strip.className = "pictures";
  for (const source of sources) {
    const picture = document.createElement("img");
    picture.src = source;
    picture.alt = ""; // the line says what it shows
    strip.append(picture);
  }
  return strip;
}

function line(run, data, choose) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  if (run.id === data.chosen) button.setAttribute("aria-current", "true");
  button.append(
    text("title", run.title),
    text("outcome", run.outcome),
    text("more", `${run.state} · ${run.when} · ${run.what}`),
    pictures(data.pictures[run.pictures] ?? []),
  );
  button.onclick = () => choose(run.id);
  item.append(button);
  return item;
}

function shown(run, wanted) {
  const words = `${run.title} ${run.what} ${run.state} ${run.outcome} ${run.when}`.toLowerCase();
  return wanted.split(/\s+/).every((word) => words.includes(word));
}

function step(list, event) {
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!way) return;
  const buttons = [...list.querySelectorAll("button")];
  const place = buttons.indexOf(event.target) + way;
  if (place >= 0 && place < buttons.length) buttons[place].focus();
  event.preventDefault();
}

function build(root) {
  const search = document.createElement("input");
  search.type = "search";
  search.placeholder = "Search by name, data, network, state";
  search.setAttribute("aria-label", "Search the runs");
  const list = document.createElement("ul");
  root.onkeydown = (event) => step(list, event);
  root.replaceChildren(search, list);
  search.focus({ preventScroll: true });
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".convscope-runs");
  if (!root.firstChild) build(root);
  const [search, list] = root.children;
  const fill = () => {
    const found = data.runs.filter((run) => shown(run, search.value.trim().toLowerCase()));
    const none = document.createElement("li");
    none.append(Object.assign(document.createElement("p"), { textContent: "No such run." }));
    const choose = (id) => setTriggerValue("picked", id);
    list.replaceChildren(...(found.length ? found.map((run) => line(run, data, choose)) : [none]));
  };
  search.oninput = fill;
  fill();
}
