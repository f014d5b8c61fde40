// A drawing made elsewhere, put into the page. Knows nothing of what it shows.

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".convscope-network");
  if (root.convscopeShown === data.svg) return;
  root.convscopeShown = data.svg;
  root.innerHTML = data.svg;
  const svg = root.firstElementChild;
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", data.words);
  svg.style.setProperty("--natural", `${data.width}px`);
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "The network");
}
