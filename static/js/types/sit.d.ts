/** The shapes that travel between the server and the room of a sit, and inside the room. Read by tsc only. */

/** A person in the room, as each chose to be seen: a name with initials, initials alone, or neither. */
export interface Person {
  id: string;
  name: string | null;
  initials: string | null;
  teacher: boolean;
  away: boolean;
  /** Place in the order of arrival. */
  order: number;
  /** The cushion this person keeps, counted without the teacher's and one's own; see Seating. */
  place?: number;
  /** In a crowd: sits on the long mat beside the viewer. */
  near?: boolean;
}

export interface Bell {
  at_ms: number;
  strokes: number;
  kind: string;
}

export interface PhaseFrom {
  phase: string;
  from_ms: number;
  segment?: number | null;
}

export interface Segment {
  at_s: number;
  kind: string;
  bells?: number;
  text?: string | null;
  optional?: boolean;
}

export interface Plan {
  title?: string;
  total_s: number;
  segments: Segment[];
  circle_s?: number;
}

/** What the page of a sit carries in data-room, and what an answer to sit:join repeats and completes. */
export interface RoomData {
  sit: string;
  starts_ms: number;
  now_ms: number;
  bells: Bell[];
  edges: number[];
  phases: PhaseFrom[];
  plan?: Plan | null;
  you?: string | Person | null;
  /** The reader's time zone, by its IANA name. */
  zone?: string;
}

/** What the page of a sit alone carries in data-alone; times are milliseconds from the first bell. */
export interface AloneData {
  sit: string;
  practice: string;
  version: number;
  bells: Bell[];
  edges: number[];
  phases: PhaseFrom[];
  plan: Plan;
  you: Person;
  zone: string;
}

export interface Snapshot {
  seq: number;
  here: Person[];
  others: number;
  you?: string | Person | null;
}

/** Net change between two numbers: an id stands in at most one of `joined` and `gone`. */
export interface Difference {
  sit?: string;
  seq: number;
  from_seq: number;
  joined: Person[];
  gone: string[];
  away: string[];
  back: string[];
  /** Everybody who is seated, drawn or not. */
  total: number;
}

export interface Refusal {
  kind: string;
  message: string;
}

export interface Live {
  command(name: string, payload: object, timeoutMs?: number): Promise<any>;
  on(event: string, fn: (fact: any) => void): () => void;
  onState(fn: (state: "live" | "not-live" | "ended") => void): () => void;
}

export interface Seat {
  key: string;
  id: string | null;
  place: number | null;
  x: number;
  y: number;
  /** Radius of the cushion. */
  c: number;
  /** Turn of the mat in degrees; null where there is no mat of one's own. */
  turn: number | null;
  free: boolean;
  yours: boolean;
  you: boolean;
  teacher: boolean;
  away: boolean;
  initials: string;
  name: string;
  nameY: number;
}

export interface FarSeat {
  key: string;
  x: number;
  y: number;
  r: number;
  away: boolean;
}

export interface Geometry {
  /** Half of the side of the drawn square, around (400, 400). */
  half: number;
  radius: number;
  floor: number;
  /** Radius of the line of time. */
  line: number;
  crowd: boolean;
  seats: Seat[];
  far: FarSeat[];
  /** The long mat of one's own people in a crowd. */
  bench: string | null;
  /** Here, but not drawn. */
  others: number;
  /** Free seats that are drawn, the reserved one by the bell not counted. */
  free: number;
}

/** Where the stone is, as the house tells it; seats by their ids. */
export interface Stone {
  seq: number;
  holder: string | null;
  next: string | null;
  since_ms: number;
  rests_until_ms: number;
  ended: boolean;
}

export interface Said {
  number: number;
  seat: string;
  words: string;
}

export interface StoneDrawn {
  glow: { x: number; y: number; r: number } | null;
  held: { x: number; y: number; rx: number; ry: number; turn: number } | null;
  next: { x: number; y: number; rx: number; ry: number; turn: number } | null;
}

export interface Time {
  path: string;
  ember: { x: number; y: number } | null;
  ticks: { x: number; y: number; rung: boolean }[];
}
