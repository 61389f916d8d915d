/** A request that UCP's signatures.md refuses: status and code are from its "Error Handling". */
export class UcpRefusal extends Error {
  readonly status: 400 | 401 | 403 | 422 | 424;
  readonly code: string;

  constructor(status: UcpRefusal['status'], code: string, content: string) {
    super(content);
    this.status = status;
    this.code = code;
  }
}
