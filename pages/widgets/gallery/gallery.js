// A wrapping row of small pictures, each a button where a click means something.
// Knows nothing of what a click leads to.

// A picture that is shown again keeps its node: one that is taken away between press and
// release would lose the click.
function contents(item, size) {
  const picture = document.createElement("img");
  picture.src = item.source;
  picture.alt = item.title;
  picture.width = size;
  if (item.sharp) picture.className = "convscope-sharp";
  const title = document.createElement("strong");
  title.textContent = item.title;
  const lines = item.lines.map((line) => {
    const text = document.createElement("span");
    text.textContent = line;
    return text;
  });
  return [picture, title, ...lines];
}

function fill(node, item, data, setTriggerValue) {
  const shown = JSON.stringify([item, data.size]);
  if (node.convscopeShown !== shown) {
    node.convscopeShown = shown;
    node.className = "convscope-tile";
    node.style.width = `${data.size + 14}px`;
    node.replaceChildren(...contents(item, data.size));
  }
  if (data.clickable) {
    node.type = "button";
    node.title = item.hint;
    node.setAttribute("aria-pressed", String(item.value === data.chosen));
    node.onclick = () => setTriggerValue("picked", item.value);
  }
  return node;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".convscope-gallery");
  const there = new Map([...root.children].map((node) => [node.convscopeValue, node]));
  const nodes = data.items.map((item) => {
    const node = there.get(item.value) ?? document.createElement(data.clickable ? "button" : "div");
    node.convscopeValue = item.value;
    return fill(node, item, data, setTriggerValue);
  });
  for (const node of there.values()) if (!nodes.includes(node)) node.remove();
  nodes.forEach((node, place) => {
    if (root.children[place] !== node) root.insertBefore(node, root.children[place] ?? null);
  });
}
