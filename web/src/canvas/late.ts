// Drawing code that the first picture can do without: asked for when it is first wanted.

export class Late<T> {
  private state: "unasked" | "coming" | "done" = "unasked";
  private loaded: T | null = null;

  constructor(private readonly fetch: () => Promise<T>) {}

  /** The code, or null where it is not there yet; what it draws is then missing for a moment. */
  get code(): T | null {
    if (this.state === "unasked") {
      this.state = "coming";
      this.fetch().then(
        (code) => {
          this.loaded = code;
          this.state = "done";
        },
        () => (this.state = "done"), // a picture without it is still one
      );
    }
    return this.loaded;
  }

  /** Whether to draw once more soon. */
  get isComing(): boolean {
    return this.state === "coming";
  }
}
