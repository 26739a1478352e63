// A box over the terminal with something to click, where a browser wants its user's
// click before it shows a chooser.

export interface Question {
  title: string;
  /** Text and what a click does. */
  buttons: readonly (readonly [text: string, act: () => void])[];
}

/** Asks one question after another. */
export class Ask {
  readonly element = document.createElement("div");
  private last: Promise<unknown> = Promise.resolve();
  private readonly after: () => void;

  /** after is called when a question has been answered. */
  constructor(after: () => void) {
    this.element.className = "ask";
    this.element.hidden = true;
    this.element.setAttribute("role", "dialog");
    this.after = after;
  }

  /**
   * Shows the question until answer is there, which is the result, or its user
   * does not want to or signal is aborted: undefined.
   */
  until<T>(answer: Promise<T>, question: Question, signal: AbortSignal): Promise<T | undefined> {
    const turn = this.last.then(() => this.show(answer, question, signal));
    this.last = turn.catch(() => {});
    return turn;
  }

  private async show<T>(answer: Promise<T>, { title, buttons }: Question, signal: AbortSignal): Promise<T | undefined> {
    if (signal.aborted) return undefined;
    const { promise: refused, resolve: refuse } = Promise.withResolvers<undefined>();
    const stop = (): void => refuse(undefined);
    const text = document.createElement("p");
    text.textContent = title;
    this.element.setAttribute("aria-label", title);
    const cancel = [["Cancel", stop]] as const;
    this.element.replaceChildren(
      text,
      ...[...buttons, ...cancel].map(([label, act]) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = label;
        button.addEventListener("click", act);
        return button;
      }),
    );
    const key = (event: KeyboardEvent): void => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      stop();
    };
    this.element.addEventListener("keydown", key);
    signal.addEventListener("abort", stop);
    this.element.hidden = false;
    this.element.querySelector("button")?.focus();
    try {
      return await Promise.race([answer, refused]);
    } finally {
      this.element.removeEventListener("keydown", key);
      signal.removeEventListener("abort", stop);
      this.element.hidden = true;
      this.element.replaceChildren();
      this.after();
    }
  }
}
