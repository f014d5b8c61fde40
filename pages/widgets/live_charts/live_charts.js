// Draws each figure with Plotly.react, always on the same node, so that zoom, hover and
// legend choices outlive an update. Knows nothing of what the figures show.
// Everything is fetched from the server that the page came from.

const charts = new WeakMap(); // node -> {observer, width, revision, look, calls}

function loadPlotly(url) {
  // One promise for the whole page: several charts share one copy of the library.
  window.convscopePlotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      window.convscopePlotly = undefined;
      script.remove();
      reject(new Error("The chart library could not be loaded. Reload the page."));
    };
    document.head.appendChild(script);
  });
  return window.convscopePlotly;
}

function readTheme(node) {
  const style = getComputedStyle(node);
  const value = (name, fallback) => {
    const text = style.getPropertyValue(`--st-${name}`).trim();
    return text && text !== "unset" ? text : fallback;
  };
  return {
    text: value("text-color", "#31333f"),
    ground: value("background-color", "#ffffff"),
    line: value("border-color", "rgba(49, 51, 63, 0.2)"),
    font: value("font", "sans-serif"),
    colors: value("chart-categorical-colors", ""),
  };
}

function themedAxis(axis, theme) {
  return {
    gridcolor: theme.line,
    zerolinecolor: theme.line,
    linecolor: theme.line,
    tickcolor: theme.line,
    automargin: true,
    ...axis,
  };
}

function themedLayout(layout, theme) {
  const themed = {
    paper_bgcolor: "rgba(0, 0, 0, 0)",
    plot_bgcolor: "rgba(0, 0, 0, 0)",
    ...layout,
    autosize: true,
    font: { ...layout.font, color: theme.text, family: theme.font },
    hoverlabel: {
      ...layout.hoverlabel,
      bgcolor: theme.ground,
      bordercolor: theme.line,
      font: { color: theme.text, family: theme.font },
    },
    modebar: {
      orientation: "v", // beside the legend there is no room for it
      bgcolor: "rgba(0, 0, 0, 0)",
      color: theme.line,
      activecolor: theme.text,
      ...layout.modebar,
    },
  };
  if (!layout.colorway && theme.colors) themed.colorway = theme.colors.split(",");
  for (const name of new Set(["xaxis", "yaxis", ...Object.keys(layout)])) {
    if (/^[xy]axis\d*$/.test(name)) themed[name] = themedAxis(layout[name], theme);
  }
  return themed;
}

function watchWidth(node, chart, Plotly) {
  // The column can change width without the window doing so: the sidebar folds.
  chart.observer = new ResizeObserver(() => {
    const width = node.clientWidth;
    if (!width || width === chart.width) return;
    chart.width = width;
    Plotly.Plots.resize(node);
  });
  chart.observer.observe(node);
}

async function draw(node, chart, library, drawn, call) {
  const Plotly = await loadPlotly(library);
  if (call !== chart.calls || !node.isConnected) return; // a newer figure came meanwhile
  const theme = readTheme(node);
  const look = JSON.stringify(theme);
  if (chart.revision === drawn.revision && chart.look === look) return;
  await Plotly.react(node, drawn.figure.data, themedLayout(drawn.figure.layout, theme), {
    displaylogo: false,
    // No button that would send the chart elsewhere.
    modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d", "sendChartToCloud"],
  });
  chart.revision = drawn.revision;
  chart.look = look;
  if (!chart.observer) {
    chart.width = node.clientWidth;
    watchWidth(node, chart, Plotly);
  }
}

function dispose(node) {
  const chart = charts.get(node);
  if (!chart || node.isConnected) return; // only this call was superseded, not the node
  charts.delete(node);
  chart.calls += 1;
  chart.observer?.disconnect();
  window.Plotly?.purge(node);
}

function nodesFor(root, count) {
  while (root.children.length < count) {
    const figure = document.createElement("figure");
    figure.append(document.createElement("figcaption"), document.createElement("div"));
    figure.lastChild.setAttribute("role", "group");
    root.append(figure);
  }
  while (root.children.length > count) {
    const node = root.lastChild.lastChild;
    root.lastChild.remove();
    dispose(node);
  }
  return [...root.children].map((figure) => figure.lastChild);
}

function show(node, library, drawn) {
  if (!charts.has(node)) charts.set(node, { calls: 0 });
  const chart = charts.get(node);
  chart.calls += 1;
  node.style.height = `${drawn.height}px`;
  node.setAttribute("aria-label", drawn.label);
  node.previousSibling.textContent = drawn.label;
  node.previousSibling.hidden = !drawn.titled;
  draw(node, chart, library, drawn, chart.calls).catch((error) => {
    node.textContent = error.message;
  });
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".convscope-charts");
  const message = JSON.parse(new TextDecoder().decode(data));
  const nodes = nodesFor(root, message.charts.length);
  nodes.forEach((node, place) => show(node, message.library, message.charts[place]));
  return () => nodes.forEach(dispose);
}
