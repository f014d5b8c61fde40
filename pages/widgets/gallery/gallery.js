// Small pictures, each a button where a click means something: in a wrapping row, or in full
// rows of an album, where a click enlarges it. Knows nothing of what a choice leads to.

// A picture that is shown again keeps its node: one that is taken away between press and
// release would lose the click.
function contents(item, data) {
  const picture = document.createElement("img");
  picture.src = item.source;
  picture.alt = item.title || item.hint;
  if (!data.across) picture.width = data.size;
  if (item.sharp) picture.className = "convscope-sharp";
  if (!item.title) return [picture];
  const lines = [written("strong", item.title)];
  for (const line of item.lines) lines.push(written("span", line));
  return [picture, ...lines];
}

function written(kind, text, name = "") {
  const node = document.createElement(kind);
  node.textContent = text;
  node.className = name;
  return node;
}

function fill(node, item, data, click) {
  const shown = JSON.stringify([item, data.size, data.across]);
  if (node.convscopeShown !== shown) {
    node.convscopeShown = shown;
    node.className = item.title ? "convscope-tile" : "convscope-tile convscope-bare";
    node.style.width = data.across || !item.title ? "" : `${data.size + 14}px`;
    node.replaceChildren(...contents(item, data));
  }
  if (data.clickable) {
    node.type = "button";
    node.title = item.hint;
    if (!data.action) node.setAttribute("aria-pressed", String(item.value === data.chosen));
    node.onclick = () => click(item);
  }
  return node;
}

// The picture at its largest, beside it what was said of it.
function drawEnlarged(item, body, action, act) {
  const picture = document.createElement("img");
  picture.src = item.source;
  picture.alt = item.hint;
  picture.className = "enlarged convscope-sharp";
  picture.onload = () => {
    // What is large enough by itself is smooth, as people expect of photos.
    if (picture.naturalWidth > 96) picture.classList.remove("convscope-sharp");
  };
  const facts = written("div", "", "facts");
  facts.append(written("p", item.hint), written("strong", item.title));
  for (const line of item.lines) facts.append(written("p", line));
  const list = written("ul", "");
  for (const [name, share, text] of item.best) {
    const row = written("li", "");
    const bar = written("i", "");
    bar.style.width = `${100 * share}%`;
    row.append(written("span", name), written("b", text), bar);
    list.append(row);
  }
  const button = written("button", action, "act");
  button.type = "button";
  button.onclick = act;
  facts.append(list, button);
  body.replaceChildren(picture, facts);
}

function enlarge(root, items, item, data, setTriggerValue) {
  const place = items.findIndex((other) => other.value === item.value);
  const dialog = openLightbox(root.parentNode, {
    items: place < 0 ? [item] : items,
    place: Math.max(place, 0),
    label: (shown) => shown.hint,
    draw: (shown, body) =>
      drawEnlarged(shown, body, data.action, () => {
        dialog.close();
        setTriggerValue("picked", shown.value);
      }),
    closed: (shown) => {
      const tile = [...root.children].find((node) => node.convscopeValue === shown.value);
      tile?.focus();
    },
  });
}

// As many columns as there is room for; the server is told, so that its pages end in full rows.
function layOut(root, data, setStateValue) {
  const gap = 10;
  const room = root.clientWidth + gap;
  if (room <= gap) return; // not shown yet
  const across = Math.max(Math.floor(room / (data.size + 14 + gap)), 1);
  root.style.gridTemplateColumns = `repeat(${across}, minmax(0, 1fr))`;
  clearTimeout(root.convscopeTold);
  if (across !== data.across) {
    root.convscopeTold = setTimeout(() => setStateValue("across", across), 250);
  }
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".convscope-gallery");
  const click = data.action
    ? (item) => enlarge(root, data.items, item, data, setTriggerValue)
    : (item) => setTriggerValue("picked", item.value);
  const there = new Map([...root.children].map((node) => [node.convscopeValue, node]));
  const nodes = data.items.map((item) => {
    const node = there.get(item.value) ?? document.createElement(data.clickable ? "button" : "div");
    node.convscopeValue = item.value;
    return fill(node, item, data, click);
  });
  for (const node of there.values()) if (!nodes.includes(node)) node.remove();
  nodes.forEach((node, place) => {
    if (root.children[place] !== node) root.insertBefore(node, root.children[place] ?? null);
  });
  root.classList.toggle("convscope-album", Boolean(data.across));
  root.convscopeWatch?.disconnect();
  if (!data.across) return undefined;
  root.convscopeWatch = new ResizeObserver(() => layOut(root, data, setStateValue));
  root.convscopeWatch.observe(root);
  return () => {
    if (root.isConnected) return; // only this call was superseded
    root.convscopeWatch.disconnect();
    clearTimeout(root.convscopeTold);
  };
}
