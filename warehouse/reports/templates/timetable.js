document.documentElement.classList.add("js");
addEventListener("DOMContentLoaded", () => {
  const get = id => document.getElementById(id), all = selector => [...document.querySelectorAll(selector)];
  const pop = get("pop"), filer = get("filer"), state = get("state");
  const cells = all("td[data-state]"), rows = all("tr[data-filer]"), told = all("ol.told li");
  const close = document.createElement("button");
  close.type = "button"; close.className = "close"; close.textContent = "✕"; close.setAttribute("aria-label", "关闭 close");
  let owner = null;
  const hide = back => {
    if (!owner) return;
    const link = owner;
    owner = null;
    link.setAttribute("aria-expanded", "false");
    pop.hidden = true;
    if (back) link.focus({ preventScroll: true });
  };
  const show = link => {
    hide(false);
    const entry = get(link.hash.slice(1));
    pop.replaceChildren(close, ...[...entry.childNodes].map(node => node.cloneNode(true)));
    pop.hidden = false;
    owner = link;
    link.setAttribute("aria-expanded", "true");
    const at = link.getBoundingClientRect(), room = document.documentElement.clientWidth;
    const below = at.bottom + pop.offsetHeight + 8 < innerHeight || at.top < pop.offsetHeight + 8;
    pop.style.left = Math.max(8, Math.min(at.left, room - pop.offsetWidth - 8)) + scrollX + "px";
    pop.style.top = (below ? at.bottom + 6 : at.top - pop.offsetHeight - 6) + scrollY + "px";
    pop.focus({ preventScroll: true });
  };
  close.addEventListener("click", () => hide(true));
  document.addEventListener("click", event => {
    const link = event.target.closest("td.s a");
    if (link) {
      event.preventDefault();
      if (owner === link) hide(true); else show(link);
    } else if (!pop.contains(event.target)) hide(false);
  });
  pop.addEventListener("focusout", event => {
    if (event.relatedTarget && !pop.contains(event.relatedTarget)) hide(false);
  });
  const beside = (link, key) => {
    const cell = link.closest("td"), row = cell.parentElement, lines = rows.filter(r => !r.hidden && r.closest("table") === row.closest("table"));
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }[key];
    const places = key === "ArrowLeft" || key === "ArrowRight" ? [...row.children] : lines.map(line => line.children[cell.cellIndex]);
    for (let n = places.indexOf(cell) + step; n >= 0 && n < places.length; n += step) {
      const found = places[n].querySelector("td.s > a");
      if (found) return found;
    }
    return null;
  };
  document.addEventListener("keydown", event => {
    if (event.key === "Escape") hide(true);
    const link = event.target.closest("td.s a");
    const next = link && event.key.startsWith("Arrow") ? beside(link, event.key) : null;
    if (next) { event.preventDefault(); next.focus(); }
  });
  const fits = found => !state.value || (state.value === "!" ? found !== "accepted" : found === state.value);
  const filter = () => {
    hide(false);
    let count = 0;
    for (const row of rows) {
      const own = [...row.querySelectorAll("td[data-state]")], fitting = own.filter(cell => fits(cell.dataset.state));
      row.hidden = (filer.value && row.dataset.filer !== filer.value) || !fitting.length;
      for (const cell of own) cell.classList.toggle("dim", !fits(cell.dataset.state));
      count += row.hidden ? 0 : fitting.length;
    }
    for (const entry of told) entry.hidden = (filer.value && entry.dataset.filer !== filer.value) || !fits(entry.dataset.state);
    for (const body of all("table.grid tbody")) body.hidden = ![...body.querySelectorAll("tr[data-filer]")].some(row => !row.hidden);
    for (const block of all(".block")) block.hidden = ![...block.querySelectorAll("tbody")].some(body => !body.hidden);
    for (const part of all(".of")) part.hidden = ![...part.querySelectorAll("li")].some(entry => !entry.hidden);
    get("shown").textContent = count + " / " + cells.length;
    const chosen = [filer, state].filter(one => one.value).map(one => one.selectedOptions[0].textContent);
    get("filtered").hidden = !chosen.length;
    get("filtered").textContent = "已筛选 filtered: " + chosen.join(" · ");
  };
  filer.addEventListener("change", filter);
  state.addEventListener("change", filter);
  const asked = get(location.hash.slice(1));
  for (const details of all("details.plain")) details.open = details.contains(asked);
  filter();
});
