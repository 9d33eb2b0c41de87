# SPDX-License-Identifier: MIT
"""Draws adam_step.svg, the README's picture, from the numbers published in docs/benchmarks.md.

    python3 docs/images/adam_step.py
"""

import pathlib
import re

here = pathlib.Path(__file__).parent
text = (here.parent / "benchmarks.md").read_text()
table = text.split("Adam on plain arrays, ns a parameter")[1].split("\n\n")[1]
rows = []
for line in table.splitlines()[2:]:
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    numbers = [float(re.match(r"[0-9.]+", cell).group()) for cell in cells[1:5]]
    rows.append((cells[0], numbers[0], numbers[1], numbers[3]))  # by hand, eigentrain, LibTorch

names = {"1e3": "1,000 parameters", "1e5": "100,000", "1e6": "1 million", "1e7": "10 million"}
series = [("eigentrain", "#2f7ed8", 2), ("loop by hand, AVX-512 intrinsics", "#9aa3ab", 1),
          ("LibTorch 1.13", "#d9822b", 3)]
left, right, bar, gap, top = 132, 690, 13, 16, 56
# One unit for all bars; those that leave the picture are cut, and say so.
unit = (right - left - 90) / 5.0
height = top + len(rows) * (3 * bar + gap) + 8
out = [
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" '
    'font-family="system-ui, sans-serif" font-size="12" fill="#7a828c">',
    '<text x="8" y="18" font-size="14">One step of Adam, nanoseconds a parameter: shorter is faster'
    '</text>',
]
x = 8
for name, colour, _ in series:
    out.append(f'<rect x="{x}" y="30" width="11" height="11" fill="{colour}"/>')
    out.append(f'<text x="{x + 16}" y="40">{name}</text>')
    x += 34 + 7 * len(name)
y = top
for row in rows:
    out.append(f'<text x="{left - 8}" y="{y + 2 * bar - 2}" text-anchor="end">'
               f'{names.get(row[0], row[0])}</text>')
    for name, colour, column in series:
        value = row[column]
        width = min(value * unit, right - left)
        out.append(f'<rect x="{left}" y="{y}" width="{width:.1f}" height="{bar - 2}" fill="{colour}"/>')
        cut = value * unit > right - left
        if cut:
            out.append(f'<path d="M{left + width - 26:.1f} {y - 1}l6 {bar}" stroke="#fff" stroke-width="4"/>')
        out.append(f'<text x="{left + width + 5:.1f}" y="{y + bar - 3}">{value:.2f}</text>')
        y += bar
    y += gap
out.append("</svg>\n")
(here / "adam_step.svg").write_text("\n".join(out))
