// Answers "client_id session_state" from another page with "unchanged", "changed" or "error", as OpenID Connect
// Session Management 1.0 §3.2 has it, and only to pages of the origin that frames this one. The browser's state lies
// in a cookie; signing in and out changes it.

function browserState() {
  const pair = document.cookie.split("; ").find((text) => /^(__Host-)?yimen-browser=/.test(text));
  return pair ? pair.slice(pair.indexOf("=") + 1) : "";
}

async function digest(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// Empty where the browser does not tell, or is told not to; there the digest over the sender's origin is all there is.
function parentOrigin() {
  const told = location.ancestorOrigins?.[0];
  if (told && told !== "null") return told;
  return document.referrer ? new URL(document.referrer).origin : "";
}

addEventListener("message", async (event) => {
  if (!event.source) return;
  const parent = parentOrigin();
  if (parent && event.origin !== parent) return;
  const text = typeof event.data === "string" && event.data.length <= 1024 ? event.data : "";
  const parts = text.split(" ");
  const salt = parts[1]?.split(".")[1];
  if (parts.length !== 2 || !parts[0] || !salt) {
    event.source.postMessage("error", event.origin);
    return;
  }
  const current = (await digest([parts[0], event.origin, browserState(), salt].join(" "))) + "." + salt;
  event.source.postMessage(current === parts[1] ? "unchanged" : "changed", event.origin);
});
