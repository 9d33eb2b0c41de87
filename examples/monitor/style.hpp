// SPDX-License-Identifier: MIT
// What the page looks like in light and in dark, and the values under the pointer.
#pragma once

namespace monitor {

inline constexpr const char* style = R"css(
:root { color-scheme: light dark; --paper: #ffffff; --card: #f6f8fa; --ink: #1f2328; --soft: #59636e;
  --line: #d1d9e0; --bad: #b3261e; --good: #1a7f50; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #0f1318; --card: #171c23; --ink: #e6eaf0; --soft: #9aa5b1; --line: #333b45;
    --bad: #ff9d8f; --good: #5fd39b; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px 20px 48px; max-width: 1240px; background: var(--paper);
  color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 25px; line-height: 1.25; margin: 0 0 8px; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 32px 0 8px; }
p { margin: 6px 0; max-width: 80ch; }
code { font: 13px/1.45 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.command { display: block; padding: 9px 12px; background: var(--card); border: 1px solid var(--line);
  border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
.failed { color: var(--bad); font-weight: 600; }
.figures { display: flex; flex-wrap: wrap; gap: 10px; margin: 16px 0; padding: 0; list-style: none; }
.figures li { background: var(--card); border: 1px solid var(--line); border-radius: 6px;
  padding: 7px 14px; min-width: 112px; }
.figures b { display: block; font-size: 20px; font-weight: 600; }
.figures span { color: var(--soft); font-size: 13px; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr));
  gap: 16px; }
figure { position: relative; margin: 0; padding: 12px 14px; background: var(--card);
  border: 1px solid var(--line); border-radius: 6px; }
figcaption { font-weight: 600; }
figcaption span { font-weight: 400; color: var(--soft); font-size: 13px; }
svg.chart { display: block; width: 100%; height: auto; font-size: 13px; touch-action: pan-y; }
svg.chart text { fill: var(--soft); }
.grid { stroke: var(--line); }
.axis { stroke: var(--soft); }
.curve path, .swatch path { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.dense path { stroke-width: 1.4; }
.curve .dots { stroke-width: 5.5; }
.level { stroke: var(--ink); stroke-width: 1.3; fill: none; opacity: 0.75; }
.swatch path.level { stroke-width: 1.5; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 4px 0 0; padding: 0; list-style: none;
  color: var(--soft); font-size: 13px; }
.legend li { display: flex; align-items: center; gap: 6px; overflow-wrap: anywhere; }
.swatch { flex: none; margin: 0 4px; }
summary { color: var(--soft); font-size: 13px; cursor: pointer; }
.tip { position: absolute; pointer-events: none; z-index: 1; padding: 6px 10px; font-size: 12.5px;
  line-height: 1.4; background: var(--paper); border: 1px solid var(--line); border-radius: 6px;
  box-shadow: 0 2px 8px #0003; white-space: nowrap; }
.tip td { padding: 0 8px 0 0; border: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.layers { width: 100%; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 13px; }
.layers th, .layers td, .settings th, .settings td { padding: 5px 16px 5px 0;
  border-bottom: 1px solid var(--line); vertical-align: top; }
.number { text-align: right; white-space: nowrap; }
.verdict { width: 55%; min-width: 260px; }
.warns { color: var(--bad); }
.healthy { color: var(--good); }
footer { margin-top: 32px; color: var(--soft); font-size: 13px; }
)css";

// It reads the curves off the picture. No character that XML would have to escape.
inline constexpr const char* script = R"js(
for (const svg of document.querySelectorAll('svg.chart')) {
  const d = svg.dataset, figure = svg.closest('figure');
  const [left, right, top, bottom] = d.frame.split(' ').map(Number);
  const curves = [...svg.querySelectorAll('g.curve')].map(g => {
    const title = g.querySelector('title'), path = g.querySelector('path');
    const name = title.textContent;
    title.remove();
    const points = [...path.getAttribute('d').matchAll(/[ML]([-\d.]+) ([-\d.]+)/g)];
    return { name, colour: path.getAttribute('stroke'), points: points.map(m => [+m[1], +m[2]]) };
  });
  const mark = document.createElementNS('http://www.w3.org/2000/svg', 'line');
  mark.setAttribute('class', 'axis');
  mark.setAttribute('y1', top);
  mark.setAttribute('y2', bottom);
  const tip = document.createElement('div');
  tip.className = 'tip';
  const hide = () => { mark.remove(); tip.remove(); };
  const number = v => 1e-3 > Math.abs(v) ? +v.toExponential(2) : +v.toPrecision(d.log ? 3 : 4);
  svg.addEventListener('pointerleave', hide);
  svg.addEventListener('pointermove', event => {
    const to = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const distance = p => Math.abs(p[0] - to.x);
    const near = curves.map(c => ({ c, p: c.points.reduce((a, b) => distance(a) > distance(b) ? b : a) }));
    if (near.length === 0) return;
    const x = near.map(n => n.p).reduce((a, b) => distance(a) > distance(b) ? b : a)[0];
    const rows = near.filter(n => 15 > Math.abs(n.p[0] - x)).sort((a, b) => a.p[1] - b.p[1]);
    mark.setAttribute('x1', x);
    mark.setAttribute('x2', x);
    svg.append(mark);
    tip.textContent = d.label + ' ' + +((x - left) / (right - left) * d.x).toFixed(2);
    const table = tip.appendChild(document.createElement('table'));
    for (const { c, p } of rows) {
      const y = +d.low + (bottom - p[1]) / (bottom - top) * (d.high - d.low);
      const row = table.insertRow();
      const dot = row.insertCell();
      dot.textContent = '\u25cf';
      dot.style.color = c.colour;
      row.insertCell().textContent = c.name;
      row.insertCell().textContent = p[1] === 9999 ? 0 : number(d.log ? 10 ** y : y);
    }
    figure.append(tip);
    const box = figure.getBoundingClientRect(), at = event.clientX - box.left;
    const beside = at > box.width / 2 ? at - tip.offsetWidth - 14 : at + 14;
    tip.style.left = Math.max(4, beside) + 'px';
    tip.style.top = (event.clientY - box.top + 12) + 'px';
  });
}
)js";

}  // namespace monitor
