// Keys, the lead that is chosen, and answers that can be taken back or wait for the connection.
"use strict";
(() => {
  const WAITING = "leadline.answers", UNDO_MS = 10000;
  const one = (selector, of = document) => of.querySelector(selector);
  const all = (selector, of = document) => [...of.querySelectorAll(selector)];
  const said = () => one("#said");
  let undoing, before = "";

  // --- what is said of what was done
  const say = (text) => { said().textContent = text; };
  const show = (html) => {
    said().innerHTML = html;
    clearTimeout(undoing);
    undoing = setTimeout(() => { if (!said().contains(document.activeElement)) said().textContent = ""; }, UNDO_MS);
  };
  const text = (name) => document.body.dataset[name];

  // --- answers: sent at once; without a connection, or a session, they wait in this browser
  const waiting = () => JSON.parse(sessionStorage.getItem(WAITING) || "[]");
  const wait = (fields) => sessionStorage.setItem(WAITING, JSON.stringify([...waiting(), fields]));
  const post = (fields) => fetch("answer", {
    method: "POST", headers: { "HX-Request": "true", "HX-Current-URL": location.href }, redirect: "manual",
    body: new URLSearchParams(fields),
  });
  const send = async (fields) => {
    let answer;
    try { answer = await post(fields); } catch { wait(fields); offline(true); say(text("waits")); return true; }
    offline(false);
    if (answer.status === 401) {
      wait(fields);
      const link = document.createElement("a");
      link.href = answer.headers.get("HX-Redirect") || "sign-in";
      link.textContent = text("signIn");
      say(text("ended") + " ");
      said().append(link);
      return false;
    }
    show(await answer.text());
    return answer.ok;
  };
  const sendWaiting = async () => {
    const kept = waiting();
    if (!kept.length) return;
    sessionStorage.removeItem(WAITING);
    const token = one("[name=form_token]");
    for (const fields of kept) await send({ ...fields, ...(token ? { form_token: token.value } : {}) });
  };
  const offline = (is) => {
    document.body.classList.toggle("offline", is);
    one("#connection span").textContent = text(is ? "offline" : "live");
  };
  addEventListener("offline", () => offline(true));
  addEventListener("online", () => { offline(false); sendWaiting(); });

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-answer]")) return;
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(form));
    fields.answer_id = crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2);
    const dialog = form.closest("dialog"), picked = fields.kind === "undone" ? [] : pickedRows();
    if (dialog) dialog.close();
    let done = true;
    const leads = picked.length ? picked.map((row) => row.dataset.lead) : [fields.lead];
    for (const lead of leads) {
      const own = picked.length > 1 ? { ...fields, lead, answer_id: fields.answer_id + lead, owner: undefined } : fields;
      if (own.owner === undefined) delete own.owner;
      if (await send(own)) leave(lead, fields.kind); else done = false;
    }
    if (done && fields.kind === "undone") comeBack();
    else if (done && one("#lead") && fields.kind !== "undone") one("#actions")?.setAttribute("data-done", fields.kind);
  });

  // --- rows of the queue
  const rows = () => all(".row");
  const chosen = () => one(".row[aria-current]");
  const pickedRows = () => all(".row.is-picked");
  const CLOSES = ["accepted", "rejected", "snoozed", "handed_over"];
  let gone = [];
  const choose = (row, focus = true) => {
    if (!row) return;
    all(".row[aria-current]").forEach((each) => each.removeAttribute("aria-current"));
    row.setAttribute("aria-current", "true");
    if (focus) one("a", row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    const address = new URL(location.href);
    address.searchParams.set("lead", row.dataset.lead);
    history.replaceState(null, "", address);
    if (getComputedStyle(one("#beside")).display !== "none") {
      htmx.ajax("GET", "peek?id=" + encodeURIComponent(row.dataset.lead), { target: "#beside", swap: "innerHTML" });
    }
  };
  const beside = (step) => {
    const list = rows(), at = list.indexOf(chosen());
    return list[Math.min(list.length - 1, Math.max(0, at + step))];
  };
  const leave = (lead, kind) => {
    const row = rows().find((each) => each.dataset.lead === lead);
    if (!row) return;
    row.classList.remove("is-picked");
    if (!CLOSES.includes(kind)) { if (row === chosen()) choose(row); return; }
    const wasChosen = row === chosen(), next = row.nextElementSibling || row.previousElementSibling;
    gone = [{ row, next: row.nextElementSibling, list: row.parentNode }];
    row.remove();
    if (wasChosen && next) choose(next);
  };
  const comeBack = () => {
    for (const { row, next, list } of gone) { list.insertBefore(row, next); choose(row); }
    gone = [];
    if (one("#lead")) location.reload();
  };

  // --- questions before an answer
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-ask]");
    if (link && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
      if (!answer.ok) { location.href = link.href; return; }
      ask(await answer.text());
    }
    if (event.target.closest("[data-close]") && event.target.closest("dialog")) {
      event.preventDefault();
      event.target.closest("dialog").close();
    }
    const row = event.target.closest(".row");
    if (row && event.target.closest("a") && matchMedia("(min-width: 1181px)").matches && row !== chosen()
        && !event.metaKey && !event.ctrlKey && event.detail) { event.preventDefault(); choose(row); }
  });
  const ask = (html) => {
    const from = document.activeElement, holder = document.createElement("div");
    holder.innerHTML = html;
    const dialog = one("dialog", holder);
    document.body.append(holder);
    dialog.addEventListener("close", () => { holder.remove(); if (from?.isConnected) from.focus(); });
    dialog.addEventListener("keydown", (event) => {
      if (event.target.matches("textarea, select, input:not([type=radio])")) return;
      const option = all("[type=radio]", dialog)[Number(event.key) - 1];
      if (option) { event.preventDefault(); option.checked = true; option.form.requestSubmit(); }
    });
    dialog.showModal();
    (one("[type=radio], select, input:not([type=hidden])", dialog) || dialog).focus();
  };
  document.addEventListener("input", ({ target }) => { if (target.dataset.slides) one("#" + target.dataset.slides).value = target.value; });
  // --- files of a first start: each is the body of a request, and the answer is the list of them
  document.addEventListener("change", async (event) => {
    const input = event.target;
    if (!input.matches("[data-uploads]")) return;
    const headers = { "X-Form-Token": one("[name=form_token]").value };
    for (const body of input.files) {
      const answer = await fetch(input.dataset.uploads + "?name=" + encodeURIComponent(body.name), { method: "POST", headers, body });
      if (answer.ok || answer.status === 422) one("#files").innerHTML = await answer.text(); else location.reload();
    }
    input.value = "";
  });
  document.addEventListener("change", (event) => { if (event.target.matches("[data-submits]")) event.target.form.requestSubmit(); });

  // --- keys: never while something is typed, and off where a person wants none
  const press = (key) => {
    const places = [one("#beside"), one("#lead"), said()].filter(Boolean);
    const found = places.map((place) => one(`[aria-keyshortcuts="${key}"]`, place)).find(Boolean);
    found?.click();
    return Boolean(found);
  };
  const GO = { q: "queue", l: "leads", a: "accounts", m: "model", d: "admin" };
  const KEYS = {
    j: () => choose(beside(1)), k: () => choose(beside(-1)),
    x: () => chosen()?.classList.toggle("is-picked"),
    f: () => { const filter = one(".filter"); if (filter) { filter.open = true; one("input, select", filter).focus(); } },
    "/": () => one("#find").focus(), "?": () => { location.href = "keys"; },
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.id === "find") { event.target.blur(); return; }
    const isTyping = event.target.closest("input, textarea, select, dialog, [contenteditable]");
    if (isTyping || event.metaKey || event.ctrlKey || event.altKey || text("keys") === "off") return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const goes = before === "g" && GO[key];
    before = key;
    if (goes) { event.preventDefault(); location.href = goes; return; }
    if (KEYS[key] && (!["j", "k", "x"].includes(key) || rows().length)) { event.preventDefault(); KEYS[key](); return; }
    if (key.length === 1 && "arhcobz".includes(key) && press(key)) event.preventDefault();
  });
  document.addEventListener("DOMContentLoaded", () => sendWaiting());
  if (document.readyState !== "loading") sendWaiting();
})();
