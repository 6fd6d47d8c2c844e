document.documentElement.classList.add("js");
addEventListener("DOMContentLoaded", () => {
  const pop = document.getElementById("pop");
  let owner = null, pinned = false, timer = 0;
  const hide = () => {
    if (owner) owner.setAttribute("aria-expanded", "false");
    owner = null; pinned = false; pop.hidden = true;
  };
  const show = button => {
    clearTimeout(timer);
    if (owner === button) return;
    hide();
    const entry = document.getElementById(button.dataset.entry);
    pop.replaceChildren(...[...entry.childNodes].map(node => node.cloneNode(true)));
    pop.hidden = false;
    owner = button;
    button.setAttribute("aria-expanded", "true");
    const at = button.getBoundingClientRect(), room = document.documentElement.clientWidth;
    const below = at.bottom + pop.offsetHeight + 8 < innerHeight || at.top < pop.offsetHeight + 8;
    pop.style.left = Math.max(8, Math.min(at.left, room - pop.offsetWidth - 8)) + scrollX + "px";
    pop.style.top = (below ? at.bottom + 6 : at.top - pop.offsetHeight - 6) + scrollY + "px";
  };
  const leave = () => { clearTimeout(timer); timer = setTimeout(() => { if (!pinned) hide(); }, 250); };
  const figure = event => event.target.closest ? event.target.closest("button.fig") : null;
  document.addEventListener("mouseover", event => {
    const button = figure(event);
    if (button && !pinned) show(button);
    else if (pop.contains(event.target)) clearTimeout(timer);
  });
  document.addEventListener("mouseout", event => { if (figure(event) || pop.contains(event.target)) leave(); });
  document.addEventListener("focusin", event => {
    const button = figure(event);
    if (button) show(button);
    else if (!pop.contains(event.target)) hide();
  });
  document.addEventListener("click", event => {
    const button = figure(event);
    if (button) {
      if (owner === button && pinned) { hide(); return; }
      show(button); pinned = true;
      event.preventDefault();
    } else if (!pop.contains(event.target)) hide();
  });
  document.addEventListener("keydown", event => {
    if (event.key === "Escape" && owner) { const button = owner; hide(); button.focus({ preventScroll: true }); hide(); }
    if (event.key === "Tab" && !event.shiftKey && pinned && document.activeElement === owner) {
      const link = pop.querySelector("a[href]");
      if (link) { event.preventDefault(); link.focus(); }
    } else if (event.key === "Tab" && pop.contains(document.activeElement)) {
      const links = [...pop.querySelectorAll("a[href]")];
      if (document.activeElement === links.at(event.shiftKey ? 0 : -1)) {
        event.preventDefault();
        pinned = false; // the next Tab goes on through the page
        owner.focus({ preventScroll: true });
      }
    }
  });
});
