
"use strict";
// Sorts and filters tables. The page says everything without it; nothing here makes markup of text.
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  if (body.rows.length < 2) continue;
  const isLong = body.rows.length > 8;
  const value = (row, at) => {
    const cell = row.cells[at], text = cell.textContent;
    if (!cell.classList.contains("number")) return text;
    const number = parseFloat(text.replace(/[,\s%]/g, ""));
    return Number.isNaN(number) ? -1 : number;
  };
  heads.forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") === "ascending" : head.classList.contains("number");
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].map((row) => [value(row, at), row]);
      rows.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1));
      body.append(...rows.map(([, row]) => row));
    });
  });
  if (!isLong) continue;
  const label = document.createElement("label"), input = document.createElement("input"), shown = document.createElement("span");
  label.className = "filter";
  label.textContent = "Filter ";
  input.type = "search";
  shown.setAttribute("role", "status");
  label.append(input);
  const line = document.createElement("p");
  line.className = "filter";
  line.append(label, " ", shown);
  const place = table.closest(".scroll") || table;
  place.before(line);
  input.addEventListener("input", () => {
    const word = input.value.toLowerCase();
    let number = 0;
    for (const row of body.rows) {
      row.hidden = !row.textContent.toLowerCase().includes(word);
      number += !row.hidden;
    }
    shown.textContent = word ? number + " of " + body.rows.length : "";
  });
}
