(() => {
"use strict";
// tables: a press on a column's head sorts by it; rows without a value stay last
const valueOf = cell => {
  const place = cell.querySelector("i[style]")?.style.getPropertyValue("--x");
  const said = cell.dataset.sort ?? place ?? (cell.matches(".board td") ? "" : cell.textContent.trim());
  const number = said.replace("−", "-");
  return said === "" || said === "–" ? null : isNaN(number) ? said : Number(number);
};
const order = (table, column, direction) => {
  const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  const rows = [...table.tBodies[0].rows].map(row => [valueOf(row.cells[column]), row]);
  rows.sort(([a], [b]) => a === null || b === null ? (a === null) - (b === null) : direction * compare(a, b));
  table.tBodies[0].append(...rows.map(([, row]) => row));
};
for (const table of document.querySelectorAll("table[data-sortable]")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    if ([...table.tBodies[0].rows].every(row => valueOf(row.cells[column]) === null)) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      order(table, column, up ? 1 : -1);
    });
  });
}
})();
