// Keeps the part of a page marked data-live current, by asking for the page again every few seconds and
// whenever the hall's event stream says that something happened. Forms inside are sent without leaving the page.

const region = () => document.querySelector("[data-live]");
let loading = false;
let again = false;
let soon;
// A form was sent, so the keys on the page are used up.
let sent = false;

// Two pages that differ in nothing but the keys of their forms are the same to a person.
const plain = (element) => element.innerHTML.replace(/name="(key|csrf)" value="[^"]*"/g, "");

function show(html, path) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.querySelector("[data-live]");
  const current = region();
  if (!fresh || !current) {
    location.assign(path);
    return;
  }
  const focused = document.activeElement?.id;
  if (plain(fresh) !== plain(current) || sent) {
    sent = false;
    // What was unfolded stays unfolded.
    for (const open of current.querySelectorAll("details[id][open]")) {
      fresh.querySelector(`#${CSS.escape(open.id)}`)?.setAttribute("open", "");
    }
    current.replaceWith(document.adoptNode(fresh));
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    for (const element of fresh.querySelectorAll("[data-needs-script]")) element.hidden = false;
    document.title = page.title;
  }
  tick();
}

async function refresh() {
  if (region()?.querySelector("form[data-sending]")) return;
  if (loading) {
    again = true;
    return;
  }
  loading = true;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
    if (answer.redirected) location.assign(answer.url);
    else if (answer.ok) show(await answer.text(), answer.url);
  } catch {
    // The next round tries again; what is on the page stays.
  } finally {
    loading = false;
    if (again) {
      again = false;
      refresh();
    }
  }
}

document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target;
    if (!form.closest("[data-live][data-keys]")) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "true";
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { accept: "text/html" },
        body: new URLSearchParams(new FormData(form, event.submitter)),
      });
      sent = true;
      show(await answer.text(), answer.url);
      if (answer.redirected) history.replaceState(null, "", answer.url);
    } catch {
      form.submit();
    } finally {
      delete form.dataset.sending;
    }
  },
  true,
);

const two = (number) => String(number).padStart(2, "0");
const clock = (seconds) =>
  seconds >= 3600
    ? `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
    : `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;

// When a countdown ends, by the page's own stopwatch: the server says how many seconds are left, whatever the clock of
// this machine shows.
const ends = new WeakMap();

function secondsLeft(element) {
  if (!ends.has(element)) ends.set(element, performance.now() + Number(element.dataset.countdown) * 1000);
  return Math.ceil((ends.get(element) - performance.now()) / 1000);
}

function tick() {
  for (const element of document.querySelectorAll("[data-countdown]")) {
    const left = secondsLeft(element);
    element.hidden = false;
    element.querySelector("[data-left]").textContent = clock(Math.max(0, left));
    if (left <= 0 && !element.dataset.over) {
      element.dataset.over = "true";
      setTimeout(() => location.reload(), 1200);
    }
  }
  for (const element of document.querySelectorAll("[data-since]")) {
    element.textContent = clock(Math.max(0, Math.floor((Date.now() - Date.parse(element.dataset.since)) / 1000)));
  }
}

tick();
setInterval(tick, 1000);
// The stopwatch may have stood still while the machine slept.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && document.querySelector("[data-countdown]")) refresh();
});

const live = region();
if (live?.dataset.every) {
  setInterval(() => document.visibilityState === "visible" && refresh(), Number(live.dataset.every) * 1000);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());
}
if (live?.dataset.events) {
  // Many phones wait in one hall: they ask at slightly different moments. An officer's desk asks at once.
  const spread = live.dataset.keys === undefined ? 1500 : 0;
  const events = new EventSource(live.dataset.events);
  for (const name of ["called", "recalled", "serving", "closed", "queue"]) {
    events.addEventListener(name, () => {
      clearTimeout(soon);
      soon = setTimeout(refresh, 50 + Math.random() * spread);
    });
  }
}
