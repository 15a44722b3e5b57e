/** Just enough of a document to draw on, which counts what is touched. */
export class Sheet {
  touched = 0;

  createElementNS(_space, name) {
    return new Mark(this, name);
  }
}

class Mark {
  #sheet;
  #attributes = new Map();
  #text = "";
  children = [];
  parent = null;

  constructor(sheet, name) {
    this.#sheet = sheet;
    this.name = name;
    const mark = this;
    this.classList = {
      get all() {
        return new Set((mark.getAttribute("class") ?? "").split(" ").filter(Boolean));
      },
      contains: (name) => this.classList.all.has(name),
      add: (name) => this.classList.toggle(name, true),
      remove: (name) => this.classList.toggle(name, false),
      toggle(name, on) {
        const all = this.all;
        if (all.has(name) === on) return;
        if (on) all.add(name);
        else all.delete(name);
        mark.setAttribute("class", [...all].join(" "));
      },
    };
  }

  get textContent() {
    return this.#text;
  }

  set textContent(text) {
    this.#sheet.touched += 1;
    this.#text = text;
  }

  get childElementCount() {
    return this.children.length;
  }

  get lastElementChild() {
    return this.children.at(-1) ?? null;
  }

  getAttribute(name) {
    return this.#attributes.get(name) ?? null;
  }

  setAttribute(name, value) {
    if (name === "style") throw new Error("no style attributes here");
    this.#sheet.touched += 1;
    this.#attributes.set(name, value);
  }

  append(...marks) {
    this.#sheet.touched += 1;
    for (const mark of marks) {
      mark.parent = this;
      this.children.push(mark);
    }
  }

  remove() {
    this.#sheet.touched += 1;
    this.parent.children = this.parent.children.filter((mark) => mark !== this);
  }

  replaceWith(other) {
    this.#sheet.touched += 1;
    other.parent = this.parent;
    this.parent.children[this.parent.children.indexOf(this)] = other;
  }

  replaceChildren(...marks) {
    this.children = [];
    this.append(...marks);
  }

  getBoundingClientRect() {
    return {};
  }

  /** Every mark below this one that carries a class. */
  all(name) {
    return this.children.flatMap((mark) => [...(mark.classList.contains(name) ? [mark] : []), ...mark.all(name)]);
  }
}
