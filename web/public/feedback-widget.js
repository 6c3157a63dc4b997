/*
 * Pellucid's feedback widget: one script tag, no dependencies, nothing kept in the browser.
 *
 *   <script src="https://your-pellucid/feedback-widget.js" data-link="TOKEN" data-question="Did this help?"></script>
 *
 * TOKEN comes from POST /api/v1/feedback-links, asked by your own server for one trace or session. The page's origin must be among the
 * project's allowed origins. Rating again changes the rating.
 */
(() => {
  const script = document.currentScript;
  if (!script?.dataset.link) return;
  const server = new URL(script.src).origin;
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const style = document.createElement("style");
  style.textContent =
    ":host{all:initial;display:block;font:14px/20px system-ui,sans-serif;color:inherit}" +
    "div{display:flex;flex-wrap:wrap;gap:8px;align-items:center}" +
    "button,textarea{font:inherit;color:inherit;background:transparent;border:1px solid currentColor;border-radius:6px;padding:2px 10px}" +
    "button{cursor:pointer}button[aria-pressed=true]{font-weight:600;outline:2px solid currentColor}" +
    "textarea{flex-basis:100%;max-width:420px}";
  const row = document.createElement("div");
  const status = document.createElement("span");
  status.setAttribute("role", "status");
  let rating = null;

  const send = async (words) => {
    try {
      const answer = await fetch(`${server}/api/v1/linked-feedback`, {
        method: "POST",
        credentials: "omit",
        headers: { "content-type": "application/json", authorization: `Bearer ${script.dataset.link}` },
        body: JSON.stringify(words ? { rating, comment: words } : { rating }),
      });
      status.textContent = answer.ok ? "Thank you." : "This could not be kept; please try again.";
    } catch {
      status.textContent = "The server could not be reached; please try again.";
    }
  };

  const words = document.createElement("textarea");
  words.rows = 2;
  words.maxLength = 5000;
  words.hidden = true;
  words.placeholder = script.dataset.placeholder || "What was wrong or right? (optional)";
  words.setAttribute("aria-label", words.placeholder);
  const more = document.createElement("button");
  more.type = "button";
  more.textContent = "Send";
  more.hidden = true;
  more.addEventListener("click", () => void send(words.value.trim()));

  const thumbs = [
    [true, "👍", "Good"],
    [false, "👎", "Bad"],
  ].map(([value, sign, name]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.setAttribute("aria-label", name);
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      rating = value;
      for (const one of thumbs) one.setAttribute("aria-pressed", String(one === button));
      words.hidden = more.hidden = false;
      void send("");
    });
    return button;
  });

  const question = document.createElement("span");
  question.textContent = script.dataset.question || "Was this answer helpful?";
  row.append(question, ...thumbs, status, words, more);
  root.append(style, row);
  script.after(host);
})();
