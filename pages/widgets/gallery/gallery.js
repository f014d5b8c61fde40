// A wrapping row of small pictures, each a button where a click means something.
// Knows nothing of what a click leads to.

function tile(item, index, data, setTriggerValue) {
  const node = document.createElement(data.clickable ? "button" : "div");
  node.className = "convscope-tile";
  node.style.width = `${data.size + 14}px`;
  if (data.clickable) {
    node.type = "button";
    node.title = item.hint;
    node.setAttribute("aria-pressed", String(index === data.chosen));
    node.onclick = () => setTriggerValue("picked", index);
  }
  const picture = document.createElement("img");
  picture.src = item.source;
  picture.alt = item.title;
  picture.width = data.size;
  if (item.sharp) picture.className = "convscope-sharp";
  const title = document.createElement("strong");
  title.textContent = item.title;
  node.append(picture, title);
  for (const line of item.lines) {
    const text = document.createElement("span");
    text.textContent = line;
    node.append(text);
  }
  return node;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".convscope-gallery");
  root.replaceChildren(
    ...data.items.map((item, index) => tile(item, index, data, setTriggerValue)),
  );
}
