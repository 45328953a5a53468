/** The OAuth authorization behind an API key (Platform API Reference: OAuth Authorization). */
export interface Authorization {
  readonly id: string;
  readonly description: string;
  /** Such as `global`, or `read` and `write-protected`. */
  readonly scopes: readonly string[];
  /** Seconds until the key no longer works; undefined for one without an end. */
  readonly expiresIn: number | undefined;
  /** Made by a login to the dashboard, and gone with it. */
  readonly session: boolean;
}

/** An add-on that is attached to an app. */
export interface AttachedAddOn {
  readonly name: string;
  /** Such as `heroku-postgresql` of `heroku-postgresql:standard-0`. */
  readonly service: string;
  /** The app's name for it, such as `DATABASE`, with which its config vars begin. */
  readonly attachment: string;
  readonly configVars: readonly string[];
}

/** What `doctor` asks of Heroku besides what a deployment asks: reads only. */
export interface Inspection {
  /** Of the key that asks; undefined where it may not list its account's, or is not among them. */
  authorization(): Promise<Authorization | undefined>;
  addOns(app: string): Promise<readonly AttachedAddOn[]>;
  /** Requests that the account has left for now, of 4500 an hour. The question itself is free of charge. */
  requestsLeft(): Promise<number>;
}
