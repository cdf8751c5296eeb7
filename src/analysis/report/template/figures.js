(() => {
"use strict";
const scheme = matchMedia("(prefers-color-scheme: dark)");

// figures: plotly is fetched from beside the page or unpacked from it when the first one comes into view
let library;
const unpacked = async text => {
  const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
};
const loaded = async () => {
  const {dataset: {address}, textContent} = document.getElementById("plotly");
  const script = document.createElement("script");
  if (address) {
    const outcome = new Promise((done, failed) => {
      script.onload = done;
      script.onerror = () => failed(new Error(`${address} is not there`));
    });
    script.src = address;
    document.head.append(script);
    await outcome;
  } else {
    script.textContent = await unpacked(textContent);
    document.head.append(script);
  }
  return window.Plotly;
};
const themed = (layout, place) => {
  const style = getComputedStyle(place);
  const colour = name => style.getPropertyValue(name).trim();
  const axis = {gridcolor: colour("--line"), zerolinecolor: colour("--line"), linecolor: colour("--soft"), automargin: true};
  const template = layout.template ??= {};
  const base = template.layout ??= {};
  Object.assign(base, {paper_bgcolor: "transparent", plot_bgcolor: "transparent"});
  base.font = {...base.font, color: colour("--ink"), family: style.fontFamily, size: 12};
  for (const name of ["xaxis", "yaxis"]) base[name] = {...base[name], ...axis};
  layout.paper_bgcolor = layout.plot_bgcolor = "transparent";
  base.margin ??= {l: 48, r: 12, t: 12, b: 44};
  layout.autosize = true;
  layout.dragmode = false;
  if (place.clientWidth < 500) layout.legend = {...layout.legend, orientation: "h", x: 0, xanchor: "left", yref: "container", y: 0, yanchor: "bottom"};
  return layout;
};
const draw = async place => {
  try {
    const Plotly = await (library ??= loaded());
    const {data, layout} = JSON.parse(document.getElementById(`${place.id}-json`).textContent);
    await Plotly.react(place, data, themed(layout, place), {displayModeBar: false, responsive: true});
  } catch (problem) {
    place.style.minHeight = "";
    place.textContent = `This browser could not draw the chart (${problem.message}). The words above do not need it.`;
  }
};
const places = [...document.querySelectorAll(".plot")];
const seen = new Set();
const watcher = new IntersectionObserver(entries => {
  for (const {isIntersecting, target} of entries) {
    if (!isIntersecting) continue;
    watcher.unobserve(target);
    seen.add(target);
    draw(target);
  }
}, {rootMargin: "150px"});
for (const place of places) {
  place.style.minHeight = `${place.dataset.height}px`;
  watcher.observe(place);
}
scheme.addEventListener("change", () => seen.forEach(draw));
})();
