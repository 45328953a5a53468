/** What a live line shows: the phase that runs, and for how long it has. */
export interface LivePhases {
  readonly current: string | undefined;
  /** Milliseconds. */
  readonly elapsedMs: number;
}

/** The last line of a terminal, which is drawn anew while a run goes on and leaves no trace. */
export interface LiveLine {
  /** Shows from now on what these phases are at. */
  follow(phases: LivePhases): void;
  /** Takes the line away, for whatever is written next; it comes back by itself. */
  hide(): void;
  /** Takes it away for good. */
  stop(): void;
}

const ERASE = '\r\x1b[K';
const REDRAW_MS = 250;

/** A live line on a terminal that is `columns` wide. It is never longer than that, because it could not be erased then. */
export function createLiveLine(write: (text: string) => void, columns: () => number): LiveLine {
  let shown = '';
  let timer: NodeJS.Timeout | undefined;
  const hide = (): void => {
    if (shown !== '') write(ERASE);
    shown = '';
  };
  const draw = ({ current, elapsedMs }: LivePhases): void => {
    const seconds = Math.floor(elapsedMs / 1000);
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    const text = current === undefined ? '' : `> ${current} ${time}`.slice(0, columns() - 1);
    if (text === shown) return;
    write(ERASE + text);
    shown = text;
  };
  return {
    follow(phases) {
      clearInterval(timer);
      timer = setInterval(() => draw(phases), REDRAW_MS).unref();
    },
    hide,
    stop() {
      clearInterval(timer);
      hide();
    },
  };
}
