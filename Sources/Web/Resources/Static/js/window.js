// One key per action at the window desk.

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea")) return;
  const unfolded = document.querySelector("[data-keys] details[open]");
  if (event.key === "Escape" && unfolded) {
    unfolded.open = false;
    unfolded.querySelector("summary").focus();
    return;
  }
  const found = document.querySelector(`[data-keys] [data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!found) return;
  event.preventDefault();
  found.click();
  // What a key unfolded is chosen from by Tab and Enter.
  const folder = found.closest("details");
  if (folder?.open) folder.querySelector("form button")?.focus();
});
