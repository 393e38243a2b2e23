// The wall board: follows the hall's event stream, says each call aloud, and after a lost connection shows the
// truth again from a fresh snapshot. It shows numbers only.

const root = document.querySelector("[data-board]");
const data = root.dataset;
const soundButton = document.querySelector("[data-sound]");
const windows = new Map(
  [...document.querySelectorAll("[data-windows] li")].map((element) => [element.dataset.id, element.dataset]),
);

// Sound ----------------------------------------------------------------------------------------------------------

let audio;
const queue = [];
let speaking = false;

function chime() {
  if (!audio || audio.state !== "running") return Promise.resolve();
  const start = audio.currentTime + 0.05;
  [
    [659.25, 0],
    [523.25, 0.35],
  ].forEach(([pitch, delay]) => {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.type = "sine";
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, start + delay);
    volume.gain.exponentialRampToValueAtTime(0.4, start + delay + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + delay + 0.9);
    tone.connect(volume).connect(audio.destination);
    tone.start(start + delay);
    tone.stop(start + delay + 1);
  });
  return new Promise((done) => setTimeout(done, 1200));
}

function say(text) {
  if (!("speechSynthesis" in window)) return Promise.resolve();
  return new Promise((done) => {
    const words = new SpeechSynthesisUtterance(text);
    words.lang = data.voiceLang;
    words.rate = 0.9;
    const voice = speechSynthesis.getVoices().find((one) => one.lang.startsWith(data.voiceLang.slice(0, 2)));
    if (voice) words.voice = voice;
    words.onend = words.onerror = done;
    setTimeout(done, 9000);
    speechSynthesis.speak(words);
  });
}

// Digit by digit: 幺 for one, as numbers are read aloud in Chinese halls.
function spoken(number) {
  const zh = "零幺二三四五六七八九";
  const parts = [...number].map((sign) => (data.voiceLang.startsWith("zh") && /\d/.test(sign) ? zh[Number(sign)] : sign));
  return parts.join(data.voiceLang.startsWith("zh") ? "" : " ");
}

async function announce() {
  if (speaking) return;
  speaking = true;
  while (queue.length) {
    const call = queue.shift();
    await chime();
    await say(data.say.replace("{number}", spoken(call.number)).replace("{window}", call.windowNumber));
    await new Promise((done) => setTimeout(done, 400));
  }
  speaking = false;
}

function enableSound() {
  audio ??= new AudioContext();
  audio.resume().then(showSoundState, showSoundState);
}

function showSoundState() {
  soundButton.hidden = audio?.state === "running";
}

soundButton.addEventListener("click", enableSound);
soundButton.hidden = false;
try {
  // A kiosk-mode browser may allow sound without a touch; then the button goes away by itself.
  audio = new AudioContext();
  audio.onstatechange = showSoundState;
  setTimeout(showSoundState, 300);
} catch {
  soundButton.hidden = true;
}

// What is on the wall ----------------------------------------------------------------------------------------------

let settle;

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function showCall(call, fresh) {
  const place = windows.get(call.window);
  if (!place) return reload();
  const list = document.querySelector(".calls ol");
  const old = document.querySelector(".now[data-number]");
  if (old && old.dataset.number !== call.number) prepend(list, old.dataset);
  for (const row of [...list.children]) {
    if (row.dataset.number === call.number) row.remove();
  }
  while (list.children.length > 6) list.lastElementChild.remove();
  const now = element("section", fresh ? "now fresh" : "now");
  Object.assign(now.dataset, { number: call.number, window: call.window });
  now.setAttribute("aria-live", "assertive");
  now.append(
    element("p", "label", data.nowLabel),
    element("p", "number", call.number),
    element("p", "to", place.to),
    element("p", "zone", place.zone ?? ""),
  );
  document.querySelector(".now").replaceWith(now);
  clearTimeout(settle);
  settle = setTimeout(() => now.classList.remove("fresh"), 10000);
  if (fresh) {
    queue.push({ number: call.number, windowNumber: place.number });
    announce();
  }
}

function prepend(list, call) {
  const row = element("li");
  row.dataset.number = call.number;
  const arrow = document.querySelector("[data-arrow]").content.cloneNode(true);
  row.append(element("span", "ticket-number", call.number), arrow, element("span", "to", windows.get(call.window)?.to ?? ""));
  list.prepend(row);
}

function showQueue(state) {
  const row = [...document.querySelectorAll("[data-live-queues] li")].find((one) => one.dataset.queue === state.queue);
  if (row) row.querySelector(".count").textContent = data.countText.replace("{count}", state.waiting);
}

async function reload() {
  try {
    const answer = await fetch(data.self, { cache: "no-store", headers: { accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of ["[data-live-board]", "[data-live-queues]"]) {
      const fresh = page.querySelector(part);
      if (fresh) document.querySelector(part).replaceWith(document.adoptNode(fresh));
    }
  } catch {
    // The stream reconnects by itself and asks again.
  }
}

// The stream -------------------------------------------------------------------------------------------------------

const lost = document.querySelector("[data-link-lost]");
let stream;
let wasLost = false;

function follow() {
  const address = new URL(data.events, location.href);
  if (data.sequence) address.searchParams.set("after", data.sequence);
  stream = new EventSource(address);
  stream.onopen = () => {
    lost.hidden = true;
    if (wasLost) reload();
    wasLost = false;
  };
  stream.onerror = () => {
    lost.hidden = false;
    wasLost = true;
    if (stream.readyState === EventSource.CLOSED) setTimeout(follow, 2000 + Math.random() * 3000);
  };
  const on = (name, handle) =>
    stream.addEventListener(name, (event) => {
      if (event.lastEventId) data.sequence = event.lastEventId;
      handle(JSON.parse(event.data));
    });
  on("snapshot", reload);
  on("called", (call) => showCall(call, true));
  on("recalled", (call) => showCall(call, true));
  on("queue", showQueue);
}

follow();

const two = (number) => String(number).padStart(2, "0");
setInterval(() => {
  const province = new Date(Date.now() + 8 * 3600 * 1000);
  document.querySelector("[data-clock]").textContent = `${two(province.getUTCHours())}:${two(province.getUTCMinutes())}`;
}, 2000);
