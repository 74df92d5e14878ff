
"use strict";
// Sorts and filters tables, and filters callers. The page says everything without it; nothing here makes
// markup of text.
const filterBefore = (place, items) => {
  const label = document.createElement("label"), input = document.createElement("input"), shown = document.createElement("span");
  label.className = "filter";
  label.textContent = "Filter ";
  input.type = "search";
  shown.setAttribute("role", "status");
  label.append(input);
  const line = document.createElement("p");
  line.className = "filter";
  line.append(label, " ", shown);
  place.before(line);
  input.addEventListener("input", () => {
    const word = input.value.toLowerCase();
    let number = 0;
    for (const item of items) {
      item.hidden = !item.textContent.toLowerCase().includes(word);
      number += !item.hidden;
    }
    shown.textContent = word ? number + " of " + items.length : "";
  });
};
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  if (body.rows.length < 2) continue;
  const value = (row, at) => {
    const cell = row.cells[at], text = cell.textContent;
    if (!cell.classList.contains("number")) return text;
    const number = parseFloat(text.replace(/[,\s%]/g, ""));
    return Number.isNaN(number) ? -1 : number;
  };
  heads.forEach((head, at) => {
    // The first row may lack a number.
    if ([...body.rows].some((row) => row.cells[at].classList.contains("number"))) head.className = "number";
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") === "ascending" : head.classList.contains("number");
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].map((row) => [value(row, at), row]);
      rows.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1));
      body.append(...rows.map(([, row]) => row));
    });
  });
  if (body.rows.length > 8) filterBefore(table.closest(".scroll") || table, body.rows);
}
for (const section of document.querySelectorAll("section")) {
  const callers = section.querySelectorAll(":scope>article");
  if (callers.length > 8) filterBefore(callers[0], callers);
}
