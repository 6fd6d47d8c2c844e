document.documentElement.classList.add("js");
addEventListener("DOMContentLoaded", () => {
  const words = document.getElementById("words"), verdict = document.getElementById("verdict");
  const shown = document.getElementById("shown"), rows = [...document.querySelectorAll("tbody tr[data-verdict]")];
  const filter = () => {
    const wanted = words.value.trim().toLowerCase().split(/\s+/);
    let count = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !((!verdict.value || row.dataset.verdict === verdict.value) && wanted.every(w => text.includes(w)));
      count += row.hidden ? 0 : 1;
    }
    shown.textContent = count + " / " + rows.length;
  };
  words.addEventListener("input", filter);
  verdict.addEventListener("change", filter);
  filter();
});
