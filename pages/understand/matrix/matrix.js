// The confusion matrix: a grid of cells with one stop for the Tab key, arrows from cell to
// cell, Enter to open one. With few classes each cell is an element; with many, all are one
// canvas and the cell in focus is an element over it. Knows nothing of what opening leads to.

const MODES = { counts: "Counts", shares: "Normalized" };
const KEPT = "convscope.matrix"; // in the tab's own memory: a choice of how to look
const REST = "Rows are the true class, columns what the network said. A click opens the images.";
const NAME = 12; // pixels that a name beside an axis needs

function element(kind, name, text = "") {
  const node = document.createElement(kind);
  node.className = name;
  node.textContent = text;
  return node;
}

function isDark(node) {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = getComputedStyle(node).getPropertyValue("--st-background-color") || "#fff";
  probe.fillRect(0, 0, 1, 1);
  const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
  return red + green + blue < 384;
}

function sumOfRow(view, row) {
  const { counts, classes } = view.data;
  return counts.slice(row * classes.length, (row + 1) * classes.length).reduce((a, b) => a + b, 0);
}

function countOf(view, [row, column]) {
  return view.data.counts[row * view.size + column];
}

// As core/notation.py's percent: what is not quite 0 or 100 is said so.
function percent(fraction) {
  if (fraction > 0 && fraction < 0.001) return "<0.1 %";
  const shown = (100 * fraction).toFixed(1);
  return fraction < 1 && shown === "100.0" ? ">99.9 %" : `${shown} %`;
}

// "true 3, predicted 8: 4 images, 11.1 % of true 3"
function said(view, [row, column]) {
  const { classes } = view.data;
  const count = countOf(view, [row, column]);
  const all = sumOfRow(view, row);
  const images = `${count.toLocaleString("en-US")} ${count === 1 ? "image" : "images"}`;
  const share = all ? `, ${percent(count / all)} of all ${classes[row]}` : "";
  return `true ${classes[row]}, predicted ${classes[column]}: ${images}${share}`;
}

function say(view, cell) {
  view.said.textContent = cell ? said(view, cell) : REST;
}

function open(view, cell) {
  if (countOf(view, cell)) view.send("opened", cell);
}

function moved([row, column], event, size) {
  const last = size - 1;
  const steps = {
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    Home: [event.ctrlKey ? 0 : row, 0],
    End: [event.ctrlKey ? last : row, last],
  };
  const next = steps[event.key];
  return next?.map((place) => Math.min(Math.max(place, 0), last));
}

function onKey(view, event) {
  const next = moved(view.cell, event, view.size);
  const opens = event.key === "Enter" || event.key === " ";
  if (!next && !opens) return;
  event.preventDefault();
  event.stopPropagation(); // Streamlit has keys of its own
  if (opens) open(view, view.cell);
  else view.focus(next);
}

function buildSwitch(view) {
  const group = element("div", "switch");
  group.setAttribute("role", "radiogroup");
  group.setAttribute("aria-label", "What the cells show");
  view.modes = Object.entries(MODES).map(([mode, label]) => {
    const button = element("button", "", label);
    button.type = "button";
    button.setAttribute("role", "radio");
    button.onclick = () => choose(view, mode);
    group.append(button);
    return [mode, button];
  });
  group.onkeydown = (event) => {
    if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    choose(view, view.mode === "counts" ? "shares" : "counts");
    view.modes.find(([mode]) => mode === view.mode)[1].focus();
  };
  return group;
}

function choose(view, mode) {
  view.mode = mode;
  sessionStorage.setItem(KEPT, mode);
  for (const [name, button] of view.modes) {
    button.setAttribute("aria-checked", String(name === mode));
    button.tabIndex = name === mode ? 0 : -1;
  }
  view.paint();
}

// Names beside an axis: all of them, or as many as its length in pixels has room for.
function name(view, line, length) {
  const every = Math.ceil(view.size / Math.max(Math.floor(length / NAME), 1));
  if (line.dataset.every === String(every)) return;
  line.dataset.every = every;
  const nodes = [];
  for (let place = 0; place + every <= view.size; place += every) {
    const node = element("span", "", view.data.short[place]);
    node.title = view.data.classes[place];
    const along = line === view.rows ? "gridRow" : "gridColumn";
    node.style[along] = `${place + 1} / span ${every}`;
    nodes.push(node);
  }
  line.replaceChildren(...nodes);
}

// Few classes: an element a cell.
function buildCells(view) {
  const body = element("div", "body cells");
  view.cells = view.data.counts.map((_, place) => {
    const node = element("div", "cell");
    const cell = [Math.floor(place / view.size), place % view.size];
    node.setAttribute("role", "gridcell");
    node.setAttribute("aria-label", said(view, cell));
    node.tabIndex = -1;
    node.onclick = () => open(view, cell);
    node.onpointerenter = () => say(view, cell);
    node.onfocus = () => {
      view.cell = cell;
      say(view, cell);
    };
    if (!countOf(view, cell)) node.setAttribute("aria-disabled", "true");
    return node;
  });
  for (let row = 0; row < view.size; row += 1) {
    const line = element("div", "line");
    line.setAttribute("role", "row");
    line.append(...view.cells.slice(row * view.size, (row + 1) * view.size));
    body.append(line);
  }
  const at = ([row, column]) => view.cells[row * view.size + column];
  view.focus = (cell) => {
    at(view.cell).tabIndex = -1;
    view.cell = cell;
    at(cell).tabIndex = 0;
    at(cell).focus();
  };
  view.paint = () => {
    const scale = view.data.scales[view.dark ? "dark" : "light"];
    view.cells.forEach((node, place) => {
      const [ground, ink] = scale[view.data.levels[view.mode][place]];
      node.style.background = ground;
      node.style.color = ink;
      node.textContent = view.data.texts[view.mode][place];
    });
  };
  at(view.cell).tabIndex = 0;
  return body;
}

