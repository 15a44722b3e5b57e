// @ts-check
/**
 * The editor of a plan: adds and takes out lines in place, draws the plan and says what is found while one writes, and
 * keeps what is typed in this browser until the form was taken. Without it every button asks the server for the page.
 */
import { place, send } from "../fragment.js";
import { giveBack, same, stashFor } from "../kept.js";
import { linesIn, renumbered, toSay } from "../plan-lines.js";

export const selector = "[data-plan-editor]";

const REST_MS = 700;
const NAMED = ["id", "name", "for", "aria-describedby", "formaction"];

/** @param {HTMLFormElement} form */
export function mount(form) {
  const editor = new Editor(form);
  form.addEventListener("click", (event) => editor.pressed(event));
  form.addEventListener("input", () => editor.changed());
  form.addEventListener("submit", () => editor.leaving());
  editor.takeBack();
}

class Editor {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.lines = find(form, "[data-lines]");
    this.looked = find(form, "[data-looked]");
    this.said = find(form, "[data-looked-said]");
    this.before = { form: typed(form) };
    this.stash = stashFor(`practice ${form.getAttribute("action")}`);
    this.asked = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @returns {HTMLFieldSetElement[]} */
  all() {
    return [.../** @type {NodeListOf<HTMLFieldSetElement>} */ (this.lines.querySelectorAll("[data-line]"))];
  }

  /** @param {MouseEvent} event */
  pressed(event) {
    const button = /** @type {Element} */ (event.target).closest("button");
    const line = /** @type {HTMLFieldSetElement | null} */ (button?.closest("[data-line]") ?? null);
    if (button?.matches("[data-look]")) {
      event.preventDefault();
      void this.look();
    } else if (line && button?.matches("[data-line-add]")) {
      event.preventDefault();
      this.add(line);
    } else if (line && button?.matches("[data-line-out]")) {
      event.preventDefault();
      this.takeOut(line);
    }
  }

  /** @param {HTMLFieldSetElement | null} after */
  add(after) {
    if (this.all().length >= Number(this.form.dataset.most)) {
      this.say(`A plan holds ${this.form.dataset.most} lines at most. Let some of it be silence.`);
      return;
    }
    const line = this.blank();
    if (after) after.after(line);
    else this.lines.append(line);
    this.number();
    focusIn(line);
    this.changed();
  }

  /** @param {HTMLFieldSetElement} line */
  takeOut(line) {
    const all = this.all();
    if (all.length < 2) return;
    const next = all[all.indexOf(line) + 1] ?? all[all.indexOf(line) - 1];
    line.remove();
    this.number();
    if (next) focusIn(next);
    this.changed();
  }

  blank() {
    const template = /** @type {HTMLTemplateElement} */ (find(this.form, "[data-line-blank]"));
    const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    return /** @type {HTMLFieldSetElement} */ (copy.querySelector("[data-line]"));
  }

  /** Give every line the number of its place. */
  number() {
    this.all().forEach((line, n) => {
      for (const part of [line, ...line.querySelectorAll("*")]) {
        for (const name of NAMED) {
          const value = part.getAttribute(name);
          // The way down leads to the line below.
          const to = name === "formaction" ? n + 1 : n;
          if (value) part.setAttribute(name, renumbered(value, to));
        }
        if (part.matches("[data-line-number]")) part.textContent = String(n + 1);
        if (part instanceof HTMLButtonElement) part.value = String(n);
      }
    });
  }

  changed() {
    const now = { form: typed(this.form) };
    if (same(now, this.before)) this.stash.clear();
    else this.stash.set({ words: now, before: this.before, sent: false });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), REST_MS);
  }

  leaving() {
    clearTimeout(this.timer);
    if (this.stash.get()) this.stash.sent();
  }

  /** Let the server draw the plan as it stands, and say what is found; an older answer never takes a newer one's place. */
  async look() {
    clearTimeout(this.timer);
    const asked = (this.asked += 1);
    try {
      const drawn = await send(this.form.dataset.previewUrl ?? "", new URLSearchParams(typed(this.form)));
      if (asked !== this.asked) return;
      place(this.looked, drawn);
      this.tell();
      this.say(this.looked.querySelector("[data-looked-sum]")?.textContent ?? "");
    } catch {
      // What stands there was drawn a moment ago, and the next word asks again.
    }
  }

  /** Say beside each line what was found in it. */
  tell() {
    const found = [...this.looked.querySelectorAll(".findings li")];
    for (const line of this.all()) {
      const here = found.filter((each) => each.querySelector("a")?.getAttribute("href") === `#${line.id}`);
      const told = find(line, "[data-line-found]");
      told.replaceChildren(...here.map((each) => {
        const sentence = document.createElement("p");
        sentence.className = each.classList.contains("must") ? "wrong" : "note";
        sentence.textContent = each.textContent;
        return sentence;
      }));
    }
  }

  /** @param {string} words */
  say(words) {
    const told = toSay(this.said.textContent ?? "", words);
    if (told !== null) this.said.textContent = told;
  }

  /** Put back what this browser kept and the house never had. */
  takeBack() {
    const kept = this.stash.get();
    const here = { form: typed(this.form) };
    if (!kept || same(kept.words, here)) return;
    const status = find(this.form, "[data-plan-kept]");
    const put = (/** @type {string} */ words) => { this.write(words); void this.look(); };
    const drop = () => { put(this.before.form); this.stash.clear(); };
    giveBack({ status, untouched: same(kept.before, here), put: () => put(kept.words.form ?? ""), drop });
  }

  /** @param {string} words as ``typed`` gives them */
  write(words) {
    const fields = new URLSearchParams(words);
    const wanted = Math.max(1, linesIn(fields.keys()));
    while (this.all().length < wanted) this.lines.append(this.blank());
    for (const line of this.all().slice(wanted)) line.remove();
    this.number();
    for (const field of this.form.elements) {
      if (field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type)) {
        field.checked = fields.getAll(field.name).includes(field.value);
      } else if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement) {
        if (fields.has(field.name)) field.value = fields.get(field.name) ?? "";
      }
    }
  }
}

/**
 * Give what stands in the form as one string, without what the page carries along unseen.
 * @param {HTMLFormElement} form
 */
function typed(form) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (!["csrf_token", "version", "group"].includes(name)) fields.append(name, String(value).replaceAll("\r\n", "\n"));
  }
  return fields.toString();
}

/** @param {HTMLElement} line */
function focusIn(line) {
  /** @type {HTMLElement | null} */ (line.querySelector("input"))?.focus();
}

/**
 * @param {ParentNode} within
 * @param {string} what
 * @returns {HTMLElement}
 */
function find(within, what) {
  return /** @type {HTMLElement} */ (within.querySelector(what));
}
