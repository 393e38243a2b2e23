// Behaviour every page shares. Pages are complete without it.

// A form is sent once: a second press while the first is under way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "true";
  form.setAttribute("aria-busy", "true");
});

// Coming back through the browser's history shows the page as it was, so forms must be usable again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sending]")) {
    delete form.dataset.sending;
    form.removeAttribute("aria-busy");
  }
});

// The first faulty field, or the notice about it, takes the focus.
document.querySelector("[data-focus-first]")?.focus();

// Buttons that only make sense with script appear with it.
for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// The step after sign-in goes on by itself, but not when the person came back to it.
const onward = document.querySelector("form[data-send-at-once]");
if (onward && performance.getEntriesByType("navigation")[0]?.type !== "back_forward") onward.requestSubmit();