// Many classes: a pixel a cell, enlarged, and one element that stands over the cell in focus.
function buildCanvas(view) {
  const body = element("div", "body many");
  const canvas = element("canvas", "");
  canvas.width = canvas.height = view.size;
  canvas.setAttribute("aria-hidden", "true");
  const line = element("div", "line");
  line.setAttribute("role", "row");
  const cursor = element("div", "cursor");
  cursor.setAttribute("role", "gridcell");
  cursor.tabIndex = 0;
  line.append(cursor);
  body.append(canvas, line);
  const show = (cell) => {
    view.cell = cell;
    for (const [side, place] of [["top", cell[0]], ["left", cell[1]]])
      cursor.style[side] = `${(100 * place) / view.size}%`;
    cursor.style.width = cursor.style.height = `${100 / view.size}%`;
    cursor.setAttribute("aria-label", said(view, cell));
    cursor.setAttribute("aria-rowindex", String(cell[0] + 1));
    cursor.setAttribute("aria-colindex", String(cell[1] + 1));
    body.style.cursor = countOf(view, cell) ? "pointer" : "default";
    say(view, cell);
  };
  const under = (event) => {
    const box = body.getBoundingClientRect();
    const along = (way, length) =>
      Math.min(Math.max(Math.floor((way / length) * view.size), 0), view.size - 1);
    return [along(event.clientY - box.y, box.height), along(event.clientX - box.x, box.width)];
  };
  body.onpointermove = (event) => show(under(event));
  body.onclick = (event) => open(view, under(event));
  cursor.onfocus = () => say(view, view.cell);
  view.focus = (cell) => {
    show(cell);
    cursor.focus();
  };
  view.paint = () => paintCanvas(view, canvas);
  show(view.cell);
  return body;
}

function paintCanvas(view, canvas) {
  const scale = view.data.scales[view.dark ? "dark" : "light"];
  const pen = canvas.getContext("2d");
  view.data.levels[view.mode].forEach((level, place) => {
    [pen.fillStyle] = scale[level];
    pen.fillRect(place % view.size, Math.floor(place / view.size), 1, 1);
  });
}

function build(root, view) {
  const bar = element("div", "bar");
  view.said = element("p", "said", REST);
  bar.append(buildSwitch(view), view.said);
  const written = view.data.texts.counts.length > 0;
  const table = element("div", written ? "table" : "table dense");
  table.style.setProperty("--size", view.size);
  const body = written ? buildCells(view) : buildCanvas(view);
  body.setAttribute("role", "grid");
  body.setAttribute("aria-label", "Confusion matrix");
  body.setAttribute("aria-rowcount", String(view.size));
  body.setAttribute("aria-colcount", String(view.size));
  body.onkeydown = (event) => onKey(view, event);
  body.onpointerleave = () => say(view, null);
  const across = element("div", "axis across", "Predicted class");
  const down = element("div", "axis down", "True class");
  [view.columns, view.rows] = ["columns", "rows"].map((kind) => {
    const line = element("div", kind);
    line.setAttribute("aria-hidden", "true"); // each cell says both of its classes
    return line;
  });
  table.append(across, down, view.columns, view.rows, body);
  root.replaceChildren(bar, table);
  view.watch?.disconnect();
  view.watch = new ResizeObserver(() => label(view, body));
  view.watch.observe(body);
  choose(view, MODES[sessionStorage.getItem(KEPT)] ? sessionStorage.getItem(KEPT) : "counts");
  say(view, null);
}

// Names over the columns stand upright where they fit, and on their side where they do not.
function label(view, body) {
  if (!body.clientWidth) return; // not shown yet
  const room = body.clientWidth / view.size;
  const longest = Math.max(...view.data.short.map((text) => text.length));
  view.columns.classList.toggle("tall", room < 90 && longest * 7 > room - 6);
  name(view, view.columns, body.clientWidth);
  name(view, view.rows, body.clientHeight);
}

const views = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".matrix");
  const shown = JSON.stringify([data.classes, data.counts]);
  const view = views.get(root) ?? { cell: [0, 0] };
  views.set(root, view);
  view.send = setTriggerValue;
  view.dark = isDark(root);
  if (view.shown === shown) {
    view.paint(); // the theme may be another
  } else {
    Object.assign(view, { shown, data, size: data.classes.length, cell: [0, 0] });
    build(root, view);
  }
  return () => {
    if (!root.isConnected) view.watch.disconnect(); // else only this call was superseded
  };
}
