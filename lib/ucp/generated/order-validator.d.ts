interface Problem {
  /** A JSON pointer. */
  instancePath: string;
  message?: string;
}

/** Whether it is a UCP order; `errors` says why the last one was not. */
export declare const validate: { (order: unknown): boolean; errors?: Problem[] | null };
