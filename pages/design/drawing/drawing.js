// A drawing made elsewhere, put into the page as wide as there is room. Its layers are one stop
// of the Tab key: arrows go from layer to layer and from block to block, Enter or a click chooses
// one, and the same again or Escape none. Knows nothing of what a choice leads to.

const SLACK = 1.03; // a drawing may be drawn a little smaller than it is
const views = new WeakMap();

function widest(view) {
  const room = view.root.clientWidth * SLACK;
  const fitting = view.data.drawings.filter((drawing) => drawing.width <= room);
  return fitting.at(-1) ?? view.data.drawings[0];
}

function draw(view) {
  if (!view.root.clientWidth) return; // not shown yet
  const { svg, width } = widest(view);
  if (view.svg !== svg) {
    const focused = view.root.contains(view.root.getRootNode().activeElement);
    view.svg = svg;
    view.root.innerHTML = svg;
    view.root.firstElementChild.style.setProperty("--natural", `${width}px`);
    view.root.firstElementChild.setAttribute("role", "group");
    view.root.firstElementChild.setAttribute("aria-label", view.data.words);
    name(view);
    if (focused) view.nodes.get(view.at)?.focus();
  }
  mark(view);
}

// Each layer is a button; only one of them is a stop of the Tab key.
function name(view) {
  const found = [...view.root.querySelectorAll("[data-layer]")];
  const byName = new Map(found.map((node) => [node.dataset.layer, node]));
  const known = view.data.layers.filter((layer) => byName.has(layer));
  view.nodes = new Map(known.map((layer) => [layer, byName.get(layer)]));
  if (!view.nodes.has(view.at)) [view.at] = known;
  for (const [layer, node] of view.nodes) {
    node.setAttribute("role", "button");
    node.setAttribute("aria-label", node.querySelector("title").textContent.replaceAll("\n", ", "));
    node.onfocus = () => stop(view, layer);
  }
}

function stop(view, layer) {
  view.nodes.get(view.at)?.setAttribute("tabindex", "-1");
  view.at = layer;
  view.nodes.get(layer)?.setAttribute("tabindex", "0");
}

function mark(view) {
  for (const [layer, node] of view.nodes) {
    node.setAttribute("aria-pressed", String(layer === view.chosen));
    node.setAttribute("tabindex", layer === view.at ? "0" : "-1");
  }
  const chosen = view.nodes.get(view.chosen)?.closest("[data-group]");
  for (const group of view.root.querySelectorAll("[data-group]")) {
    group.classList.toggle("chosen", group === chosen);
    group.classList.toggle("wrong", view.data.wrong.includes(group.dataset.group));
  }
}

function choose(view, layer) {
  view.chosen = layer === view.chosen ? null : layer;
  if (layer) stop(view, layer);
  mark(view);
  view.send("layer", view.chosen);
}

function onClick(view, event) {
  const layer = event.target.closest("[data-layer]")?.dataset.layer;
  const first = event.target.closest("[data-group]")?.dataset.first;
  if (layer || first) choose(view, layer ?? first);
}

// The first layer of the block before or after.
function ofBlock(view, step) {
  const groups = [...view.root.querySelectorAll("[data-group]")];
  const now = groups.indexOf(view.nodes.get(view.at)?.closest("[data-group]"));
  return groups[Math.min(Math.max(now + step, 0), groups.length - 1)]?.dataset.first;
}

function onKey(view, event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return; // the browser's: back, to the top
  const order = [...view.nodes.keys()];
  const now = order.indexOf(view.at);
  const steps = {
    ArrowLeft: () => order[Math.max(now - 1, 0)],
    ArrowRight: () => order[Math.min(now + 1, order.length - 1)],
    ArrowUp: () => ofBlock(view, -1),
    ArrowDown: () => ofBlock(view, 1),
    Home: () => order[0],
    End: () => order.at(-1),
  };
  const next = steps[event.key]?.();
  const chooses = event.key === "Enter" || event.key === " ";
  if (!next && !chooses && !(event.key === "Escape" && view.chosen)) return;
  event.preventDefault();
  event.stopPropagation(); // Streamlit has keys of its own
  if (next) view.nodes.get(next)?.focus();
  else choose(view, chooses ? view.at : view.chosen);
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".convscope-network");
  const view = views.get(root) ?? { root, nodes: new Map() };
  views.set(root, view);
  Object.assign(view, { data, chosen: data.chosen, send: setStateValue });
  root.onclick = (event) => onClick(view, event);
  root.onkeydown = (event) => onKey(view, event);
  view.watch ??= new ResizeObserver(() => draw(view));
  view.watch.observe(root);
  draw(view);
  return () => {
    if (root.isConnected) return; // only this call was superseded
    view.watch.disconnect();
    view.watch = null;
  };
}
