// @ts-check
/**
 * The spare bell: a sound file in an element, for browsers without Web Audio, and for the moment at which one has
 * stopped its audio clock. It rings when it is told to, so it is only as punctual as the timer that tells it.
 */

const KINDS = ["opening", "interval", "walking", "closing"];
const FOLDER = new URL("../../sounds/", import.meta.url);

export class SpareBell {
  /** @type {Map<string, HTMLAudioElement>} */
  #bells = new Map();
  /** Has this page been touched, so that the browser lets it sound? */
  woken = false;

  /** Can this browser play the file at all? */
  static get possible() {
    return typeof Audio === "function" && new Audio().canPlayType("audio/wav") !== "";
  }

  /** Have the files at hand before they are needed; by then the house may be gone. */
  fetch() {
    if (this.#bells.size || !SpareBell.possible) return;
    for (const kind of KINDS) {
      const bell = new Audio(new URL(`${kind}.wav`, FOLDER).href);
      bell.preload = "auto";
      this.#bells.set(kind, bell);
    }
  }

  /** Within a touch or a key: play each file without a sound, after which the browser lets it be heard. */
  async wake() {
    if (this.woken) return;
    this.fetch();
    const started = [...this.#bells.values()].map(async (bell) => {
      bell.muted = true;
      await bell.play();
      bell.pause();
      bell.currentTime = 0;
      bell.muted = false;
    });
    const allowed = await Promise.allSettled(started);
    this.woken = allowed.length > 0 && allowed.every(({ status }) => status === "fulfilled");
  }

  /**
   * Ring now.
   * @param {string} kind
   * @returns {Promise<boolean>} whether the browser let it sound
   */
  async ring(kind) {
    const bell = this.#bells.get(kind) ?? this.#bells.get("interval");
    if (!bell) return false;
    bell.currentTime = 0;
    return bell.play().then(() => true, () => false);
  }

  /** Be silent at once. */
  hush() {
    for (const bell of this.#bells.values()) bell.pause();
  }
}
