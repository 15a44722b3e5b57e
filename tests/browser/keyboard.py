"""A person who has a keyboard and nothing else: Tab, Enter, Space, Escape, and letters to write with."""

from playwright.sync_api import Locator, Page

MOST_TABS = 160

# What is seen of the focus: an outline on what holds it or on what is drawn in its place, inside the window, uncovered.
FOCUS = """async () => {
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const held = document.activeElement;
  if (!held || held === document.body) return "";
  const drawn = [held, ...held.children, held.closest("label"), held.parentElement].filter(Boolean);
  const outlined = drawn.some((each) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  });
  const name = held.outerHTML.slice(0, 160);
  if (!outlined) return `no outline around ${name}`;
  const shown = held.closest("label") ?? held;
  const { left, right, top, bottom } = shown.getBoundingClientRect();
  if (right <= 0 || left >= innerWidth || bottom <= 0 || top >= innerHeight) return `out of the window: ${name}`;
  const x = Math.min(Math.max((left + right) / 2, 1), innerWidth - 1);
  const y = Math.min(Math.max((top + bottom) / 2, 1), innerHeight - 1);
  const over = document.elementFromPoint(x, y);
  const bar = over?.closest(".nav, .head");
  return bar && !bar.contains(held) ? `covered by the bar: ${name}` : "";
}"""


class Keyboard:
    """The keys of one page; every stop on the way is held to be seen."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, target: Locator) -> "Keyboard":
        """Press Tab until the target has the focus."""
        for _ in range(MOST_TABS):
            if self.page.locator(":focus").count() and target.evaluate("(it) => it === document.activeElement"):
                return self
            self.page.keyboard.press("Tab")
            hidden = self.page.evaluate(FOCUS)
            assert not hidden, f"{self.page.url}: {hidden}"
        raise AssertionError(f"{self.page.url}: Tab does not lead to {target}")

    def press(self, key: str) -> "Keyboard":
        """Press a key where the focus is."""
        self.page.keyboard.press(key)
        return self

    def write(self, words: str) -> "Keyboard":
        """Write where the focus is."""
        self.page.keyboard.type(words)
        return self

    def follow(self, name: str, *, within: Locator | None = None) -> "Keyboard":
        """Go to a link and open it."""
        return self.to((within or self.page).get_by_role("link", name=name).first).press("Enter")

    def push(self, name: str) -> "Keyboard":
        """Go to a button and press it."""
        return self.to(self.page.get_by_role("button", name=name, exact=True).first).press("Enter")

    def fill(self, name: str, words: str) -> "Keyboard":
        """Go to a field and write in it."""
        field = self.page.get_by_label(name, exact=True).and_(self.page.locator("input:visible, textarea:visible"))
        return self.to(field).write(words)
